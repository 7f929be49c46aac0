"""What the values of label rasters mean: declared nodata of any type, palettes, colours, ranges."""
import json
import shutil

import numpy as np

from support import SAMPLE, FaultTest, gdal, main

PLACE, UTM33 = (452000, .5, 0, 5412000, 0, -.5), 'EPSG:32633'
COLORS = {0: (0, 0, 0), 1: (255, 0, 0), 2: (0, 255, 0), 3: (0, 0, 255), 4: (255, 255, 0), 5: (0, 255, 255)}


def write(path, pixels, type_, nodata=None, palette=None):
    pixels = pixels if pixels.ndim == 3 else pixels[None]
    raster = gdal.GetDriverByName('GTiff').Create(str(path), pixels.shape[2], pixels.shape[1], len(pixels), type_)
    raster.SetGeoTransform(PLACE)
    raster.SetProjection(gdal.Open(str(SAMPLE / 'ortho.tif')).GetProjection())
    if palette:
        table = gdal.ColorTable()
        for value, color in palette.items():
            table.SetColorEntry(value, color)
        raster.GetRasterBand(1).SetColorTable(table)
    for i, band in enumerate(pixels):
        if nodata is not None:
            raster.GetRasterBand(i + 1).SetNoDataValue(nodata)
        raster.GetRasterBand(i + 1).WriteArray(band)
    raster = None
    return path


