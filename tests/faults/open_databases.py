"""A GeoPackage or SQLite file that others have open, or left with its journals, is never replaced under them."""
import os
import sqlite3
import subprocess
import sys

import support
from support import SAMPLE, TOWN_MODEL

NOTE = 'pragma journal_mode = wal; create table note(a); insert into note values (7);'


def sound(path):
    connection = sqlite3.connect(path)
    try:
        return connection.execute('pragma integrity_check').fetchone()[0] == 'ok'
    finally:
        connection.close()


def tables(path):
    connection = sqlite3.connect(path)
    try:
        return {row[0] for row in connection.execute('select name from sqlite_master')}
    finally:
        connection.close()


class OpenDatabases(support.FaultTest):
    def setUp(self):
        self.place = self.inputs('f01_wal')
        self.gpkg = self.place / 'p.gpkg'

    def vectorize(self, raster, **options):
        return self.terramask('vectorize', self.place / raster, '-o', self.gpkg, '--overwrite', **options)

    def refused_for_us(self, raster):
        self.refuses(['vectorize', self.place / raster, '-o', self.gpkg, '--overwrite'], 'p.gpkg',
                     f'process {os.getpid()}')

    def hold(self, path, mode='wal'):
        connection = sqlite3.connect(path)
        self.addCleanup(connection.close)
        connection.execute(f'pragma journal_mode = {mode}')
        connection.execute('create table note(a)')
        connection.commit()
        return connection

    def leave(self, path):
        """A program writes to the file and is killed."""
        code = f'import os, sqlite3; c = sqlite3.connect({str(path)!r}); c.executescript({NOTE!r}); os._exit(9)'
        subprocess.run([sys.executable, '-c', code], check=False)
        self.assertGreater(os.path.getsize(f'{path}-wal'), 0)

    def test_a_log_held_open(self):
        self.vectorize('a.tif')
        connection = self.hold(self.gpkg)
        self.refused_for_us('b.tif')
        connection.execute('insert into note values (1)')
        connection.commit()
        connection.close()
        self.assertTrue(sound(self.gpkg))
        self.vectorize('b.tif')
        self.assertTrue(sound(self.gpkg))
        self.assertIn('note', tables(self.gpkg))

    def test_a_transaction_that_is_under_way(self):
        self.vectorize('a.tif')
        connection = sqlite3.connect(self.gpkg, isolation_level=None)
        self.addCleanup(connection.close)
        for begin in ('begin immediate', 'begin exclusive'):
            connection.execute(begin)
            self.refused_for_us('b.tif')
            connection.execute('rollback')
        connection.close()
        self.vectorize('b.tif')

    def test_an_idle_reader_is_in_nobodys_way(self):
        self.vectorize('a.tif')
        connection = sqlite3.connect(f'file:{self.gpkg}?mode=ro', uri=True)
        self.addCleanup(connection.close)
        before = connection.execute('select count(*) from p').fetchone()
        self.vectorize('b.tif')
        self.assertEqual(connection.execute('select count(*) from p').fetchone(), before)
        self.assertTrue(sound(self.gpkg))

    def test_the_log_of_a_killed_program_comes_home(self):
        self.vectorize('a.tif')
        self.leave(self.gpkg)
        self.vectorize('b.tif')
        self.assertFalse(os.path.exists(f'{self.gpkg}-wal'))
        self.assertTrue(sound(self.gpkg))
        connection = sqlite3.connect(self.gpkg)
        self.assertEqual(connection.execute('select a from note').fetchall(), [(7,)])
        connection.close()

    def test_the_log_of_a_file_that_is_gone(self):
        self.vectorize('a.tif')
        self.leave(self.gpkg)
        self.gpkg.unlink()
        self.terramask('vectorize', self.place / 'b.tif', '-o', self.gpkg)
        self.assertFalse(os.path.exists(f'{self.gpkg}-wal'))
        self.assertTrue(sound(self.gpkg))
        self.assertNotIn('note', tables(self.gpkg))

    def test_other_writers(self):
        zones = self.place / 'zones.gpkg'
        self.vectorize('a.tif')
        call = ['zonal', self.place / 'a.tif', '--zones', self.gpkg, '--zones-layer', 'p', '-o', zones, '--overwrite']
        self.terramask(*call)
        self.hold(zones)
        self.refuses(call, 'zones.gpkg', f'process {os.getpid()}')
        check = self.place / 'check.gpkg'
        call = ['labels', '--check', SAMPLE / 'labels.tif', '--like', SAMPLE / 'ortho.tif', '--gpkg', check,
                '--overwrite']
        self.terramask(*call)
        self.hold(check)
        self.refuses(call, 'check.gpkg', f'process {os.getpid()}')
        town = self.place / 'town'
        call = ['scene', '-o', town, '--size', '64x64', '--overwrite']
        self.terramask(*call)
        self.hold(town / 'map.gpkg')
        self.refuses(call, 'map.gpkg')

    def test_a_region(self):
        out = self.place / 'region'
        call = ['region', TOWN_MODEL, SAMPLE / 'ortho.tif', '--ndsm', SAMPLE / 'dsm.tif', SAMPLE / 'dtm.tif',
                '-o', out, '--vectorize', '--tile', 256, '--bounds', 452000, 5411744, 452064, 5411808]
        self.terramask(*call)
        for name in ('journal.sqlite', 'tiles.gpkg', 'polygons.gpkg'):
            with self.subTest(name):
                connection = sqlite3.connect(out / name)
                connection.execute('pragma journal_mode = wal')
                connection.execute('create table note(a)')
                connection.commit()
                for begin in ('--resume', '--restart'):
                    self.refuses([*call, begin], name, f'process {os.getpid()}')
                connection.execute('drop table note')
                connection.commit()
                connection.close()
                self.assertTrue(sound(out / name))
        self.terramask(*call, '--resume')
        self.terramask(*call, '--restart')
        self.assertTrue(sound(out / 'journal.sqlite'))


if __name__ == '__main__':
    support.main()
