#!/usr/bin/env python3
"""What handing out a region's tiles to several ranks costs: counted by the ranks themselves, and as the ratio of wall
times of runs with and without ranks, in turns.

measurements/measure_dispatch.py [--build build/release] [--work FOLDER] [--side 8192] [--tile 1024] [--pairs 9]
                          [--ranks 1,2,4]

The model does nothing (a 1 x 1 convolution). The inputs, four rasters of SIDE x SIDE pixels, are made once in FOLDER
and kept there; without it, in a temporary folder. A run of one process with N workers and N computing threads is
compared with N ranks of one of each, so both have as many threads. Every pair is run one after the other, now this one
first, now that one. What both write is compared once.
"""
import argparse
import filecmp
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

here = Path(__file__).resolve().parent


def run(command, **more):
    return subprocess.run([str(part) for part in command], check=True, **more)


def make_inputs(terramask, work, side):
    model = work / 'linear.safetensors'
    if not model.exists():
        run([here / 'make_random_model.py', model])
    folder = work / f'in{side}'
    if (folder / '3.tif').exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    run([terramask, 'scene', '-o', work / 'town', '--seed', 5, '--size', side, '-q', '--overwrite'])
    for i in range(4):
        x, y = 452000 + (i % 2) * side // 2, 5412000 - (i // 2) * side // 2
        run(['gdal_translate', '-q', '-a_ullr', x, y, x + side // 2, y - side // 2, '-co', 'TILED=YES', '-co',
             'BLOCKXSIZE=512', '-co', 'BLOCKYSIZE=512', '-co', 'COMPRESS=JPEG', '-co', 'PHOTOMETRIC=YCBCR',
             work / 'town' / 'ortho.tif', folder / f'{i}.tif'])
    shutil.rmtree(work / 'town')
    return folder


class Measurement:
    def __init__(self, a, terramask, work, inputs):
        self.a, self.terramask, self.work, self.inputs = a, terramask, work, inputs

    def once(self, threads, launcher):
        """One run into an empty folder: its summary."""
        out = self.work / 'out'
        shutil.rmtree(out, ignore_errors=True)
        told = self.work / 'summary.json'
        command = [*launcher, self.terramask, 'region', self.work / 'linear.safetensors', f'{self.inputs}/*.tif',
                   '-o', out, '--tile', self.a.tile, '--device', 'cpu', '--workers', threads, '--threads', threads,
                   '--json', told]
        # OpenMP's threads otherwise keep the cores busy that other ranks compute on.
        run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, 'OMP_WAIT_POLICY': 'passive'})
        return json.loads(told.read_text())

    def plain(self, ranks):
        return self.once(ranks, [])

    def many(self, ranks):
        as_root = ['--allow-run-as-root'] if os.getuid() == 0 else []
        return self.once(1, ['mpirun', *as_root, '--oversubscribe', '--bind-to', 'none', '-q', '-n', ranks])

    def same(self, ranks):
        """Whether the tiles of both are the same files."""
        self.plain(ranks)
        kept = self.work / 'plain'
        shutil.rmtree(kept, ignore_errors=True)
        (self.work / 'out').rename(kept)
        self.many(ranks)
        first, second = (sorted(p.relative_to(f) for p in (f / 'tiles').rglob('*.tif*'))
                         for f in (kept, self.work / 'out'))
        good = first == second and all(filecmp.cmp(kept / p, self.work / 'out' / p, shallow=False) for p in first)
        shutil.rmtree(kept)
        return good, len(first)

    def pairs(self, ranks):
        ratios, plain, many = [], [], []
        for number in range(self.a.pairs):
            first = number % 2 == 0
            one = self.plain(ranks) if first else None
            other = self.many(ranks)
            one = one or self.plain(ranks)
            plain.append(one['seconds'])
            many.append(other)
            ratios.append(other['seconds'] / one['seconds'])
            print(f'  pair {number + 1}: {one["seconds"]:.2f} s, {ranks} ranks {other["seconds"]:.2f} s', file=sys.stderr)
        return ratios, plain, many


def tell(ranks, ratios, plain, many):
    """The median of the ratios with the standard error of a median, and what the ranks counted."""
    error = 1.2533 * statistics.stdev(ratios) / math.sqrt(len(ratios)) if len(ratios) > 1 else float('nan')
    waited = statistics.median(one['waited_share'] for one in many)
    seconds = [sum(rank['seconds'] for rank in one['ranks']) for one in many]
    end = statistics.median(sum(rank['waited_at_end_seconds'] for rank in one['ranks']) / s
                            for one, s in zip(many, seconds))
    handing = statistics.median(one['handing_out']['processor_seconds'] / s for one, s in zip(many, seconds))
    print(f'{ranks} rank{"" if ranks == 1 else "s"}: ranks waited {100 * waited:.2f}% of their time for tiles, '
          f'{100 * end:.2f}% at the end, while the last were done; handing out took {100 * handing:.2f}% of it on a core\n'
          f'  wall time {statistics.median(one["seconds"] for one in many):.2f} s, one process of as many threads '
          f'{statistics.median(plain):.2f} s: {100 * (statistics.median(ratios) - 1):+.2f} '
          f'+- {100 * error:.2f}% (median of {len(ratios)} pairs)', flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--build', type=Path, default=here.parent / 'build' / 'release')
    parser.add_argument('--work', type=Path)
    parser.add_argument('--side', type=int, default=8192)
    parser.add_argument('--tile', type=int, default=1024)
    parser.add_argument('--pairs', type=int, default=9)
    parser.add_argument('--ranks', default='1,2,4')
    a = parser.parse_args()
    terramask = a.build / 'bin' / 'terramask'
    if not terramask.exists():
        sys.exit(f'there is no {terramask}; build first, or name the build folder with --build')
    if not shutil.which('mpirun'):
        print('SKIPPED: there is no mpirun (package openmpi-bin)')
        return 0
    work = a.work or Path(tempfile.mkdtemp(prefix='terramask-dispatch-'))
    work.mkdir(parents=True, exist_ok=True)
    status = 0
    try:
        measurement = Measurement(a, terramask, work, make_inputs(terramask, work, a.side))
        for ranks in map(int, a.ranks.split(',')):
            same, tiles = measurement.same(ranks)
            print(f'{ranks} rank{"" if ranks == 1 else "s"}: {tiles} files of tiles, '
                  f'{"the same bytes" if same else "THEY DIFFER"}', flush=True)
            status = status if same else 1
            tell(ranks, *measurement.pairs(ranks))
    finally:
        shutil.rmtree(work / 'out', ignore_errors=True)
        if not a.work:
            shutil.rmtree(work)
    return status


if __name__ == '__main__':
    sys.exit(main())
