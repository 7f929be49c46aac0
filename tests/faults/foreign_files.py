"""Files that people name for the data they were to hold: what they are is said, and how to come by the data."""
import json
import zipfile

from support import SAMPLE, SOURCE, TOWN_MODEL, FaultTest, main

WAY = {'type': 'way', 'id': 1, 'nodes': [1, 2, 3, 1], 'tags': {'building': 'yes'}}
NODES = [{'type': 'node', 'id': i + 1, 'lat': 48.8 + i * .001, 'lon': 14.3} for i in range(3)]


class ForeignFiles(FaultTest):
    def file(self, name, content):
        path = self.work / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def labels(self, path, *words):
        return self.refuses(['labels', SOURCE / 'rules/buildings.json', '--source', f'osm={path}', '--like',
                             SAMPLE / 'ortho.tif', '-o', self.work / 'no.tif'], path.name, *words, status=1)

    def test_overpass_json(self):
        for number, elements in enumerate(([WAY | {'geometry': [{'lat': n['lat'], 'lon': n['lon']} for n in NODES]}],
                                           [WAY] + NODES, [])):
            answer = {'version': .6, 'generator': 'Overpass API', 'elements': elements}
            self.labels(self.file(f'answer{number}.json', json.dumps(answer, indent=number)), 'Overpass', '[out:xml]')

    def test_queries_and_pages(self):
        self.labels(self.file('houses.overpassql', '[out:json];way[building];out geom;'), 'a query to Overpass')
        self.labels(self.file('query.osm.txt', '\n[out:xml][timeout:25];way[building];out;'), 'a query to Overpass')
        page = '<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN">\n<html xmlns="x"></html>'
        for name, text in (('error.json', page), ('map.geojson', '\ufeff<!DOCTYPE HTML><html></html>')):
            self.labels(self.file(name, text), 'is a web page')
        page = self.file('ortho.tif', '<html><body>Log in</body></html>')
        self.refuses(['segment', TOWN_MODEL, page, '-o', self.work / 'no.tif'], 'ortho.tif', 'is a web page', status=1)

    def test_projects_and_archives(self):
        project = self.file('town.qgs', '<!DOCTYPE qgis PUBLIC "x" "y">\n<qgis version="3"></qgis>')
        self.labels(project, 'is a QGIS project')
        for name, word in (('town.qgz', 'is a QGIS project'), ('town.zip', '/vsizip/')):
            with zipfile.ZipFile(self.work / name, 'w') as archive:
                archive.write(project, 'town.qgs')
            self.labels(self.work / name, word)
        self.labels(self.file('map.7z', b'7z\xbc\xaf\x27\x1c\0\4'), 'is a 7z archive')
        self.labels(self.file('map.rar', b'Rar!\x1a\7\1\0'), 'is a RAR archive')

    def test_tables_in_utf16(self):
        for encoding in ('utf-16', 'utf-16-be'):
            text = 'WKT,building\n"POINT (1 2)",yes\n'
            head = b'\xfe\xff' if encoding.endswith('be') else b''
            self.labels(self.file('houses.csv', head + text.encode(encoding)), 'UTF-16', 'UTF-8')


if __name__ == '__main__':
    main()
