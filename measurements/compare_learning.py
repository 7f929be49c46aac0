#!/usr/bin/python3
"""Does Terramask learn as well as PyTorch? Both train a U-Net on the same aerial images, and are judged on others.

  measurements/compare_learning.py --terramask build/release/bin/terramask --data ../shared/data/roads_google --work /tmp/learning

For every seed, `terramask train --export` writes the initial parameters and all batches (cut, augmented, normalised).
PyTorch trains on exactly those, with the same optimiser, rates and loss; Terramask trains from the same project. Each
gives a model file of its last epoch, and `terramask evaluate` judges both on images that neither has seen.

DATA holds images/satImage_NNN.png and groundtruth/satImage_NNN.png (road above 127). Seeds that are done stay in the
work folder: a run that was stopped goes on with the others. Needs Debian's python3-torch, python3-numpy, python3-gdal.
Exit status 1 where Terramask's F1 is worse by more than max(0.01, 2 standard errors of the paired difference).
"""
import argparse
import csv
import importlib.util
import json
import math
import os
import shutil
import statistics
import struct
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def parse_arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--terramask', default=f'{HERE}/../build/release/bin/terramask', help='the program')
    p.add_argument('--data', default=f'{HERE}/../../shared/data/roads_google', help='folder of images and groundtruth')
    p.add_argument('--models', default=f'{HERE}/../../shared/peers/torch_models.py', help='the networks in PyTorch')
    p.add_argument('--work', required=True, help='folder of what is made; seeds that are done are not done again')
    p.add_argument('--seeds', type=int, nargs='+', default=[1, 2, 3, 4, 5])
    p.add_argument('--epochs', type=int, default=4)
    p.add_argument('--samples', type=int, default=0, help='patches an epoch; 0: as many as cover the images once')
    p.add_argument('--patch', type=int, default=128)
    p.add_argument('--batch', type=int, default=4)
    p.add_argument('--rate', type=float, default=2e-3)
    p.add_argument('--class-weights', choices=['none', 'balanced'], default='balanced')
    p.add_argument('--threads', type=int, default=2)
    p.add_argument('--device', default='cpu', help="Terramask's; PyTorch runs on the CPU")
    return p.parse_args()


# Before PyTorch is loaded, which takes seconds: --help needs none.
ARGUMENTS = parse_arguments() if __name__ == '__main__' else None

# Threads that spin while they wait cost PyTorch more than twice the time where something else runs too.
os.environ.setdefault('OMP_WAIT_POLICY', 'passive')

import numpy as np
import torch
import torch.nn.functional as F
from osgeo import gdal

gdal.UseExceptions()
TRAIN, TEST = range(1, 31), range(31, 41)


def read_safetensors(path):
    """Tensors by name, and the metadata."""
    with open(path, 'rb') as file:
        header = json.loads(file.read(struct.unpack('<Q', file.read(8))[0]))
        data = file.read()
    metadata = header.pop('__metadata__', {})
    types = {'F32': np.float32, 'I32': np.int32}
    tensors = {}
    for name, entry in header.items():
        begin, end = entry['data_offsets']
        array = np.frombuffer(data[begin:end], types[entry['dtype']]).reshape(entry['shape'])
        tensors[name] = torch.from_numpy(array.copy())
    return tensors, metadata


def write_json(path, value):
    with open(path + '.part', 'w') as file:
        json.dump(value, file, indent=1)
    os.replace(path + '.part', path)


def image_path(a, number, kind='images'):
    return os.path.abspath(f'{a.data}/{kind}/satImage_{number:03}.png')


def make_references(a):
    """The test images' masks as classes 0 and 1."""
    paths = []
    for number in TEST:
        path = f'{a.work}/reference_{number:03}.tif'
        paths.append(path)
        if os.path.exists(path):
            continue
        mask = gdal.Open(image_path(a, number, 'groundtruth')).ReadAsArray()
        raster = gdal.GetDriverByName('GTiff').Create(path + '.part', mask.shape[1], mask.shape[0], 1, gdal.GDT_Byte)
        raster.GetRasterBand(1).WriteArray((mask > 127).astype(np.uint8))
        del raster
        os.replace(path + '.part', path)
    return paths


def terramask(a, *arguments):
    subprocess.run([a.terramask, *map(str, arguments)], check=True)


