"""`terramask region` goes on by the name of its folder alone, writes down its job, and counts all that is done."""
import contextlib
import json
import os
import shutil
import sqlite3
import subprocess

import numpy as np
import support
from support import gdal, osr

OPEN = {'datetime': None, 'start_datetime': '0001-01-01T00:00:00Z', 'end_datetime': '9999-12-31T23:59:59Z'}


def linear_model():
    """Bright red or not, a pixel at a time."""
    info = {'format': 1, 'network': {'architecture': 'linear', 'bands': 3, 'classes': 2},
            'bands': [{'name': name, 'type': 'Byte', 'mean': 100, 'std': 50} for name in ('red', 'green', 'blue')],
            'pixel_size_m': 1, 'pad_multiple': 1,
            'classes': [{'value': 0, 'name': 'dark', 'color': '#000000'}, {'value': 1, 'name': 'red', 'color': '#ff0000'}]}
    header = json.dumps({'__metadata__': {'terramask': json.dumps(info)},
                         'head.weight': {'dtype': 'F32', 'shape': [2, 3, 1, 1], 'data_offsets': [0, 24]},
                         'head.bias': {'dtype': 'F32', 'shape': [2], 'data_offsets': [24, 32]}}).encode()
    header += b' ' * (-len(header) % 8)
    return len(header).to_bytes(8, 'little') + header + np.array([-1, .5, .5, 1, -.5, -.5, 0, 0], '<f4').tobytes()


