#!/usr/bin/python3
"""How well a beginner's roads come out of a map: labels, init, train, evaluate, with no file edited by hand.

  measurements/measure_swellendam.py --data ../shared/data/osm_roads_swellendam --work /tmp/swellendam

An image of 2.5 m pixels and 39 lines of OpenStreetMap's roads, two to three pixels wide: 1% of the ground. For each
split of the ground into blocks (--splits, seeds of the split) the four commands are run as the README has them, and the
model is judged on the test part, which it has not seen: strictly, pixel by pixel, and with one pixel forgiven (relaxed
precision and recall, Mnih 2013). Trainings that are done stay in the work folder. Prints a table, and the medians; exit
status 1 where the median recall is below 0.4 or the median F1 below 0.5, both with the pixel forgiven.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

RULES = {
    'version': 1, 'unlabelled': 'background',
    'classes': [{'value': 0, 'name': 'background', 'color': '#000000'},
                {'value': 1, 'name': 'road', 'color': '#ffd400'}],
    'sources': {'osm': {'path': 'osm_roads.geojson'}},
    'rules': [{'source': 'osm', 'class': 'road', 'buffer': {'width': 6}}]}


def run(*arguments):
    begin = time.monotonic()
    ran = subprocess.run([str(one) for one in arguments], capture_output=True, text=True)
    if ran.returncode != 0:
        sys.exit(f'{" ".join(map(str, arguments))}\n{ran.stdout}\n{ran.stderr}')
    return ran.stdout + ran.stderr, time.monotonic() - begin


def make_labels(a):
    labels = a.work / 'roads.tif'
    if not labels.exists():
        rules = a.work / 'rules.json'
        rules.write_text(json.dumps(RULES, indent=1))
        run(a.terramask, 'labels', rules, '--source', f'osm={a.data / "osm_roads.geojson"}', '--like', a.image, '-o',
            labels)
    return labels


def measure(a, labels, split):
    """The figures of one split of the ground."""
    result = a.work / f'split_{split}.json'
    if result.exists():
        return json.loads(result.read_text())
    project, model = a.work / f'split_{split}.project.json', a.work / f'split_{split}.safetensors'
    said, _ = run(a.terramask, 'init', a.image, '--labels', labels, '-o', project, '--overwrite', '--set',
                  f'split.seed={split}', *a.init)
    (a.work / f'split_{split}.init.txt').write_text(said)
    said, seconds = run(a.terramask, 'train', project, '-o', model, '--threads', a.threads,
                        '--resume' if a.resume else '--overwrite', *a.train)
    (a.work / f'split_{split}.train.txt').write_text(said)
    report = a.work / f'split_{split}.report.json'
    run(a.terramask, 'evaluate', '--project', project, '--part', 'test', '--model', model, '--slack', '1', '--class',
        'road', '--json', report, '--overwrite', '--threads', a.threads)
    found = json.loads(report.read_text())
    figures = {'split': split, 'seconds': seconds}
    for name, classes in (('strict', found['all']['classes']), ('forgiven', found['relaxed']['classes'])):
        road = next(one for one in classes if one['name'] == 'road')
        figures[name] = [road[key] or 0.0 for key in ('precision', 'recall', 'f1')]
    result.write_text(json.dumps(figures))
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add('--terramask', default='build/release/bin/terramask')
    add('--data', type=pathlib.Path, required=True, help='holds 3420B_north.tif and osm_roads.geojson')
    add('--work', type=pathlib.Path, required=True)
    add('--splits', default='1,2,3,4,5', help='seeds of the split')
    add('--threads', type=int, default=2)
    add('--init', default='', help='more options of init, in one word')
    add('--train', default='', help='more options of train, in one word')
    add('--resume', action='store_true', help='go on with trainings that were stopped')
    a = parser.parse_args()
    a.init, a.train = a.init.split(), a.train.split()
    a.image = a.data / '3420B_north.tif'
    a.work.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault('OMP_WAIT_POLICY', 'passive')
    labels = make_labels(a)
    print('| split | precision | recall | F1 | with 1 pixel forgiven: precision | recall | F1 | minutes |')
    print('|---|---|---|---|---|---|---|---|')

    def row(name, strict, forgiven, seconds):
        print(f'| {name} | {" | ".join(f"{one:.3f}" for one in strict + forgiven)} | {seconds / 60:.1f} |', flush=True)

    rows = []
    for split in map(int, a.splits.split(',')):
        rows.append(measure(a, labels, split))
        row(split, rows[-1]['strict'], rows[-1]['forgiven'], rows[-1]['seconds'])
    medians = {key: [statistics.median(one[key][i] for one in rows) for i in range(3)]
               for key in ('strict', 'forgiven')}
    row('median', medians['strict'], medians['forgiven'], statistics.median(one['seconds'] for one in rows))
    _, recall, f1 = medians['forgiven']
    if recall < 0.4 or f1 < 0.5:
        sys.exit('too little of the roads is found')


if __name__ == '__main__':
    main()