def make_project(a, folder, seed):
    """What `init` drafts, with every image in the training part, so that both sides keep their last epoch."""
    path = f'{folder}/project.json'
    terramask(a, 'init', *(image_path(a, n) for n in TRAIN), '--labels', *(image_path(a, n, 'groundtruth') for n in TRAIN),
              '--map', '0-127=background,128-255=road#ffd400', '-o', path, '--overwrite', '-q')
    with open(path) as file:
        project = json.load(file)
    project['split'].update(method='file', fractions=[1, 0, 0])
    project['network'].update(architecture='unet', width=16)
    project['training'].update(patch=a.patch, batch=a.batch, epochs=a.epochs, samples=a.samples, learning_rate=a.rate,
                               class_weights=a.class_weights, optimizer='adam', schedule='cosine', seed=seed, workers=1)
    write_json(path, project)
    return path


def train_pytorch(a, export, output):
    """Trains on the exported batches; returns the losses and weights by step, and the seconds."""
    spec = importlib.util.spec_from_file_location('torch_models', a.models)
    peer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(peer)
    torch.set_num_threads(a.threads)
    with open(f'{export}/training.json') as file:
        facts = json.load(file)
    o = facts['optimizer']
    plain = all(p['rate'] == 1 and p['weight_decay'] == 0 and p['l1'] == 0 for p in facts['trained'])
    if (facts['loss'] != {'kind': 'cross_entropy', 'label_smoothing': 0} or o['kind'] != 'adam' or o['clip_norm'] != 0
            or not plain):
        sys.exit(f'{export}: this script trains with cross-entropy and Adam, without decay and clipping')
    initial, metadata = read_safetensors(f'{export}/{facts["model"]}')
    description = json.loads(metadata['terramask'])
    network = description['network']
    model = peer.MODELS[network['architecture']](**{k: v for k, v in network.items() if k != 'architecture'})
    missing = model.load_state_dict(initial, strict=False)
    if missing.unexpected_keys or any(not key.endswith('num_batches_tracked') for key in missing.missing_keys):
        sys.exit(f'{export}: {missing}')
    if {p['name'] for p in facts['trained']} != {name for name, _ in model.named_parameters()}:
        sys.exit(f'{export}: some parameters are frozen')
    adam = torch.optim.Adam(model.parameters(), betas=(o['beta1'], o['beta2']), eps=o['epsilon'])
    model.train()
    steps, begin = [], time.perf_counter()
    for number, step in enumerate(facts['steps']):
        adam.param_groups[0]['lr'] = step['learning_rate']
        adam.zero_grad(set_to_none=True)
        batches = [read_safetensors(f'{export}/{name}')[0] for name in step['batches']]
        weight = sum(batch['weights'].sum() for batch in batches)
        total = 0
        for batch in batches:
            loss = F.cross_entropy(model(batch['image']), batch['labels'].long(), reduction='none')
            loss = (loss * batch['weights']).sum() / weight
            loss.backward()
            total += loss.item()
        adam.step()
        steps.append({'epoch': step['epoch'], 'loss': total, 'weight': weight.item()})
        if number % 25 == 0:
            print(f'  PyTorch: step {number} of {len(facts["steps"])}, loss {total:.4f}', flush=True)
    seconds = time.perf_counter() - begin
    description['provenance'] = {'program': 'torch ' + torch.__version__, 'steps': len(steps)}
    tensors = {name: t for name, t in model.state_dict().items() if not name.endswith('num_batches_tracked')}
    peer.save_safetensors(output, tensors, {'terramask': json.dumps(description)})
    return steps, seconds


def epoch_losses(steps):
    sums = {}
    for step in steps:
        loss, weight = sums.get(step['epoch'], (0, 0))
        sums[step['epoch']] = (loss + step['loss'] * step['weight'], weight + step['weight'])
    return [loss / weight for _, (loss, weight) in sorted(sums.items())]


def evaluate(a, model, references):
    path = os.path.splitext(model)[0] + '.evaluation.json'
    terramask(a, 'evaluate', *(image_path(a, n) for n in TEST), '--model', model, '--reference', *references, '--json', path,
              '--overwrite', '--device', a.device, '--threads', a.threads, '-q')
    with open(path) as file:
        found = json.load(file)['all']
    road = next(one for one in found['classes'] if one['name'] == 'road')
    return {'precision': road['precision'] or 0, 'recall': road['recall'], 'f1': road['f1'],
            'accuracy': found['overall_accuracy'], 'base': found['base_accuracy']}


