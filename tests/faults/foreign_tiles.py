"""Tiles as others make them: MBTiles of wrong types, folders counted from the south, placeholders, bombs, long headers."""
import http.server
import shutil
import signal
import sqlite3
import struct
import subprocess
import threading
import time
import zlib

from support import PROGRAM, SAMPLE, FaultTest, main


def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))


def png(side, pixel=(90, 120, 60, 255), rows=None):
    rows = rows if rows is not None else b''.join(b'\0' + bytes(pixel) * side for _ in range(side))
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', side, side, 8, 6, 0, 0, 0)) +
            chunk(b'IDAT', rows if rows[:1] == b'\x78' else zlib.compress(rows)) + chunk(b'IEND', b''))


def bomb(side, megabytes):
    """A PNG of `side` whose data inflate to so many megabytes."""
    deflate = zlib.compressobj(9)
    data = b''.join(deflate.compress(bytes(1 << 20)) for _ in range(megabytes)) + deflate.flush()
    return png(side, rows=data)


class Mbtiles(FaultTest):
    def make(self, name, *statements):
        path = self.work / name
        path.unlink(missing_ok=True)
        with sqlite3.connect(path) as database:
            database.execute('create table metadata (name text, value text)')
            database.execute('create table tiles (zoom_level integer, tile_column integer, tile_row integer, '
                             'tile_data blob)')
            database.execute('create unique index tile_index on tiles (zoom_level, tile_column, tile_row)')
            for column in range(4):
                database.execute('insert into tiles values (5, ?, 11, ?)', (10 + column, png(256)))
            for statement in statements:
                database.execute(statement)
        return f'xyz:{path}'

    def test_columns_of_another_type_are_skipped_and_counted(self):
        for change, skipped, size in (
                ("zoom_level = x''", 1, '768 x 256'), ("zoom_level = 'five'", 1, '768 x 256'),
                ('zoom_level = null', 1, '768 x 256'), ('zoom_level = 5.5', 1, '768 x 256'),
                ('zoom_level = 99', 1, '768 x 256'), ('zoom_level = -3', 1, '768 x 256'),
                ("tile_column = x'31'", 1, '768 x 256'), ("tile_row = 'x'", 1, '768 x 256'),
                ('tile_column = 900719925474099', 1, '768 x 256'), ('tile_row = -1', 1, '768 x 256'),
                ('tile_column = 12.5', 1, '768 x 256')):
            with self.subTest(change):
                name = self.make('x.mbtiles', f'update tiles set {change} where rowid = 4')
                ran = self.terramask('info', name, timeout=20)
                self.assertIn(size, ran.stdout)
                self.assertIn(f'{skipped} row is skipped', ran.stderr + ran.stdout)

    def test_nothing_but_such_rows_is_refused(self):
        name = self.make('none.mbtiles', "update tiles set zoom_level = x'00'")
        self.refuses(['info', name], 'none.mbtiles', 'none of the 4 rows', timeout=20)

    def test_a_view_without_end_is_stopped(self):
        name = self.make('view.mbtiles', 'drop table tiles',
                         'create view tiles as with recursive n(i) as (select 0 union all select i + 1 from n) '
                         "select 0 as zoom_level, i as tile_column, i as tile_row, null as tile_data from n")
        run = subprocess.Popen([PROGRAM, 'info', name], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(1)
        self.assertIsNone(run.poll())
        run.send_signal(signal.SIGTERM)
        run.communicate(timeout=10)
        self.assertEqual(run.returncode, 128 + signal.SIGTERM)


class Folders(FaultTest):
    def gdal2tiles(self, profile, zoom, *more):
        if shutil.which('gdal2tiles.py') is None:
            self.skipTest('needs gdal2tiles.py (gdal-bin)')
        out = self.work / f'g2t_{profile}{"".join(more)}'
        more = more if '-w' in more else ('-w', 'none', *more)
        subprocess.run(['gdal2tiles.py', '-q', '-p', profile, '-z', zoom, *more, SAMPLE / 'ortho.tif',
                        out], check=True, capture_output=True)
        return out

    def lat(self, name):
        shown = self.terramask('info', name).stdout
        return [float(v) for v in shown.split('lon, lat')[1].split('\n')[0].split()]

    def test_rows_from_the_south_lie_in_the_north(self):
        tiles = self.gdal2tiles('mercator', '18')
        place = self.lat(f'xyz:{tiles}')
        self.assertTrue(place[1] < 48.8569 and place[3] > 48.8590 and place[3] - place[1] < 0.01, place)
        self.assertEqual(place, self.lat(f'xyz:{tiles}/{{z}}/{{x}}/{{-y}}.png'))
        self.refuses(['info', f'xyz:{tiles}/{{z}}/{{x}}/{{y}}.png'], 'tilemapresource.xml', '{-y}')
        self.refuses(['info', f'xyz:{tiles}/18/{{x}}/{{y}}.png#zoom=18'], 'tilemapresource.xml', '{-y}')
        # The same ground and pixels as where rows are counted from the north.
        north = self.gdal2tiles('mercator', '18', '--xyz')
        self.assertEqual(place, self.lat(f'xyz:{north}'))

    def test_other_profiles_are_refused_by_name(self):
        self.refuses(['info', f'xyz:{self.gdal2tiles("geodetic", "18")}'], 'tilemapresource.xml', 'geodetic',
                     'EPSG:4326')
        self.refuses(['info', f'xyz:{self.gdal2tiles("raster", "1")}'], 'tilemapresource.xml', '"raster"')

    def test_viewers_and_tilejson_say_the_rows(self):
        tiles = self.gdal2tiles('mercator', '18', '-w', 'openlayers')
        place = self.lat(f'xyz:{tiles}')
        (tiles / 'tilemapresource.xml').unlink()
        self.assertEqual(self.lat(f'xyz:{tiles}'), place)
        self.refuses(['info', f'xyz:{tiles}/{{z}}/{{x}}/{{y}}.png'], 'openlayers.html', '{-y}')
        (tiles / 'openlayers.html').unlink()
        for name in ('metadata.json', 'tiles.json', 'tilejson.json'):
            with self.subTest(name):
                (tiles / name).write_text('{"tilejson": "2.2.0", "scheme": "tms"}')
                self.assertEqual(self.lat(f'xyz:{tiles}'), place)
                (tiles / name).unlink()
        north = self.gdal2tiles('mercator', '18', '--xyz', '-w', 'openlayers')
        (north / 'metadata.json').write_text('no JSON')
        self.assertEqual(self.lat(f'xyz:{north}'), place)
        # A page of others' tiles says nothing of those beside it.
        (north / 'openlayers.html').write_text("url: 'https://example.org/{z}/{x}/{-y}.png'")
        self.assertEqual(self.lat(f'xyz:{north}'), place)

    def test_other_profiles_are_refused_by_their_viewers(self):
        for profile, zoom, words in (('geodetic', '18', ('"geodetic"', 'EPSG:4326')), ('raster', '1', ('EPSG:32633',))):
            tiles = self.gdal2tiles(profile, zoom, '--xyz', '-w', 'openlayers')
            self.refuses(['info', f'xyz:{tiles}'], 'openlayers.html', *words)

    def test_a_description_that_cannot_be_read_is_named(self):
        tiles = self.gdal2tiles('mercator', '18', '--resampling=near')
        (tiles / 'tilemapresource.xml').write_text('<TileMap>')
        self.refuses(['info', f'xyz:{tiles}'], 'tilemapresource.xml')

    def test_tiles_beyond_the_world_are_named(self):
        out = self.work / 'beyond'
        for name in ('3/15/2.png', '3/14/2.png'):
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            (out / name).write_bytes(png(256))
        self.refuses(['info', f'xyz:{out}'], 'beyond', 'degrees')


class Sizes(FaultTest):
    def set_of(self, name, tiles):
        for (column, row), data in tiles.items():
            path = self.work / name / f'18/{column}/{row}.png'
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return f'xyz:{self.work / name}'

    def test_placeholders_and_bad_tiles_have_no_say(self):
        good, clear = png(256), png(1, (0, 0, 0, 0))
        for name, odd in (('clear', clear), ('large', png(512, (9, 9, 9, 0))), ('opaque', png(1)),
                          ('damaged', good[:80]), ('huge', bomb(256, 80))):
            for at in ((100, 200), (101, 201)):
                with self.subTest(name=name, at=at):
                    tiles = {(c, r): good for c in (100, 101) for r in (200, 201)} | {at: odd}
                    shown = self.terramask('info', self.set_of(f'{name}{at[0]}', tiles)).stdout
                    self.assertIn('512 x 512 pixels', shown)

    def test_a_transparent_tile_of_any_size_is_missing(self):
        for side in (1, 3, 256, 512):
            with self.subTest(side):
                tiles = {(c, r): png(256) for c in (100, 101) for r in (200, 201)}
                tiles[101, 201] = png(side, (0, 0, 0, 0))
                out = self.work / f'missing{side}.tif'
                ran = self.terramask('mosaic', self.set_of(f'missing{side}', tiles), '-o', out, '-v')
                self.assertIn('1 not there', ran.stderr)
                self.assertNotIn('failed', ran.stderr)
                values = self.pixels(out)
                self.assertEqual(values.shape, (4, 512, 512))
                self.assertTrue((values[3, 256:, 256:] == 0).all() and (values[3, :256] == 255).all())


class Bombs(FaultTest):
    def test_data_that_inflate_beyond_the_header_are_not_decoded(self):
        for name, data in (('small', bomb(256, 80)), ('long', bomb(256, 2000)), ('tiny', bomb(1, 300))):
            with self.subTest(name):
                path = self.work / name / '3/4/2.png'
                path.parent.mkdir(parents=True)
                path.write_bytes(data)
                begin = time.monotonic()
                self.refuses(['info', f'xyz:{self.work / name}'], 'more than')
                self.assertLess(time.monotonic() - begin, 10)


class Headers(FaultTest):
    def test_long_headers_are_told_in_own_words(self):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.wfile.write(b'HTTP/1.1 200 OK\r\n')
                try:
                    if 'one' in self.path:
                        self.wfile.write(b'X-Long: ' + b'a' * 10_000_000 + b'\r\n\r\n')
                    else:
                        for i in range(100_000):
                            self.wfile.write(b'X-%d: ' % i + b'a' * 90 + b'\r\n')
                        self.wfile.write(b'\r\n')
                except OSError:
                    pass

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            for kind in ('one', 'many'):
                with self.subTest(kind):
                    ran = self.refuses(['info', f'xyz:http://127.0.0.1:{server.server_port}/{kind}/{{z}}/{{x}}/{{y}}.png'
                                        '#zoom=3&bounds=1,1,2,2', '--tile-cache', self.work / f'cache_{kind}'],
                                       'too large headers')
                    self.assertNotIn('memory', ran.stderr.lower())
        finally:
            server.shutdown()
            server.server_close()

    def test_the_placeholder_of_a_server(self):
        """The issue's own tiles: a transparent one of another size stands in the middle."""
        folder = self.inputs('f12_placeholder_tile')

        class Handler(http.server.SimpleHTTPRequestHandler):
            def __init__(self, *arguments):
                super().__init__(*arguments, directory=str(folder / 'tiles'))

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            roads = self.shared('models/roads_unet.safetensors')
            ran = self.terramask('segment', roads, f'xyz:http://127.0.0.1:{server.server_port}/{{z}}/{{x}}/{{y}}.png',
                                 '--zoom', 18, '--bounds', 14.3467722, 48.8565845, 14.3495168, 48.8583895, '-o',
                                 folder / 'mask.tif', '--tile-cache', folder / 'cache')
        finally:
            server.shutdown()
            server.server_close()
        mask = self.pixels(folder / 'mask.tif')
        self.assertEqual(mask.shape, (512, 512))
        self.assertTrue((mask[256:, 256:] == 255).all())
        self.assertTrue((mask[:256] != 255).all())
        self.assertIn('1 not there', ran.stderr)


if __name__ == '__main__':
    main()
