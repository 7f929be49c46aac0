"""What the values of a raster mean: scale, offset and unit of heights, nodata of several bands, alpha, types."""
import json
import os
import re

import numpy as np

from support import PROGRAM, SAMPLE, TOWN_MODEL, FaultTest, gdal, main, osr

ROADS = 'models/roads_unet.safetensors'


class RasterValues(FaultTest):
    def copy(self, path, source, values=None, kind=None, **edits):
        """A copy of a raster's first band or of all, with other values, of another type, with scale, offset, unit."""
        original = gdal.Open(str(source))
        values = original.ReadAsArray() if values is None else values
        values = values if values.ndim == 3 else values[None]
        file = gdal.GetDriverByName('GTiff').Create(str(path), values.shape[2], values.shape[1], len(values),
                                                    kind or original.GetRasterBand(1).DataType)
        file.SetGeoTransform(original.GetGeoTransform())
        crs = original.GetSpatialRef()
        if 'epoch' in edits: crs.SetCoordinateEpoch(edits['epoch'])
        file.SetSpatialRef(crs)
        for i, plane in enumerate(values):
            band = file.GetRasterBand(i + 1)
            if 'scale' in edits: band.SetScale(edits['scale'])
            if 'offset' in edits: band.SetOffset(edits['offset'])
            if 'unit' in edits: band.SetUnitType(edits['unit'])
            if 'nodata' in edits: band.SetNoDataValue(edits['nodata'])
            if len(values) > 2 and i < 3: band.SetColorInterpretation(gdal.GCI_RedBand + i)
            band.WriteArray(plane)
        return path

    def heights(self, name, kind, metres=1, unit=None, scale=1, offset=0):
        """The sample's surface or terrain, stored otherwise."""
        values = (gdal.Open(str(SAMPLE / name)).ReadAsArray().astype('float64') / metres - offset) / scale
        edits = {'scale': scale, 'offset': offset} | ({'unit': unit} if unit else {})
        if kind != gdal.GDT_Float32: values = np.round(values)
        return self.copy(self.work / f'{kind}_{metres}_{scale}_{name}', SAMPLE / name, values, kind, **edits)

    def town(self, dsm, dtm, *more):
        mask = self.work / 'mask.tif'
        self.terramask('segment', '-q', TOWN_MODEL, SAMPLE / 'ortho.tif', '--ndsm', dsm, dtm, '-o', mask, '--overwrite',
                       *more)
        return self.pixels(mask)


