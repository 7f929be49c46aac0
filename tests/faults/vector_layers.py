"""A vector file that holds more than the layer that is written keeps the rest."""
import os
import sqlite3

import support
from support import SAMPLE, gdal, ogr, osr


def layers(path):
    opened = ogr.Open(os.fspath(path))
    found = [opened.GetLayer(i) for i in range(opened.GetLayerCount())]
    return {layer.GetName(): layer.GetFeatureCount() for layer in found if layer.GetName() != 'layer_styles'}


class VectorLayers(support.FaultTest):
    def setUp(self):
        self.place = self.inputs('f02_layers')
        self.gpkg = self.place / 'project.gpkg'

    def sql(self, text):
        connection = sqlite3.connect(self.gpkg)
        with connection:
            rows = connection.execute(text).fetchall()
        connection.close()
        return rows

    def vectorize(self, *more, **options):
        return self.terramask('vectorize', SAMPLE / 'labels.tif', '-o', self.gpkg, '--overwrite', *more, **options)

    def test_only_the_layer_is_replaced(self):
        before = layers(self.gpkg)
        self.sql('create table layer_styles(id integer primary key, f_table_name text, styleQML text)')
        self.sql("insert into layer_styles values (1, 'parcels', '<qgis/>'), (2, 'landcover', '<qgis own/>')")
        self.sql('create table note(a)')
        for _ in range(2):
            self.vectorize('--output-layer', 'landcover')
            after = layers(self.gpkg)
            self.assertGreater(after.pop('landcover'), 100)
            self.assertEqual({name: after[name] for name in before}, before)
            self.assertEqual(self.sql('select * from layer_styles'), [(1, 'parcels', '<qgis/>'), (2, 'landcover', '<qgis own/>')])
            self.assertEqual(self.sql('pragma integrity_check'), [('ok',)])
        everything = layers(self.gpkg)['landcover']
        self.vectorize('--output-layer', 'LandCover', '--classes', 'water')
        self.assertLess(layers(self.gpkg)['LandCover'], everything)
        self.assertNotIn('landcover', layers(self.gpkg))
        self.assertEqual([name for name in os.listdir(self.place) if name != 'project.gpkg'], [])

    def test_an_own_file_is_replaced_whole(self):
        out = self.place / 'own.gpkg'
        call = ['vectorize', SAMPLE / 'labels.tif', '-o', out]
        self.terramask(*call)
        size = out.stat().st_size
        for _ in range(3):
            self.terramask(*call, '--overwrite')
        self.assertLess(abs(out.stat().st_size - size), 65536)
        self.refuses(call, 'own.gpkg', '--overwrite', status=2)

    def beside(self, name, add):
        """A GeoPackage with a layer, which is replaced, and with what `add` puts beside it."""
        path = self.place / name
        crs = osr.SpatialReference()
        crs.ImportFromEPSG(32633)
        file = gdal.GetDriverByName('GPKG').Create(str(path), 0, 0, 0, gdal.GDT_Unknown)
        file.CreateLayer('landcover', crs, ogr.wkbPolygon)
        add(file, crs)
        file = None
        self.terramask('vectorize', SAMPLE / 'labels.tif', '-o', path, '--overwrite', '--output-layer', 'landcover')
        self.assertGreater(layers(path)['landcover'], 100)
        return path

    def test_a_layer_whose_name_begins_as_that_of_an_index(self):
        def survey(file, crs):
            layer = file.CreateLayer('rtree_survey', crs, ogr.wkbPoint)
            layer.CreateFeature(ogr.Feature(layer.GetLayerDefn()))

        def landcover(file, crs):
            file.CreateLayer('rtree_landcover', crs, ogr.wkbPoint)

        self.assertEqual(layers(self.beside('survey.gpkg', survey))['rtree_survey'], 1)
        self.assertEqual(layers(self.beside('index.gpkg', landcover))['rtree_landcover'], 0)

    def test_a_table_that_is_called_as_geopackages_own(self):
        path = self.beside('own.gpkg', lambda file, crs: file.ExecuteSQL('create table gpkg_notes(a)'))
        self.terramask('vectorize', SAMPLE / 'labels.tif', '-o', path, '--overwrite', '--output-layer', 'landcover')
        connection = sqlite3.connect(path)
        self.assertEqual(connection.execute('select count(*) from gpkg_notes').fetchone(), (0,))
        connection.close()

    def test_domains_of_fields(self):
        def domain(file, crs):
            file.AddFieldDomain(ogr.CreateCodedFieldDomain('surface', '', ogr.OFTString, ogr.OFSTNone, {'a': 'asphalt'}))

        path = self.beside('domain.gpkg', domain)
        self.assertEqual(gdal.OpenEx(str(path), gdal.OF_VECTOR).GetFieldDomainNames(), ['surface'])

    def test_extensions_of_others(self):
        def extension(file, crs):
            file.CreateLayer('gone', crs, ogr.wkbPoint)
            file.ExecuteSQL("insert into gpkg_extensions values (null, null, 'their_own', 'https://example.org', "
                            "'read-write')")
            file.DeleteLayer(1)

        path = self.beside('extension.gpkg', extension)
        connection = sqlite3.connect(path)
        names = {row[0] for row in connection.execute('select extension_name from gpkg_extensions')}
        connection.close()
        self.assertIn('their_own', names)

    def test_tables_of_others_are_no_layers(self):
        self.sql('create table note(a)')
        for name in ('note', 'layer_styles', 'gpkg_contents', 'rtree_x', 'sqlite_x'):
            self.refuses(['vectorize', SAMPLE / 'labels.tif', '-o', self.gpkg, '--overwrite', '--output-layer', name], name, status=2)
        self.assertEqual(self.sql('select count(*) from note'), [(0,)])

    def test_names_that_no_layer_can_have(self):
        for name in ('%d', '#roads', '"'):
            ran = self.refuses(['vectorize', SAMPLE / 'labels.tif', '-o', self.gpkg, '--overwrite', '--output-layer', name],
                               'begins with', '--output-layer', status=2)
            self.assertNotIn('disk', ran.stderr)
        self.vectorize('--output-layer', 'a%d')
        self.assertIn('a%d', layers(self.gpkg))

    def test_a_database_that_is_no_geopackage(self):
        other = self.place / 'other.gpkg'
        connection = sqlite3.connect(other)
        connection.execute('create table accounts(a)')
        connection.commit()
        connection.close()
        self.refuses(['vectorize', SAMPLE / 'labels.tif', '-o', other, '--overwrite'], 'accounts', status=2)

    def test_other_writers(self):
        before = layers(self.gpkg)
        self.terramask('vectorize', SAMPLE / 'labels.tif', '-o', self.place / 'zones.gpkg')
        self.terramask('zonal', SAMPLE / 'labels.tif', '--zones', self.place / 'zones.gpkg', '-o', self.gpkg, '--overwrite')
        after = layers(self.gpkg)
        self.assertIn('project', after)
        self.assertEqual({name: after[name] for name in before}, before)
        self.terramask('labels', '--check', SAMPLE / 'labels.tif', '--like', SAMPLE / 'ortho.tif', '--gpkg', self.gpkg, '--overwrite')
        self.assertEqual({name: layers(self.gpkg)[name] for name in after}, after)
        town = self.place / 'town'
        self.terramask('scene', '-o', town, '--size', '64x64')
        self.terramask('scene', '-o', town, '--size', '64x64', '--overwrite')
        connection = sqlite3.connect(town / 'map.gpkg')
        connection.execute('create table note(a)')
        connection.commit()
        connection.close()
        self.refuses(['scene', '-o', town, '--size', '64x64', '--overwrite'], 'map.gpkg', 'note')


if __name__ == '__main__':
    support.main()
