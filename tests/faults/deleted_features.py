"""Objects that an editor of OpenStreetMap has deleted are no features, whatever the file's format."""
import bz2
import gzip
import shutil
import subprocess
import unittest

import support
from support import osr


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

    def test_a_ring_that_is_deleted_is_no_hole_and_loses_no_polygon(self):
        to_degrees = osr.CoordinateTransformation(*map(self.crs, (32633, 4326)))

        def nodes(first, x, y, side):
            corners = ((x, y), (x + side, y), (x + side, y + side), (x, y + side))
            places = [to_degrees.TransformPoint(*corner)[:2] for corner in corners]
            return ''.join(f'<node id="{first + i}" version="1" lat="{lat:.9f}" lon="{lon:.9f}"/>'
                           for i, (lon, lat) in enumerate(places))

        def way(first, attribute=''):
            ring = ''.join(f'<nd ref="{first + i}"/>' for i in (0, 1, 2, 3, 0))
            return f'<way id="{first}" version="1" {attribute}>{ring}</way>'

        for name, attribute, painted in (('present', '', 6400 - 400), ('action', "action='delete'", 6400),
                                         ('visible', "visible='false'", 6400)):
            file = self.work / f'{name}.osm'
            file.write_text('<?xml version="1.0"?><osm version="0.6">' + nodes(10, 452010, 5411900, 40) +
                            nodes(20, 452020, 5411910, 10) + way(10) + way(20, attribute) +
                            '<relation id="99" version="1"><member type="way" ref="10" role="outer"/>'
                            '<member type="way" ref="20" role="inner"/><tag k="type" v="multipolygon"/>'
                            '<tag k="building" v="yes"/></relation></osm>')
            self.assertEqual(self.painted(file, f'ring-{name}'), painted, name)

    def crs(self, code):
        made = osr.SpatialReference()
        made.ImportFromEPSG(code)
        made.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
        return made

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
