"""Tables of zones: columns that a database can tell apart, in an order of their own, and no formulas."""
import csv

import numpy as np

import support
from support import SAMPLE, gdal, ogr, osr


class ZonalTables(support.FaultTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.crs = osr.SpatialReference()
        cls.crs.ImportFromEPSG(32633)

    def mask(self, name, values, classes=''):
        path = self.work / name
        raster = gdal.GetDriverByName('GTiff').Create(str(path), values.shape[1], values.shape[0], 1, gdal.GDT_Byte)
        raster.SetGeoTransform([452000, 1, 0, 5412000, 0, -1])
        raster.SetProjection(self.crs.ExportToWkt())
        if classes:
            raster.SetMetadataItem('TERRAMASK_CLASSES', classes)
        raster.GetRasterBand(1).WriteArray(values)
        raster = None
        return path

    def zones(self, name, ids):
        path = self.work / name
        file = ogr.GetDriverByName('GPKG').CreateDataSource(str(path))
        layer = file.CreateLayer('zones', self.crs, ogr.wkbPolygon)
        layer.CreateField(ogr.FieldDefn('name'))
        for i, one in enumerate(ids):
            feature = ogr.Feature(layer.GetLayerDefn())
            feature['name'] = one
            x = 452000 + 10 * i
            feature.SetGeometry(ogr.CreateGeometryFromWkt(
                f'POLYGON(({x} 5411980, {x} 5412000, {x + 10} 5412000, {x + 10} 5411980, {x} 5411980))'))
            layer.CreateFeature(feature)
        file = None
        return path

    def test_classes_that_differ_in_case_only(self):
        classes = ','.join('{"value": %d, "name": "%s", "color": "#00000%d"}' % (i, name, i)
                           for i, name in enumerate(('Road', 'road', 'ROAD', 'road_1', 'Nodata')))
        mask = self.mask('case.tif', (np.arange(400).reshape(20, 20) % 5).astype(np.uint8), f'[{classes}]')
        zones = self.zones('case_zones.gpkg', ['a', 'b'])
        for ending in ('.gpkg', '.csv'):
            out = self.work / f'case{ending}'
            self.terramask('zonal', mask, '--zones', zones, '--zones-id', 'name', '-o', out)
            opened = ogr.Open(str(out))
            layer = opened.GetLayer(0)
            names = [layer.GetLayerDefn().GetFieldDefn(i).GetName() for i in range(layer.GetLayerDefn().GetFieldCount())]
            self.assertEqual(len({name.lower() for name in names}), len(names), names)
            self.assertEqual(len([name for name in names if name.endswith('_px')]), 5)
        # The same in the blocks of a check of labels.
        self.terramask('labels', '--check', SAMPLE / 'labels.tif', '--like', SAMPLE / 'ortho.tif', '--map',
                       '0=Road,1=road,2=ROAD,3=a,4=b,5=c', '--gpkg', self.work / 'check.gpkg')

    def test_columns_of_the_database_itself(self):
        mask = self.mask('fid.tif', np.zeros((20, 20), np.uint8), '[{"value": 0, "name": "road", "color": "#000000"}]')
        zones = self.work / 'fid_zones.geojson'
        zones.write_text('{"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": "EPSG:32633"}}, "features": ['
                         '{"type": "Feature", "properties": {"fid": "x", "geom": "y"}, "geometry": {"type": "Polygon", "coordinates": '
                         '[[[452000, 5411980], [452010, 5411980], [452010, 5412000], [452000, 5411980]]]}}]}')
        for field in ('fid', 'geom'):
            self.terramask('zonal', mask, '--zones', zones, '--zones-id', field, '-o', self.work / f'{field}.gpkg')

    def test_columns_are_in_the_values_order(self):
        values = np.full((20, 20), 3, np.uint8)
        values[:, 10:] = 1
        values[10:, :] = 7
        zones = self.zones('order.gpkg', ['a', 'b'])
        heads = []
        for name, array in (('one', values), ('two', values[::-1].copy())):
            self.terramask('zonal', self.mask(f'{name}.tif', array), '--zones', zones, '-o', self.work / f'{name}.csv')
            with open(self.work / f'{name}.csv') as file:
                rows = list(csv.DictReader(file))
            heads.append([column for column in rows[0] if column.endswith('_px')])
            self.assertEqual(int(rows[0]['class_3_px']) + int(rows[1]['class_1_px']), 200)
            self.assertEqual(int(rows[0]['class_7_px']), 100)
        self.assertEqual(heads, [['class_1_px', 'class_3_px', 'class_7_px']] * 2)

    def test_no_formulas(self):
        ids = ['=1+1', '@SUM(A1)', '+cmd', '-12', '-2+3', '+1.5', '\tx', 'plain', "=cmd|' /C calc'!A0"]
        zones = self.zones('formulas.gpkg', ids)
        mask = self.mask('formulas.tif', np.zeros((20, 100), np.uint8))
        self.terramask('zonal', mask, '--zones', zones, '--zones-id', 'name', '-o', self.work / 'f.csv')
        with open(self.work / 'f.csv') as file:
            found = [row['name'] for row in csv.DictReader(file)]
        self.assertEqual(found, ["'=1+1", "'@SUM(A1)", "'+cmd", '-12', "'-2+3", '+1.5', "'\tx", 'plain', "'=cmd|' /C calc'!A0"])
        self.terramask('zonal', mask, '--zones', zones, '--zones-id', 'name', '-o', self.work / 'f.gpkg')
        opened = ogr.Open(str(self.work / 'f.gpkg'))
        self.assertEqual([feature['name'] for feature in opened.GetLayer(0)], ids)


if __name__ == '__main__':
    support.main()
