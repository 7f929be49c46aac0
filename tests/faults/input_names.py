"""Names of inputs: folders, patterns with special characters in folders' names, lists from other systems."""
import os
import shutil

from support import SAMPLE, FaultTest, gdal, main


class Names(FaultTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tiles = cls.work / 'tiles'
        for i, (folder, x) in enumerate((('a:b', 0), ('dir [2020]', 64), ('curly {1}', 128), ('plain', 192))):
            (cls.tiles / folder).mkdir(parents=True)
            for part in (0, 1):
                gdal.Translate(os.fspath(cls.tiles / folder / f'ortho{i}{part}.tif'), os.fspath(SAMPLE / 'ortho.tif'),
                               srcWin=[x, 256 * part, 64, 256])
        (cls.tiles / 'plain/.hidden').mkdir()
        shutil.copy(SAMPLE / 'labels.tif', cls.tiles / 'plain/.hidden/labels.tif')

    def mosaic(self, *arguments, **options):
        out = self.work / 'mosaic.tif'
        self.terramask('mosaic', *arguments, '-o', out, '--overwrite', **options)
        opened = gdal.Open(os.fspath(out))
        return opened.RasterXSize, opened.RasterYSize

    def region(self, *arguments, **options):
        out = self.work / 'region'
        shutil.rmtree(out, ignore_errors=True)
        self.terramask('region', self.shared('models/roads_unet.safetensors'), *arguments, '-o', out, '--resample',
                       'never', **options)
        opened = gdal.Open(os.fspath(out / 'mask.vrt'))
        return opened.RasterXSize, opened.RasterYSize

    def test_patterns_in_folders_of_any_name(self):
        for run in (self.mosaic, self.region):
            for folder in ('a:b', 'dir [2020]', 'curly {1}', 'plain'):
                with self.subTest(run=run.__name__, folder=folder):
                    self.assertEqual(run(self.tiles / folder / '*.tif'), (64, 512))
                    self.assertEqual(run(f'{folder}/*.tif', cwd=self.tiles), (64, 512))
                    self.assertEqual(run(f'{folder}/ortho?0.tif', cwd=self.tiles), (64, 256))
                    self.assertEqual(run(f'./{folder}/', cwd=self.tiles), (64, 512))

    def test_lists_of_other_systems(self):
        lines = ['# comment', 'a:b/*.tif', 'dir [2020]/ortho10.tif', 'dir [2020]/ortho11.tif  ', '', 'curly {1}']
        for run in (self.mosaic, self.region):
            for name, mark, end in (('plain', b'', b'\n'), ('windows', b'\xef\xbb\xbf', b'\r\n'), ('mac', b'', b'\r')):
                with self.subTest(run=run.__name__, name=name):
                    path = self.tiles / f'{name}.txt'
                    path.write_bytes(mark + end.join(line.encode() for line in lines))
                    self.assertEqual(run(f'@{path}'), (192, 512))
                    self.assertEqual(run(f'@{name}.txt', cwd=self.tiles), (192, 512))
        (self.tiles / 'wide.txt').write_bytes('\n'.join(lines).encode('utf-16'))
        self.refuses(['mosaic', f'@{self.tiles}/wide.txt', '-o', 'no.tif'], 'wide.txt', 'UTF-8')

    def test_folders_with_and_without_subfolders(self):
        self.assertEqual(self.mosaic(self.tiles, '--recursive'), (256, 512))
        self.assertEqual(self.region(self.tiles, '--recursive'), (256, 512))
        self.refuses(['mosaic', self.tiles, '-o', 'no.tif'], 'tiles', 'holds no', '--recursive')
        model = self.shared('models/roads_unet.safetensors')
        out = self.work / 'masks'
        self.terramask('segment', model, self.tiles, '--recursive', '-o', f'{out}/', '--resample', 'never')
        self.assertEqual(len(list(out.glob('*.tif'))), 8)
        shutil.rmtree(out)
        self.terramask('segment', model, self.tiles / 'plain', '-o', f'{out}/', '--resample', 'never')
        self.assertEqual(sorted(p.name for p in out.glob('*.tif')), ['ortho30.tif', 'ortho31.tif'])
        self.terramask('init', self.tiles, '--recursive', '--labels', SAMPLE / 'labels.tif', '-o', 'town.json')
        self.assertIn('ortho00.tif', (self.work / 'town.json').read_text())

    def test_slippy_tiles_are_named_as_such(self):
        (self.work / 'slippy/3/4').mkdir(parents=True)
        (self.work / 'slippy/3/4/2.png').write_bytes(b'')
        self.refuses(['mosaic', self.work / 'slippy', '-o', 'no.tif'], 'xyz:')


if __name__ == '__main__':
    main()
