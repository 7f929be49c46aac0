#!/usr/bin/env python3
"""Compares exported models with ONNX Runtime: each model is exported, and both segment the same windows of a real image.

  measurements/compare_onnxruntime.py --terramask build/ci/bin/terramask IMAGE MODEL...

Needs onnxruntime and numpy (PyPI) in the Python that runs it, and GDAL's programs in the PATH. A window's extents are multiples
of 32, so that the network runs over it in one pass. Prints the largest difference of probabilities, and how many pixels of the
masks differ. Exit status 1 where a difference is above 1e-5.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

WINDOWS = ((256, 256), (512, 384))  # rows, columns


def raw(path, bands, rows, columns, kind):
    import numpy
    subprocess.run(['gdal_translate', '-q', '-of', 'ENVI', '-co', 'INTERLEAVE=BSQ',
                    '-ot', 'Byte' if kind == 'u1' else 'Float32', path, f'{path}.raw'], check=True)
    return numpy.fromfile(f'{path}.raw', kind).reshape(bands, rows, columns)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--terramask', required=True)
    parser.add_argument('--device', default='cpu')
    parser.add_argument('image')
    parser.add_argument('models', nargs='+', metavar='MODEL')
    a = parser.parse_args()
    import numpy
    import onnxruntime
    worst = 0
    for model in a.models:
        with tempfile.TemporaryDirectory() as folder:
            work = pathlib.Path(folder)
            run = lambda *words: subprocess.run([a.terramask, *map(str, words)], check=True, capture_output=True, text=True).stdout
            run('export', model, '-o', work / 'm.onnx')
            bands = json.loads(run('info', '--json', model))['models'][0]['bands']
            session = onnxruntime.InferenceSession(str(work / 'm.onnx'))
            for rows, columns in WINDOWS:
                window = work / f'{rows}.tif'
                subprocess.run(['gdal_translate', '-q', '-srcwin', '64', '64', str(columns), str(rows), a.image, window], check=True)
                run('segment', '-q', model, window, '-o', work / 'mask.tif', '--probabilities', work / 'p.tif',
                    '--probability-type', 'float32', '--device', a.device, '--overwrite')
                pixels = raw(window, len(bands), rows, columns, 'u1').astype('f4')
                mean, std = (numpy.array([b[key] for b in bands], 'f4')[:, None, None] for key in ('mean', 'std'))
                logits = session.run(None, {'image': ((pixels - mean) / std)[None]})[0][0].astype('f8')
                expected = numpy.exp(logits - logits.max(0))
                expected /= expected.sum(0)
                found = raw(work / 'p.tif', len(expected), rows, columns, 'f4')
                differing = (raw(work / 'mask.tif', 1, rows, columns, 'u1')[0] != expected.argmax(0)).sum()
                most = abs(found - expected).max()
                worst = max(worst, most)
                print(f'{pathlib.Path(model).name} {rows} x {columns} on {a.device}: largest difference {most:.2e}, '
                      f'{differing} of {rows * columns} mask pixels differ', flush=True)
    sys.exit(int(worst > 1e-5))


if __name__ == '__main__':
    main()
