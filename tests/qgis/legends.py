"""What QGIS shows of each product: the classes and nothing else in the legend, and their colours on the map."""
import json
import os
import unittest

from layers import SAMPLE, SEE_THROUGH, TOWN_MODEL, QgisTest, gdal, main, osr, shown

TOWN = [('background', SEE_THROUGH), ('road', '#ffd400'), ('building', '#d7301f'), ('tree', '#1b7837'),
        ('low vegetation', '#a6d96a'), ('water', '#3182bd')]
IMAGE = [SAMPLE / 'ortho.tif', '--ndsm', SAMPLE / 'dsm.tif', SAMPLE / 'dtm.tif', '--device', 'cpu']
SIDE = 64


class Legends(QgisTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.model_ran = False

    def segment(self):
        """The sample's mask and probabilities."""
        if not Legends.model_ran:
            self.terramask('segment', TOWN_MODEL, *IMAGE, '-o', 'town.tif', '--probabilities', 'p.tif', '-q')
            Legends.model_ran = True
        return self.pixels(self.work / 'town.tif')

    def values(self, name, values, data_type=gdal.GDT_Byte, classes=None, side=SIDE):
        """A raster of `side` x `side` pixels of 1 m; values(column, row)."""
        raster = gdal.GetDriverByName('GTiff').Create(str(self.work / name), side, side, 1, data_type)
        crs = osr.SpatialReference()
        crs.ImportFromEPSG(32632)
        raster.SetProjection(crs.ExportToWkt())
        raster.SetGeoTransform([500000, 1, 0, 5400000, 0, -1])
        if classes:
            raster.SetMetadataItem('TERRAMASK_CLASSES', json.dumps(classes))
        for row in range(side):
            line = b''.join(values(column, row).to_bytes(1 if data_type == gdal.GDT_Byte else 2, 'little')
                            for column in range(side))
            raster.GetRasterBand(1).WriteRaster(0, row, side, 1, line)
        return name

    def agrees(self, layer, values, colors, save, step=13):
        """Each pixel's colour on the map is its class's."""
        rows, columns = values.shape
        image = self.picture(layer, size=(columns, rows), save=save)
        seen = set()
        for row in range(3, rows, step):
            for column in range(3, columns, step):
                value = int(values[row, column])
                self.assertEqual(shown(image.pixelColor(column, row)), colors[value], f'{column}, {row}: {value}')
                seen.add(value)
        self.assertGreater(len(seen), 1)

    def test_a_fresh_mask(self):
        values = self.segment()
        layer = self.raster('town.tif')
        self.assertEqual(self.legend(layer), TOWN)
        self.agrees(layer, values, dict(enumerate(color for _, color in TOWN)), 'segment')

    def test_probabilities_are_one_ramp(self):
        self.segment()
        layer = self.raster('p.tif')
        renderer = layer.renderer()
        self.assertEqual(renderer.type(), 'singlebandpseudocolor')
        self.assertEqual(renderer.band(), 2)
        self.assertEqual(layer.bandName(2), 'Band 2: road')
        self.assertEqual((renderer.classificationMin(), renderer.classificationMax()), (0, 1))
        items = renderer.legendSymbologyItems()
        self.assertEqual([items[0][0], items[-1][0]], ['road 0%', 'road 100%'])
        self.assertEqual(shown(items[0][1]), SEE_THROUGH)
        self.assertEqual(shown(items[-1][1]), '#ffd400')
        image = self.picture(layer, save='probabilities')
        band = self.pixels(self.work / 'p.tif', 2)
        for row in range(3, 512, 29):
            for column in range(3, 512, 29):
                color = image.pixelColor(column, row)
                self.assertAlmostEqual(color.alpha(), band[row, column] / 254 * 255, delta=6)

    def test_a_mask_of_sixteen_bits(self):
        classes = [{'value': 0, 'name': 'background', 'color': '#000000'},
                   {'value': 7, 'name': 'rail <1> & "2"', 'color': '#00a0ff'},
                   {'value': 300, 'name': 'Straße', 'color': '#ff8800'}]
        self.values('tile.tif', lambda x, y: (0, 7, 300)[x * 3 // SIDE], gdal.GDT_UInt16, classes)
        self.terramask('mosaic', 'tile.tif', '-o', 'wide.tif', '-q')
        layer = self.raster('wide.tif')
        self.assertEqual(self.legend(layer), [('background', SEE_THROUGH), ('rail <1> & "2"', '#00a0ff'),
                                              ('Straße', '#ff8800')])
        self.agrees(layer, self.pixels(self.work / 'wide.tif'), {0: SEE_THROUGH, 7: '#00a0ff', 300: '#ff8800'}, 'wide',
                    step=5)

    def test_a_region(self):
        self.terramask('region', TOWN_MODEL, SAMPLE / 'ortho.tif', '--ndsm', SAMPLE / 'dsm.tif', SAMPLE / 'dtm.tif',
                       '-o', 'county', '--device', 'cpu', '--tile', '256', '--probability-type', 'byte', '-q')
        colors = dict(enumerate(color for _, color in TOWN))
        layer = self.raster('county/mask.vrt')
        self.assertEqual(self.legend(layer), TOWN)
        self.agrees(layer, self.pixels(self.work / 'county/mask.vrt'), colors, 'region')
        tiles = sorted((self.work / 'county/tiles').rglob('*.tif'))
        masks = [tile for tile in tiles if 'probabilities' not in tile.name]
        self.assertEqual(len(masks), 4)
        for tile in masks:
            self.assertEqual(self.legend(self.raster(tile)), TOWN)
        probabilities = self.raster('county/probabilities.vrt')
        self.assertEqual(probabilities.renderer().type(), 'singlebandpseudocolor')
        index = self.vectors('county/tiles.gpkg')
        self.assertEqual([label for label, _ in self.legend(index)], ['done', 'failed', 'running', 'pending'])
        image = self.picture(index, save='tiles')
        self.assertEqual(shown(image.pixelColor(100, 100)), dict(self.legend(index))['done'])

    def test_polygons(self):
        values = self.segment()
        wanted = TOWN
        for name, layer in (('land.gpkg', 'land'), ('land.fgb', None), ('land.geojson', None)):
            self.terramask('vectorize', 'town.tif', '-o', name, '-q')
            opened = self.vectors(name, layer)
            self.assertEqual(self.legend(opened), wanted, name)
            if name.endswith('.geojson'):
                continue  # in degrees: its pixels are none of the mask's
            image = self.picture(opened, size=(2048, 2048), extent=self.extent('town.tif'), save=name)
            right = total = 0
            for row in range(5, 507, 11):
                for column in range(5, 507, 11):
                    around = values[row - 2:row + 3, column - 2:column + 3]
                    if (around != values[row, column]).any():
                        continue  # a border is drawn there
                    total += 1
                    color = shown(image.pixelColor(4 * column + 2, 4 * row + 2))
                    right += color == TOWN[values[row, column]][1]
            self.assertGreater(total, 300)
            self.assertEqual(right, total, name)

    def test_polygons_of_some_classes(self):
        self.segment()
        self.terramask('vectorize', 'town.tif', '-o', 'some.gpkg', '--classes', 'building,water', '-q')
        self.assertEqual(self.legend(self.vectors('some.gpkg')), [TOWN[2], TOWN[5]])

    def test_a_layer_beside_others_and_their_styles(self):
        self.segment()
        self.terramask('vectorize', 'town.tif', '-o', 'mine.gpkg', '--output-layer', 'land', '-q')
        opened = self.vectors('mine.gpkg', 'land')
        self.assertEqual(self.legend(opened), TOWN)
        self.assertEqual([layer.split('!!::!!')[1] for layer in opened.dataProvider().subLayers()], ['land'])

    def extent(self, name):
        raster = gdal.Open(os.fspath(self.work / name))
        x, width, _, y, _, height = raster.GetGeoTransform()
        return x, y + height * raster.RasterYSize, x + width * raster.RasterXSize, y

    def test_centre_lines(self):
        self.values('cross.tif', lambda x, y: int(28 <= x < 36 or 28 <= y < 36), classes=[
            {'value': 0, 'name': 'background', 'color': '#000000'}, {'value': 1, 'name': 'road', 'color': '#ffd400'}])
        for name in ('cross.gpkg', 'lines.fgb'):
            self.terramask('vectorize', 'cross.tif', '-o', name, '--centerlines', '--classes', 'road', '-q')
            layer = self.vectors(name)
            self.assertEqual(self.legend(layer), [('road', '#ffd400')])
            self.assertIn('length_m', [field.name() for field in layer.fields()])
            image = self.picture(layer, extent=self.extent('cross.tif'), save=name)
            self.assertEqual(shown(image.pixelColor(256, 100)), '#ffd400')
            self.assertEqual(shown(image.pixelColor(100, 100)), SEE_THROUGH)

    def test_zones(self):
        classes = [{'value': 0, 'name': 'background', 'color': '#000000'},
                   {'value': 1, 'name': 'low wood', 'color': '#1b7837'}, {'value': 2, 'name': "it's", 'color': '#3182bd'}]
        self.values('land.tif', lambda x, y: x * 3 // SIDE, classes=classes)
        box = [[500000 + x, 5400000 - y] for x, y in ((0, 0), (20, 0), (20, 64), (0, 64), (0, 0))]
        shapes = [{'type': 'Feature', 'properties': {'name': str(i)},
                   'geometry': {'type': 'Polygon', 'coordinates': [[[x + 22 * i, y] for x, y in box]]}}
                  for i in range(3)]
        (self.work / 'zones.geojson').write_text(json.dumps(
            {'type': 'FeatureCollection', 'crs': {'type': 'name', 'properties': {'name': 'EPSG:32632'}},
             'features': shapes}))
        self.terramask('zonal', 'land.tif', '--zones', 'zones.geojson', '--zones-id', 'name', '-o', 'z.gpkg', '-q')
        layer = self.vectors('z.gpkg')
        self.assertEqual(self.legend(layer), [('background', SEE_THROUGH), ('low wood', '#1b7837'), ("it's", '#3182bd')])
        image = self.picture(layer, extent=self.extent('land.tif'), save='zones')
        self.assertEqual([shown(image.pixelColor(x, 256)) for x in (80, 260, 430)], [SEE_THROUGH, '#1b7837', '#3182bd'])
        self.assertNotEqual(shown(image.pixelColor(160, 256)), SEE_THROUGH, 'a zone of background has an outline')

    def test_error_rasters(self):
        self.segment()
        self.terramask('evaluate', 'town.tif', '--reference', SAMPLE / 'labels.tif', '--errors', 'errors.tif', '-q')
        legend = self.legend(self.raster('errors.tif'))
        self.assertEqual(len(legend), 12)
        self.assertEqual(legend[0], ('background: right', SEE_THROUGH))
        self.assertEqual(legend[2], ('road: right', '#ffd400'))
        self.assertNotEqual(legend[3][1], SEE_THROUGH)
        self.terramask('evaluate', 'town.tif', '--reference', SAMPLE / 'labels.tif', '--class', 'road', '--errors',
                       'road.tif', '-q')
        legend = self.legend(self.raster('road.tif'))
        self.assertEqual([label for label, _ in legend],
                         ['true negative', 'true positive: road', 'false positive: road', 'false negative: road',
                          'no data in the mask'])
        self.agrees(self.raster('road.tif'), self.pixels(self.work / 'road.tif'),
                    dict(enumerate(color for _, color in legend)), 'errors', step=7)

    def test_label_checks(self):
        self.terramask('labels', '--check', SAMPLE / 'labels.tif', '--like', SAMPLE / 'ortho.tif', '--gpkg', 'check.gpkg',
                       '-q')
        layer = self.vectors('check.gpkg')
        legend = self.legend(layer)
        self.assertEqual(len(legend), 5)
        self.assertEqual(len({color for _, color in legend}), 5)
        image = self.picture(layer, save='check')
        self.assertIn(shown(image.pixelColor(128, 128)), [color for _, color in legend])

    def test_a_style_that_somebody_changed_stays(self):
        self.values('a.tif', lambda x, y: 1, classes=[{'value': 1, 'name': 'road', 'color': '#ffd400'}])
        self.terramask('mosaic', 'a.tif', '-o', 'm.tif', '-q')
        layer = self.raster('m.tif')
        layer.setOpacity(0.5)
        layer.saveNamedStyle(str(self.work / 'm.qml'))
        mine = (self.work / 'm.qml').read_bytes()
        self.terramask('mosaic', 'a.tif', '-o', 'm.tif', '-q', '--overwrite')
        self.assertEqual((self.work / 'm.qml').read_bytes(), mine)
        self.assertAlmostEqual(self.raster('m.tif').opacity(), 0.5)

    def test_a_mask_and_vectors_of_one_name(self):
        self.segment()
        self.terramask('vectorize', 'town.tif', '-o', 'town.fgb', '-q')
        self.assertEqual(self.legend(self.vectors('town.fgb')), TOWN)
        self.assertEqual(self.legend(self.raster('town.tif')), TOWN)
        self.terramask('vectorize', 'town.tif', '-o', 'town.gpkg', '--classes', 'water', '-q')
        self.assertEqual(self.legend(self.vectors('town.gpkg')), [TOWN[5]])


if __name__ == '__main__':
    main()
