"""Objects that an editor of OpenStreetMap has deleted are no features, whatever the file's format."""
import bz2
import gzip
import shutil
import subprocess
import unittest

import support


class DeletedFeatures(support.FaultTest):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.given = cls.inputs('f06_deleted')

    def painted(self, path, name):
        made = self.work / f'{name}.tif'
        self.terramask('labels', self.given / 'osm.json', '--source', f'v={path}', '--like',
                       support.SAMPLE / 'ortho.tif', '-o', made)
        return (self.pixels(made) == 1).sum()

    def test_what_is_deleted_or_invisible_is_not_painted(self):
        for name in ('deleted', 'invisible'):
            self.assertEqual(self.painted(self.given / f'{name}.osm', name), 6400, name)

    def test_nor_is_it_where_the_file_is_compressed(self):
        for name in ('deleted', 'invisible'):
            text = (self.given / f'{name}.osm').read_bytes()
            for suffix, pack in (('gz', gzip.compress), ('bz2', bz2.compress)):
                packed = self.given / f'{name}.osm.{suffix}'
                packed.write_bytes(pack(text))
                self.assertEqual(self.painted(packed, f'{name}-{suffix}'), 6400, packed)

    @unittest.skipUnless(shutil.which('osmium'), 'needs osmium-tool')
    def test_nor_in_a_file_of_history(self):
        history = self.given / 'history.osh.pbf'
        subprocess.run(['osmium', 'cat', '--no-progress', '-F', 'osh', self.given / 'invisible.osm', '-o', history],
                       check=True)
        self.assertEqual(self.painted(history, 'history'), 6400)

    def test_files_of_changes_are_refused_by_name(self):
        changes = self.given / 'new.osc'
        changes.write_text('<osmChange version="0.6"><delete><way id="1" version="2"/></delete></osmChange>')
        self.refuses(['labels', self.given / 'osm.json', '--source', f'v={changes}', '--like',
                      support.SAMPLE / 'ortho.tif', '-o', self.work / 'changes.tif'],
                     'new.osc: a file of changes', 'osmium apply-changes', status=1)


if __name__ == '__main__':
    support.main()
