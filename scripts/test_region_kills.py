#!/usr/bin/env python3
"""Kills a region again and again, fills its disk, spoils its inputs, and compares what is there in the end with a run
that nothing happened to.

scripts/test_region_kills.py [--terramask build/release/bin/terramask] [--work FOLDER] [--towns 3] [--tile 64]
                           [--kills 20] [--seed 1]

Towns beside each other make the region (3 x 3 of 1024 pixels: 2304 tiles of 64). The second run writes into a small
tmpfs where this may be mounted (root), else the full disk is left out. Prints what it saw; exit status 1 where anything
is not as it must be.
"""
import argparse
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

here = Path(__file__).resolve().parent


def run(command, **more):
    return subprocess.run([str(part) for part in command], check=True, **more)


def make_inputs(a, work):
    (work / 'in').mkdir(parents=True, exist_ok=True)
    for row in range(a.towns):
        for column in range(a.towns):
            target = work / 'in' / f'{row}_{column}.tif'
            if target.exists():
                continue
            folder = work / 'town'
            x, y = 452000 + column * a.side * 0.5, 5412000 - row * a.side * 0.5
            run([a.terramask, 'scene', '-o', folder, '--seed', 100 + row * a.towns + column, '--size', a.side,
                 '--origin', f'{x},{y}', '--overwrite', '-q'])
            shutil.move(folder / 'ortho.tif', target)
            shutil.rmtree(folder)
    run([here / 'make_random_model.py', work / 'model.safetensors', '--architecture', 'unet', '--width', '4'])


def journal(out):
    """What the journal says of each tile, read from a copy: (row, column) -> (status, runs, cause)."""
    if not (out / 'journal.sqlite').exists():
        return {}
    with tempfile.TemporaryDirectory() as folder:
        for ending in ('', '-wal'):
            source = out / f'journal.sqlite{ending}'
            if source.exists():
                shutil.copy(source, Path(folder) / f'journal.sqlite{ending}')
        connection = sqlite3.connect(Path(folder) / 'journal.sqlite')
        try:
            rows = connection.execute('SELECT row, col, status, runs, cause FROM tiles').fetchall()
        except sqlite3.DatabaseError:  # killed before the first tables were made
            return {}
        finally:
            connection.close()
    return {(row, column): (status, runs, cause) for row, column, status, runs, cause in rows}


