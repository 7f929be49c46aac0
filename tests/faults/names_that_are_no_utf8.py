"""File names, attributes and other texts that are no UTF-8, and the files that they get into."""
import json
import os
import sqlite3

import numpy as np

from support import SAMPLE, FaultTest, gdal, main, ogr, osr

LATIN = os.fsdecode(b'f\xe4le')


class NoUtf8(FaultTest):

    def assert_utf8(self, path):
        os.fsencode(path)
        with open(path, 'rb') as file:
            file.read().decode('utf-8')

    def copied(self, name, as_name):
        path = os.path.join(os.fspath(self.work), as_name)
        with open(path, 'wb') as out:
            out.write((SAMPLE / name).read_bytes())
        return path

    def old_shapefile(self):
        """A DBF file without a code page, in Latin-1."""
        path = os.fspath(self.work / 'old.shp')
        system = osr.SpatialReference()
        system.ImportFromEPSG(32633)
        file = ogr.GetDriverByName('ESRI Shapefile').CreateDataSource(path)
        layer = file.CreateLayer('old', system, ogr.wkbPolygon, ['ENCODING='])
        layer.CreateField(ogr.FieldDefn('name'))
        for i in range(2):
            feature = ogr.Feature(layer.GetLayerDefn())
            feature['name'] = 'AxBxC'
            x = 452010 + 100 * i
            feature.SetGeometry(ogr.CreateGeometryFromWkt(
                f'POLYGON(({x} 5411900,{x + 50} 5411900,{x + 50} 5411950,{x} 5411950,{x} 5411900))'))
            layer.CreateFeature(feature)
        layer = file = None
        table = self.work / 'old.dbf'
        table.write_bytes(table.read_bytes().replace(b'AxBxC', b'A\xe4B\xfcC'))
        (self.work / 'old.cpg').write_text('UTF-8')
        return path

    def test_init(self):
        image = self.copied('ortho.tif', LATIN + '.tif')
        ran = self.run_program('init', image, '--labels', SAMPLE / 'labels.tif', '-o', self.work / 'p.json')
        self.assertNotIn('defect', ran.stderr)
        if ran.returncode == 0:
            self.assert_utf8(self.work / 'p.json')
        else:
            self.assertIn('f%E4le.tif', ran.stderr)
            self.assertIn('UTF-8', ran.stderr)
            self.assertFalse((self.work / 'p.json').exists())

    def test_region(self):
        image = self.copied('ortho.tif', LATIN + '.tif')
        for sources in (image, os.path.join(os.fspath(self.work), 'f*.tif')):
            ran = self.run_program('region', SAMPLE / 'town.safetensors', sources, '-o', self.work / 'region', '--device', 'cpu')
            self.assertNotIn('defect', ran.stderr)
            self.assertIn('UTF-8', ran.stderr)

    def test_class_names_of_a_call(self):
        shapes = self.work / 'shapes.csv'
        shapes.write_text('wkt,id\n"POINT(452100 5411900)",1\n')
        self.refuses(['labels', '--burn', b'%s=b\xe4u:6m' % bytes(shapes), '--like', SAMPLE / 'ortho.tif', '-o',
                      self.work / 'no.tif'], 'b%E4u', 'UTF-8')
        self.refuses(['evaluate', SAMPLE / 'labels.tif', '--reference', SAMPLE / 'labels.tif', '--classes', b'0=b\xe4u'],
                     'b%E4u', 'UTF-8')

    def test_evaluate(self):
        mask = self.copied('labels.tif', LATIN + '-mask.tif')
        self.terramask('evaluate', mask, '--reference', SAMPLE / 'labels.tif', '--image', SAMPLE / 'ortho.tif', '--html',
                       self.work / 'r.html', '--json', self.work / 'r.json', '--overwrite')
        self.assert_utf8(self.work / 'r.html')
        self.assert_utf8(self.work / 'r.json')
        json.loads((self.work / 'r.json').read_text())

    def test_vectorize(self):
        mask = self.copied('labels.tif', LATIN + '-labels.tif')
        for ending in ('.geojson', '.gpkg', '.fgb'):
            out = os.path.join(os.fspath(self.work), LATIN + '-out' + ending)
            self.terramask('vectorize', mask, '-o', out, '--overwrite')
            if ending == '.geojson':
                self.assert_utf8(out)
            if ending == '.gpkg':
                with sqlite3.connect(out) as database:
                    names = database.execute("select table_name, identifier from gpkg_contents where data_type = 'features'").fetchall()
                self.assertEqual(len(names), 1)

    def test_zones(self):
        zones = self.old_shapefile()
        for ending in ('.csv', '.gpkg'):
            self.terramask('zonal', SAMPLE / 'labels.tif', '--zones', zones, '--zones-id', 'name', '-o', self.work / ('z' + ending),
                           '--overwrite')
        self.assert_utf8(self.work / 'z.csv')
        with sqlite3.connect(self.work / 'z.gpkg') as database:
            table = database.execute("select table_name from gpkg_contents where data_type = 'features'").fetchone()[0]
            self.assertEqual(len(database.execute(f'select * from "{table}"').fetchall()), 2)

    def test_class_names_of_a_raster(self):
        path = self.work / 'named.tif'
        raster = gdal.GetDriverByName('GTiff').Create(str(path), 512, 512)
        source = gdal.Open(str(SAMPLE / 'labels.tif'))
        raster.SetGeoTransform(source.GetGeoTransform())
        raster.SetProjection(source.GetProjection())
        raster.GetRasterBand(1).WriteArray((np.arange(512 * 512).reshape(512, 512) // 997 % 2).astype(np.uint8))
        raster.GetRasterBand(1).SetCategoryNames(['ground', 'straXe'])
        raster = None
        side = self.work / 'named.tif.aux.xml'
        side.write_bytes(side.read_bytes().replace(b'straXe', b'stra\xdfe'))
        self.terramask('vectorize', path, '-o', self.work / 'v.geojson', '--overwrite')
        self.assert_utf8(self.work / 'v.geojson')
        self.terramask('zonal', path, '--zones', self.old_shapefile(), '-o', self.work / 'n.csv', '--overwrite')
        self.assert_utf8(self.work / 'n.csv')
        self.terramask('evaluate', path, '--reference', path, '--html', self.work / 'n.html', '--overwrite')
        self.assert_utf8(self.work / 'n.html')
        self.terramask('init', SAMPLE / 'ortho.tif', '--labels', path, '-o', self.work / 'n.json', '--overwrite')
        self.assert_utf8(self.work / 'n.json')

    def test_segment(self):
        image = self.copied('ortho.tif', LATIN + '-town.tif')
        out = os.path.join(os.fspath(self.work), LATIN + '-out.tif')
        self.terramask('segment', SAMPLE / 'town.safetensors', image, '--ndsm', SAMPLE / 'dsm.tif', SAMPLE / 'dtm.tif', '-o',
                       out, '--overwrite', '--device', 'cpu')
        for name in os.listdir(os.fspath(self.work)):
            if name.endswith('-out.tif.aux.xml'):
                self.assert_utf8(os.path.join(os.fspath(self.work), name))
        # GDAL's Python takes names of valid UTF-8 only.
        os.rename(out, self.work / 'plain.tif')
        self.assertEqual(gdal.Open(str(self.work / 'plain.tif')).RasterXSize, 512)


if __name__ == '__main__':
    main()