class RegionKnowsItsJob(support.FaultTest):
    def setUp(self):
        self.place = self.work / self.id().rsplit('.', 1)[-1]
        (self.place / 'in').mkdir(parents=True)
        (self.place / 'elsewhere').mkdir()
        (self.place / 'm.safetensors').write_bytes(linear_model())
        for name, x in (('a', 0), ('b', 128)):
            self.raster(f'in/{name}.tif', 32633, 500000 + x, 5000000, 1, 128)

    def raster(self, name, epsg, x, y, pixel, height):
        made = gdal.GetDriverByName('GTiff').Create(os.fspath(self.place / name), 128, height, 3)
        made.SetGeoTransform([x, pixel, 0, y, 0, -pixel])
        system = osr.SpatialReference()
        system.ImportFromEPSG(epsg)
        made.SetProjection(system.ExportToWkt())
        values = np.random.default_rng(1).integers(1, 200, (3, height // 16, 8), np.uint8)
        made.WriteRaster(0, 0, 128, height, values.repeat(16, 1).repeat(16, 2).tobytes())
        for band, color in enumerate((gdal.GCI_RedBand, gdal.GCI_GreenBand, gdal.GCI_BlueBand), 1):
            made.GetRasterBand(band).SetColorInterpretation(color)

    def region(self, *arguments, place='.', **options):
        return self.terramask('region', *arguments, '--device', 'cpu', '--threads', 1, cwd=self.place / place,
                              **options)

    def refused(self, *arguments, words=(), place='.', **options):
        self.refuses(['region', *arguments, '--device', 'cpu', '--threads', 1], *words, cwd=self.place / place,
                     **options)

    def begin(self, *more):
        return self.region('m.safetensors', 'in/*.tif', '--tile', 64, '-o', 'county', *more)

    def lose(self, count, out='county'):
        for mask in sorted((self.place / out / 'tiles').rglob('r*_c?????.tif'))[:count]:
            mask.unlink()

    def report(self, *arguments, **options):
        path = self.place / 'summary.json'
        ran = self.region(*arguments, '--json', path, **options)
        return json.loads(path.read_text()), ran

    def catalogue(self, out='county'):
        folder = self.place / out
        collection = json.loads((folder / 'collection.json').read_text())
        items = [json.loads((folder / link['href']).read_text()) for link in collection['links'] if link['rel'] == 'item']
        return collection, items

    def test_by_its_name_alone(self):
        self.begin()
        for place, out in (('.', 'county'), ('elsewhere', '../county/')):
            self.lose(2)
            ran = self.region('--resume', '-o', out, place=place)
            self.assertIn('2 done now', ran.stdout)
        self.lose(3)
        self.assertIn('3 to be done', self.region('--dry-run', '--resume', '-o', '../county', place='elsewhere').stdout)
        # With the job given too, as before; another one is refused.
        ran = self.region('m.safetensors', 'in/*.tif', '--tile', 64, '-o', 'county', '--resume')
        self.assertIn('3 done now', ran.stdout)
        self.refused('m.safetensors', 'in/*.tif', '--tile', 128, '-o', 'county', '--resume', words=['grid.tile'])
        # What a given job adds is known from then on.
        shutil.copy(self.place / 'in/b.tif', self.place / 'c.tif')
        self.region('m.safetensors', 'in/*.tif', 'c.tif', '--tile', 64, '-o', 'county', '--resume')
        job = json.loads((self.place / 'county/job.json').read_text())['given']
        self.assertEqual(job['sources'], [os.fspath(self.place / 'in/*.tif'), os.fspath(self.place / 'c.tif')])

    def test_what_is_not_said(self):
        self.begin()
        self.refused('-o', 'county/', words=['county/ holds a job of m.safetensors', 'add --resume to continue'], status=2)
        self.refused('-o', 'county/', '--dry-run', words=['add --resume to continue'])
        self.refused('--resume', '-o', 'empty/', words=['empty: no such folder', 'name JOB.json'])
        (self.place / 'empty').mkdir()
        self.refused('--resume', '-o', 'empty/', words=['empty: holds no job to go on with', 'name JOB.json'])
        self.assertEqual(list((self.place / 'empty').iterdir()), [])
        self.refused('-o', 'empty/', words=['no job is named'], status=2)
        self.refused('--resume', '-o', 'county', '--tile', 64, words=['--tile: no job is named'], status=2)
        self.refused('m.safetensors', 'in/*.tif', words=['-o,--output is required'], status=2)

    def test_shards_and_ranks(self):
        for shard in (1, 2):
            self.begin('--shard', f'{shard}/2')
        self.lose(2)
        for shard in (1, 2):
            ran = self.region('--resume', '-o', '../county', '--shard', f'{shard}/2', place='elsewhere')
            self.assertIn('1 done now', ran.stdout)
            self.assertIn('whole shard', ran.stdout)
        finished, ran = self.report('--finish', '-o', 'county')
        self.assertIn('whole region', ran.stdout)
        self.assertEqual(sum(one['pixels'] for one in finished['classes']), finished['valid_pixels'])
        self.assertEqual(finished['pixels'], 256 * 128)
        if shutil.which('mpirun') is None:
            return
        self.lose(3)
        ran = subprocess.run(['mpirun', '--allow-run-as-root', '--oversubscribe', '-n', '2', support.PROGRAM, 'region',
                              '--resume', '-o', '../county', '--device', 'cpu', '--threads', '1'],
                             cwd=self.place / 'elsewhere', capture_output=True, text=True, timeout=300, check=False)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn('3 done now', ran.stdout)

    def test_a_summary_is_of_all_tiles(self):
        first, _ = self.report('m.safetensors', 'in/*.tif', '--tile', 64, '-o', 'county')
        self.lose(1)
        resumed, ran = self.report('--resume', '-o', 'county')
        done, whole = self.report('--resume', '-o', 'county')
        finished, _ = self.report('--finish', '-o', 'county')
        for other in (resumed, done, finished):
            for key in ('pixels', 'valid_pixels', 'square_metres', 'hectares', 'classes'):
                self.assertEqual(other[key], first[key], key)
        self.assertEqual(first['this_run']['pixels'], 256 * 128)
        self.assertEqual(resumed['this_run']['pixels'], 64 * 64)
        self.assertEqual(done['this_run']['pixels'], 0)
        self.assertIn('this run: ', ran.stdout)
        self.assertIn('whole region: ', whole.stdout)
        self.assertNotIn('this run: ', whole.stdout)
        self.assertIn(' ha', whole.stdout)

    def test_areas_are_those_on_the_ground(self):
        """A square of pixels in degrees, feet and Web Mercator is what `zonal` finds of it."""
        crs_of = {'degrees': (4326, 10.0, 60.0, 1e-3), 'feet': (2263, 980000, 200000, 10.0), 'mercator': (3857, 1e6, 8e6, 10.0)}
        for name, (epsg, x, y, pixel) in crs_of.items():
            self.raster(f'{name}.tif', epsg, x, y, pixel, 192)
            summary, _ = self.report('m.safetensors', f'{name}.tif', '--resample', 'never', '--tile', 64, '-o', name)
            corners = [[x, y], [x + 128 * pixel, y], [x + 128 * pixel, y - 192 * pixel], [x, y - 192 * pixel], [x, y]]
            (self.place / f'{name}.geojson').write_text(json.dumps({
                'type': 'FeatureCollection', 'crs': {'type': 'name', 'properties': {'name': f'urn:ogc:def:crs:EPSG::{epsg}'}},
                'features': [{'type': 'Feature', 'properties': {}, 'geometry': {'type': 'Polygon', 'coordinates': [corners]}}]}))
            self.terramask('zonal', f'{name}/mask.vrt', '--zones', f'{name}.geojson', '-o', f'{name}.csv', cwd=self.place)
            header, row = [line.split(',') for line in (self.place / f'{name}.csv').read_text().splitlines()[:2]]
            for one in summary['classes']:
                columns = [i for i, title in enumerate(header) if title.startswith(one['name']) and 'ha' in title]
                self.assertTrue(columns, header)
                self.assertAlmostEqual(one['hectares'] / max(float(row[columns[0]]), 1e-9), 1, delta=1e-3, msg=name)
                self.assertAlmostEqual(one['square_metres'], 1e4 * one['hectares'], delta=1e-3)
            self.assertAlmostEqual(summary['hectares'], sum(one['hectares'] for one in summary['classes']), delta=1e-6)

    def test_a_journal_of_another_version(self):
        self.begin()
        with contextlib.closing(sqlite3.connect(self.place / 'county/journal.sqlite')) as journal:
            journal.execute('alter table tiles drop column areas')
            journal.execute('pragma user_version = 0')
            journal.commit()
        self.refused('--resume', '-o', 'county', words=['journal.sqlite: the journal of another version', '--restart'])
        self.refused('--finish', '-o', 'county', words=['journal.sqlite: the journal of another version'])
        self.refused('--dry-run', '--resume', '-o', 'county', words=['the journal of another version'])
        self.assertIn('8 done now', self.region('--restart', '-o', 'county').stdout)
        # What an older version has written does not say how the job was requested.
        path = self.place / 'county/job.json'
        job = json.loads(path.read_text())
        del job['given']
        path.write_text(json.dumps(job))
        self.refused('--resume', '-o', 'county', words=['job.json: does not say how', 'name the job again'])
        self.region('m.safetensors', 'in/*.tif', '--tile', 64, '-o', 'county', '--resume')
        self.region('--resume', '-o', 'county')

    def test_a_job_file(self):
        (self.place / 'jobs').mkdir()
        (self.place / 'list.txt').write_text('in/a.tif\nin/b.tif\n')
        options = ['--tile', 64, '--bands', '1-3', '--probabilities', 'byte', '--datetime', '2024-05']
        for number, sources in enumerate((['in/*.tif'], ['@list.txt'], ['in/'], [self.place / 'in/a.tif', 'in/b.tif'])):
            file, out = f'jobs/{number}.json', f'out{number}'
            ran = self.region('m.safetensors', *sources, *options, '--write-job', file)
            self.assertEqual(ran.stdout.strip(), file)
            job = json.loads((self.place / file).read_text())
            self.assertEqual(job['model'], '../m.safetensors')
            self.region('m.safetensors', *sources, *options, '-o', out)
            given = json.loads((self.place / out / 'job.json').read_text())
            ran = self.region(f'../jobs/{number}.json', '-o', f'../{out}', '--resume', place='elsewhere')
            self.assertIn('0 done now', ran.stdout)
            self.region(f'jobs/{number}.json', '-o', f'file{number}')
            self.assertEqual(json.loads((self.place / f'file{number}/job.json').read_text()), given)
        self.assertEqual(json.loads((self.place / 'jobs/0.json').read_text())['sources'], ['../in/*.tif'])
        self.assertEqual(json.loads((self.place / 'jobs/1.json').read_text())['sources'], ['@../list.txt'])
        self.assertEqual(json.loads((self.place / 'jobs/3.json').read_text())['sources'],
                         [os.fspath(self.place / 'in/a.tif'), '../in/b.tif'])
        call = ['m.safetensors', 'in/*.tif', '--write-job', 'jobs/0.json']
        self.refused(*call, words=['jobs/0.json: exists already', '--overwrite'], status=2)
        self.region(*call, '--overwrite')
        self.assertEqual(json.loads((self.place / 'jobs/0.json').read_text()),
                         {'model': '../m.safetensors', 'sources': ['../in/*.tif']})
        self.refused(*call, '--overwrite', '--threshold', 5, words=['threshold', '5'], status=2)
        self.refused(*call, '--overwrite', '--resume', words=['--write-job', '--resume'], status=2)
        self.refused('m.safetensors', 'in/*.tif', '--write-job', 'none/a.json', words=['none/a.json', 'does not exist'])

    def test_credentials_are_not_kept(self):
        secret = '/vsicurl/https://me:hidden@localhost:9/a.tif'
        self.terramask('region', 'm.safetensors', 'in/a.tif', secret, '--tile', 64, '-o', 'county', '--device', 'cpu',
                       cwd=self.place, status=1)
        self.assertNotIn('hidden', (self.place / 'county/job.json').read_text())
        self.refused('--resume', '-o', 'county', words=['credentials', 'name the job again'])

    def test_no_date_is_invented(self):
        ran = self.begin()
        warnings = [line for line in ran.stderr.splitlines() if '--datetime' in line]
        self.assertEqual(len(warnings), 1, ran.stderr)
        collection, items = self.catalogue()
        self.assertEqual(collection['extent']['temporal']['interval'], [[None, None]])
        for item in items:
            self.assertEqual({key: item['properties'][key] for key in OPEN}, OPEN)
        before = (self.place / 'county/collection.json').read_bytes()
        # When a file was written, or says that it was, is no date of the image.
        for name in 'ab':
            gdal.Open(os.fspath(self.place / f'in/{name}.tif'), gdal.GA_Update).SetMetadataItem('TIFFTAG_DATETIME', '2021:01:02 03:04:05')
        self.region('--resume', '-o', 'county')
        self.assertEqual((self.place / 'county/collection.json').read_bytes(), before)

    def test_dates_of_users_and_sources(self):
        self.begin('--datetime', '2024-05-01T10:30:00+02:00')
        collection, items = self.catalogue()
        self.assertEqual(items[0]['properties']['datetime'], '2024-05-01T08:30:00Z')
        self.assertNotIn('start_datetime', items[0]['properties'])
        ran = self.region('m.safetensors', 'in/*.tif', '--tile', 64, '-o', 'county', '--resume', '--datetime', '2024-05/2024-06')
        self.assertIn('0 done now', ran.stdout)
        self.assertNotIn('--datetime', ran.stderr)
        collection, items = self.catalogue()
        self.assertEqual(collection['extent']['temporal']['interval'], [['2024-05-01T00:00:00Z', '2024-06-30T23:59:59Z']])
        self.assertEqual(items[0]['properties']['end_datetime'], '2024-06-30T23:59:59Z')
        self.region('--finish', '-o', 'county')
        self.assertEqual(self.catalogue()[0], collection)
        for wrong in ('May', '2024-06/2024-05', '2024-05-01/', '2024-04-31'):
            self.refused('m.safetensors', 'in/*.tif', '-o', 'new', '--datetime', wrong, words=['--datetime', wrong], status=2)
        for name, date in (('a', '2023-04-05 06:07:08'), ('b', '2023-06-01 00:00:00')):
            gdal.Open(os.fspath(self.place / f'in/{name}.tif'), gdal.GA_Update).SetMetadataItem(
                'ACQUISITIONDATETIME', date, 'IMAGERY')
        if gdal.Open(os.fspath(self.place / 'in/a.tif')).GetMetadataItem('ACQUISITIONDATETIME', 'IMAGERY'):
            ran = self.region('m.safetensors', 'in/*.tif', '--tile', 64, '-o', 'told')
            self.assertNotIn('--datetime', ran.stderr)
            self.assertEqual(self.catalogue('told')[0]['extent']['temporal']['interval'],
                             [['2023-04-05T06:07:08Z', '2023-06-01T00:00:00Z']])

    def test_the_collection_names_its_products(self):
        epsg, x, y, side = 32633, 500000, 5000000, 128
        square = [[x, y], [x + side, y], [x + side, y - side], [x, y - side], [x, y]]
        (self.place / 'z.geojson').write_text(json.dumps({
            'type': 'FeatureCollection', 'crs': {'type': 'name', 'properties': {'name': f'urn:ogc:def:crs:EPSG::{epsg}'}},
            'features': [{'type': 'Feature', 'properties': {}, 'geometry': {'type': 'Polygon', 'coordinates': [square]}}]}))
        self.begin('--probabilities', 'byte', '--vectorize', '--zones', 'z.geojson')
        assets = self.catalogue()[0]['assets']
        self.assertEqual({key: one['href'] for key, one in assets.items()}, {
            'mask': './mask.vrt', 'mask_style': './mask.qml', 'probabilities': './probabilities.vrt',
            'probabilities_style': './probabilities.qml', 'tiles': './tiles.gpkg', 'polygons': './polygons.gpkg',
            'zones_table': './zones.csv', 'zones': './zones.gpkg'})
        for one in assets.values():
            self.assertTrue((self.place / 'county' / one['href']).exists())
            self.assertTrue(one['title'] and one['type'] and one['roles'])
        # Of a region that is not whole there are no polygons, and no word of them.
        self.lose(1)
        (self.place / 'in/a.tif').unlink()
        self.region('--resume', '-o', 'county', status=1)
        self.assertFalse({'polygons', 'zones', 'zones_table'} & set(self.catalogue()[0]['assets']))


if __name__ == '__main__':
    support.main()
