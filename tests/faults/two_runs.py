"""Two runs on one output: the second is refused and says who has it. What a killed run left goes with the next."""
import os
import signal
import subprocess
import time

import numpy as np

import support
from support import PROGRAM, SAMPLE, TOWN_MODEL, gdal

NDSM = ['--ndsm', SAMPLE / 'dsm.tif', SAMPLE / 'dtm.tif']


def hidden(folder):
    return sorted(name for name in os.listdir(folder) if name.startswith('.'))


class TwoRuns(support.FaultTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # As large as it takes to be caught at work.
        side = 3000
        cls.noise = cls.work / 'noise.tif'
        raster = gdal.GetDriverByName('GTiff').Create(str(cls.noise), side, side, 1, gdal.GDT_Byte)
        raster.SetGeoTransform([452000, .5, 0, 5412000, 0, -.5])
        raster.GetRasterBand(1).WriteArray(np.kron(np.random.default_rng(1).integers(0, 3, (side // 6, side // 6)), np.ones((6, 6))).astype(np.uint8))
        raster = None

    def halt(self, call, folder):
        """Starts a run, and stops it as soon as it works on its output: beside it stands a hidden folder."""
        process = subprocess.Popen([PROGRAM, *map(str, call)], cwd=self.work, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        end = time.monotonic() + 120
        while not hidden(folder):
            self.assertIsNone(process.poll(), process.stderr.read() if process.poll() is not None else '')
            self.assertLess(time.monotonic(), end)
        time.sleep(0.02)
        process.send_signal(signal.SIGSTOP)
        self.assertIsNone(process.poll(), 'it was over before it was halted')
        return process

    def contend(self, name, call, output):
        folder = self.work / name
        folder.mkdir()
        call = [*call, '-o', folder / output]
        first = self.halt(call, folder)
        again = [] if '--overwrite' in call else ['--overwrite']
        self.refuses([*call, *again], output, 'another run is writing it', f'process {first.pid}', status=2)
        first.kill()
        first.wait()
        self.assertTrue(hidden(folder))
        left = hidden(folder)
        ran = self.terramask(*call, *again)
        self.assertIn('removed, left by a run that was killed', ran.stderr)
        self.assertIn(left[0], ran.stderr)
        self.assertEqual(hidden(folder), [])
        self.assertTrue((folder / output).exists())

    def test_vectorize(self):
        self.contend('vectorize', ['vectorize', self.noise, '--crs', 'EPSG:32633'], 'p.gpkg')

    def test_segment(self):
        self.contend('segment', ['segment', TOWN_MODEL, SAMPLE / 'ortho.tif', *NDSM], 'm.tif')

    def test_mosaic(self):
        self.contend('mosaic', ['mosaic', self.noise], 'm.tif')

    def test_labels(self):
        rules = self.work / 'rules.json'
        rules.write_text('{"version": 1, "unlabelled": "background", "classes": [{"value": 0, "name": "background", '
                         '"color": "#000000"}, {"value": 1, "name": "v", "color": "#ffffff"}], "sources": {"v": '
                         '{"path": "v.geojson"}}, "rules": [{"source": "v", "class": "v"}]}')
        image = self.work / 'like.tif'
        if not image.exists():
            gdal.Translate(str(image), str(self.noise), outputSRS='EPSG:32633')
        (self.work / 'v.geojson').write_text('{"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": '
            '"EPSG:32633"}}, "features": [{"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": '
            '[[[452000, 5411000], [453000, 5411000], [453000, 5412000], [452000, 5411000]]]}}]}')
        self.contend('labels', ['labels', rules, '--like', image], 'l.tif')

    def test_train(self):
        project = self.work / 'town.json'
        self.terramask('init', SAMPLE / 'ortho.tif', '--labels', SAMPLE / 'labels.tif', '-o', project)
        folder = self.work / 'train'
        folder.mkdir()
        call = ['train', project, '-o', folder / 'm.safetensors', '--epochs', 1]
        first = self.halt(call, folder)
        self.refuses(call, 'm.safetensors', 'another run is writing it', f'process {first.pid}', status=2)
        self.refuses([*call, '--overwrite'], 'm.safetensors', f'process {first.pid}', status=2)
        first.kill()
        first.wait()
        second = subprocess.Popen([PROGRAM, *map(str, call), '--overwrite'], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        line = second.stderr.readline()
        second.kill()
        second.communicate()
        self.assertIn('removed, left by a run that was killed', line)

    def test_evaluate_and_its_folder(self):
        folder = self.work / 'evaluate'
        folder.mkdir()
        call = ['evaluate', '--model', TOWN_MODEL, SAMPLE / 'ortho.tif', *NDSM, '--reference', SAMPLE / 'labels.tif', '--json', folder / 'e.json']
        first = self.halt(call, folder)
        first.kill()
        first.wait()
        self.assertTrue(hidden(folder))
        ran = self.terramask(*call)
        self.assertIn('removed, left by a run that was killed', ran.stderr)
        self.assertEqual(hidden(folder), [])


if __name__ == '__main__':
    support.main()
