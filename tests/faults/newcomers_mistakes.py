"""Command lines as somebody writes them who meets the program for the first time."""
import shutil

from support import SAMPLE, TOWN_MODEL, FaultTest, main

ORTHO = SAMPLE / 'ortho.tif'
LABELS = SAMPLE / 'labels.tif'
FOREIGN = {'net.pt': 'PyTorch', 'net.pth': 'PyTorch', 'net.ckpt': 'PyTorch', 'net.onnx': 'ONNX', 'net.h5': 'Keras'}


class NewcomersMistakes(FaultTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name, source in (('ortho.tif', ORTHO), ('mask.tif', LABELS), ('town.safetensors', TOWN_MODEL)):
            shutil.copy(source, cls.work / name)
        (cls.work / 'folder').mkdir()
        for name in FOREIGN:
            (cls.work / name).write_bytes(b'PK\x03\x04' + bytes(100))
        (cls.work / 'nameless').write_bytes(b'\x80\x02}q\x00' + bytes(100))

    def test_subcommands_that_there_are_not(self):
        for rest in ([], ['--help'], ['-h'], ['a.tif', '-o', 'b.tif']):
            ran = self.refuses(['segmnet', *rest], 'unknown subcommand segmnet', 'did you mean segment?', status=2)
            self.assertEqual(ran.stdout, '')
            self.refuses(['nosuch', *rest], 'unknown subcommand nosuch', 'segment, region', status=2)
        self.refuses(['predict'], 'did you mean segment?', status=2)
        self.refuses(['polygonize'], 'did you mean vectorize?', status=2)
        self.refuses(['help'], 'terramask --help', status=2)
        self.refuses(['-v', 'segment', 'a'], 'unknown option -v before the subcommand', status=2)
        self.assertIn('Usage: terramask', self.terramask(status=2).stderr)

    def test_arguments_in_the_wrong_order(self):
        for sub in ('segment', 'region'):
            self.refuses([sub, 'ortho.tif', 'town.safetensors', '-o', 'out.tif'], 'ortho.tif is a raster and '
                         'town.safetensors a model: the model comes first; ' +
                         f'terramask {sub} town.safetensors ortho.tif', status=2)
        self.refuses(['segment', 'town.safetensors', 'town.safetensors', '-o', 'out.tif'], 'both models', status=2)
        self.refuses(['evaluate', '--model', 'ortho.tif', 'town.safetensors', '--reference', 'mask.tif'],
                     'town.safetensors a model', '--model', status=2)
        self.refuses(['evaluate', 'town.safetensors', '--reference', 'mask.tif'], 'is a model', '--model', status=2)
        self.refuses(['train', 'town.safetensors', '-o', 'new.safetensors'], 'is a model', 'terramask init', status=2)
        self.refuses(['train', 'ortho.tif', '-o', 'new.safetensors'], 'ortho.tif: not a JSON file', 'terramask init')
        self.refuses(['init', 'town.safetensors', '--labels', 'mask.tif', '-o', 'p.json'], 'is a model', status=2)
        self.refuses(['vectorize', 'town.safetensors', '-o', 'a.gpkg'], 'town.safetensors: a model, not a raster')

    def test_an_output_without_its_option(self):
        for call in (['vectorize', 'mask.tif', 'out.gpkg'], ['train', 'p.json', 'out.safetensors']):
            self.refuses(call, call[2] + ': one argument too many', 'name an output with -o', status=2)
        self.refuses(['segment', 'town.safetensors', 'ortho.tif', '-o'], '--output needs a value', status=2)

    def test_masks_in_place_of_images(self):
        self.refuses(['segment', 'town.safetensors', 'mask.tif', '-o', 'out.tif'], 'mask.tif: looks like a mask',
                     'colour table', 'name the image')
        self.refuses(['evaluate', '--model', 'town.safetensors', 'mask.tif', '--reference', 'mask.tif'],
                     'mask.tif: looks like a mask')
        ran = self.terramask('init', 'mask.tif', '--labels', 'mask.tif', '-o', 'masks.json')
        self.assertIn('mask.tif looks like a mask', ran.stderr)

    def test_images_in_place_of_masks(self):
        zones = self.work / 'zones.geojson'
        zones.write_text('{"type": "FeatureCollection", "features": []}')
        for call in (['vectorize', 'ortho.tif', '-o', 'out.gpkg'],
                     ['zonal', 'ortho.tif', '--zones', zones, '-o', 'out.csv'],
                     ['evaluate', 'ortho.tif', '--reference', 'mask.tif'],
                     ['picture', 'mask.tif', 'ortho.tif', '-o', 'out.png'],
                     ['picture', 'ortho.tif', 'ortho.tif', '-o', 'out.png']):
            self.refuses(call, 'ortho.tif: has 3 bands, so it looks like an image', 'name a mask')

    def test_models_of_other_programs(self):
        for name, program in FOREIGN.items():
            remedy = ['terramask import'] if program == 'ONNX' else ['its own .safetensors models', 'terramask train']
            self.refuses(['segment', name, 'ortho.tif', '-o', 'out.tif'], name + ': a', program, *remedy)
        self.refuses(['segment', 'nameless', 'ortho.tif', '-o', 'out.tif'], 'a PyTorch checkpoint')
        self.refuses(['segment', 'ortho.tif', 'mask.tif', '-o', 'out.tif'], 'ortho.tif: a raster', '.safetensors')

    def test_devices_of_other_programs(self):
        for name in ('cuda', 'gpu', 'cuda:0', 'CUDA', 'opencl', 'metal', 'mps'):
            self.refuses(['segment', 'town.safetensors', 'ortho.tif', '-o', 'out.tif', '--device', name],
                         f"device '{name}'", 'Vulkan', 'choose one of: auto', status=2)
        self.refuses(['info', 'town.safetensors', '--device', 'cudaa'], 'no such device', 'choose one of: auto')

    def test_outputs(self):
        call = ['segment', 'town.safetensors', 'ortho.tif', '-o']
        self.refuses([*call, 'none/out.tif'], 'none does not exist', 'create it')
        self.refuses([*call, 'mask.tif'], 'mask.tif: exists already', '--overwrite', status=2)
        self.refuses(['vectorize', 'mask.tif', '-o', 'folder'], 'folder', status=2)
        self.refuses(['segment', 'folder', 'ortho.tif', '-o', 'out.tif'], 'folder: a folder', 'name a model file')
        self.refuses(['vectorize', 'folder', '-o', 'out.gpkg'], 'folder: a folder', 'name a file')


if __name__ == '__main__':
    main()
