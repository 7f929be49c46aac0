"""Longitudes that wrap: rasters, boxes, tiles, mosaics and regions on both sides of 180 degrees."""
import json
import os

from support import SAMPLE, FaultTest, gdal, main, osr

BOX = ('179.9995', '-16.5005', '-179.9995', '-16.4995')


def crs(code):
    made = osr.SpatialReference()
    made.ImportFromEPSG(code)
    made.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return made


class Across(FaultTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        x, y, _ = osr.CoordinateTransformation(crs(4326), crs(32701)).TransformPoint(180, -16.5)
        cls.image = gdal.Open(os.fspath(SAMPLE / 'ortho.tif')).ReadAsArray()
        cls.fiji = cls.raster('fiji.tif', cls.image, (round(x) - 128, .5, 0, round(y) + 128, 0, -.5), 32701)

    @classmethod
    def raster(cls, name, values, place, code):
        path = cls.work / name
        file = gdal.GetDriverByName('GTiff').Create(os.fspath(path), values.shape[2], values.shape[1], len(values),
                                                    gdal.GDT_Byte)
        file.SetGeoTransform(place)
        file.SetSpatialRef(crs(code))
        for i, band in enumerate(values):
            file.GetRasterBand(i + 1).WriteArray(band)
            if len(values) == 3:
                file.GetRasterBand(i + 1).SetColorInterpretation(gdal.GCI_RedBand + i)
        return path

    def info(self, name):
        return json.loads(self.terramask('info', '--json', name).stdout)['rasters'][0]

    def window(self, path):
        opened = gdal.Open(os.fspath(path))
        return opened.RasterXSize, opened.RasterYSize

    def test_info_does_not_go_around_the_earth(self):
        west, south, east, north = self.info(self.fiji)['lon_lat']
        self.assertTrue(179.99 < west < 180 < east < 180.01, (west, east))
        beside = self.raster('beside.tif', self.image, (-180.001, 1e-6, 0, -16.5, 0, -1e-6), 4326)
        west, south, east, north = self.info(beside)['lon_lat']
        self.assertAlmostEqual(east - west, 512e-6, 9)

    def test_a_pole_has_all_longitudes(self):
        pole = self.raster('pole.tif', self.image, (-25600, 100, 0, 25600, 0, -100), 3031)
        west, south, east, north = self.info(pole)['lon_lat']
        self.assertEqual((west, south, east), (-180, -90, 180))
        self.assertLess(north, -89)

    def segment(self, raster, name, *bounds):
        model = self.shared('models/roads_unet.safetensors')
        out = self.work / name
        self.terramask('segment', model, raster, '-o', out, '--overwrite', '--bounds', *bounds)
        return out

    def test_a_box_may_reach_across(self):
        sizes = [self.window(self.segment(self.fiji, 'part.tif', *box, '--bounds-crs', 'EPSG:4326')) for box in (
            BOX, ('179.9995', '-16.5005', '180.0005', '-16.4995'), ('-180.0005', '-16.5005', '-179.9995', '-16.4995'))]
        # 106.8 by 110.7 m, turned by the 0.85 degrees between north and the grid's.
        self.assertTrue(216 < sizes[0][0] < 220 and 224 < sizes[0][1] < 228, sizes)
        self.assertEqual(len(set(sizes)), 1, sizes)

    def test_a_mixed_up_box_is_refused(self):
        model = self.shared('models/roads_unet.safetensors')
        self.refuses(['segment', model, self.fiji, '-o', 'no.tif', '--bounds', '7.45', '-16.6', '7.40', '-16.4',
                      '--bounds-crs', 'EPSG:4326'], 'not xmin ymin xmax ymax', status=2)

    def test_the_whole_earth_is_the_whole_raster(self):
        for i, box in enumerate((('-180', '-90', '180', '90'), ('0', '-90', '360', '90'), ('-170', '-80', '190', '80'),
                                 ('-90', '-90', '270', '0'))):
            with self.subTest(box):
                out = self.segment(self.fiji, f'whole{i}.tif', *box, '--bounds-crs', 'EPSG:4326')
                self.assertEqual(self.window(out), (512, 512))
        ortho = SAMPLE / 'ortho.tif'
        out = self.segment(ortho, 'ortho.tif', '-180', '-90', '180', '90', '--bounds-crs', 'EPSG:4326')
        self.assertEqual(self.window(out), self.window(ortho))
        # A box in a projection that is not made for where the raster lies.
        out = self.segment(ortho, 'mercator.tif', '-20037508', '-20037508', '20037508', '20037508', '--bounds-crs',
                           'EPSG:3857')
        self.assertEqual(self.window(out), self.window(ortho))
        # Nearly all of it: the edges have places in a projection, and the inside is not between them.
        polar = self.raster('polar.tif', self.image, (-100000, 400, 0, 100000, 0, -400), 3413)
        mercator = self.raster('merc.tif', self.image, (1500000, 1, 0, 6250000, 0, -1), 3857)
        for raster in (ortho, self.fiji, polar, mercator):
            for box in (('-179.9', '-89.9', '179.9', '89.9'), ('-179.999', '-89.999', '179.999', '89.999'),
                        ('-179', '-85', '179', '85'), ('-150', '-89.9', '209', '89.9')):
                if raster == polar and box[3] != '89.999' or raster == self.fiji and box[0] != '-150':
                    continue  # the box leaves out what the raster shows
                with self.subTest(raster=raster, box=box):
                    out = self.segment(raster, 'nearly.tif', *box, '--bounds-crs', 'EPSG:4326')
                    width, height = self.window(out)
                    whole = self.window(raster)
                    self.assertGreater(width * height, .99 * whole[0] * whole[1])

    def halves(self):
        degree = 1 / 131072  # a whole number of pixels around the Earth
        image = self.image[:, :128, :128]
        east = self.raster('east.tif', image, (180 - 128 * degree, degree, 0, -16, 0, -degree), 4326)
        west = self.raster('west.tif', image[:, :, ::-1], (-180, degree, 0, -16, 0, -degree), 4326)
        return east, west

    def test_a_mosaic_of_both_sides_is_small(self):
        east, west = self.halves()
        for name, files in (('a.tif', (east, west)), ('b.tif', (west, east))):
            self.terramask('mosaic', *files, '-o', self.work / name)
            self.assertEqual(self.window(self.work / name), (256, 128), name)
            values = self.pixels(self.work / name)[:3]
            self.assertTrue((values[:, :, :128] == self.image[:, :128, :128]).all(), name)
            self.assertTrue((values[:, :, 128:] == self.image[:, :128, :128][:, :, ::-1]).all(), name)
            box = self.info(self.work / name)['lon_lat']
            self.assertAlmostEqual(box[2] - box[0], 256 / 131072, 9)

    def test_a_mosaic_around_the_earth_stays_as_it_is(self):
        pieces = [self.raster(f'piece{i}.tif', self.image[:, :90, :90], (-180 + 90 * i, 1, 0, 45, 0, -1), 4326)
                  for i in range(4)]
        self.terramask('mosaic', *pieces[::-1], '-o', self.work / 'earth.tif')
        opened = gdal.Open(os.fspath(self.work / 'earth.tif'))
        self.assertEqual((opened.RasterXSize, opened.GetGeoTransform()[0]), (360, -180))

    def test_a_region_of_both_sides_is_small(self):
        model = self.shared('models/roads_unet.safetensors')
        for name, sources in (('degrees', self.halves()), ('utm', (self.fiji,)),
                              ('all', (*self.halves(), self.fiji))):
            with self.subTest(name):
                out = self.work / f'region_{name}'
                self.terramask('region', model, *sources, '-o', out, '--grid-crs', 'EPSG:4326', '--resample', 'never')
                opened = gdal.Open(os.fspath(out / 'mask.vrt'))
                self.assertLess(opened.RasterXSize, 4000)
                if name == 'degrees':
                    self.assertEqual((opened.RasterXSize, opened.RasterYSize), (256, 128))
                    self.assertTrue((opened.ReadAsArray() != 255).all())
                if name == 'utm':
                    self.assertGreater((opened.ReadAsArray() != 255).mean(), .9)
                box = json.loads((out / 'collection.json').read_text())['extent']['spatial']['bbox'][0]
                self.assertTrue(179.9 < box[0] <= 180 and -180 <= box[2] < -179.9, box)

    def test_tiles_on_both_sides_are_one_small_raster(self):
        out = self.work / 'tiles'
        last = (1 << 16) - 1
        for column, value in ((last - 1, 50), (last, 100), (0, 150), (1, 200)):
            folder = out / f'16/{column}'
            folder.mkdir(parents=True)
            memory = gdal.GetDriverByName('MEM').Create('', 256, 256, 3)
            for band in (1, 2, 3):
                memory.GetRasterBand(band).Fill(value)
            gdal.GetDriverByName('PNG').CreateCopy(os.fspath(folder / '36000.png'), memory)
        whole = self.info(f'xyz:{out}')
        self.assertEqual((whole['width'], whole['height']), (1024, 256))
        self.assertTrue(179.98 < whole['lon_lat'][0] < 180 < whole['lon_lat'][2] < 180.02, whole['lon_lat'])
        lat = (whole['lon_lat'][1] + whole['lon_lat'][3]) / 2
        for box in (f'179.9999,{lat - 1e-4},-179.9999,{lat + 1e-4}', f'179.9999,{lat - 1e-4},180.0001,{lat + 1e-4}'):
            part = self.info(f'xyz:{out}#bounds={box}')
            self.assertEqual((part['width'], part['height']), (512, 256))
        # The pixels lie where the tiles do: east of 180 degrees those of column 0.
        self.terramask('mosaic', f'xyz:{out}', '-o', self.work / 'values.tif')
        values = self.pixels(self.work / 'values.tif', 1)
        self.assertEqual([int(v) for v in values[100, ::256]], [50, 100, 150, 200])
        model = self.shared('models/roads_unet.safetensors')
        self.terramask('segment', model, f'xyz:{out}', '-o', self.work / 'tiles.tif', '--bounds', '179.9999', lat - 1e-4,
                       '-179.9999', lat + 1e-4)
        place = gdal.Open(os.fspath(self.work / 'tiles.tif')).GetGeoTransform()
        self.assertTrue(place[0] < 20037508.35 < place[0] + 100 * place[1], place)


if __name__ == '__main__':
    main()
