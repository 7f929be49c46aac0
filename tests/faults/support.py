"""Cases from public bug reports, run as a person would run them.

Each module of this folder is one kind of fault: a unittest that runs `terramask` on inputs which `make_inputs.py` of
the shared folder writes, or which it makes itself, and asserts the right value. ctest runs each as Faults.<module>.
By hand:  TERRAMASK=build/release/bin/terramask TERRAMASK_SHARED=../shared /usr/bin/python3 tests/faults/<module>.py
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SKIPPED = 77
SOURCE = pathlib.Path(__file__).resolve().parents[2]
SAMPLE = SOURCE / 'sample_data'
SHARED = pathlib.Path(os.environ.get('TERRAMASK_SHARED', SOURCE.parent / 'shared')).resolve()
PROGRAM = os.environ.get('TERRAMASK', str(SOURCE / 'build/release/bin/terramask'))
TOWN_MODEL = SAMPLE / 'town.safetensors'


def as_argument(value):
    return value if isinstance(value, (str, bytes, os.PathLike)) else str(value)


def skip(reason):
    print('SKIPPED:', reason)
    sys.exit(SKIPPED)


try:
    from osgeo import gdal, ogr, osr
except ImportError:
    skip("needs GDAL's Python bindings (python3-gdal) and their interpreter, /usr/bin/python3")
gdal.UseExceptions()
ogr.UseExceptions()
osr.UseExceptions()


class FaultTest(unittest.TestCase):
    """A folder of its own to work in (self.work), which goes when the test does."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix='terramask-faults-')
        cls.work = pathlib.Path(cls.folder.name)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def inputs(cls, fault):
        """A fresh copy of a fault's inputs, by the name of its folder (`f01_wal`)."""
        maker = SHARED / 'faults/make_inputs.py'
        if not maker.exists():
            raise unittest.SkipTest(f'needs {maker}')
        made = cls.work / '.inputs'
        if not made.exists():
            subprocess.run([sys.executable, maker, SAMPLE, made], check=True)
        copy = pathlib.Path(tempfile.mkdtemp(prefix=fault + '-', dir=cls.work))
        shutil.copytree(made / fault, copy, dirs_exist_ok=True)
        return copy

    @classmethod
    def shared(cls, name):
        """A file or folder of the shared data; the test skips, by its name, where it is absent."""
        if not (SHARED / name).exists():
            raise unittest.SkipTest(f'needs {SHARED / name}')
        return SHARED / name

    def run_program(self, *arguments, **options):
        """Runs `terramask`; stdout and stderr are text, and what is no UTF-8 in them stands as surrogates."""
        options = {'cwd': self.work, 'timeout': 300} | options
        return subprocess.run([PROGRAM, *map(as_argument, arguments)], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, errors='surrogateescape', **options)

    def terramask(self, *arguments, status=0, **options):
        """The same, and the exit status must be `status`."""
        ran = self.run_program(*arguments, **options)
        self.assertEqual(ran.returncode, status, f'{arguments}\n{ran.stdout}\n{ran.stderr}')
        return ran

    def refuses(self, arguments, *words, status=None, **options):
        """The call must fail with one line of error in which all `words` stand, and no word of a defect."""
        ran = self.run_program(*arguments, **options)
        shown = f'{arguments}\n{ran.stdout}\n{ran.stderr}'
        self.assertIn(ran.returncode, (1, 2) if status is None else (status,), shown)
        errors = [line for line in ran.stderr.splitlines() if line.startswith('terramask')]
        self.assertTrue(errors, shown)
        self.assertNotIn('defect of Terramask', ran.stderr, shown)
        for word in words:
            self.assertIn(word, errors[-1], shown)
        return ran

    def pixels(self, path, band=None):
        """A raster's values as an array of NumPy."""
        opened = gdal.Open(os.fspath(path))
        return opened.ReadAsArray() if band is None else opened.GetRasterBand(band).ReadAsArray()


def main():
    result = unittest.main(module='__main__', exit=False, verbosity=2).result
    if not result.wasSuccessful():
        sys.exit(1)
    # A class that is skipped as a whole counts among the skipped, and not among those that were run.
    ran = result.testsRun - sum(isinstance(skipped, unittest.TestCase) for skipped, _ in result.skipped)
    if not ran and result.skipped:
        skip(result.skipped[0][1])
    if not ran:
        sys.exit('no test was run')