class Heights(RasterValues):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        made = cls()
        cls.metres = made.town(SAMPLE / 'dsm.tif', SAMPLE / 'dtm.tif')

    def check(self, mask):
        self.assertGreater((mask == self.metres).mean(), 0.995)

    def test_centimetres(self):
        folder = self.inputs('f03_heights')
        self.check(self.town(folder / 'dsm_cm.tif', folder / 'dtm_cm.tif'))

    def test_two_units(self):
        feet = self.heights('dsm.tif', gdal.GDT_Float32, metres=.3048, unit='ft')
        self.check(self.town(feet, SAMPLE / 'dtm.tif'))
        offset = self.heights('dtm.tif', gdal.GDT_UInt16, scale=.01, offset=100, unit='m')
        self.check(self.town(feet, offset))

    def test_a_unit_that_is_not_known(self):
        strange = self.heights('dsm.tif', gdal.GDT_Float32, unit='fathom')
        self.refuses(['segment', TOWN_MODEL, SAMPLE / 'ortho.tif', '--ndsm', strange, SAMPLE / 'dtm.tif', '-o',
                      self.work / 'no.tif'], strange.name, 'fathom')

    def test_everywhere(self):
        dsm, dtm = (self.heights(name, gdal.GDT_Int16, scale=.01) for name in ('dsm.tif', 'dtm.tif'))
        self.terramask('region', '-q', TOWN_MODEL, SAMPLE / 'ortho.tif', '--ndsm', dsm, dtm, '-o', self.work / 'region')
        self.check(self.pixels(self.work / 'region/mask.vrt'))
        accuracy = []
        for pair in ((dsm, dtm), (SAMPLE / 'dsm.tif', SAMPLE / 'dtm.tif')):
            told = self.terramask('evaluate', '--model', TOWN_MODEL, SAMPLE / 'ortho.tif', '--ndsm', *pair, '--reference',
                                  SAMPLE / 'labels.tif')
            accuracy.append(float(re.search(r'overall accuracy\D*([\d.]+)', told.stdout)[1]))
        self.assertAlmostEqual(*accuracy, delta=.5)

    def test_trained_alike(self):
        """What a training sees of heights is what it would see of metres."""
        made = []
        for name, pair in (('cm', [self.heights(n, gdal.GDT_Int32, scale=.001) for n in ('dsm.tif', 'dtm.tif')]),
                           ('m', [SAMPLE / 'dsm.tif', SAMPLE / 'dtm.tif'])):
            project = self.work / f'{name}.json'
            self.terramask('init', '-q', SAMPLE / 'ortho.tif', '--labels', SAMPLE / 'labels.tif', '--ndsm', *pair,
                           '-o', project)
            keys = json.loads(project.read_text())
            keys['network'] = {'architecture': 'linear'}
            keys['training'] |= {'epochs': 1, 'samples': 4, 'patch': 64}
            project.write_text(json.dumps(keys))
            model = self.work / f'{name}.safetensors'
            self.terramask('train', '-q', project, '-o', model)
            self.assertIn('nodata rule   auto', self.terramask('info', model).stdout)
            told = json.loads(self.terramask('info', '--json', model).stdout)['models'][0]
            made.append({band['name']: (band['mean'], band['std']) for band in told['bands']}['ndsm'])
        np.testing.assert_allclose(*made, rtol=1e-3)

    def test_swapped(self):
        pair = [SAMPLE / 'dtm.tif', SAMPLE / 'dsm.tif']
        words = ['dtm.tif', 'dsm.tif', 'below the terrain', f'--ndsm {pair[1]} {pair[0]}']
        self.refuses(['segment', TOWN_MODEL, SAMPLE / 'ortho.tif', '--ndsm', *pair, '-o', self.work / 'no.tif'], *words)
        self.refuses(['region', TOWN_MODEL, SAMPLE / 'ortho.tif', '--ndsm', *pair, '-o', self.work / 'no'], *words)
        self.refuses(['init', SAMPLE / 'ortho.tif', '--labels', SAMPLE / 'labels.tif', '--ndsm', *pair, '-o',
                      self.work / 'no.json'], *words)
        self.refuses(['evaluate', '--model', TOWN_MODEL, SAMPLE / 'ortho.tif', '--ndsm', *pair, '--reference',
                      SAMPLE / 'labels.tif'], *words)
        self.terramask('init', '-q', SAMPLE / 'ortho.tif', '--labels', SAMPLE / 'labels.tif', '--ndsm', *pair[::-1],
                       '-o', self.work / 'yes.json')
        keys = json.loads((self.work / 'yes.json').read_text())
        heights = next(one['ndsm'] for one in keys['images'][0]['stack'] if 'ndsm' in one)
        heights['dsm'], heights['dtm'] = heights['dtm'], heights['dsm']
        (self.work / 'yes.json').write_text(json.dumps(keys))
        self.refuses(['train', self.work / 'yes.json', '-o', self.work / 'no.safetensors'], 'below the terrain')

    def changed(self, name, change, kind=gdal.GDT_Float32, **edits):
        values = gdal.Open(str(SAMPLE / name)).ReadAsArray().astype('float64')
        return self.copy(self.work / f'changed_{name}', SAMPLE / name, change(values), kind, **edits)

    def pair(self, name, changed):
        return [changed if one == name else SAMPLE / one for one in ('dsm.tif', 'dtm.tif')]

    def project(self, pair):
        return ['init', '-q', SAMPLE / 'ortho.tif', '--labels', SAMPLE / 'labels.tif', '--ndsm', *pair, '-o',
                self.work / 'p.json', '--overwrite']

    def test_nodata_that_is_not_declared(self):
        for name in ('dsm.tif', 'dtm.tif'):
            for fill in (-9999, -32768, -32767, -3.4028234663852886e38, 0):
                def holes(values):
                    values[:200] = fill
                    return values

                with self.subTest(name=name, fill=fill):
                    ran = self.refuses(self.project(self.pair(name, self.changed(name, holes))), f'changed_{name}',
                                       'nodata that the file does not declare', 'gdal_edit.py -a_nodata',
                                       '-3.4e38' if fill < -1e38 else f' {fill} ')
                    self.assertNotIn('name the surface first', ran.stderr)
                    self.terramask(*self.project(self.pair(name, self.changed(name, holes, nodata=fill))))

    def test_other_datums_and_units(self):
        ran = self.terramask('segment', TOWN_MODEL, SAMPLE / 'ortho.tif', '--ndsm',
                             self.changed('dsm.tif', lambda v: v + 46), SAMPLE / 'dtm.tif', '-o', self.work / 'datum.tif')
        self.assertIn('46 m and more above the terrain', ran.stderr)
        cases = {'centimetres': (lambda v: np.round(v * 100), 'and more above the terrain'),
                 'feet': (lambda v: v / .3048, 'and more above the terrain'),
                 'below': (lambda v: v - 100, 'and more below the terrain'),
                 'some': (lambda v: np.where(np.arange(512) < 100, v + 9999, v), 'more than 300 m')}
        for name, (change, words) in cases.items():
            with self.subTest(name):
                kind = gdal.GDT_Int16 if name == 'centimetres' else gdal.GDT_Float32
                self.refuses(self.project(self.pair('dsm.tif', self.changed('dsm.tif', change, kind))), words,
                             'vertical datum', 'gdal_edit.py -units')

    def test_one_file_twice(self):
        ran = self.terramask('segment', TOWN_MODEL, SAMPLE / 'ortho.tif', '--ndsm', SAMPLE / 'dsm.tif',
                             SAMPLE / 'dsm.tif', '-o', self.work / 'twice.tif')
        self.assertIn('equals the terrain', ran.stderr)

    def test_what_is_right_is_not_doubted(self):
        ran = self.terramask('segment', TOWN_MODEL, SAMPLE / 'ortho.tif', '--ndsm', SAMPLE / 'dsm.tif',
                             SAMPLE / 'dtm.tif', '-o', self.work / 'right.tif')
        self.assertNotIn('terrain', ran.stderr)
        # By the sea, which is 0 in both, and on a plane that is 0 altogether.
        dsm, dtm = (self.pixels(SAMPLE / name) for name in ('dsm.tif', 'dtm.tif'))
        sea = np.arange(512) < 200
        by_the_sea = [np.where(sea, 0, heights - dtm.min() + 1) for heights in (dsm, dtm)]
        for name, (surface, terrain) in {'sea': by_the_sea, 'plane': [dsm - dtm, 0 * dtm]}.items():
            with self.subTest(name):
                pair = [self.copy(self.work / f'{name}_{one}', SAMPLE / one, heights, gdal.GDT_Float32)
                        for one, heights in (('dsm.tif', surface), ('dtm.tif', terrain))]
                self.terramask(*self.project(pair))


