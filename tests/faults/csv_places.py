"""Columns of CSV files are the geometries and coordinates that they are called."""
import gzip
import json

import support

ORTHO = support.SAMPLE / 'ortho.tif'
LABELS = support.SAMPLE / 'labels.tif'


class CsvPlaces(support.FaultTest):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.given = cls.inputs('f17_csv')
        cls.degrees = (cls.given / 'points.csv').read_text().splitlines()[1].split(',')

    def painted(self, source, name, rules=None):
        made = self.work / f'{name}.tif'
        ran = self.terramask('labels', rules or self.given / 'any.json', '--source', f'v={source}', '--like', ORTHO,
                             '-o', made)
        return (self.pixels(made) == 1).sum(), ran.stderr

    def write(self, name, text):
        path = self.given / name
        path.write_text(text)
        return path

    def judged(self, path):
        ran = self.terramask('evaluate', LABELS, '--points', path, '--attribute', 'class', '--json',
                             self.given / 'report.json', '--overwrite')
        return json.loads((self.given / 'report.json').read_text())['sampled'], ran.stderr

    def test_well_known_text_beside_longitude_and_latitude(self):
        count, notes = self.painted(self.given / 'open_buildings.csv', 'wkt')
        self.assertGreater(count, 8000)
        self.assertIn('longitude and latitude in WGS 84', notes)
        packed = self.given / 'open_buildings.csv.gz'
        packed.write_bytes(gzip.compress((self.given / 'open_buildings.csv').read_bytes()))
        self.assertEqual(self.painted(packed, 'packed')[0], count)

    def test_other_names_and_coordinates_of_the_image(self):
        lone = 'POLYGON((14.3457 48.8582,14.3464 48.8582,14.3464 48.8586,14.3457 48.8586,14.3457 48.8582))'
        metres = 'POLYGON((452010 5411900,452060 5411900,452060 5411950,452010 5411950,452010 5411900))'
        for name in ('geom', 'WKT', 'the_geom', 'Geometry'):
            self.assertGreater(self.painted(self.write('a.csv', f'id,{name}\n1,"{lone}"\n'), f'{name}1')[0], 8000, name)
            self.assertEqual(self.painted(self.write('a.csv', f'id,{name}\n1,"{metres}"\n'), f'{name}2')[0], 10000, name)

    def test_numbers_are_compared_and_what_is_empty_is_null(self):
        rules = self.write('where.json', (self.given / 'any.json').read_text().replace(
            '"class": "building"', '"class": "building", "where": "confidence > 0.7 AND note IS NULL"', 1))
        square = '"POLYGON((452010 {0},452060 {0},452060 {1},452010 {1},452010 {0}))"'
        path = self.write('b.csv', 'confidence,note,geometry\n0.9,,' + square.format(5411900, 5411950) + '\n0.1,,' +
                          square.format(5411950, 5411960) + '\n0.9,torn down,' + square.format(5411960, 5411970) + '\n')
        self.assertEqual(self.painted(path, 'where', rules)[0], 10000)

    def test_points_by_names_of_coordinates(self):
        lon, lat, label = self.degrees
        expected = None
        for head, row in (('lon,lat,class', f'{lon},{lat},{label}'),
                          ('Longitude;Latitude;class', f'{lon};{lat};{label}'),
                          ('class,LAT,LNG', f'{label},{lat},{lon}'),
                          ('class\tlat\tlong', f'{label}\t{lat}\t{lon}'),
                          ('x,y,class', f'{lon},{lat},{label}'),
                          ('x,y,class', f'452100,5411900,{label}'),
                          ('easting,northing,class', f'452100,5411900,{label}')):
            report, notes = self.judged(self.write('p.csv', f'{head}\n{row}\n'))
            expected = expected or report['matrix']
            self.assertEqual(report['points'], 1, head)
            self.assertEqual(report['matrix'], expected, head)
            self.assertIn('are taken to be', notes, head)

    def test_points_in_rows_and_columns_are_no_raster(self):
        lon, lat, _ = map(str, self.degrees)
        rows = ''.join(f'{float(lon) + i / 4096},{float(lat) + j / 4096},1\n' for j in (1, 0) for i in (0, 1))
        path = self.write('grid.csv', 'lon,lat,class\n' + rows)
        ran = self.run_program('evaluate', LABELS, '--reference', path, '--attribute', 'class')
        self.assertNotIn('XYZ', ran.stderr)
        self.assertIn('grid.csv', ran.stdout + ran.stderr)

    def test_tables_without_places_are_refused_with_the_way_out(self):
        self.refuses(['evaluate', LABELS, '--points', self.write('t.csv', 'id,class\n1,road\n'), '--attribute', 'class'],
                     't.csv', 'lon and lat', 'WKT')
        self.refuses(['labels', self.given / 'any.json', '--source', f'v={self.given}/t.csv', '--like', ORTHO, '-o',
                      self.work / 't.tif'], 't.csv', 'lon and lat', 'WKT')

    def test_what_gdal_does_not_read_as_a_geometry(self):
        square = 'POLYGON((452000 5411900,452100 5411900,452100 5412000,452000 5412000,452000 5411900))'
        ewkt = self.write('e.csv', f'id,geom\n1,"SRID=32633;{square}"\n')
        self.refuses(['labels', '--burn', f'{ewkt}=a', '--like', ORTHO, '-o', self.work / 'e.tif'], 'e.csv', 'SRID=',
                     'ST_AsText')
        rows = self.write('w.csv', f'id,wkt\n1,"{square}"\n2,\n3,"POLYGON((broken"\n')
        ran = self.terramask('labels', '--burn', f'{rows}=a', '--like', ORTHO, '-o', self.work / 'w.tif', '--overwrite')
        self.assertIn('2 features have no geometry: left out', ran.stderr)
        self.assertGreater((self.pixels(self.work / 'w.tif') == 1).sum(), 8000)

    def test_zones(self):
        path = self.write('zones.csv', (self.given / 'open_buildings.csv').read_text())
        self.terramask('zonal', LABELS, '--zones', path, '-o', self.given / 'hectares.csv')


if __name__ == '__main__':
    support.main()
