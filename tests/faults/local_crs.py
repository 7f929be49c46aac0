"""Images and labels in local (engineering) CRSs, which have no place on Earth."""
import json

from support import FaultTest, gdal, main


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


if __name__ == '__main__':
    main()
