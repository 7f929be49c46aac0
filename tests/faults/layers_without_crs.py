"""A layer without a CRS is taken to be in the raster's, with a note, wherever vectors are laid over rasters."""
import json

import support

ORTHO = support.SAMPLE / 'ortho.tif'
LABELS = support.SAMPLE / 'labels.tif'
NOTE = 'has no CRS'


class LayersWithoutCrs(support.FaultTest):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.given = cls.inputs('f09_gpkg_without_crs')
        cls.layer = cls.given / 'nocrs.gpkg'

    def test_labels(self):
        made = self.work / 'labels.tif'
        ran = self.terramask('labels', self.given / 'any.json', '--source', f'v={self.layer}', '--like', ORTHO, '-o', made)
        self.assertEqual((self.pixels(made) == 1).sum(), 10000)
        self.assertIn(NOTE, ran.stderr)
        self.assertIn('sources.v.crs', ran.stderr)

    def test_burned(self):
        """There is no file of rules that could say it."""
        ran = self.terramask('labels', '--burn', f'{self.layer}=building', '--like', ORTHO, '-o', self.work / 'burned.tif')
        self.assertIn(NOTE, ran.stderr)
        self.assertIn('ogr2ogr -a_srs', ran.stderr)
        self.assertNotIn('sources.', ran.stderr)

    def test_cutline(self):
        made = self.work / 'cut.tif'
        ran = self.terramask('segment', support.TOWN_MODEL, ORTHO, '--ndsm', support.SAMPLE / 'dsm.tif',
                             support.SAMPLE / 'dtm.tif', '--cutline', self.layer, '-o', made, '--device', 'cpu')
        self.assertEqual((self.pixels(made) != 255).sum(), 10000)
        self.assertIn(NOTE, ran.stderr)

    def test_reference_zones_and_points(self):
        ran = self.terramask('evaluate', LABELS, '--reference', self.layer, '--attribute', 'class', '--json',
                             self.work / 'report.json')
        self.assertIn(NOTE, ran.stderr)
        ran = self.terramask('zonal', LABELS, '--zones', self.layer, '-o', self.work / 'zones.csv')
        self.assertIn(NOTE, ran.stderr)
        points = self.work / 'points.gpkg'
        file = support.ogr.GetDriverByName('GPKG').CreateDataSource(str(points))
        layer = file.CreateLayer('p', None, support.ogr.wkbPoint)
        layer.CreateField(support.ogr.FieldDefn('class'))
        feature = support.ogr.Feature(layer.GetLayerDefn())
        feature['class'] = 'road'
        feature.SetGeometry(support.ogr.CreateGeometryFromWkt('POINT(452030 5411920)'))
        layer.CreateFeature(feature)
        del feature, layer, file
        ran = self.terramask('evaluate', LABELS, '--points', points, '--attribute', 'class', '--json',
                             self.work / 'points.json')
        self.assertIn(NOTE, ran.stderr)
        self.assertTrue(json.loads((self.work / 'points.json').read_text()))

    def test_tables_of_styles_are_no_layers(self):
        styled = self.work / 'styled.gpkg'
        styled.write_bytes(self.layer.read_bytes())
        file = support.ogr.Open(str(styled), 1)
        file.CreateLayer('layer_styles', None, support.ogr.wkbNone)
        del file
        self.terramask('zonal', LABELS, '--zones', styled, '-o', self.work / 'styled.csv')
        self.terramask('evaluate', LABELS, '--reference', styled, '--attribute', 'class')


if __name__ == '__main__':
    support.main()
