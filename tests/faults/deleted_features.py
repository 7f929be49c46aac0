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

    def uses(self, file):
        """Calls of the other commands that read polygons, which GDAL would take as present."""
        mask, roads = support.SAMPLE / 'labels.tif', self.shared('models/roads_unet.safetensors')
        image, out = support.SAMPLE / 'ortho.tif', self.work / 'out'
        return (['zonal', mask, '--zones', file, '--zones-layer', 'multipolygons', '-o', f'{out}.csv'],
                ['evaluate', mask, '--reference', file, '--layer', 'multipolygons', '--attribute', 'building', '--map',
                 'yes=building'],
                ['segment', roads, image, '--cutline', file, '-o', f'{out}.tif', '--device', 'cpu'],
                ['region', roads, image, '--polygons', file, '-o', out, '--device', 'cpu'])

    def test_other_commands_refuse_them_by_name(self):
        texts = {name: (self.given / f'{name}.osm').read_bytes() for name in ('deleted', 'invisible')}
        for name, words in (('deleted', ("deleted objects (node 20, action='delete')", 'JOSM')),
                            ('invisible', ("deleted objects (node 20, visible='false')", 'osmium time-filter'))):
            for suffix, data in (('', texts[name]), ('.gz', gzip.compress(texts[name]))):
                file = self.work / f'{name}.osm{suffix}'
                file.write_bytes(data)
                for call in self.uses(file):
                    with self.subTest(call=call[0], file=file.name):
                        self.refuses(call, file.name, *words)

    def test_other_commands_refuse_changes(self):
        file = self.work / 'changes.osm'
        file.write_text('<osmChange version="0.6"><delete><way id="1" version="2"/></delete></osmChange>')
        for call in self.uses(file)[:1]:
            self.refuses(call, 'changes.osm: a file of changes', 'osmium apply-changes')

    def test_what_only_speaks_of_deletions_is_read(self):
        text = (self.given / 'deleted.osm').read_text()
        kept = '\n'.join(line for line in text.splitlines() if "action='delete'" not in line)
        file = self.work / 'kept.osm'
        file.write_text(kept.replace('<tag ', '<tag k="note" v="do not delete"/><tag k="covered" v="false"/><tag ', 1))
        self.terramask('zonal', support.SAMPLE / 'labels.tif', '--zones', file, '--zones-layer', 'multipolygons', '-o',
                       self.work / 'kept.csv')


if __name__ == '__main__':
    support.main()
