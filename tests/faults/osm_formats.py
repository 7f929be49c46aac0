"""OpenStreetMap's files as editors and servers write them are read."""
import bz2

import support


class OsmFormats(support.FaultTest):

    def painted(self, rules, source, name):
        made = self.work / f'{name}.tif'
        self.terramask('labels', rules, '--source', f'v={source}', '--like', support.SAMPLE / 'ortho.tif', '-o', made)
        return self.pixels(made)

    def test_compressed_files_paint_what_the_plain_one_does(self):
        given = self.inputs('f20_osm_files')
        plain = self.painted(given / 'osm.json', support.SAMPLE / 'map.osm', 'plain')
        self.assertTrue((plain == 1).any())
        packed = given / 'map.osm.bz2'
        packed.write_bytes(bz2.compress((support.SAMPLE / 'map.osm').read_bytes()))
        for path in (given / 'map.osm.gz', packed):
            self.assertTrue((self.painted(given / 'osm.json', path, path.name) == plain).all(), path)

    def test_names_say_nothing(self):
        given = self.inputs('f20_osm_files')
        odd = (given / 'map.osm.gz').rename(given / 'export')
        self.assertTrue((self.painted(given / 'osm.json', odd, 'odd') == 1).any())

    def test_ids_below_zero_are_ids(self):
        given = self.inputs('f20_osm_files')
        self.assertEqual((self.painted(given / 'osm.json', given / 'both_signs.osm', 'signs') == 1).sum(), 6400)


if __name__ == '__main__':
    support.main()
