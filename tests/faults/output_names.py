"""Names of outputs that are links, fifos, devices, in folders that are gone or may not be written."""
import os
import subprocess

import support
from support import PROGRAM, SAMPLE, TOWN_MODEL, gdal

NDSM = ['--ndsm', SAMPLE / 'dsm.tif', SAMPLE / 'dtm.tif']


class OutputNames(support.FaultTest):
    def calls(self, name):
        """A call for each writer, to a file of this name, as far as it will take its ending."""
        return {'mosaic': ['mosaic', SAMPLE / 'labels.tif', '-o', f'{name}.tif'],
                'vectorize': ['vectorize', SAMPLE / 'labels.tif', '-o', f'{name}.gpkg'],
                'init': ['init', SAMPLE / 'ortho.tif', '--labels', SAMPLE / 'labels.tif', '-o', f'{name}.json'],
                'picture': ['picture', SAMPLE / 'ortho.tif', SAMPLE / 'labels.tif', '-o', f'{name}-p.png'],
                'evaluate': ['evaluate', SAMPLE / 'labels.tif', '--reference', SAMPLE / 'labels.tif', '--html', f'{name}.html']}

    def output(self, call):
        return call[-1]

    def test_a_link_stays_and_its_file_changes(self):
        for job, call in self.calls(self.work / 'link').items():
            with self.subTest(job):
                link = self.output(call)
                target = self.work / job / ('real' + os.path.splitext(link)[1])
                target.parent.mkdir()
                os.symlink(os.path.join(job, target.name), link)
                self.refuses(call, 'link', '--overwrite', status=2)
                self.assertFalse(target.exists())
                self.terramask(*call, '--overwrite')
                self.assertTrue(os.path.islink(link))
                made = target.read_bytes()
                self.assertGreater(len(made), 100)
                target.write_bytes(b'old')
                self.refuses(call, 'link', '--overwrite', status=2)
                self.terramask(*call, '--overwrite')
                self.assertTrue(os.path.islink(link))
                self.assertGreater(target.stat().st_size, 100)
                self.assertEqual([name for name in os.listdir(target.parent) if name.startswith('.')], [])
                if job == 'mosaic':
                    for name in (link, str(target)):
                        opened = gdal.Open(name)
                        table = opened.GetRasterBand(1).GetDefaultRAT()
                        self.assertIn('road', [table.GetValueAsString(i, 1) for i in range(table.GetRowCount())])

    def test_what_is_no_file_is_never_replaced(self):
        for job, call in self.calls(self.work / 'fifo').items():
            with self.subTest(job):
                os.mkfifo(self.output(call))
                for more in ([], ['--overwrite']):
                    self.refuses([*call, *more], 'fifo', status=2)
                self.assertTrue(os.path.exists(self.output(call)) and not os.path.isfile(self.output(call)))
        for job, call in self.calls(self.work / 'device').items():
            with self.subTest(job):
                os.symlink('/dev/null', self.output(call))
                self.refuses([*call, '--overwrite'], 'device', status=2)
        for job, call in self.calls(self.work / 'circle').items():
            with self.subTest(job):
                os.symlink(self.output(call), self.output(call))
                self.refuses([*call, '--overwrite'], 'circle', status=2)

    def test_training(self):
        project = self.work / 'town.json'
        self.terramask('init', SAMPLE / 'ortho.tif', '--labels', SAMPLE / 'labels.tif', '-o', project)
        fifo, link = self.work / 'f.safetensors', self.work / 'l.safetensors'
        os.mkfifo(fifo)
        os.symlink('nowhere.safetensors', link)
        for more in ([], ['--overwrite'], ['--resume']):
            self.refuses(['train', project, '-o', fifo, *more], 'fifo', status=2)
        self.refuses(['train', project, '-o', link], 'l.safetensors', '--overwrite', status=2)
        self.assertTrue(os.path.islink(link))

    def test_a_working_folder_that_was_removed(self):
        for job, call in (self.calls('gone') | {'segment': ['segment', TOWN_MODEL, SAMPLE / 'ortho.tif', *NDSM, '-o', 'gone.tif'],
                                                'scene': ['scene', '-o', 'gone', '--size', '64x64'],
                                                'train': ['train', self.work / 'none.json', '-o', 'gone.safetensors']}).items():
            with self.subTest(job):
                ran = subprocess.run(['sh', '-c', 'mkdir "$0" && cd "$0" && rmdir "$0" && exec "$@"', self.work / f'cwd-{job}',
                                      PROGRAM, *map(str, call)], capture_output=True, text=True, cwd=self.work)
                self.assertIn(ran.returncode, (1, 2), ran.stderr)
                self.assertEqual(len(ran.stderr.splitlines()), 1, ran.stderr)
                self.assertIn('working folder was removed', ran.stderr)

    def test_a_folder_that_may_not_be_written_is_found_before_anything_is_read(self):
        # A file system that is mounted to be read, so that root is no exception.
        locked = self.work / 'locked'
        locked.mkdir()
        if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'ro', 'tmpfs', locked], capture_output=True).returncode != 0:
            self.skipTest('needs the right to mount')
        self.addCleanup(subprocess.run, ['umount', locked])
        none = self.work / 'none.tif'
        for job, call in {'segment': ['segment', self.work / 'none.safetensors', none, '-o', locked / 'm.tif'],
                          'segment --mosaic': ['segment', self.work / 'none.safetensors', none, none, '--mosaic', '-o', locked / 'm.tif'],
                          'region': ['region', self.work / 'none.safetensors', none, '-o', locked / 'out'],
                          'picture': ['picture', none, none, '-o', locked / 'p.png'],
                          'init': ['init', none, '--labels', none, '-o', locked / 'p.json'],
                          'legend': ['legend', none, '-o', locked / 'l.json'],
                          'labels': ['labels', self.work / 'none.json', '--like', none, '-o', locked / 'l.tif'],
                          'labels --check': ['labels', '--check', none, '--like', none, '--csv', locked / 'c.csv'],
                          'train': ['train', self.work / 'none.json', '-o', locked / 'm.safetensors'],
                          'evaluate': ['evaluate', none, '--reference', none, '--json', locked / 'e.json'],
                          'evaluate --errors': ['evaluate', none, '--reference', none, '--errors', locked / 'e.tif'],
                          'vectorize': ['vectorize', none, '-o', locked / 'v.gpkg'],
                          'mosaic': ['mosaic', none, '-o', locked / 'm.tif'],
                          'zonal': ['zonal', none, '--zones', none, '-o', locked / 'z.csv'],
                          'scene': ['scene', '-o', locked / 'town']}.items():
            with self.subTest(job):
                self.refuses(call, 'locked', status=1)


if __name__ == '__main__':
    support.main()
