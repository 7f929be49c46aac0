#!/usr/bin/python3
"""What an out-of-date map costs, and what the noise-aware loss wins back.

  measurements/compare_label_noise.py --terramask build/release/bin/terramask --work /tmp/label_noise

Two generated towns: one to learn its roads from, one to judge by. From the first one's map a share of the roads is
deleted, whole ways, drawn by the seed; their pixels become background, as on a map drawn before they were built. For
every seed three trainings that differ in nothing but labels and loss:

  clean   the whole map, cross-entropy
  plain   the map with roads deleted, cross-entropy
  aware   the same map, noisy_labels told of the omission

The model is that of the epoch best on the validation part, whose labels have the same roads missing. All are judged
against the whole map of the other town, at a threshold of 0.5. Trainings that are done stay in the work folder: a run
that was stopped goes on with the others. Needs gdal-bin. Exit status 1 where cross-entropy loses more than 3 standard
errors of F1 by the deletions and the noise-aware loss loses more than half as much.
"""
import argparse
import json
import math
import os
import random
import shutil
import statistics
import subprocess
import sys
import time

os.environ.setdefault('OMP_WAIT_POLICY', 'passive')
KINDS = ('clean', 'plain', 'aware')


def run(*arguments):
    subprocess.run([str(one) for one in arguments], check=True, stdout=subprocess.DEVNULL)


def terramask(a, *arguments):
    run(a.terramask, *arguments)


def write_json(path, value):
    with open(path + '.part', 'w') as file:
        json.dump(value, file, indent=1)
    os.replace(path + '.part', path)


def town(a, name, seed):
    folder = f'{a.work}/{name}'
    if not os.path.exists(f'{folder}/labels.tif'):
        terramask(a, 'scene', '-o', folder, '--seed', seed, '--size', a.size, '--pixel-size', a.pixel_size, '--threads',
                  a.threads, '--overwrite', '-q')
    return folder


class Raster:
    """A raster of bytes on a town's grid, without more than GDAL's programs."""

    def __init__(self, like):
        self.like = like

    def read(self, path, scratch):
        run('gdal_translate', '-q', '-of', 'ENVI', '-ot', 'Byte', path, scratch)
        with open(scratch, 'rb') as file:
            values = file.read()
        return values

    def write(self, values, path, scratch):
        """`scratch` holds the grid of the last read()."""
        with open(scratch, 'wb') as file:
            file.write(values)
        run('gdal_translate', '-q', '-co', 'COMPRESS=DEFLATE', scratch, path + '.part.tif')
        os.replace(path + '.part.tif', path)


def burn(folder, where, margin, path):
    """1 where a road of `where` is, `margin` metres wider than the map says."""
    buffers = path + '.gpkg'
    run('ogr2ogr', '-q', '-overwrite', '-dialect', 'sqlite', '-sql',
        f'SELECT ST_Buffer(geom, width_m / 2 + {margin}) AS geom FROM roads WHERE {where}', '-nln', 'buffers', buffers,
        f'{folder}/map.gpkg')
    run('gdal_translate', '-q', '-ot', 'Byte', '-scale', 0, 255, 0, 0, f'{folder}/labels.tif', path)
    run('gdal_rasterize', '-q', '-burn', 1, '-l', 'buffers', buffers, path)
    os.remove(buffers)


def road_count(folder):
    text = subprocess.run(['ogrinfo', '-ro', '-so', f'{folder}/map.gpkg', 'roads'], check=True, capture_output=True,
                          text=True).stdout
    return int(next(line for line in text.splitlines() if line.startswith('Feature Count')).split(':')[1])


def road_labels(folder):
    """All roads of the map as a raster of 0 and 1."""
    path = f'{folder}/roads.tif'
    if not os.path.exists(path):
        raster = Raster(folder)
        values = raster.read(f'{folder}/labels.tif', path + '.envi')
        raster.write(bytes(1 if value == 1 else 0 for value in values), path, path + '.envi')
    return path


def outdated_labels(a, folder, seed):
    """The same with roads deleted; returns its path and the share of road pixels that is gone."""
    path = f'{a.work}/outdated_{seed}.tif'
    if not os.path.exists(path):
        count = road_count(folder)
        deleted = sorted(random.Random(seed).sample(range(1, count + 1), round(a.share * count)))
        listed = ','.join(map(str, deleted))
        burn(folder, f'fid IN ({listed})', 2, path + '.deleted.tif')
        burn(folder, f'fid NOT IN ({listed})', 0.5, path + '.kept.tif')
        raster = Raster(folder)
        gone = raster.read(path + '.deleted.tif', path + '.envi')
        kept = raster.read(path + '.kept.tif', path + '.envi')
        labels = raster.read(road_labels(folder), path + '.envi')
        left = bytes(label and (keep or not go) for label, go, keep in zip(labels, gone, kept))
        raster.write(left, path, path + '.envi')
        write_json(path + '.json', {'share': 1 - sum(left) / sum(labels)})
        for name in ('.deleted.tif', '.kept.tif'):
            os.remove(path + name)
    with open(path + '.json') as file:
        return path, json.load(file)['share']