class Nodata(RasterValues):
    def holes(self, *arguments, nodata=255):
        mask = self.work / 'holes.tif'
        self.terramask('segment', '-q', *arguments, '-o', mask, '--overwrite')
        return int((self.pixels(mask) == nodata).sum())

    def test_one_band_zero(self):
        ortho, model = self.inputs('f04_one_band_zero') / 'ortho.tif', self.shared(ROADS)
        self.assertEqual(self.holes(model, ortho), 20480)
        self.assertEqual(self.holes(model, ortho, '--nodata-rule', 'all'), 20480)
        self.assertEqual(self.holes(model, ortho, '--nodata-rule', 'any'), 35312)
        self.assertIn('QGIS', self.terramask('info', ortho).stdout)
        self.terramask('region', '-q', model, ortho, '-o', self.work / 'region')
        self.assertEqual(int((self.pixels(self.work / 'region/mask.vrt') == 255).sum()), 20480)

    def test_other_values_invalidate_by_any_band(self):
        image = self.pixels(SAMPLE / 'ortho.tif').astype('int16')
        image[0, :10, :10] = -9999
        image = self.copy(self.work / 'i16.tif', SAMPLE / 'ortho.tif', image, gdal.GDT_Int16, nodata=-9999)
        labels = SAMPLE / 'labels.tif'
        for rule, hidden in (('auto', 100), ('any', 100), ('all', 0)):
            project = self.work / f'{rule}.json'
            self.terramask('init', '-q', image, '--labels', labels, '--nodata-rule', rule, '-o', project)
            keys = json.loads(project.read_text())
            self.assertEqual(keys['nodata_rule'], rule)
            keys['split'] = {'method': 'file', 'fractions': [1, 0, 0]}
            keys['network'] = {'architecture': 'linear'}
            keys['training'] |= {'epochs': 1, 'samples': 2, 'patch': 64}
            project.write_text(json.dumps(keys))
            model = self.work / f'{rule}.safetensors'
            self.terramask('train', '-q', project, '-o', model)
            told = json.loads(self.terramask('info', '--json', model).stdout)['models'][0]
            self.assertEqual(told['nodata_rule'], rule)
            self.assertEqual(told['provenance']['training_pixels'], 512 * 512 - hidden)
            # The model's rule holds where none is named.
            self.assertEqual(self.holes(model, image), hidden)
            self.assertEqual(self.holes(model, image, '--nodata-rule', 'any'), 100)

    def test_infrared_called_alpha(self):
        naip, model = self.inputs('f19_nir_as_alpha') / 'naip.tif', self.shared(ROADS)
        told = self.terramask('segment', model, naip, '-o', self.work / 'told.tif')
        self.assertIn('band 4 is called alpha', told.stderr)
        self.assertIn('near infrared', self.terramask('info', naip).stdout)
        self.assertEqual(self.holes(model, naip), 2500)
        for say in (['--bands', '1,2,3', '--src-nodata', 'none'], ['--src-nodata', 'none'], ['--no-src-alpha'],
                    ['--nosrcalpha']):
            self.assertEqual(self.holes(model, naip, *say), 0, say)
        self.terramask('init', '-q', naip, '--labels', SAMPLE / 'labels.tif', '--no-src-alpha', '-o',
                       self.work / 'naip.json')
        member = json.loads((self.work / 'naip.json').read_text())['images'][0]['stack'][0]
        self.assertEqual(member['alpha'], 'none')

    def test_mosaics(self):
        ortho, model = self.inputs('f04_one_band_zero') / 'ortho.tif', self.shared(ROADS)
        whole = self.work / 'whole.tif'
        self.terramask('segment', '-q', model, ortho, '-o', whole)
        mask = self.work / 'mosaic.tif'
        self.terramask('segment', '-q', model, ortho, ortho, '--mosaic', '-o', mask)
        np.testing.assert_array_equal(self.pixels(mask), self.pixels(whole))


