"""Images and labels in local (engineering) CRSs, which have no place on Earth."""
import json

from support import SAMPLE, FaultTest, gdal, main, ogr, osr


class LocalCrs(FaultTest):

    def test_labels_of_the_same_size_and_place_are_laid_over(self):
        folder = self.inputs('f08_engineering_crs')
        ran = self.terramask('init', folder / 'image.tif', '--labels', folder / 'mask.tif', '-o', folder / 'p.json')
        self.assertIn('RGF93 v1 / Lambert-93', ran.stdout + ran.stderr)
        self.terramask('train', folder / 'p.json', '--dry-run', '-o', self.work / 'm.safetensors', '--device', 'cpu')
        ran = self.terramask('evaluate', folder / 'mask.tif', '--reference', folder / 'mask.tif')
        self.terramask('labels', '--check', folder / 'mask.tif', '--like', folder / 'image.tif')

    def test_other_places_are_refused(self):
        folder = self.inputs('f08_engineering_crs')
        moved = gdal.Open(str(folder / 'mask.tif'), gdal.GA_Update)
        moved.SetGeoTransform((700010, .2, 0, 6600000, 0, -.2))
        moved = None
        self.refuses(('init', folder / 'image.tif', '--labels', folder / 'mask.tif', '-o', folder / 'p.json'), 'local CRS',
                     'gdal_edit.py -a_srs')

    def test_images_in_one_local_crs_are_split_in_its_plane(self):
        folder = self.inputs('f08_engineering_crs')
        images = [folder / f'local{i}.tif' for i in range(3)]
        labels = [folder / f'local{i}_labels.tif' for i in range(3)]
        self.terramask('init', *images, '--labels', *labels, '-o', folder / 'p.json')
        self.assertEqual(json.loads((folder / 'p.json').read_text()).get('split', {}).get('method', 'blocks'), 'blocks')
        self.terramask('train', folder / 'p.json', '--dry-run', '-o', self.work / 'm.safetensors', '--device', 'cpu')

    def test_and_by_file(self):
        folder = self.inputs('f08_engineering_crs')
        images = [folder / f'local{i}.tif' for i in range(3)]
        labels = [folder / f'local{i}_labels.tif' for i in range(3)]
        self.terramask('init', *images, '--labels', *labels, '-o', folder / 'p.json')
        project = json.loads((folder / 'p.json').read_text())
        project['split'] = {'method': 'file', 'fractions': [1, 0, 0]}
        (folder / 'p.json').write_text(json.dumps(project))
        self.terramask('train', folder / 'p.json', '--dry-run', '-o', self.work / 'm.safetensors', '--device', 'cpu')


PLACE = (-128, .5, 0, 128, 0, -.5)
LOCAL = 'LOCAL_CS["Local Coordinates (m)",LOCAL_DATUM["Local Datum",0],UNIT["metre",1]]'
SITE = ('ENGCRS["Site grid",EDATUM["Site"],CS[Cartesian,2],AXIS["e",east],AXIS["n",north],LENGTHUNIT["metre",1]]')
FEET = 'LOCAL_CS["Site ft",UNIT["foot",0.3048]]'
DRIVERS = {'gpkg': 'GPKG', 'shp': 'ESRI Shapefile', 'fgb': 'FlatGeobuf'}


class VectorsOfLocalCrs(FaultTest):
    """No two formats keep the same of a local CRS."""

    def crs(self, text):
        made = osr.SpatialReference()
        made.SetFromUserInput(text)
        made.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
        return made

    def raster(self, name, text, source='labels.tif'):
        path = self.work / name
        file = gdal.GetDriverByName('GTiff').CreateCopy(str(path), gdal.Open(str(SAMPLE / source)))
        file.SetGeoTransform(PLACE)
        file.SetSpatialRef(self.crs(text))
        return path

    def square(self, name, text):
        """Of 50 metres or feet, and so of 100 x 100 pixels."""
        path = self.work / name
        path.unlink(missing_ok=True)
        file = ogr.GetDriverByName(DRIVERS[name.split('.')[-1]]).CreateDataSource(str(path))
        layer = file.CreateLayer(path.stem, self.crs(text), ogr.wkbPolygon)
        layer.CreateField(ogr.FieldDefn('class'))
        feature = ogr.Feature(layer.GetLayerDefn())
        feature['class'] = 'building'
        feature.SetGeometry(ogr.CreateGeometryFromWkt('POLYGON((-100 0,-50 0,-50 50,-100 50,-100 0))'))
        layer.CreateFeature(feature)
        return path

    def test_every_format_beside_a_raster(self):
        for name, text in (('local', LOCAL), ('site', SITE), ('feet', FEET)):
            labels = self.raster(f'{name}.tif', text)
            for ending in DRIVERS:
                with self.subTest(name=name, ending=ending):
                    zones, out = self.square(f'{name}.{ending}', text), self.work / f'{name}_{ending}'
                    self.terramask('zonal', labels, '--zones', zones, '-o', f'{out}.csv')
                    self.terramask('labels', '--burn', f'{zones}=building', '--like', labels, '-o', f'{out}.tif')
                    self.assertEqual((self.pixels(f'{out}.tif') == 1).sum(), 10000)
                    self.terramask('evaluate', labels, '--reference', zones, '--attribute', 'class')

    def test_what_is_written_is_read(self):
        labels = self.raster('own.tif', LOCAL)
        for ending in ('gpkg', 'fgb'):
            made = self.work / f'own.{ending}'
            self.terramask('vectorize', labels, '-o', made)
            self.terramask('evaluate', labels, '--reference', made, '--attribute', 'class')

    def test_geojson_is_on_earth(self):
        ran = self.refuses(['vectorize', self.raster('plane.tif', LOCAL), '-o', self.work / 'plane.geojson'], 'WGS 84',
                           'local CRS', '.gpkg', '--crs')
        self.assertNotIn('ENGCRS', ran.stderr)

    def test_other_names_or_units_are_refused(self):
        labels = self.raster('this.tif', LOCAL)
        for name, text in (('name', LOCAL.replace('Coordinates', 'Heights')), ('feet', LOCAL.replace('metre",1', 'foot",0.3048'))):
            with self.subTest(name):
                self.refuses(['zonal', labels, '--zones', self.square(f'{name}.gpkg', text), '-o', self.work / 'no.csv'],
                             'local CRS', '-a_srs')

    def test_a_picture_of_the_twin(self):
        folder = self.inputs('f08_engineering_crs')
        self.terramask('picture', folder / 'image.tif', folder / 'mask.tif', '-o', self.work / 'picture.png')


if __name__ == '__main__':
    main()
