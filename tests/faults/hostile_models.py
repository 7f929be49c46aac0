"""Models that cannot be meant: refused where they are read, by the tensor or class that is to blame."""
import json
import math
import struct

from support import SAMPLE, TOWN_MODEL, FaultTest, gdal, main, osr

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

    def test_weights_that_overflow(self):
        model = self.changed('huge.safetensors', 'up.2.weight', 3e38)
        self.refuses(['info', model], '"up.2.weight"', 'beyond 1e+18', status=1)

    def linear(self, name, weights):
        """One band, two classes: class 1 where the value times its weight is above 0."""
        description = {'format': 1, 'network': {'architecture': 'linear', 'bands': 1, 'classes': 2},
                       'bands': [{'name': 'grey', 'type': 'Float32', 'mean': 0, 'std': 1}], 'pixel_size_m': 1,
                       'classes': [{'value': i, 'name': name, 'color': '#000000'}
                                   for i, name in enumerate(['low', 'high'])]}
        header = {'__metadata__': {'terramask': json.dumps(description)},
                  'head.bias': {'dtype': 'F32', 'shape': [2], 'data_offsets': [0, 8]},
                  'head.weight': {'dtype': 'F32', 'shape': [2, 1, 1, 1], 'data_offsets': [8, 16]}}
        return write(self.work / name, header, struct.pack('<4f', 0, 0, *weights))

    def values(self, name, values):
        raster = gdal.GetDriverByName('GTiff').Create(str(self.work / name), len(values[0]), len(values), 1,
                                                      gdal.GDT_Float32)
        raster.SetGeoTransform([500000, 1, 0, 5500000, 0, -1])
        crs = osr.SpatialReference()
        crs.ImportFromEPSG(32633)
        raster.SetProjection(crs.ExportToWkt())
        for row, line in enumerate(values):
            raster.GetRasterBand(1).WriteRaster(0, row, len(line), 1, struct.pack(f'<{len(line)}f', *line))
        return self.work / name

    def test_results_that_overflow_are_nodata(self):
        model = self.linear('linear.safetensors', [0, 1e10])
        some = self.values('some.tif', [[1, -1, 1e30, 2, -2]] * 4)
        for number, more in enumerate([[], ['--probabilities', self.work / 'p.tif'], ['--threshold', '0.7'],
                                       ['--overlap', '1']]):
            mask = self.work / f'some{number}_mask.tif'
            said = self.terramask('segment', model, some, '-o', mask, '--device', 'cpu', '--overwrite', *more)
            self.assertIn('no finite number for 4 of 20 pixels', said.stderr)
            row = [int(value) for value in self.pixels(mask)[0]]
            opened = gdal.Open(str(mask))
            nodata = int(opened.GetRasterBand(1).GetNoDataValue())
            self.assertEqual(row, [1, 0, nodata, 1, 0])
        said = self.terramask('region', model, some, '-o', self.work / 'overflowing', '--device', 'cpu')
        self.assertIn('no finite number for 4 of 20 pixels', said.stderr)
        every = self.values('every.tif', [[1e30] * 5] * 4)
        self.refuses(['segment', model, every, '-o', self.work / 'no_mask.tif', '--device', 'cpu'],
                     'linear.safetensors', 'no finite number for 20 of 20 pixels', status=1)
        self.assertFalse((self.work / 'no_mask.tif').exists())

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
        self.assertIn('cannot be checked', said.stdout)
        for arguments in (['segment', model, SAMPLE / 'ortho.tif', *HEIGHTS, '-o', self.work / 'sized.tif'],
                          ['evaluate', '--model', model, SAMPLE / 'ortho.tif', *HEIGHTS, '--reference',
                           SAMPLE / 'labels.tif']):
            self.assertIn('has no pixel size', self.terramask(*arguments).stderr)


if __name__ == '__main__':
    main()
