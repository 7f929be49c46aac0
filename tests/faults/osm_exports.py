"""The rules that come with Terramask work on what others have made of OpenStreetMap."""
import json

import support

ORTHO = support.SAMPLE / 'ortho.tif'
RULES = support.SOURCE / 'rules'
ogr = support.ogr


class OsmExports(support.FaultTest):

    def painted(self, rules, path):
        made = self.work / f'{rules}-{path.name}.tif'
        self.terramask('labels', RULES / rules, '--source', f'osm={path}', '--like', ORTHO, '-o', made, '--overwrite')
        return (self.pixels(made) == 1).sum()

    def sample(self, layer):
        """Features of the sample map, with all of their tags."""
        path = self.work / 'sample.gpkg'
        if not path.exists():
            support.gdal.VectorTranslate(str(path), str(support.SAMPLE / 'map.osm'))
        file = ogr.Open(str(path))
        return [(dict(json.loads(feature.ExportToJson())['properties']), feature.GetGeometryRef().Clone())
                for feature in file.GetLayerByName(layer)]

    @staticmethod
    def tags(properties):
        tags = {k: v for k, v in properties.items() if v is not None and k not in ('other_tags', 'osm_id', 'z_order', 'osm_way_id')}
        for pair in filter(None, (properties.get('other_tags') or '').split('","')):
            key, value = pair.strip('"').split('"=>"')
            tags[key] = value
        return tags

    def geojson(self, name, layers, ids):
        features = [{'type': 'Feature', 'properties': self.tags(p) | ids, 'geometry': json.loads(g.ExportToJson())}
                    for layer in layers for p, g in self.sample(layer)]
        path = self.work / name
        path.write_text(json.dumps({'type': 'FeatureCollection', 'features': features}))
        return path

    def test_geojson_of_overpass_and_quickosm(self):
        plain = {rules: self.painted(rules, support.SAMPLE / 'map.osm') for rules in ('roads.json', 'buildings.json')}
        overpass = self.geojson('overpass.geojson', ('lines', 'multipolygons'), {'@id': 'way/1'})
        for rules, count in plain.items():
            self.assertGreater(count, 0)
            self.assertAlmostEqual(self.painted(rules, overpass), count, delta=count * .02, msg=rules)
        roads = self.geojson('roads.geojson', ('lines',), {'full_id': 'w1', 'osm_type': 'way'})
        self.assertAlmostEqual(self.painted('roads.json', roads), plain['roads.json'], delta=plain['roads.json'] * .02)

    def test_files_that_gdal_has_made_of_osm(self):
        path = self.work / 'town.gpkg'
        support.gdal.VectorTranslate(str(path), str(support.SAMPLE / 'map.osm'))
        file = ogr.Open(str(path), 1)
        file.CreateLayer('layer_styles', None, ogr.wkbNone)
        del file
        for rules in ('roads.json', 'buildings.json'):
            self.assertGreater(self.painted(rules, path), 0, rules)
        self.painted('landcover.json', path), self.painted('landcover.json', support.SAMPLE / 'map.osm')
        ours, direct = (self.pixels(self.work / f'landcover.json-{name}.tif') for name in ('town.gpkg', 'map.osm'))
        self.assertGreater((direct != 255).sum(), 0)
        self.assertGreater((ours == direct).mean(), .98)

    def geofabrik(self, path, driver, name, kind, fields, features):
        file = ogr.GetDriverByName(driver).CreateDataSource(str(path))
        srs = support.osr.SpatialReference()
        srs.ImportFromEPSG(4326)
        srs.SetAxisMappingStrategy(support.osr.OAMS_TRADITIONAL_GIS_ORDER)
        layer = file.CreateLayer(name, srs, kind)
        for field, of_type in fields: layer.CreateField(ogr.FieldDefn(field, of_type))
        for values, geometry in features:
            feature = ogr.Feature(layer.GetLayerDefn())
            for (field, _), value in zip(fields, values): feature[field] = value
            feature.SetGeometry(geometry)
            layer.CreateFeature(feature)

    def test_shapefiles_and_geopackages_of_geofabrik(self):
        text, number = ogr.OFTString, ogr.OFTInteger
        roads = [(('1', 5113, p['highway'], 'F', 'F', 0), g) for p, g in self.sample('lines') if p['highway']]
        houses = [(('1', 1500, 'building', p['building']), g) for p, g in self.sample('multipolygons') if p['building']]
        for driver, ending in (('ESRI Shapefile', 'shp'), ('GPKG', 'gpkg')):
            path = self.work / f'gis_osm_roads_free_1.{ending}'
            self.geofabrik(path, driver, path.stem, ogr.wkbLineString, [
                ('osm_id', text), ('code', number), ('fclass', text), ('bridge', text), ('tunnel', text),
                ('layer', number)], roads)
            count = self.painted('roads.json', support.SAMPLE / 'map.osm')
            # Widths of the map's own tags are not among Geofabrik's fields.
            self.assertGreater(self.painted('roads.json', path), count / 2)
            # Some releases have no codes: the layer's name, or the shape and the class, say what it is.
            for name in ('gis_osm_roads_free_2', 'streets'):
                other = self.work / f'{name}.{ending}'
                self.geofabrik(other, driver, name, ogr.wkbLineString, [
                    ('osm_id', text), ('fclass', text), ('bridge', text), ('tunnel', text), ('layer', number)],
                    [(values[:1] + values[2:], g) for values, g in roads])
                self.assertEqual(self.painted('roads.json', other), self.painted('roads.json', path), name)
            path = self.work / f'gis_osm_buildings_a_free_1.{ending}'
            self.geofabrik(path, driver, path.stem, ogr.wkbMultiPolygon, [
                ('osm_id', text), ('code', number), ('fclass', text), ('type', text)], houses)
            count = self.painted('buildings.json', support.SAMPLE / 'map.osm')
            self.assertAlmostEqual(self.painted('buildings.json', path), count, delta=count * .05)
            other = self.work / f'houses.{ending}'
            self.geofabrik(other, driver, 'houses', ogr.wkbMultiPolygon, [
                ('osm_id', text), ('fclass', text), ('type', text)],
                [(values[:1] + values[2:], g) for values, g in houses])
            self.assertEqual(self.painted('buildings.json', other), self.painted('buildings.json', path))

    def collection(self, name, features):
        path = self.work / name
        path.write_text(json.dumps({'type': 'FeatureCollection', 'features': [
            {'type': 'Feature', 'properties': p, 'geometry': json.loads(g.ExportToJson())} for p, g in features]}))
        return path

    def in_degrees(self, name):
        """The rules, for a source that does not say its CRS."""
        rules = json.loads((RULES / name).read_text())
        rules['sources']['osm'] |= {'crs': 'EPSG:4326'}
        path = self.work / name
        path.write_text(json.dumps(rules))
        return path

    def test_true_and_false_are_yes_and_no(self):
        houses = [g for p, g in self.sample('multipolygons') if p['building']]
        typed, written, none = (self.collection(f'{name}.geojson', [({'building': value}, g) for g in houses])
                                for name, value in (('typed', True), ('written', 'yes'), ('none', False)))
        count = self.painted('buildings.json', written)
        self.assertGreater(count, 0)
        self.assertEqual(self.painted('buildings.json', typed), count)
        table = self.work / 'houses.csv'
        for word in ('yes', 'true'):
            table.write_text('WKT,building\n' + ''.join(f'"{g.ExportToWkt()}",{word}\n' for g in houses))
            made = self.work / 'table.tif'
            self.terramask('labels', self.in_degrees('buildings.json'), '--source', f'osm={table}', '--like', ORTHO,
                           '-o', made, '--overwrite')
            self.assertEqual((self.pixels(made) == 1).sum(), count, word)
        self.assertEqual(self.painted('buildings.json', none), 0)
        lines = [g for p, g in self.sample('lines') if p['highway']]
        roads, tunnels = (self.collection(f'roads-{value}.geojson', [
            ({'highway': 'residential', 'tunnel': value, 'layer': -1, 'lanes': 2}, g) for g in lines])
            for value in (False, True))
        self.assertGreater(self.painted('roads.json', roads), 0)
        self.assertEqual(self.painted('roads.json', tunnels), 0)

    def test_files_without_a_field_of_osm(self):
        path = self.collection('outlines.geojson', [({'Name': 'x', 'icon': 'y'}, g)
                                                    for p, g in self.sample('multipolygons') if p['building']])
        self.refuses(['labels', RULES / 'buildings.json', '--source', f'osm={path}', '--like', ORTHO, '-o',
                      self.work / 'no.tif'], 'outlines.geojson', 'no field of OpenStreetMap', 'Name, icon', status=1)

    def test_widths_that_are_not_believed_are_said(self):
        lines = [g for p, g in self.sample('lines') if p['highway']]
        for width, doubted in ((200, True), ('-3', True), ('nan', True), (6, False), ('6 m', False)):
            path = self.collection('wide.geojson', [({'highway': 'residential', 'width': width}, g) for g in lines])
            said = self.terramask('labels', RULES / 'roads.json', '--source', f'osm={path}', '--like', ORTHO, '-o',
                                  self.work / 'wide.tif', '--overwrite').stderr
            self.assertEqual(f'width={width}' in said, doubted, said)


if __name__ == '__main__':
    support.main()
