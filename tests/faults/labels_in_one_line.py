"""Labels of whole files without a rules file, labels of nothing, and vectors given as labels."""
import json
import shlex

import support

ORTHO = support.SAMPLE / 'ortho.tif'


class LabelsInOneLine(support.FaultTest):

    def square(self, name, x=452010, y=5411900, side=50):
        ring = [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]
        return self.vectors(name, {'type': 'Polygon', 'coordinates': [ring]})

    def vectors(self, name, *geometries):
        path = self.work / name
        path.write_text(json.dumps({
            'type': 'FeatureCollection', 'crs': {'type': 'name', 'properties': {'name': 'urn:ogc:def:crs:EPSG::32633'}},
            'features': [{'type': 'Feature', 'properties': {}, 'geometry': one} for one in geometries]}))
        return path

    def road(self, name):
        return self.vectors(name, {'type': 'LineString', 'coordinates': [[451900, 5411920], [452300, 5411920]]})

    def test_burns_paint_in_their_order(self):
        made = self.work / 'burnt.tif'
        self.terramask('labels', '--burn', f'{self.square("houses.geojson")}=building', '--burn',
                       f'{self.road("roads.geojson")}=road:6m', '--like', ORTHO, '-o', made)
        pixels = self.pixels(made)
        self.assertEqual((pixels == 2).sum(), 12 * pixels.shape[1])
        self.assertEqual((pixels == 1).sum(), 10000 - 12 * 100)
        self.terramask('init', ORTHO, '--labels', made, '-o', self.work / 'burnt.json')
        names = {one['name'] for one in json.loads((self.work / 'burnt.json').read_text())['classes']}
        self.assertEqual(names, {'background', 'building', 'road'})

    def test_calls_that_are_wrong(self):
        houses = self.square('houses.geojson')
        common = ['--like', ORTHO, '-o', self.work / 'wrong.tif']
        self.refuses(['labels', '--burn', houses, *common], '--burn', 'FILE=CLASS', status=2)
        self.refuses(['labels', support.SOURCE / 'rules/roads.json', '--burn', f'{houses}=a', *common], '--burn', status=2)

    def test_labels_of_nothing_are_no_success(self):
        far = self.square('far.geojson', x=500000)
        made = self.work / 'nothing.tif'
        call = ['labels', '--burn', f'{far}=building', '--like', ORTHO, '-o', made]
        self.refuses(call, 'far.geojson', 'elsewhere', '--allow-empty', status=1)
        self.assertFalse(made.exists())
        self.terramask(*call, '--allow-empty')
        self.assertFalse(self.pixels(made).any())

    def test_wide_buffers_paint(self):
        road = self.road('wide.geojson')
        for width, rows in ((150, 256), (250, 256), (1000, 256)):
            made = self.work / f'{width}.tif'
            self.terramask('labels', '--burn', f'{road}=river:{width}m', '--like', ORTHO, '-o', made)
            self.assertGreater((self.pixels(made) == 1).mean(), .5, width)

    def test_vectors_as_labels_are_refused_with_the_very_command(self):
        for path, width in ((self.square('my houses.geojson'), ''), (self.road('roads.geojson'), ':6m')):
            ran = self.refuses(['init', ORTHO, '--labels', path, '-o', self.work / 'project.json'], path.name,
                               'terramask labels --burn', f'{width}', status=2)
            command = shlex.split(ran.stderr.split('`')[1])
            self.assertEqual(command[0], 'terramask')
            self.terramask(*command[1:])
            self.assertTrue((self.work / command[-1]).exists())


if __name__ == '__main__':
    support.main()
