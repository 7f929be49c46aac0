"""Progress and messages that cannot be written stop no work; a result that cannot be printed is told."""
import contextlib
import json
import os
import subprocess

from support import PROGRAM, SAMPLE, TOWN_MODEL, FaultTest, as_argument, gdal, main, ogr

NDSM = ['--ndsm', SAMPLE / 'dsm.tif', SAMPLE / 'dtm.tif']
KINDS = ('full', 'closed', 'broken pipe')
SMALL = ['--width', '4', '--depth', '2', '--patch', '32', '--set', 'split.block_m=32', '--set', 'training.samples=16',
         '--set', 'training.epochs=2']
LINE = 'terramask {}: what is printed cannot be written; is the disk full, or the pipe closed?'


@contextlib.contextmanager
def bad_stream(kind):
    """What `subprocess` takes for a stream; for a closed one the caller closes it in the child."""
    if kind == 'broken pipe':
        out, stream = os.pipe()
        os.close(out)
    else:
        stream = os.open('/dev/full' if kind == 'full' else '/dev/null', os.O_WRONLY)
    try:
        yield stream
    finally:
        os.close(stream)


class Messages(FaultTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.zones = cls.work / 'zones.gpkg'
        cls.project = cls.work / 'p.json'
        rules = {'version': 1, 'unlabelled': 'background', 'sources': {'v': {'path': 'x'}},
                 'rules': [{'source': 'v', 'class': 'building', 'layer': 'multipolygons', 'where': 'building IS NOT NULL'}],
                 'classes': [{'value': 0, 'name': 'background', 'color': '#000000'},
                             {'value': 1, 'name': 'building', 'color': '#ffd400'}]}
        (cls.work / 'rules.json').write_text(json.dumps(rules))
        for call in (['vectorize', SAMPLE / 'labels.tif', '-o', cls.zones],
                     ['init', SAMPLE / 'ortho.tif', '--labels', SAMPLE / 'labels.tif', '-o', cls.project, *SMALL]):
            subprocess.run([PROGRAM, *map(as_argument, call)], check=True, cwd=cls.work, capture_output=True)

    def calls(self, folder):
        """A call of each subcommand that writes, and what it must have written in `folder`."""
        folder.mkdir(parents=True)
        labels, ortho = SAMPLE / 'labels.tif', SAMPLE / 'ortho.tif'
        return {
            'segment': ([TOWN_MODEL, ortho, *NDSM, '-o', folder / 's.tif', '-v', '--tile', 128], 's.tif'),
            'region': ([TOWN_MODEL, ortho, *NDSM, '-o', folder / 'r', '--tile', 256], 'r/mask.vrt'),
            'vectorize': ([labels, '-o', folder / 'v.gpkg', '-v'], 'v.gpkg'),
            'mosaic': ([labels, '-o', folder / 'm.tif', '-v'], 'm.tif'),
            'train': ([self.project, '-o', folder / 't.safetensors', '-v'], 't.safetensors'),
            'init': ([ortho, '--labels', labels, '-o', folder / 'i.json', *SMALL], 'i.json'),
            'labels': ([self.work / 'rules.json', '--source', f'v={SAMPLE / "map.osm"}', '--like', ortho, '-o',
                        folder / 'l.tif', '-v'], 'l.tif'),
            'legend': ([SAMPLE / 'town.png', '-o', folder / 'g.json'], 'g.json'),
            'evaluate': ([labels, '--reference', labels, '--json', folder / 'e.json', '-v'], 'e.json'),
            'picture': ([ortho, labels, '-o', folder / 'p.png'], 'p.png'),
            'zonal': ([labels, '--zones', self.zones, '-o', folder / 'z.csv'], 'z.csv'),
            'scene': (['-o', folder / 'scene', '--size', '128x128'], 'scene/labels.tif'),
        }

    def run_with(self, call, out=None, err=None):
        """Runs `terramask` with bad streams of these kinds; what is good is text."""
        with contextlib.ExitStack() as stack:
            streams = [subprocess.PIPE if kind is None else stack.enter_context(bad_stream(kind)) for kind in (out, err)]
            closed = [number for number, kind in ((1, out), (2, err)) if kind == 'closed']
            if len(closed) == 2:
                closed.append(0)
            return subprocess.run([PROGRAM, *map(as_argument, call)], cwd=self.work, stdin=subprocess.DEVNULL,
                                  stdout=streams[0], stderr=streams[1], text=True, timeout=300,
                                  preexec_fn=lambda: [os.close(number) for number in closed])

    def whole(self, path):
        if path.suffix in ('.tif', '.png', '.vrt'):
            return gdal.Open(str(path)).ReadAsArray() is not None
        if path.suffix == '.gpkg':
            opened = ogr.Open(str(path))
            layer = opened.GetLayer(0)
            return 0 < layer.GetFeatureCount() == len([1 for _ in layer])
        return path.stat().st_size > 0 and (path.suffix != '.json' or bool(json.loads(path.read_text())))

    def test_stderr_stops_no_subcommand(self):
        for kind in KINDS:
            folder = self.work / ('stderr ' + kind)
            for name, (call, made) in self.calls(folder).items():
                with self.subTest(name, kind=kind):
                    ran = self.run_with([name, *call], err=kind)
                    self.assertEqual(ran.returncode, 0)
                    self.assertTrue(self.whole(folder / made))

    def test_stdout_is_told_of_when_the_work_is_done(self):
        for kind in KINDS:
            folder = self.work / ('stdout ' + kind)
            for name, (call, made) in self.calls(folder).items():
                with self.subTest(name, kind=kind):
                    ran = self.run_with([name, *call], out=kind)
                    self.assertEqual(ran.returncode, 1, ran.stderr)
                    self.assertEqual(ran.stderr.splitlines()[-1], LINE.format(name), ran.stderr)
                    self.assertTrue(self.whole(folder / made))

    def test_neither_can_be_written(self):
        for kind in KINDS:
            folder = self.work / ('both ' + kind)
            for name, (call, made) in self.calls(folder).items():
                if name in ('segment', 'vectorize', 'mosaic', 'train'):
                    with self.subTest(name, kind=kind):
                        self.assertEqual(self.run_with([name, *call], out=kind, err=kind).returncode, 1)
                        self.assertTrue(self.whole(folder / made))

    def test_messages_get_into_no_file(self):
        made = {}
        for kind in (None, 'closed'):
            made[kind] = self.work / f'mask {kind}.tif'
            ran = self.run_with(['segment', TOWN_MODEL, SAMPLE / 'ortho.tif', *NDSM, '-o', made[kind], '-v'], err=kind)
            self.assertEqual(ran.returncode, 0)
        self.assertTrue((self.pixels(made[None]) == self.pixels(made['closed'])).all())
        self.assertNotIn(b'computing on', made['closed'].read_bytes())

    def test_errors_keep_their_status(self):
        for call, status in ((['segment', TOWN_MODEL, 'nothing.tif', '-o', 'x.tif'], 1), (['info', 'nothing.tif'], 1),
                             (['vectorize', SAMPLE / 'labels.tif', '-o', self.zones], 2), (['segmnt'], 2), ([], 2),
                             (['region', TOWN_MODEL, 'nothing.tif', '-o', 'r'], 1), (['train', 'nothing.json'], 2),
                             (['mosaic', 'nothing.tif', '-o', 'm.tif'], 1)):
            usual = self.run_with(call)
            self.assertEqual(usual.returncode, status, usual.stderr)
            for kind in KINDS:
                with self.subTest(call=str(call), kind=kind):
                    self.assertEqual(self.run_with(call, err=kind).returncode, status)

    def test_what_is_only_printed(self):
        for call in (['info', SAMPLE / 'ortho.tif'], ['info', '--json', TOWN_MODEL], ['devices'],
                     ['segment', TOWN_MODEL, SAMPLE / 'ortho.tif', *NDSM, '-o', 'dry.tif', '--dry-run'],
                     ['info', '--plan', TOWN_MODEL]):
            for kind in KINDS:
                with self.subTest(call=str(call), kind=kind):
                    ran = self.run_with(call, out=kind)
                    self.assertEqual(ran.returncode, 1, ran.stderr)
                    self.assertEqual(ran.stderr.splitlines()[-1], LINE.format(call[0]))
        for call in (['--help'], ['segment', '--help'], ['--version']):
            for kind in KINDS:
                with self.subTest(call=str(call), kind=kind):
                    ran = self.run_with(call, out=kind)
                    self.assertEqual((ran.returncode, ran.stderr), (1, LINE.format('').replace(' :', ':') + '\n'))


if __name__ == '__main__':
    main()