class LabelValues(FaultTest):

    def setUp(self):
        self.image = self.work / 'ortho.tif'
        shutil.copy(SAMPLE / 'ortho.tif', self.image)
        self.labels = gdal.Open(str(SAMPLE / 'labels.tif')).ReadAsArray()

    def init(self, *arguments, status=0):
        return self.terramask('init', *arguments, '-o', self.work / 'p.json', '--picture', self.work / 'p.png',
                              '--overwrite', status=status)

    def project(self):
        return json.loads((self.work / 'p.json').read_text())

    def test_declared_nodata_is_no_label_of_any_type(self):
        classes = None
        for type_, nodata in ((gdal.GDT_Byte, 255), (gdal.GDT_Byte, 77), (gdal.GDT_Int16, -9999), (gdal.GDT_UInt16, 65535),
                              (gdal.GDT_Int32, -2147483647), (gdal.GDT_UInt32, 4294967295), (gdal.GDT_Float32, -3.4e38),
                              (gdal.GDT_Float32, float('nan')), (gdal.GDT_Float64, -1e300), (gdal.GDT_Float64, 0.5)):
            with self.subTest((gdal.GetDataTypeName(type_), nodata)):
                values = self.labels.astype(np.float64)
                values[:50, :50] = nodata
                path = write(self.work / 'labels.tif', values, type_, nodata)
                self.init(self.image, '--labels', path)
                found = sorted(set(self.project()['images'][0]['labels']['map'].values()))
                classes = classes or found
                self.assertEqual(found, classes)
                self.terramask('train', self.work / 'p.json', '--dry-run', '-o', self.work / 'm.safetensors', '--device', 'cpu')
                self.terramask('labels', '--check', path, '--like', self.image)
                ran = self.terramask('evaluate', SAMPLE / 'labels.tif', '--reference', path, '--json',
                                     self.work / 'e.json', '--overwrite')
                self.assertIn(str(512 * 512 - 2500), (self.work / 'e.json').read_text(), ran.stdout)

    def test_what_is_no_label_is_refused_by_its_value(self):
        values = self.labels.astype(np.float32)
        values[:9, :9] = -7
        path = write(self.work / 'labels.tif', values, gdal.GDT_Float32)
        self.refuses(('init', self.image, '--labels', path, '-o', self.work / 'q.json'), '-7')

    def test_nodata_of_one_raster_is_a_class_of_another(self):
        first = write(self.work / 'a.tif', self.labels, gdal.GDT_Byte)
        holes = self.labels.copy()
        holes[:64] = 1
        second = write(self.work / 'b.tif', holes, gdal.GDT_Byte, 1)
        shutil.copy(self.image, self.work / 'ortho2.tif')
        self.init(self.image, self.work / 'ortho2.tif', '--labels', first, second)
        one, two = self.project()['images']
        self.assertIn('1', one['labels']['map'])
        self.assertNotIn('1', two['labels']['map'])

    def palettes(self):
        """Two rasters of one map, whose palettes number its colours in another order."""
        order = [3, 0, 5, 1, 4, 2]
        number = np.argsort(order).astype(np.uint8)
        mapped = np.random.default_rng(1).integers(0, 6, (512, 512)).astype(np.uint8)
        write(self.work / 'a.tif', mapped, gdal.GDT_Byte, palette=COLORS)
        write(self.work / 'b.tif', number[mapped], gdal.GDT_Byte, palette={i: COLORS[k] for i, k in enumerate(order)})
        shutil.copy(self.image, self.work / 'ortho2.tif')
        return mapped

    def test_palettes_that_differ_are_not_joined_by_value(self):
        self.palettes()
        images = (self.image, self.work / 'ortho2.tif', '--labels', self.work / 'a.tif', self.work / 'b.tif')
        self.refuses(('init', *images, '-o', self.work / 'q.json'), 'b.tif', 'palette', 'a.tif')
        self.init(self.image, self.work / 'ortho2.tif', '--labels', self.work / 'a.tif', self.work / 'a.tif')

    def names(self):
        return ','.join('#%02x%02x%02x=c%d' % (*color, value) for value, color in COLORS.items())

    def counts(self, ran):
        """Pixels of each class as `init` prints them, all parts together."""
        return {line.split()[0]: line for line in ran.stdout.splitlines() if line[:1] == 'c' and line[1:2].isdigit()}

    def test_classes_by_colour_of_palettes_and_of_colours(self):
        mapped = self.palettes()
        rgb = np.stack([np.choose(mapped, [COLORS[i][band] for i in range(6)]) for band in range(3)]).astype(np.uint8)
        write(self.work / 'rgb.tif', rgb, gdal.GDT_Byte)
        tables = []
        for labels in ('a.tif', 'b.tif', 'rgb.tif'):
            ran = self.init(self.image, '--labels', self.work / labels, '--map', self.names())
            tables.append(self.counts(ran))
            self.assertEqual(len(tables[-1]), 6, ran.stdout)
            self.assertEqual(self.project()['classes'][1]['color'], '#ff0000')
        self.assertEqual(tables[0], tables[1])
        self.assertEqual(tables[0], tables[2])
        self.terramask('train', self.work / 'p.json', '--dry-run', '-o', self.work / 'm.safetensors', '--device', 'cpu')
        self.terramask('labels', '--check', self.work / 'rgb.tif', '--like', self.image, '--map', self.names())

    def test_colours_without_a_name_are_listed(self):
        mapped = self.palettes()
        rgb = np.stack([np.choose(mapped, [COLORS[i][band] for i in range(6)]) for band in range(3)]).astype(np.uint8)
        path = write(self.work / 'rgb.tif', rgb, gdal.GDT_Byte)
        self.refuses(('init', self.image, '--labels', path, '-o', self.work / 'q.json'), '#00ffff', '--map')
        self.refuses(('init', self.image, '--labels', path, '-o', self.work / 'q.json', '--map',
                      '#000000=a,#ff0000=b'), '#00ffff', '#ffff00')

    def test_ranges_that_overlap(self):
        path = write(self.work / 'labels.tif', self.labels, gdal.GDT_Byte)
        for text in ('0-5=a,3-9=b', '0|1=a,1=b', '1=a,0-255=b'):
            self.refuses(('init', self.image, '--labels', path, '-o', self.work / 'q.json', '--map', text),
                         '--map', '"a"', '"b"', status=2)

    def test_map_and_ignore(self):
        mask = SAMPLE / 'labels.tif'
        for text in ('1=2=3', 'nan=background', '1=background,2', '=background', '1=', 'inf=background'):
            self.refuses(('evaluate', mask, '--reference', mask, '--map', text), '--map', status=2)
        self.refuses(('evaluate', mask, '--reference', mask, '--ignore', 'nan'), '--ignore', status=2)
        one = self.terramask('evaluate', mask, '--reference', mask, '--map', '1=background,2=background').stdout
        two = self.terramask('evaluate', mask, '--reference', mask, '--map', '1=background', '--map', '2=background').stdout
        self.assertEqual(one, two)

    def test_map_and_ignore_that_meet_nothing(self):
        mask = SAMPLE / 'labels.tif'  # Byte
        for option, text in (('--map', '1.5=background'), ('--map', '-1=background'), ('--map', 'nosuch=background'),
                             ('--ignore', '5-2'), ('--ignore', 'nosuch'), ('--ignore', '256')):
            self.refuses(('evaluate', mask, '--reference', mask, f'{option}={text}'), f'{option} {text}', status=2)
        for option, text in (('--map', '99=background'), ('--ignore', '99')):
            said = self.terramask('evaluate', mask, '--reference', mask, f'{option}={text}').stderr
            self.assertIn(f'{option} {text}: nothing in the references', said)
        said = self.terramask('evaluate', mask, '--reference', mask, '--ignore', '1').stderr
        self.assertNotIn('nothing in the references', said)

    def test_seeds(self):
        for seed in ('-1', '10^23', '1e3', '99999999999999999999999'):
            self.refuses(('scene', '-o', self.work / 'town', f'--seed={seed}', '--size', '64'), seed, status=2)


if __name__ == '__main__':
    main()