def run_seed(a, seed, references):
    """Results of one seed: made, or those that are there."""
    folder = f'{a.work}/seed-{seed}'
    os.makedirs(folder, exist_ok=True)
    result_path = f'{folder}/result.json'
    if os.path.exists(result_path):
        with open(result_path) as file:
            return json.load(file)
    print(f'seed {seed}', flush=True)
    project, export = make_project(a, folder, seed), f'{folder}/export'
    result = {'seed': seed}
    torch_path = f'{folder}/pytorch.json'
    if not os.path.exists(torch_path):
        shutil.rmtree(export, ignore_errors=True)
        terramask(a, 'train', project, '--export', export, '--device', a.device, '--threads', a.threads, '-q')
        steps, seconds = train_pytorch(a, export, f'{folder}/pytorch.safetensors')
        write_json(torch_path, {'seconds': seconds, 'losses': epoch_losses(steps), 'steps': steps})
        shutil.rmtree(export)  # hundreds of megabytes that can be made again
    with open(torch_path) as file:
        pytorch = json.load(file)
    model = f'{folder}/terramask.safetensors'
    terramask(a, 'train', project, '-o', model, '--overwrite', '--device', a.device, '--threads', a.threads, '-q')
    with open(f'{folder}/terramask.training/history.csv') as file:
        epochs = list(csv.DictReader(file))
    result['pytorch'] = {**evaluate(a, f'{folder}/pytorch.safetensors', references), 'losses': pytorch['losses'],
                         'seconds': pytorch['seconds']}
    result['terramask'] = {**evaluate(a, model, references), 'losses': [float(e['loss']) for e in epochs],
                           'seconds': sum(float(e['seconds']) for e in epochs)}
    write_json(result_path, result)
    return result


def print_summary(results):
    """The table in Markdown, and whether Terramask is as good."""
    print('| seed | trained with | precision | recall | F1 | accuracy | base accuracy | loss, first and last epoch '
          '| seconds |')
    print('|---|---|---|---|---|---|---|---|---|')

    def row(head, side, r):
        print(f'| {head} | {side} | {r["precision"]:.4f} | {r["recall"]:.4f} | {r["f1"]:.4f} | {r["accuracy"]:.4f} | '
              f'{r["base"]:.4f} | {r["losses"][0]:.4f}, {r["losses"][-1]:.4f} | {r["seconds"]:.0f} |')

    sides = (('PyTorch', 'pytorch'), ('Terramask', 'terramask'))
    for result in results:
        for name, key in sides:
            row(result['seed'], name, result[key])
    for name, key in sides:
        names = ('precision', 'recall', 'f1', 'accuracy', 'base', 'seconds')
        mean = {k: statistics.mean(r[key][k] for r in results) for k in names}
        row('mean', name, {**mean, 'losses': [statistics.mean(r[key]['losses'][i] for r in results) for i in (0, -1)]})
    differences = [r['terramask']['f1'] - r['pytorch']['f1'] for r in results]
    mean = statistics.mean(differences)
    error = statistics.stdev(differences) / math.sqrt(len(differences)) if len(differences) > 1 else 0
    allowed = max(0.01, 2 * error)
    good = mean >= -allowed
    print(f'\nF1 of Terramask minus F1 of PyTorch: {mean:+.4f}, standard error {error:.4f} over {len(results)} seeds; '
          f'{-allowed:.4f} is allowed: {"no worse" if good else "WORSE"}')
    return good


def main():
    a = ARGUMENTS
    os.makedirs(a.work, exist_ok=True)
    settings = {k: getattr(a, k) for k in ('epochs', 'samples', 'patch', 'batch', 'rate', 'class_weights', 'threads',
                                           'device')}
    path = f'{a.work}/settings.json'
    if os.path.exists(path):
        with open(path) as file:
            before = json.load(file)
        if before != settings:
            sys.exit(f'{a.work} holds results of other settings ({before}); name another folder (--work)')
    else:
        write_json(path, settings)
    references = make_references(a)
    results = [run_seed(a, seed, references) for seed in a.seeds]
    sys.exit(0 if print_summary(results) else 1)


if __name__ == '__main__':
    main()
