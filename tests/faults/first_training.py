"""What somebody meets who trains a model for the first time, with the defaults and without editing a file."""
import json

import numpy

from support import SAMPLE, FaultTest, gdal, main

SMALL = ['--width', '4', '--depth', '2', '--patch', '32', '--set', 'split.block_m=32', '--set', 'training.samples=32',
         '--set', 'training.epochs=2']


class FirstTraining(FaultTest):
    def rare_labels(self, name, share=0.01):
        """Labels over the sample's image in which class 1 is rare: a pixel wide, every so many rows."""
        like = gdal.Open(str(SAMPLE / 'ortho.tif'))
        made = gdal.GetDriverByName('GTiff').Create(str(self.work / name), like.RasterXSize, like.RasterYSize, 1)
        made.SetGeoTransform(like.GetGeoTransform())
        made.SetProjection(like.GetProjection())
        values = numpy.zeros((like.RasterYSize, like.RasterXSize), 'uint8')
        values[::int(1 / share)] = 1
        made.GetRasterBand(1).WriteArray(values)
        return self.work / name

    def init(self, labels, project, *more):
        return self.terramask('init', SAMPLE / 'ortho.tif', '--labels', labels, '-o', self.work / project, *more)

    def project(self, name):
        return json.loads((self.work / name).read_text())

    def test_rare_classes_are_said_and_balanced(self):
        said = self.init(self.rare_labels('rare.tif'), 'rare.json')
        self.assertIn('sampling: balanced', said.stderr)
        project = self.project('rare.json')
        self.assertEqual(project['training']['sampling'], 'balanced')
        self.assertEqual(project['training']['loss'], 'cross_entropy_dice')
        self.assertAlmostEqual(project['pixel_size_m'], 0.5, 3)
        self.assertIn("the model's pixels are 0.5 m", said.stderr)
        said = self.init(self.rare_labels('rare.tif'), 'random.json', '--sampling', 'random')
        self.assertIn('settings kept as given: sampling', said.stderr)
        self.assertEqual(self.project('random.json')['training']['sampling'], 'random')

    def test_class_weights_that_leave_nothing(self):
        labels = self.rare_labels('weights.tif')
        self.refuses(['init', SAMPLE / 'ortho.tif', '--labels', labels, '-o', self.work / 'none.json', *SMALL,
                      '--class-weights', '0,0'], 'class_weights', 'weight above 0')
        self.init(labels, 'absent.json', *SMALL, '--classes', '0=a,1=b,9=c', '--class-weights', '0,0,1')
        project = self.project('absent.json')
        (self.work / 'absent.json').write_text(json.dumps(project | {'allow_missing': ['c']}))
        self.refuses(['train', self.work / 'absent.json', '-o', self.work / 'absent.safetensors'], 'class_weights',
                     'weight above 0', status=1)

    def test_a_class_that_is_never_predicted_is_said(self):
        self.init(self.rare_labels('never.tif'), 'never.json', *SMALL, '--sampling', 'random', '--loss',
                  'cross_entropy', '--class-weights', '1,0.0001', '--set', 'training.epochs=10', '--set',
                  'training.schedule=constant', '--set', 'training.learning_rate=0.02')
        trained = self.terramask('train', self.work / 'never.json', '-o', self.work / 'never.safetensors')
        self.assertRegex(trained.stderr, 'no pixel of the validation part is predicted as class 1; --sampling balanced')

    def test_from_init_to_the_figures_of_the_test_part(self):
        self.init(self.rare_labels('rare2.tif', 0.02), 'p.json', *SMALL)
        model = self.work / 'p.safetensors'
        trained = self.terramask('train', self.work / 'p.json', '-o', model, '--threads', '2')
        self.assertIn('; IoU background', trained.stdout)
        table = trained.stdout[trained.stdout.index('  validation'):]
        self.assertRegex(table.splitlines()[0], 'validation +test')
        report = self.work / 'p.report.json'
        self.terramask('evaluate', '--project', self.work / 'p.json', '--part', 'test', '--model', model, '--json',
                       report, '--html', self.work / 'p.html', '--errors', self.work / 'p.errors.tif')
        found = json.loads(report.read_text())
        background = found['all']['classes'][0]
        row = next(line for line in table.splitlines() if line.startswith('background')).split()
        self.assertEqual(row[5:], [f'{background[key]:.4f}' for key in ('precision', 'recall', 'f1', 'iou')])
        self.assertIn('p.json, test part', found['pairs'][0]['reference'])
        self.assertTrue((self.work / 'p.html').exists() and (self.work / 'p.errors.tif').exists())
        # A part is a part: neither the whole image nor the ground of another part.
        validation = self.work / 'v.report.json'
        self.terramask('evaluate', '--project', self.work / 'p.json', '--part', 'validation', '--model', model,
                       '--json', validation)
        judged = found['all']['judged'], json.loads(validation.read_text())['all']['judged']
        self.assertLess(max(judged), 0.5 * 512 * 512)
        self.assertGreater(min(judged), 0)
        self.refuses(['evaluate', '--project', self.work / 'p.json', '--part', 'test'], '--model', status=2)
        self.refuses(['evaluate', SAMPLE / 'ortho.tif', '--project', self.work / 'p.json', '--part', 'test', '--model',
                      model], 'INPUT', status=2)

    def test_options_of_the_project_are_recorded_and_resume_wants_them_again(self):
        self.init(self.rare_labels('rare3.tif', 0.1), 'o.json', *SMALL)
        self.assertEqual(self.project('o.json')['network']['width'], 4)
        model = self.work / 'o.safetensors'
        call = ['train', self.work / 'o.json', '-o', model, '--threads', '2']
        self.terramask(*call, '--loss', 'dice')
        self.assertIn('"training.loss":"dice"', self.terramask('info', model).stdout)
        self.refuses([*call, '--resume'], '/training/loss', status=1)
        self.terramask(*call, '--resume', '--loss', 'dice', '--epochs', '3')
        self.refuses([*call, '--overwrite', '--loss', 'dise'], '--loss', 'dise', 'cross_entropy', status=2)
        self.refuses([*call, '--overwrite', '--set', 'training.lost=1'], '--set', 'training.lost', status=2)
        self.refuses([*call, '--overwrite', '--set', 'training.lost'], 'KEY=VALUE', status=2)

    def test_names_that_cannot_be_saved_end_it_before_it_begins(self):
        labels = self.rare_labels('rare4.tif', 0.1)
        self.init(labels, 'n.json', *SMALL)
        for name in ('a\u0001b', 'x' * 300):
            project = self.project('n.json')
            project['classes'][1]['name'] = name
            for image in project['images']:
                image['labels']['map'] = {'0': 'background', '1': name}
            (self.work / 'named.json').write_text(json.dumps(project))
            for more in ([], ['--dry-run']):
                self.refuses(['train', self.work / 'named.json', '-o', self.work / 'n.safetensors', *more],
                             'named.json', 'class 2', status=1)
            self.refuses(['init', SAMPLE / 'ortho.tif', '--labels', labels, '--map', f'0=background,1={name}', '-o',
                          self.work / 'again.json'], 'class 2')
        self.assertFalse((self.work / 'n.training').exists())

    def test_what_the_machine_cannot_hold_is_refused_from_its_shapes(self):
        self.init(self.rare_labels('rare5.tif', 0.1), 'w.json')
        for more in (['--dry-run'], []):
            ran = self.refuses(['train', self.work / 'w.json', '-o', self.work / 'w.safetensors', '--width', '4096',
                                *more], '--width', status=1)
            self.assertNotIn('--tile', ran.stderr)

    def test_images_of_other_pixel_sizes_want_a_resolution(self):
        coarse = self.work / 'coarse.tif'
        gdal.Translate(str(coarse), str(SAMPLE / 'ortho.tif'), width=256, height=256)
        call = ['init', SAMPLE / 'ortho.tif', coarse, '--labels', SAMPLE / 'labels.tif', '-o', self.work / 'two.json']
        self.refuses(call, '--resolution', status=1)
        self.terramask(*call, '--resolution', '1')
        self.assertEqual(self.project('two.json')['pixel_size_m'], 1)


if __name__ == '__main__':
    main()
