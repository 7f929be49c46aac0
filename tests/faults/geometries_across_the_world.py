"""Vector geometries far larger than the raster, far away from it, or across the 180th meridian."""
import json

import numpy as np

from support import SAMPLE, FaultTest, gdal, main, osr

E = 4e-4


def box(west, south, east, north):
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def polygon(*rings):
    return {'type': 'Polygon', 'coordinates': list(rings)}


def ring_at(latitude, step=10):
    return [[longitude, latitude] for longitude in range(-175, 180, step)] + [[-175, latitude]]


EUROPE = polygon([[-25, 34], [45, 30], [70, 75], [20, 80], [-25, 66], [-25, 34]])
ALL_OVER_THE_SAMPLE = {
    'belt': polygon(box(-180, 40, 180, 60)),
    'belt within the seam': polygon(box(-179, 40, 179, 60)),
    'belt of a part': polygon(box(-100, 40, 120, 60)),
    'whole earth': polygon(box(-180, -90, 180, 90)),
    'almost the whole earth': polygon(box(-179.99, -89.99, 179.99, 89.99)),
    'from 0 to 360': polygon(box(0, -90, 360, 90)),
    'another turn': polygon(box(360 + 10, 45, 360 + 20, 50)),
    'northern half': polygon(box(-180, 0, 180, 90)),
    'cap with a pole': polygon(box(-180, 40, 180, 90)),
    'cap without a pole': polygon(ring_at(40)),
    'continent': EUROPE,
    'far hole': polygon(box(-180, -90, 180, 90), box(-120, -60, -60, 0)),
    'with far parts': {'type': 'MultiPolygon', 'coordinates': [[box(100, -10, 140, 10)], [box(5, 40, 25, 55)]]},
    'antimeridian parts': {'type': 'MultiPolygon', 'coordinates': [[box(170, 40, 180, 60)], [box(-180, 40, 30, 60)]]},
}
ACROSS_180 = {
    'uncut': polygon([[180 - E, -16.5 - E], [-180 + E, -16.5 - E], [-180 + E, -16.5 + E], [180 - E, -16.5 + E],
                      [180 - E, -16.5 - E]]),
    'uncut, clockwise': polygon([[180 - E, -16.5 - E], [180 - E, -16.5 + E], [-180 + E, -16.5 + E],
                                 [-180 + E, -16.5 - E], [180 - E, -16.5 - E]]),
    'beyond 180': polygon(box(180 - E, -16.5 - E, 180 + E, -16.5 + E)),
    'before -180': polygon(box(-180 - E, -16.5 - E, -180 + E, -16.5 + E)),
    'cut': {'type': 'MultiPolygon', 'coordinates': [[box(180 - E, -16.5 - E, 180, -16.5 + E)],
                                                    [box(-180, -16.5 - E, -180 + E, -16.5 + E)]]},
    'uncut, with points at the seam': polygon([[180 - E, -16.5 - E], [180, -16.5 - E], [-180, -16.5 - E],
                                               [-180 + E, -16.5 - E], [-180 + E, -16.5 + E], [-180, -16.5 + E],
                                               [180, -16.5 + E], [180 - E, -16.5 + E], [180 - E, -16.5 - E]]),
}


