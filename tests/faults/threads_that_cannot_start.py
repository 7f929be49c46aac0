"""Where the system gives no further thread, or no further memory, the program says so and ends."""
import json
import os
import random
import resource
import signal
import subprocess
import unittest

from support import PROGRAM, SAMPLE, TOWN_MODEL, FaultTest, as_argument, gdal, main

NDSM = ['--ndsm', SAMPLE / 'dsm.tif', SAMPLE / 'dtm.tif']
SMALL = ['--width', '4', '--depth', '2', '--patch', '32', '--set', 'split.block_m=32', '--set', 'training.samples=16',
         '--set', 'training.epochs=1']
CPU = ['--device', 'cpu', '--threads', 3]  # a Vulkan driver's own threads may end the process
MIB = 1 << 20


class Limits(FaultTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.work.chmod(0o777)
        rules = {'version': 1, 'unlabelled': 'background', 'sources': {'v': {'path': 'x'}},
                 'rules': [{'source': 'v', 'class': 'building', 'layer': 'multipolygons', 'where': 'building IS NOT NULL'}],
                 'classes': [{'value': 0, 'name': 'background', 'color': '#000000'},
                             {'value': 1, 'name': 'building', 'color': '#ffd400'}]}
        (cls.work / 'osm.json').write_text(json.dumps(rules))
        rules['sources']['v'] |= {'type': 'map', 'legend': [{'color': '#ffffff', 'class': 'building'},
                                                            {'color': '#b8a88a', 'class': 'background'}]}
        rules['rules'] = [{'source': 'v'}]
        (cls.work / 'map.json').write_text(json.dumps(rules))
        for call in (['init', SAMPLE / 'ortho.tif', '--labels', SAMPLE / 'labels.tif', '-o', cls.work / 'p.json', *SMALL],
                     ['segment', TOWN_MODEL, SAMPLE / 'ortho.tif', *NDSM, '-o', cls.work / 'whole.tif']):
            subprocess.run([PROGRAM, *map(as_argument, call)], check=True, cwd=cls.work, capture_output=True)
        # Tiles of a folder, over the sample.
        gdal.Translate(str(cls.work / 'tiles.mbtiles'), gdal.Warp('', str(SAMPLE / 'ortho.tif'), format='MEM',
                                                                 dstSRS='EPSG:3857'), format='MBTiles')
        for path in cls.work.iterdir():
            path.chmod(0o644)

    def calls(self, folder):
        folder.mkdir()
        folder.chmod(0o777)
        labels, ortho = SAMPLE / 'labels.tif', SAMPLE / 'ortho.tif'
        return {
            'segment': ['segment', TOWN_MODEL, ortho, *NDSM, '-o', folder / 's.tif', '--tile', 128, *CPU],
            'region': ['region', TOWN_MODEL, ortho, *NDSM, '-o', folder / 'r', '--tile', 128, '--workers', 2, *CPU],
            'train': ['train', self.work / 'p.json', '-o', folder / 't.safetensors', *CPU],
            'labels': ['labels', self.work / 'osm.json', '--source', f'v={SAMPLE / "map.osm"}', '--like', ortho, '-o',
                       folder / 'l.tif'],
            'map': ['labels', self.work / 'map.json', '--source', f'v={ortho}', '--like', ortho, '-o', folder / 'p.tif'],
            'init': ['init', ortho, '--labels', labels, '-o', folder / 'i.json'],
            'scene': ['scene', '-o', folder / 'scene', '--size', '1100x64', '--threads', 3],
            'mosaic': ['mosaic', labels, '-o', folder / 'm.tif'],
            'probabilities': ['segment', TOWN_MODEL, ortho, *NDSM, '-o', folder / 'q.tif', '--probabilities',
                              folder / 'all.tif', *CPU, '--co', 'NUM_THREADS=4'],
            'tiles': ['mosaic', f'xyz:{self.work / "tiles.mbtiles"}', '-o', folder / 'x.tif'],
            'evaluate': ['evaluate', labels, '--reference', labels, '--html', folder / 'e.html'],
        }

    def ends_well(self, name, call, wanted, limit):
        """Succeeds, or says in one line what there was too little of."""
        ran = self.run_program(*call, timeout=120, preexec_fn=limit,
                               env=os.environ | {'HOME': str(self.work), 'OMP_WAIT_POLICY': 'passive'})
        if wanted.startswith('(out of memory') and ran.returncode < 0:
            # Libraries' own ends: oneDNN writes code into memory that it did not get, or throws where nothing may be
            # thrown, and GDAL gives up a small request below a handler of its own.
            self.assertIn(ran.returncode, (-signal.SIGSEGV, -signal.SIGABRT), ran.stderr)
            self.assertTrue('--device' in call or 'FATAL: CPL' in ran.stderr, ran.stderr)
            return 1
        self.assertIn(ran.returncode, (0, 1), f'{name}\n{ran.stderr}')
        if ran.returncode == 1:
            lines = ran.stderr.splitlines()
            self.assertTrue(lines and lines[-1].startswith('terramask'), ran.stderr)
            self.assertNotIn('defect', ran.stderr)
            self.assertRegex(ran.stderr, wanted)
        return ran.returncode

    @unittest.skipIf(os.geteuid() != 0, 'needs root, to run as a user whom the limit on processes binds')
    def test_a_limit_on_processes(self):
        reached = set()
        for more in range(9):
            user = random.randint(100000, 2000000)  # nobody else's: the limit counts all that a user runs

            def limit():
                resource.setrlimit(resource.RLIMIT_NPROC, (1 + more, 1 + more))
                os.setgroups([])
                os.setgid(user)
                os.setuid(user)

            for name, call in self.calls(self.work / f'processes {more}').items():
                with self.subTest(name, more=more):
                    if self.ends_well(name, call, rf'no further thread could be started \(limit of processes, `ulimit -u`: '
                                                  rf'{1 + more}\); raise it', limit) == 1:
                        reached.add(name)
        self.assertLessEqual({'segment', 'region', 'train', 'labels'}, reached)

    def least_memory(self):
        """Bytes of addresses with which the program begins at all."""
        for size in range(100, 4000, 20):
            limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (size * MIB, size * MIB))
            if self.run_program('--version', preexec_fn=limit).returncode == 0:
                return size * MIB
        self.skipTest('the program needs very much memory')

    def test_a_limit_on_memory(self):
        least = self.least_memory()
        for more in (10, 30, 60, 100, 150, 250, 400, 800):
            size = least + more * MIB
            limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (size, size))
            for name, call in self.calls(self.work / f'memory {more}').items():
                with self.subTest(name, more=more):
                    self.ends_well(name, call, '(out of memory|gives no|no further thread).*`ulimit -v`', limit)


if __name__ == '__main__':
    main()
