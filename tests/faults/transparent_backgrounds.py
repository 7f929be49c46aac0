"""Background can be seen through where the model or --background-transparent says so, in every product."""
import json
import struct
import xml.etree.ElementTree

from support import SAMPLE, TOWN_MODEL, FaultTest, main

IMAGE = [SAMPLE / 'ortho.tif', '--ndsm', SAMPLE / 'dsm.tif', SAMPLE / 'dtm.tif', '--device', 'cpu', '-q']


class TransparentBackgrounds(FaultTest):
    def model(self, name, **classes):
        """The sample's model; keys of its classes, by their values: c0={'name': 'land'}."""
        data = TOWN_MODEL.read_bytes()
        length, = struct.unpack('<Q', data[:8])
        header = json.loads(data[8:8 + length])
        description = json.loads(header['__metadata__']['terramask'])
        for value, keys in classes.items():
            description['classes'][int(value[1:])].update(keys)
        header['__metadata__']['terramask'] = json.dumps(description)
        text = json.dumps(header).encode()
        text += b' ' * (-len(text) % 8)
        path = self.work / f'{name}.safetensors'
        path.write_bytes(struct.pack('<Q', len(text)) + text + data[8 + length:])
        return path

    def transparent(self, style):
        """Values of the classes that QGIS shows transparent."""
        entries = xml.etree.ElementTree.parse(self.work / style).findall('.//paletteEntry')
        self.assertEqual(len(entries), 6)
        return {int(entry.get('value')) for entry in entries if entry.get('alpha') == '0'}

    def segmented(self, model, *options):
        self.terramask('segment', model, *IMAGE, '-o', 'mask.tif', '--overwrite', *options)
        return self.transparent('mask.qml')

    def test_by_the_name_or_as_the_call_says(self):
        self.assertEqual(self.segmented(TOWN_MODEL), {0})
        self.assertEqual(self.segmented(TOWN_MODEL, '--background-opaque'), set())
        land = self.model('land', c0={'name': 'land'})
        self.assertEqual(self.segmented(land), set())
        self.assertEqual(self.segmented(land, '--background-transparent'), {0})
        self.refuses(['segment', land, *IMAGE, '-o', 'no.tif', '--background-transparent', '--background-opaque'],
                     '--background-opaque', status=2)

    def test_as_the_model_says(self):
        said = self.model('said', c0={'transparent': False}, c4={'transparent': True})
        self.assertEqual(self.segmented(said), {4})
        classes = json.loads(self.terramask('info', 'mask.tif', '--json').stdout)['rasters'][0]['classes']
        self.assertEqual([one.get('transparent') for one in classes], [False, None, None, None, True, None])
        # What is made of the mask later follows it.
        self.terramask('mosaic', 'mask.tif', '-o', 'mosaic.tif', '-q')
        self.assertEqual(self.transparent('mosaic.qml'), {4})
        wrong = self.model('wrong', c0={'transparent': 'yes'})
        self.refuses(['info', wrong], 'class 1: transparent is neither true nor false', status=1)

    def test_a_region(self):
        said = self.model('said', c4={'transparent': True})
        for options, values in (([], {0, 4}), (['--background-opaque'], {4})):
            self.terramask('region', said, *IMAGE, '-o', 'region', '--restart', '--tile', '128', *options)
            self.assertEqual(self.transparent('region/mask.qml'), values)
            self.assertEqual(self.transparent('region/tiles/r00000/r00000_c00000.qml'), values)


if __name__ == '__main__':
    main()