class FarGeometries(FaultTest):

    def write(self, geometry, folder=None, **properties):
        path = (folder or self.work) / 'shapes.geojson'
        path.write_text(json.dumps({'type': 'FeatureCollection', 'features': [
            {'type': 'Feature', 'properties': {'class': 'building', **properties}, 'geometry': geometry}]}))
        return path

    def painted(self, geometry, like, rules):
        source = self.write(geometry)
        self.terramask('labels', rules, '--source', f'v={source}', '--like', like, '-o', self.work / 'l.tif', '--overwrite')
        return int((self.pixels(self.work / 'l.tif') == 1).sum())

    def segmented(self, geometry):
        cutline = self.write(geometry)
        self.terramask('segment', SAMPLE / 'town.safetensors', SAMPLE / 'ortho.tif', '--ndsm', SAMPLE / 'dsm.tif',
                       SAMPLE / 'dtm.tif', '--cutline', cutline, '-o', self.work / 'm.tif', '--overwrite', '--device', 'cpu')
        return int((self.pixels(self.work / 'm.tif') != 255).sum())

    def zone_pixels(self, geometry, mask):
        zones, table = self.write(geometry), self.work / 'z.csv'
        self.terramask('zonal', mask, '--zones', zones, '-o', table, '--overwrite')
        header, row = [line.split(',') for line in table.read_text().splitlines()[:2]]
        return dict(zip(header, row))

    def test_labels_of_shapes_as_large_as_the_world(self):
        rules = self.inputs('f10_far_away') / 'any.json'
        for name, geometry in ALL_OVER_THE_SAMPLE.items():
            with self.subTest(name):
                self.assertEqual(self.painted(geometry, SAMPLE / 'ortho.tif', rules), 512 * 512)

    def test_an_edge_lies_where_it_does_in_a_small_shape(self):
        rules = self.inputs('f10_far_away') / 'any.json'
        large = self.painted(polygon(box(-180, 40, 180, 48.8575)), SAMPLE / 'ortho.tif', rules)
        small = self.painted(polygon(box(14.3, 48.8, 14.4, 48.8575)), SAMPLE / 'ortho.tif', rules)
        self.assertGreater(small, 10_000)
        self.assertAlmostEqual(large, small, delta=20)

    def test_shapes_elsewhere_paint_nothing(self):
        rules = self.inputs('f10_far_away') / 'any.json'
        self.terramask('labels', rules, '--source', f'v={self.write(polygon(box(5, 40, 25, 55)))}', '--like',
                       SAMPLE / 'ortho.tif', '-o', self.work / 'l.tif', '--overwrite')
        both = {'type': 'MultiPolygon', 'coordinates': [[box(100, -10, 140, 10)], [box(-165.65, 48.8, -165, 49)]]}
        path = self.write(both)
        self.run_program('labels', rules, '--source', f'v={path}', '--like', SAMPLE / 'ortho.tif', '-o',
                         self.work / 'none.tif')
        if (self.work / 'none.tif').exists():
            self.assertEqual(int((self.pixels(self.work / 'none.tif') == 1).sum()), 0)

    def test_a_wide_line_around_the_world(self):
        folder = self.inputs('f10_far_away')
        rules = json.loads((folder / 'any.json').read_text())
        rules['rules'][0]['buffer'] = {'width': 20}
        (folder / 'wide.json').write_text(json.dumps(rules))
        line = {'type': 'LineString', 'coordinates': [[-180, 48.8575], [180, 48.8575]]}
        painted = self.painted(line, SAMPLE / 'ortho.tif', folder / 'wide.json')
        self.assertAlmostEqual(painted, 40 * 512, delta=600)

    def test_zones_and_references_as_large_as_the_world(self):
        for name in ('belt', 'whole earth', 'cap with a pole', 'continent'):
            with self.subTest(name):
                row = self.zone_pixels(ALL_OVER_THE_SAMPLE[name], SAMPLE / 'labels.tif')
                self.assertEqual(sum(int(v) for k, v in row.items() if k.endswith('_px')) or 512 * 512, 512 * 512)
                self.assertLess(float(row['covered_pct']), 0.01)
                reference = self.write(ALL_OVER_THE_SAMPLE[name])
                ran = self.terramask('evaluate', SAMPLE / 'labels.tif', '--reference', reference, '--attribute',
                                     'class', '--json', self.work / 'e.json', '--overwrite')
                self.assertNotIn('no place', ran.stderr)

    def test_cutlines_as_large_as_the_world(self):
        for name in ('belt', 'cap without a pole', 'far hole'):
            with self.subTest(name):
                self.assertEqual(self.segmented(ALL_OVER_THE_SAMPLE[name]), 512 * 512)

    def test_a_far_point_is_left_out_and_counted(self):
        folder = self.inputs('f10_far_away')
        ran = self.terramask('evaluate', SAMPLE / 'labels.tif', '--points', folder / 'points.geojson',
                             '--attribute', 'class')
        self.assertRegex(ran.stdout + ran.stderr, r'1 point has no place in EPSG:32633')

    def test_labels_across_180(self):
        folder = self.inputs('f11_dateline')
        for name, geometry in ACROSS_180.items():
            with self.subTest(name):
                self.assertEqual(self.painted(geometry, folder / 'fiji.tif', folder / 'any.json'), 30_303)

    def test_rasters_in_degrees_across_180(self):
        folder = self.inputs('f11_dateline')
        for west, crs in ((180 - 2 * E, 'EPSG:4326'), (-180 - 2 * E, 'EPSG:4326'), (180 - 2 * E, 'EPSG:4269')):
            raster = gdal.GetDriverByName('GTiff').Create(str(folder / 'degrees.tif'), 40, 40)
            raster.SetGeoTransform((west, E / 10, 0, -16.5 + 2 * E, 0, -E / 10))
            raster.SetSpatialRef(reference(crs))
            raster = None
            for name, geometry in ACROSS_180.items():
                with self.subTest((west, crs, name)):
                    self.assertEqual(self.painted(geometry, folder / 'degrees.tif', folder / 'any.json'), 400)

    def test_a_polar_raster(self):
        folder = self.inputs('f11_dateline')
        raster = gdal.GetDriverByName('GTiff').Create(str(folder / 'polar.tif'), 600, 600)
        # No pixel's centre lies on the 180th meridian itself, where the two ends of a ring meet.
        raster.SetGeoTransform((-3e6, 1e4, 0, 3e6 + 4e3, 0, -1e4))
        raster.SetSpatialRef(reference('EPSG:3413'))
        raster = None
        everything = self.painted(polygon(box(-180, 30, 180, 90)), folder / 'polar.tif', folder / 'any.json')
        self.assertEqual(everything, 360_000)
        cap = self.painted(polygon(box(-180, 70, 180, 90)), folder / 'polar.tif', folder / 'any.json')
        uncut = self.painted(polygon(ring_at(70, 1)), folder / 'polar.tif', folder / 'any.json')
        belt = self.painted(polygon(box(-180, 30, 180, 70)), folder / 'polar.tif', folder / 'any.json')
        self.assertGreater(cap, 100_000)
        self.assertEqual(cap + belt, 360_000)
        self.assertAlmostEqual(uncut, cap, delta=100)

    def test_zones_cutlines_and_references_across_180(self):
        folder = self.inputs('f11_dateline')
        mask = folder / 'mask.tif'
        shape = gdal.Open(str(folder / 'fiji.tif'))
        made = gdal.GetDriverByName('GTiff').Create(str(mask), 512, 512)
        made.SetGeoTransform(shape.GetGeoTransform())
        made.SetSpatialRef(shape.GetSpatialRef())
        made.GetRasterBand(1).WriteArray(np.ones((512, 512), np.uint8))
        made = None
        for name, geometry in ACROSS_180.items():
            with self.subTest(name):
                row = self.zone_pixels(geometry, mask)
                self.assertEqual(float(row['covered_pct']), 100)
                path = self.write(geometry, k='1')
                self.terramask('evaluate', mask, '--reference', path, '--attribute', 'k', '--mask-map', '0=a,1=b',
                               '--json', self.work / 'e.json', '--overwrite')
                self.assertIn('30303', (self.work / 'e.json').read_text())


def reference(crs):
    system = osr.SpatialReference()
    system.SetFromUserInput(crs)
    return system


if __name__ == '__main__':
    main()