class Types(RasterValues):
    def test_complex_values_are_refused(self):
        labels = self.pixels(SAMPLE / 'labels.tif').astype('complex64')
        odd = self.copy(self.work / 'complex.tif', SAMPLE / 'labels.tif', labels, gdal.GDT_CFloat32)
        ortho, out = SAMPLE / 'ortho.tif', self.work / 'out'
        words = ('complex.tif', 'complex')
        self.refuses(['vectorize', odd, '-o', f'{out}.gpkg'], *words)
        self.refuses(['evaluate', odd, '--reference', SAMPLE / 'labels.tif', '--mask-map', '0=a,1=b'], *words)
        self.refuses(['evaluate', SAMPLE / 'labels.tif', '--reference', odd], *words)
        self.refuses(['init', ortho, '--labels', odd, '-o', f'{out}.json'], *words)
        self.refuses(['init', odd, '--labels', SAMPLE / 'labels.tif', '-o', f'{out}.json'], *words)
        self.refuses(['mosaic', odd, '-o', f'{out}.tif'], *words)
        self.refuses(['picture', ortho, odd, '-o', f'{out}.png'], *words)
        self.refuses(['picture', odd, SAMPLE / 'labels.tif', '-o', f'{out}.png'], *words)
        self.refuses(['zonal', odd, '--zones', SAMPLE / 'map.osm', '-o', f'{out}.csv'], *words)
        self.refuses(['labels', '--check', odd, '--like', ortho, '--csv', f'{out}.csv'], *words)
        self.refuses(['segment', TOWN_MODEL, ortho, '--ndsm', odd, SAMPLE / 'dtm.tif', '-o', f'{out}.tif'], *words)

    def test_class_values_have_no_scale(self):
        odd = self.copy(self.work / 'scaled.tif', SAMPLE / 'labels.tif', kind=gdal.GDT_Int16, scale=.5)
        self.refuses(['init', SAMPLE / 'ortho.tif', '--labels', odd, '-o', self.work / 'no.json'], 'scaled.tif', 'scale')
        self.refuses(['vectorize', odd, '-o', self.work / 'no.gpkg'], 'scaled.tif', 'scale')

    def test_scaled_imagery(self):
        """A model of bytes does not see something else in silence."""
        image = self.copy(self.work / 'reflectance.tif', SAMPLE / 'ortho.tif', scale=1 / 255)
        self.refuses(['segment', self.shared(ROADS), image, '-o', self.work / 'no.tif'], 'reflectance.tif', 'scale',
                     '-a_scale 1')

    def test_epoch(self):
        image = self.copy(self.work / 'epoch.tif', SAMPLE / 'ortho.tif', epoch=2021.3)
        mask, masks = self.work / 'epoch_mask.tif', self.work / 'epoch_region'
        self.terramask('segment', '-q', self.shared(ROADS), image, '-o', mask, '--probabilities', self.work / 'p.tif')
        self.terramask('region', '-q', self.shared(ROADS), image, '-o', masks)
        for path in (mask, self.work / 'p.tif', masks / 'mask.vrt'):
            self.assertEqual(gdal.Open(str(path)).GetSpatialRef().GetCoordinateEpoch(), 2021.3, path)
        self.assertIn('2021.3', self.terramask('info', mask).stdout)

    def test_codes_beyond_what_classes_take(self):
        codes = self.pixels(SAMPLE / 'labels.tif').astype('uint32') + 100101
        odd = self.copy(self.work / 'codes.tif', SAMPLE / 'labels.tif', codes, gdal.GDT_UInt32)
        ran = self.refuses(['init', SAMPLE / 'ortho.tif', '--labels', odd, '-o', self.work / 'no.json'], 'codes.tif',
                           '100101', '65535')
        self.assertNotIn('--mask-map', ran.stderr)


