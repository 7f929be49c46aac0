"""The CRS that a rules file gives a source holds, whatever the file says."""
import support


class SourceCrs(support.FaultTest):

    def test_metres_in_a_geojson(self):
        given = self.inputs('f16_metres')
        made = self.work / 'made.tif'
        ran = self.terramask('labels', given / 'crs.json', '--source', f'v={given}/metres.geojson', '--like',
                             support.SAMPLE / 'ortho.tif', '-o', made)
        self.assertEqual((self.pixels(made) == 1).sum(), 100 * 100)
        self.assertIn('is taken to be in EPSG:32633, though it says EPSG:4326', ran.stderr)

    def test_not_of_openstreetmap(self):
        given = self.inputs('f16_metres')
        self.refuses(['labels', given / 'crs.json', '--source', f'v={support.SAMPLE}/map.osm', '--like',
                      support.SAMPLE / 'ortho.tif', '-o', self.work / 'osm.tif'], 'sources.v.crs', 'WGS 84')


if __name__ == '__main__':
    support.main()
