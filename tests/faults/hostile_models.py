"""Models that cannot be meant: refused where they are read, by the tensor or class that is to blame."""
import json
import math
import struct

from support import SAMPLE, TOWN_MODEL, FaultTest, main

HEIGHTS = ['--ndsm', SAMPLE / 'dsm.tif', SAMPLE / 'dtm.tif']


def read(path):
    data = path.read_bytes()
    length, = struct.unpack('<Q', data[:8])
    return json.loads(data[8:8 + length]), bytearray(data[8 + length:])


def write(path, header, data):
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)
    path.write_bytes(struct.pack('<Q', len(text)) + text + bytes(data))
    return path


class HostileModels(FaultTest):
    def changed(self, name, tensor, value):
        header, data = read(TOWN_MODEL)
        begin = header[tensor]['data_offsets'][0]
        self.assertEqual(header[tensor]['dtype'], 'F32')
        data[begin:begin + 4] = struct.pack('<f', value)
        return write(self.work / name, header, data)

    def described(self, name, change):
        header, data = read(TOWN_MODEL)
        description = json.loads(header['__metadata__']['terramask'])
        change(description)
        header['__metadata__']['terramask'] = json.dumps(description)
        return write(self.work / name, header, data)

    def test_weights_that_are_no_numbers(self):
        header, _ = read(TOWN_MODEL)
        variance = next(name for name in header if name.endswith('.running_var'))
        for number, (tensor, value) in enumerate([('head.weight', math.nan), ('head.bias', math.inf),
                                                  ('down.0.0.weight', -math.inf), (variance, -1.0),
                                                  (variance, math.nan)]):
            model = self.changed(f'weights{number}.safetensors', tensor, value)
            for arguments in (['info', model], ['info', model, SAMPLE / 'ortho.tif'],
                              ['segment', model, SAMPLE / 'ortho.tif', '-o', self.work / 'mask.tif'],
                              ['evaluate', '--model', model, SAMPLE / 'ortho.tif', '--reference',
                               SAMPLE / 'labels.tif'],
                              ['region', model, SAMPLE / 'ortho.tif', '-o', self.work / 'region', '--dry-run']):
                self.refuses(arguments, f'"{tensor}"', status=1)
        self.assertFalse((self.work / 'mask.tif').exists())

    def test_two_classes_of_one_name(self):
        def same(description):
            description['classes'][1]['name'] = description['classes'][0]['name']

        self.refuses(['info', self.described('classes.safetensors', same)], 'two classes are named', status=1)

    def test_info_says_what_a_model_of_3000_classes_is(self):
        count = 3000
        classes = [{'value': i, 'name': f'class {i}', 'color': '#000000'} for i in range(count)]
        description = {'format': 1, 'network': {'architecture': 'linear', 'bands': 1, 'classes': count},
                       'bands': [{'name': 'grey', 'type': 'Byte', 'mean': 0, 'std': 1}], 'pixel_size_m': 1,
                       'classes': classes}
        header = {'__metadata__': {'terramask': json.dumps(description)},
                  'head.bias': {'dtype': 'F32', 'shape': [count], 'data_offsets': [0, 4 * count]},
                  'head.weight': {'dtype': 'F32', 'shape': [count, 1, 1, 1], 'data_offsets': [4 * count, 8 * count]}}
        model = write(self.work / 'many.safetensors', header, bytes(8 * count))
        self.assertIn('class 2999', self.terramask('info', model).stdout)
        found = json.loads(self.terramask('info', '--json', model).stdout)
        self.assertEqual(len(found['models'][0]['classes']), count)

    def test_a_model_without_pixel_size_says_so_at_each_use(self):
        model = self.described('no_size.safetensors', lambda description: description.pop('pixel_size_m'))
        said = self.terramask('info', model, SAMPLE / 'ortho.tif', *HEIGHTS)
        self.assertIn('cannot be told', said.stdout)
        for arguments in (['segment', model, SAMPLE / 'ortho.tif', *HEIGHTS, '-o', self.work / 'sized.tif'],
                          ['evaluate', '--model', model, SAMPLE / 'ortho.tif', *HEIGHTS, '--reference',
                           SAMPLE / 'labels.tif']):
            self.assertIn('does not say how large its pixels are', self.terramask(*arguments).stderr)


if __name__ == '__main__':
    main()
