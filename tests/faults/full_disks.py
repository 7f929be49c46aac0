"""On a disk that is full nothing stands under its name that is not whole, and the status says so."""
import json
import os
import pathlib
import subprocess
import xml.etree.ElementTree

import support
from support import SAMPLE, TOWN_MODEL, gdal, ogr

NDSM = ['--ndsm', SAMPLE / 'dsm.tif', SAMPLE / 'dtm.tif']


def whole(path):
    """Whether a file can be read to its end, by its ending."""
    ending = path.suffix
    if ending == '.xml':
        return bool(xml.etree.ElementTree.parse(path).getroot() is not None)
    if ending in ('.tif', '.png'):
        opened = gdal.Open(str(path))
        opened.ReadAsArray()
        return True
    if ending in ('.json', '.geojson'):
        return bool(json.loads(path.read_text()))
    if ending == '.html':
        return path.read_text().rstrip().endswith('</html>')
    if ending == '.csv':
        return path.read_text().endswith('\n')
    if ending in ('.gpkg', '.fgb'):
        opened = ogr.Open(str(path))
        layer = opened.GetLayer(0)
        return len([1 for _ in layer]) == layer.GetFeatureCount()
    return True


class FullDisks(support.FaultTest):
    def setUp(self):
        self.disk = self.work / 'disk'
        self.disk.mkdir(exist_ok=True)

    def mount(self, size):
        if subprocess.run(['mount', '-t', 'tmpfs', '-o', f'size={size}k', 'tmpfs', self.disk],
                          capture_output=True).returncode != 0:
            self.skipTest('needs the right to mount a small disk')

    def fill(self, call, sizes, wanted):
        """Runs on disks of so many kilobytes; on the largest it must succeed."""
        for size in sizes:
            with self.subTest(call=str(call[0]), size=size):
                self.mount(size)
                try:
                    ran = self.run_program(*call)
                    there = [pathlib.Path(folder) / name for folder, _, names in os.walk(self.disk) for name in names]
                    for path in there:
                        self.assertTrue(whole(path), path)
                    names = {path.name for path in there}
                    if ran.returncode == 0:
                        self.assertLessEqual(wanted, names)
                    else:
                        self.assertNotIn('defect', ran.stderr)
                        self.assertIn(ran.returncode, (1,), ran.stderr)
                finally:
                    subprocess.run(['umount', self.disk], check=True)
        self.assertEqual(ran.returncode, 0, ran.stderr)

    def test_masks(self):
        self.fill(['mosaic', SAMPLE / 'labels.tif', '-o', self.disk / 'm.tif'], (4, 8, 12, 20, 28, 36, 44, 52, 60, 4000),
                  {'m.tif', 'm.tif.aux.xml'})

    def test_segment(self):
        self.fill(['segment', TOWN_MODEL, SAMPLE / 'ortho.tif', *NDSM, '-o', self.disk / 'm.tif'], (4, 24, 4000),
                  {'m.tif', 'm.tif.aux.xml'})

    def test_errors_of_an_evaluation(self):
        call = ['evaluate', SAMPLE / 'labels.tif', '--reference', SAMPLE / 'labels.tif']
        self.fill([*call, '--errors', self.disk / 'e.tif'], (4, 8, 12, 16, 20, 24, 4000), {'e.tif', 'e.tif.aux.xml'})
        self.fill([*call, '--html', self.disk / 'e.html', '--json', self.disk / 'e.json'], (4, 12, 4000),
                  {'e.html', 'e.json'})

    def test_vectors(self):
        for ending in ('.gpkg', '.geojson', '.fgb'):
            self.fill(['vectorize', SAMPLE / 'labels.tif', '-o', self.disk / f'v{ending}'], (4, 100, 300, 600, 20000),
                      {f'v{ending}'})

    def test_tables_and_pictures(self):
        zones = self.work / 'zones.gpkg'
        self.terramask('vectorize', SAMPLE / 'labels.tif', '-o', zones)
        self.fill(['zonal', SAMPLE / 'labels.tif', '--zones', zones, '-o', self.disk / 'z.csv'], (4, 8, 40, 1000), {'z.csv'})
        self.fill(['picture', SAMPLE / 'ortho.tif', SAMPLE / 'labels.tif', '-o', self.disk / 'p.png'],
                  (4, 100, 200, 4000), {'p.png'})
        self.fill(['labels', '--check', SAMPLE / 'labels.tif', '--like', SAMPLE / 'ortho.tif', '--csv',
                   self.disk / 'c.csv', '--html', self.disk / 'c.html'], (4, 8, 4000), {'c.csv', 'c.html'})

    def test_a_scene(self):
        self.fill(['scene', '-o', self.disk / 'town', '--size', '128x128'], (100, 200, 250, 300, 4000),
                  {'labels.tif', 'labels.tif.aux.xml', 'map.gpkg', 'map.osm'})

    def test_a_region_and_its_sidecars(self):
        out = self.disk / 'out'
        call = ['region', TOWN_MODEL, SAMPLE / 'ortho.tif', *NDSM, '-o', out, '--tile', 128, '--threads', 2]
        for size in (300, 400, 600):
            with self.subTest(size=size):
                self.mount(size)
                try:
                    self.run_program(*call)
                    for path in (out / 'tiles').rglob('r*'):
                        if path.is_file():
                            self.assertTrue(whole(path), path)
                    subprocess.run(['mount', '-o', 'remount,size=30000k', self.disk], check=True)
                    self.terramask(*call, '--resume' if (out / 'journal.sqlite').exists() else '--restart')
                    tiles = list((out / 'tiles').rglob('*.tif'))
                    self.assertEqual(len(tiles), 16)
                    for path in tiles:
                        self.assertTrue(whole(path.with_name(path.name + '.aux.xml')), path)
                finally:
                    subprocess.run(['umount', self.disk], check=True)


if __name__ == '__main__':
    support.main()