class Test:
    def __init__(self, a, work):
        self.a, self.work, self.random = a, work, random.Random(a.seed)
        self.out = work / 'out'
        self.in_flight = {}   # tile -> interruptions that met it in flight
        self.near = set()     # tiles that may see a bad input, once there is one
        self.before = {}      # tile -> runs at the last look
        self.most = 0
        self.faults = []

    def command(self, out, *more):
        # Named patterns, so that an input that goes is gone.
        return [self.a.terramask, 'region', self.work / 'model.safetensors', f'{self.work}/in/*.tif', '-o', out,
                '--tile', self.a.tile, '--device', 'cpu', '--threads', '1', '--workers', '2', *more]

    def begin(self):
        return subprocess.Popen([str(part) for part in self.command(self.out, '--resume')],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def interrupted(self):
        """Takes down which tiles an interruption met."""
        now = journal(self.out)
        met = [tile for tile, (status, runs, _) in now.items()
               if status in ('running', 'pending') and runs > self.before.get(tile, 0)]
        for tile in met:
            self.in_flight[tile] = self.in_flight.get(tile, 0) + 1
        self.before = {tile: runs for tile, (_, runs, _) in now.items()}
        met = [tile for tile in met if tile not in self.near]
        self.most = max(self.most, len(met))
        done = sum(status == 'done' for status, _, _ in now.values())
        return done, len(met)

    def kill_once(self, seconds, number):
        process = self.begin()
        time.sleep(self.random.uniform(0.15, seconds))
        killed = process.poll() is None
        if killed:
            process.send_signal(signal.SIGKILL)
        process.communicate()
        done, met = self.interrupted()
        print(f'kill {number}: {"killed" if killed else "had ended"}, {done} tiles done, {met} in flight', flush=True)
        return killed

    def check(self, what, good):
        print(('ok    ' if good else 'WRONG ') + what, flush=True)
        if not good:
            self.faults.append(what)


def mount(out, size):
    out.mkdir(exist_ok=True)
    return subprocess.run(['mount', '-t', 'tmpfs', '-o', f'size={size}', 'tmpfs', str(out)],
                          stderr=subprocess.DEVNULL).returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--terramask', default=here.parent / 'build' / 'release' / 'bin' / 'terramask')
    parser.add_argument('--work')
    parser.add_argument('--towns', type=int, default=3)
    parser.add_argument('--side', type=int, default=1024)
    parser.add_argument('--tile', type=int, default=64)
    parser.add_argument('--kills', type=int, default=20)
    parser.add_argument('--seed', type=int, default=1)
    a = parser.parse_args()
    work = Path(a.work) if a.work else Path(tempfile.mkdtemp(prefix='terramask-kills-'))
    work.mkdir(parents=True, exist_ok=True)
    make_inputs(a, work)
    test = Test(a, work)
    whole = work / 'whole'
    shutil.rmtree(whole, ignore_errors=True)
    start = time.time()
    run(test.command(whole), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    seconds = time.time() - start
    expected = {tile: whole / 'tiles' / f'r{tile[0]:05}' / f'r{tile[0]:05}_c{tile[1]:05}.tif' for tile in journal(whole)}
    print(f'undisturbed: {len(expected)} tiles in {seconds:.1f} s', flush=True)

    shutil.rmtree(test.out, ignore_errors=True)
    mounted = mount(test.out, '3m')
    try:
        if mounted:
            process = test.begin()
            said = process.communicate()[0]
            done, met = test.interrupted()
            test.check(f'the full disk ends the run with status 1 and says so ({done} tiles done, {met} in flight)',
                       process.returncode == 1 and ('disk' in said or 'room' in said or 'free' in said)
                       and 0 < done < len(expected))
            run(['mount', '-o', 'remount,size=2g', test.out])
        else:
            print('no tmpfs may be mounted: the full disk is left out', flush=True)

        killed = 0
        bad = [work / 'in' / '1_1.tif', work / 'in' / '0_2.tif']
        for number in range(1, a.kills + 1):
            killed += test.kill_once(1.6 * seconds / a.kills, number)
            if number == a.kills // 2:
                keep = [path.read_bytes() for path in bad], [path.stat() for path in bad]
                with open(bad[0], 'r+b') as file:
                    file.truncate(len(keep[0][0]) // 3)
                bad[1].unlink()
                test.near = tiles_near(test, expected, bad)
                print(f'{bad[0].name} cut short, {bad[1].name} deleted', flush=True)
        process = test.begin()
        said = process.communicate()[0]
        verify(test, whole, expected, killed, process.returncode, said, bad)

        for path, content, facts in zip(bad, *keep):
            path.write_bytes(content)
            os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
        process = test.begin()
        process.communicate()
        test.check('with the inputs back, the job ends whole', process.returncode == 0)
        compare(test, expected, set(expected), 'all')
        test.check('mask.vrt is that of the undisturbed run',
                   (test.out / 'mask.vrt').read_bytes() == (whole / 'mask.vrt').read_bytes())
    finally:
        if mounted:
            subprocess.run(['umount', str(test.out)])
    if not a.work:
        shutil.rmtree(work)
    print('all is as it must be' if not test.faults else f'{len(test.faults)} things are wrong')
    return 1 if test.faults else 0


def compare(test, expected, tiles, which):
    differ = []
    for tile in tiles:
        for ending in ('', '.aux.xml'):
            path = Path(str(expected[tile]) + ending)
            found = test.out / path.relative_to(test.work / 'whole')
            if not found.exists() or found.read_bytes() != path.read_bytes():
                differ.append(tile)
                break
    test.check(f'{which} {len(tiles)} tiles are there, byte for byte', not differ)
    left = [path for path in test.out.rglob('.*part-*')]
    test.check('no half file is left', not left)


def tiles_near(test, expected, bad):
    """A tile beside a bad input may see it too."""
    side = test.a.side // test.a.tile
    return {tile for tile in expected for path in bad
            for row, column in [map(int, path.stem.split('_'))]
            if row * side - 1 <= tile[0] <= (row + 1) * side and column * side - 1 <= tile[1] <= (column + 1) * side}


def verify(test, whole, expected, killed, status, said, bad):
    now = journal(test.out)
    failed = {tile for tile, (state, _, _) in now.items() if state == 'failed'}
    states = {state for state, _, _ in now.values()}
    test.check(f'{killed} runs were killed', killed >= test.a.kills * 3 // 4)
    test.check(f'the last run tells of bad inputs: status {status}, {len(failed)} tiles failed',
               status == 1 and failed and all(path.name in said for path in bad))
    test.check('each failed tile names the input that is bad',
               all(any(path.name in now[tile][2] for path in bad) for tile in failed))
    near = tiles_near(test, expected, bad)
    test.check('only tiles that see a bad input failed', failed <= near)
    test.check('every other tile is done', states <= {'done', 'failed'} and set(now) == set(expected))
    compare(test, expected, set(expected) - failed, 'the other')
    again = {tile for tile, (state, runs, _) in now.items()
             if tile not in near and runs != 1 + test.in_flight.get(tile, 0)}
    total = sum(runs for _, runs, _ in now.values())
    test.check(f'nothing ran twice but what was in flight ({total} runs of {len(now)} tiles, at most {test.most} in '
               'flight at once)', not again)


if __name__ == '__main__':
    sys.exit(main())
