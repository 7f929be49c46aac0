#!/usr/bin/env python3
"""A server of tiles that misbehaves as told, on a port of the loopback interface that is free.

  hostile_server.py ROOT LOG      serves ROOT/z/x/y.png under any path that ends in z/x/y; prints its port

ROOT/rules.json may say what becomes of a tile: {"3/1/2": ["500", "ok"]}: of the first request, the second, ...;
the last holds on. The key "*" is for all other tiles. It is read anew for every request. LOG gets a line for each
request: the time, requests under way, path, status or misbehaviour, user agent.
"""
import collections
import http.server
import json
import pathlib
import sys
import threading
import time

if len(sys.argv) != 3 or sys.argv[1] in ('-h', '--help'):
    print(__doc__)
    sys.exit(0 if len(sys.argv) > 1 and sys.argv[1] in ('-h', '--help') else 2)
root, log_path = pathlib.Path(sys.argv[1]), sys.argv[2]
lock = threading.Lock()
asked = collections.Counter()
under_way = 0
log = open(log_path, "a", buffering=1)


def rule_of(tile):
    rules = {}
    if (root / "rules.json").exists():
        rules = json.loads((root / "rules.json").read_text())
    rule = rules.get(tile, rules.get("*", ["ok"]))
    with lock:
        asked[tile] += 1
        return rule[min(asked[tile], len(rule)) - 1]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def send(self, status, body=b"", headers=(), length=None):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        global under_way
        with lock:
            under_way += 1
            now = under_way
        try:
            self.answer(now)
        except (BrokenPipeError, ConnectionResetError):
            pass
        finally:
            with lock:
                under_way -= 1

    def answer(self, now):
        path = self.path.split("?")[0]
        tile = "/".join(path.rsplit(".", 1)[0].split("/")[-3:])
        rule = "ok" if path.startswith("/moved/") else rule_of(tile)
        kind, _, number = rule.partition(":")
        file = next(root.glob(tile + ".*"), None)
        body = file.read_bytes() if file else b""
        png = [("Content-Type", "image/png")]
        etag = '"%x-%d"' % (hash(body) & 0xFFFFFFFF, len(body))
        if kind == "ok" and not file:
            kind = "404"
        unchanged = kind == "ok" and self.headers.get("If-None-Match") == etag
        log.write("%.3f %d %s %s %s\n" % (time.time(), now, self.path, "304" if unchanged else rule if kind != "404" else "404",
                                          self.headers.get("User-Agent")))
        if unchanged:
            self.send(304)
        elif kind == "ok":
            self.send(200, body, png + [("ETag", etag), ("Cache-Control", "max-age=60")])
        elif kind == "delay":
            time.sleep(float(number))
            self.send(200, body, png)
        elif kind == "garbage":
            self.send(200, bytes(range(256)) * 20, png)
        elif kind == "html":
            self.send(200, b"<html><body>Please log in</body></html>", [("Content-Type", "text/html")])
        elif kind == "type":
            self.send(200, body, [("Content-Type", "text/plain")])
        elif kind == "half":
            self.send(200, body[: len(body) // 2], png)
        elif kind == "cut":
            self.send(200, body[: len(body) // 2], png, length=len(body))
            self.close_connection = True
        elif kind == "empty":
            self.send(200, b"", png)
        elif kind == "close":
            self.close_connection = True
        elif kind == "slow":
            self.send(200, b"", png, length=len(body))
            for byte in body:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(0.05)
        elif kind == "huge":
            self.send_response(200)
            self.end_headers()
            for _ in range(64):
                self.wfile.write(b"\x89PNG" * (1 << 18))
            self.close_connection = True
        elif kind == "redirect":
            self.send(302, b"", [("Location", "/moved/" + tile + ".png")])
        elif kind == "loop":
            self.send(302, b"", [("Location", self.path)])
        elif kind == "tofile":
            self.send(302, b"", [("Location", "file://" + str(file.resolve()))])
        elif kind == "429":
            self.send(429, b"slow down", [("Retry-After", number)] if number else [])
        else:
            self.send(int(kind), b"<html>error</html>", [("Content-Type", "text/html")])


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(server.server_address[1], flush=True)
server.serve_forever()
