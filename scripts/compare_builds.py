#!/usr/bin/python3
"""Do two builds make the same? Runs each build's programs on the same inputs, and compares the bytes of what they make.

  scripts/compare_builds.py build/before/bin build/release/bin
  scripts/compare_builds.py --record here.json build/release/bin    # compare with another machine's: name here.json there

A build is its bin folder, or a record of one made elsewhere. What is made, on the CPU: the sample scene's mask; masks and
probabilities of the three road models; a model trained for 20 steps; a region of 100 tiles. Where the build has tests, the
results of each operator's cases on each device too. A raster is compared as a file and by its pixels alone, for libraries
may compress alike pixels differently. Exit status 1 where anything differs. Needs Debian's python3-gdal.
"""
import argparse
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
SAMPLE = ROOT / 'sample_data'
NETWORKS = ('unet', 'segnet', 'fcn')
# 20 steps of four patches.
TRAINING = {'patch': 64, 'batch': 4, 'samples': 80, 'epochs': 1, 'seed': 7}


def digest(data):
    return hashlib.sha256(data).hexdigest()[:16]


def raster(path):
    import numpy
    from osgeo import gdal
    gdal.UseExceptions()
    pixels = gdal.Open(str(path)).ReadAsArray()
    return {'file': digest(path.read_bytes()), 'pixels': digest(numpy.ascontiguousarray(pixels).tobytes())}


class Build:
    def __init__(self, folder, shared, work):
        self.program = folder / 'terramask'
        self.tests = folder / 'terramask_ops_tests'
        self.shared = shared
        self.work = work
        self.products = {}

    def run(self, *arguments):
        ran = subprocess.run([self.program, *map(str, arguments)], capture_output=True, text=True, cwd=self.work)
        if ran.returncode != 0:
            sys.exit(f'{self.program} {" ".join(map(str, arguments))}: {ran.stderr}')

    def segment(self, name, *arguments):
        mask, probabilities = self.work / f'{name}.tif', self.work / f'{name}_probabilities.tif'
        self.run('segment', *arguments, '-o', mask, '--probabilities', probabilities, '--device', 'cpu', '-q')
        self.products[f'{name}: mask'] = raster(mask)
        self.products[f'{name}: probabilities'] = raster(probabilities)

    def train(self):
        project = self.work / 'town.json'
        self.run('init', SAMPLE / 'ortho.tif', '--labels', SAMPLE / 'labels.tif', '-o', project, '--overwrite')
        keys = json.loads(project.read_text())
        keys['network'] = {'architecture': 'unet', 'width': 16, 'depth': 3}
        keys['training'] = keys.get('training', {}) | TRAINING
        project.write_text(json.dumps(keys))
        model = self.work / 'town.safetensors'
        self.run('train', project, '-o', model, '--device', 'cpu', '--overwrite', '-q')
        self.products['a model of 20 steps'] = {'file': digest(model.read_bytes())}

    def region(self, model):
        town = self.work / 'town'
        self.run('scene', '-o', town, '--seed', 5, '--size', 1280, '-q')
        self.run('region', model, town / 'ortho.tif', '-o', self.work / 'region', '--tile', 128, '--device', 'cpu', '-q')
        tiles = sorted(path for path in (self.work / 'region').rglob('*.tif'))
        all_pixels = ''.join(raster(tile)['pixels'] for tile in tiles)
        all_files = ''.join(raster(tile)['file'] for tile in tiles)
        self.products[f'a region of {len(tiles)} tiles'] = {'file': digest(all_files.encode()),
                                                            'pixels': digest(all_pixels.encode())}

    def operators(self):
        if not self.tests.exists():
            return
        report = self.work / 'operators.json'
        subprocess.run([self.tests, '--gtest_filter=Table/Operators.*', f'--gtest_output=json:{report}'],
                       stdout=subprocess.DEVNULL, check=False)
        for suite in json.loads(report.read_text())['testsuites']:
            for test in suite['testsuite']:
                for key, value in test.items():
                    if key.startswith('bits '):
                        self.products[f'{test["name"].partition("/")[2]}: {key[5:]}'] = {'bits': value}

    def make(self):
        town = [SAMPLE / 'town.safetensors', SAMPLE / 'ortho.tif', '--ndsm', SAMPLE / 'dsm.tif', SAMPLE / 'dtm.tif']
        self.segment('sample', *town)
        self.train()
        models = {name: self.shared / f'models/roads_{name}.safetensors' for name in NETWORKS}
        mosaic = self.shared / 'data/roads_mosaic.tif'
        if mosaic.exists():
            for name, model in models.items():
                self.segment(name, model, mosaic)
            self.region(models['unet'])
        else:
            print(f'SKIPPED: the road models and the region need {mosaic}')
        self.operators()
        return self.products


def products_of(build, shared):
    path = pathlib.Path(build)
    if path.is_file():
        return json.loads(path.read_text())
    with tempfile.TemporaryDirectory(prefix='terramask-builds-') as work:
        return Build(path.resolve(), shared, pathlib.Path(work)).make()


def compare(first, other):
    """Prints what differs; whether nothing does. Operators' cases are compared where both builds have them."""
    cases = [name for name in first if 'bits' in first[name] and name in other]
    things = [name for name in first.keys() | other.keys() if 'bits' not in first.get(name, other.get(name))]
    differ = []
    for name in sorted(things):
        a, b = first.get(name), other.get(name)
        if a is None or b is None:
            differ.append(f'{name}: made by one of them only')
        elif a != b and 'pixels' in a and a['pixels'] == b['pixels']:
            differ.append(f'{name}: the same pixels, in other bytes')
        elif a != b:
            differ.append(f'{name}: differs')
    print(f'{len(things) - len(differ)} of {len(things)} products are the same bytes')
    by_test = {}
    for name in cases:
        same, count = by_test.get(name.partition(':')[0], (0, 0))
        by_test[name.partition(':')[0]] = (same + (first[name] == other[name]), count + 1)
    whole = sum(same == count for same, count in by_test.values())
    print(f'{whole} of {len(by_test)} operators, each on each device, give the same bits')
    differ += [f'{test}: {count - same} of {count} results differ' for test, (same, count) in sorted(by_test.items())
               if same < count]
    for line in differ:
        print(' ', line)
    return not differ


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('builds', nargs='+', metavar='BUILD', help='a bin folder, or a record')
    parser.add_argument('--record', metavar='FILE', help='write the digests of the first build to FILE')
    parser.add_argument('--shared', type=pathlib.Path, default=ROOT.parent / 'shared',
                        help='models and imagery (default: %(default)s)')
    a = parser.parse_args()
    all_products = [products_of(build, a.shared.resolve()) for build in a.builds]
    for name, found in all_products[0].items():
        if 'bits' not in found:
            print(f'{name:32} {" ".join(f"{k} {v}" for k, v in found.items())}')
    if a.record:
        pathlib.Path(a.record).write_text(json.dumps(all_products[0], indent=1))
    same = [compare(all_products[0], other) for other in all_products[1:]]
    sys.exit(0 if all(same) else 1)


if __name__ == '__main__':
    main()