class Names(RasterValues):
    def test_a_stack_of_names_with_commas(self):
        image = self.pixels(SAMPLE / 'ortho.tif')
        first = self.copy(self.work / 'red,green.tif', SAMPLE / 'ortho.tif', image[:2])
        second = self.copy(self.work / 'blue,.tif', SAMPLE / 'ortho.tif', image[2:])
        model = self.shared(ROADS)
        self.terramask('segment', '-q', model, SAMPLE / 'ortho.tif', '-o', self.work / 'plain.tif')
        self.terramask('segment', '-q', model, '--stack', first, '--stack', second, '--bands', '1-3', '-o',
                       self.work / 'commas.tif')
        np.testing.assert_array_equal(self.pixels(self.work / 'plain.tif'), self.pixels(self.work / 'commas.tif'))
        plain = [self.copy(self.work / 'rg.tif', first), self.copy(self.work / 'b.tif', second)]
        self.terramask('segment', '-q', model, '--stack', ','.join(map(str, plain)), '--bands', '1-3', '-o',
                       self.work / 'list.tif')
        np.testing.assert_array_equal(self.pixels(self.work / 'plain.tif'), self.pixels(self.work / 'list.tif'))

    def test_two_local_systems_of_one_name(self):
        for name, unit in (('a', 'metre'), ('b', 'foot')):
            path = self.copy(self.work / f'site_{name}.tif', SAMPLE / 'ortho.tif')
            crs = osr.SpatialReference(f'LOCAL_CS["Site grid",UNIT["{unit}",{1 if unit == "metre" else .3048}]]')
            gdal.Open(str(path), gdal.GA_Update).SetSpatialRef(crs)
        self.refuses(['segment', self.shared(ROADS), '--stack', self.work / 'site_a.tif', '--stack',
                      self.work / 'site_b.tif', '--bands', '1,2,4', '-o', self.work / 'no.tif'], 'Site grid', 'metre',
                     'foot', '-a_srs')


class Memory(RasterValues):
    def used(self, *arguments):
        """Peak of resident bytes of a run of its own."""
        child = os.fork()
        if child == 0:
            quiet = os.open(os.devnull, os.O_WRONLY)
            os.dup2(quiet, 1), os.dup2(quiet, 2)
            os.execv(PROGRAM, [PROGRAM, *map(str, arguments)])
        _, status, usage = os.wait4(child, 0)
        self.assertEqual(status, 0, arguments)
        return usage.ru_maxrss * 1024

    def test_a_line_takes_no_more_than_its_pixels(self):
        model, line = self.shared(ROADS), self.work / 'line.tif'
        image = np.random.default_rng(1).integers(1, 255, (3, 1, 100000)).astype('uint8')
        self.copy(line, SAMPLE / 'ortho.tif', image)
        arguments = ['segment', '-q', model, line, '-o', self.work / 'mask.tif', '--probabilities', self.work / 'p.tif',
                     '--probability-type', 'float32', '--overwrite']
        told = self.terramask(*arguments, '--dry-run').stdout
        amounts = re.search(r'memory +([\d.]+) (\w+) on the device, about ([\d.]+) (\w+) in the program', told)
        units = {'bytes': 1, 'kB': 1e3, 'MB': 1e6, 'GB': 1e9}
        estimate = sum(float(amounts[i]) * units[amounts[i + 1]] for i in (1, 3))
        used = self.used(*arguments)
        self.assertLess(used, 500e6)
        self.assertLess(abs(estimate / used - 1), .25, f'{estimate} told, {used} used')


if __name__ == '__main__':
    main()