def project(a, folder, labels, kind, seed, path):
    terramask(a, 'init', f'{folder}/ortho.tif', '--labels', labels, '--map', '0=background,1=road#ffd400', '-o', path,
              '--overwrite', '-q')
    with open(path) as file:
        made = json.load(file)
    made['split'].update(fractions=[1 - a.validation, a.validation, 0], seed=1)
    made['network'].update(architecture='unet', width=a.width, depth=a.depth)
    made['training'].update(patch=a.patch, batch=a.batch, epochs=a.epochs, samples=a.samples, learning_rate=a.rate,
                            optimizer='adam', schedule='cosine', seed=seed, workers=1, loss='cross_entropy')
    made['training']['augment'].update(flip=True, turn=True)
    if kind == 'aware':
        made['training'].update(loss='noisy_labels', label_noise={'omission': {'road': a.share}})
    write_json(path, made)


def scores(a, model, folder):
    out = model + '.evaluation.json'
    terramask(a, 'evaluate', '--model', model, f'{folder}/ortho.tif', '--reference', road_labels(folder), '--json', out,
              '--threads', a.threads, '--overwrite', '-q')
    with open(out) as file:
        return json.load(file)


def train(a, kind, seed, learn, judge):
    """Precision, recall and F1 of road in the town to judge by."""
    folder = f'{a.work}/{kind}_{seed}'
    result = f'{folder}/result.json'
    if os.path.exists(result):
        with open(result) as file:
            return json.load(file)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    labels, share = (road_labels(learn), 0) if kind == 'clean' else outdated_labels(a, learn, seed)
    project(a, learn, labels, kind, seed, f'{folder}/project.json')
    begin = time.perf_counter()
    terramask(a, 'train', f'{folder}/project.json', '-o', f'{folder}/model.safetensors', '--device', a.device, '--threads',
              a.threads, '-q')
    seconds = time.perf_counter() - begin
    report = scores(a, f'{folder}/model.safetensors', judge)
    road = next(one for one in report['all']['classes'] if one['name'] == 'road')
    made = {'kind': kind, 'seed': seed, 'missing': share, 'seconds': seconds,
            'precision': road['precision'], 'recall': road['recall'], 'f1': road['f1']}
    write_json(result, made)
    return made


def mean_and_error(values):
    error = statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else float('nan')
    return statistics.mean(values), error


def report(a, results):
    print('\n| seed | roads missing | training | precision | recall | F1 |\n|---|---|---|---|---|---|')
    for one in results:
        print(f'| {one["seed"]} | {one["missing"]:.1%} | {one["kind"]} | {one["precision"]:.4f} | {one["recall"]:.4f} | '
              f'{one["f1"]:.4f} |')
    f1 = {kind: [one['f1'] for one in results if one['kind'] == kind] for kind in KINDS}
    for kind in KINDS:
        mean, error = mean_and_error(f1[kind])
        print(f'{kind}: F1 {mean:.4f}, standard error {error:.4f}')
    plain = [clean - noisy for clean, noisy in zip(f1['clean'], f1['plain'])]
    aware = [clean - noisy for clean, noisy in zip(f1['clean'], f1['aware'])]
    lost, error = mean_and_error(plain)
    left, left_error = mean_and_error(aware)
    print(f'cross-entropy loses {lost:.4f}, standard error of the paired difference {error:.4f}: {lost / error:.1f} of them')
    print(f'noisy_labels loses {left:.4f}, standard error {left_error:.4f}: {left / lost:.0%} of that')
    return lost > 3 * error, left <= lost / 2


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add('--terramask', default='build/release/bin/terramask')
    add('--work', required=True, help='folder for towns, projects and models')
    add('--seeds', default='1,2,3,4,5')
    add('--kinds', default=','.join(KINDS))
    add('--towns', default='41,42', help='seeds of the town to learn from and of the one to judge by')
    add('--size', type=int, default=1536, help='pixels')
    add('--pixel-size', type=float, default=1)
    add('--share', type=float, default=0.3, help='of the roads that is deleted')
    add('--validation', type=float, default=0.15)
    add('--width', type=int, default=8)
    add('--depth', type=int, default=3)
    add('--patch', type=int, default=128)
    add('--batch', type=int, default=8)
    add('--samples', type=int, default=800, help='patches an epoch')
    add('--epochs', type=int, default=8)
    add('--rate', type=float, default=2e-3)
    add('--device', default='cpu')
    add('--threads', type=int, default=1)
    return parser.parse_args()


def main():
    a = arguments()
    os.makedirs(a.work, exist_ok=True)
    learn, judge = (town(a, f'town_{seed}', seed) for seed in a.towns.split(','))
    kinds = a.kinds.split(',')
    results = []
    for seed in map(int, a.seeds.split(',')):
        for kind in kinds:
            results.append(train(a, kind, seed, learn, judge))
            print(json.dumps(results[-1]), flush=True)
    if kinds != list(KINDS):
        return
    loses, halved = report(a, results)
    if not loses:
        print('cross-entropy loses too little to say what the other loss wins back')
    elif not halved:
        sys.exit('the noise-aware loss loses more than half as much')


if __name__ == '__main__':
    main()
