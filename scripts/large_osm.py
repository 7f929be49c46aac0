#!/usr/bin/env python3
"""A large map of made-up towns as OPL, out of order: ids at random, ways before their nodes.

    scripts/large_osm.py OUT.opl [--towns 40] [--seed 1] [--streets 3000] [--buildings 25000]

With osmium it becomes an .osm.pbf as the community's are: `osmium sort OUT.opl -o S.osm.pbf`, `osmium renumber S.osm.pbf
-o MAP.osm.pbf` and, as renumbering keeps the order, another `osmium sort`. Towns lie on a lattice of half a degree from
8 E 47 N; the first one's middle is 8.25 E 47.25 N.
"""

import argparse
import math
import random

KINDS = ["residential"] * 6 + ["service"] * 3 + ["tertiary", "secondary", "primary", "track", "footway"]


def town(rng, node, way, lon, lat, streets, buildings):
    """Streets that wind, with widths, lanes, bridges and tunnels; buildings beside them."""
    metre = 1 / 111320.0
    stretch = metre / math.cos(math.radians(lat))
    for _ in range(streets):
        x, y = rng.gauss(0, 2500), rng.gauss(0, 2500)
        heading, refs = rng.uniform(0, 2 * math.pi), []
        for _ in range(rng.randint(4, 16)):
            refs.append(node(lon + x * stretch, lat + y * metre))
            step = rng.uniform(10, 60)
            heading += rng.gauss(0, 0.2)
            x, y = x + step * math.cos(heading), y + step * math.sin(heading)
        tags = {"highway": rng.choice(KINDS), "name": f"Straße {rng.randint(1, 999)}"}
        if rng.random() < 0.3:
            tags["width"] = rng.choice(["5.5", "6 m", "7,5", "18'", "6-7", "wide"])
        if rng.random() < 0.4:
            tags["lanes"] = rng.choice(["1", "2", "2", "3"])
        if rng.random() < 0.02:
            tags.update(bridge="yes", layer="1")
        if rng.random() < 0.01:
            tags.update(tunnel="yes", layer="-1")
        way(refs, tags)
    for _ in range(buildings):
        x, y, turn = rng.gauss(0, 2500), rng.gauss(0, 2500), rng.uniform(0, math.pi)
        w, h = rng.uniform(6, 25), rng.uniform(6, 18)
        refs = []
        for u, v in ((0, 0), (w, 0), (w, h), (0, h)):
            px, py = x + u * math.cos(turn) - v * math.sin(turn), y + u * math.sin(turn) + v * math.cos(turn)
            refs.append(node(lon + px * stretch, lat + py * metre))
        way(refs + refs[:1], {"building": rng.choice(["yes", "house", "garage", "industrial"])})


def escape(text):
    return "".join(c if c.isalnum() and ord(c) < 128 or c in "_-." else f"%{ord(c):x}%" for c in text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("--towns", type=int, default=40)
    parser.add_argument("--streets", type=int, default=3000)
    parser.add_argument("--buildings", type=int, default=25000)
    parser.add_argument("--seed", type=int, default=1)
    a = parser.parse_args()
    rng = random.Random(a.seed)
    used = {"n": 0, "w": 0}
    with open(a.out, "w", encoding="utf-8") as out:
        waiting = []

        def fresh(kind):
            used[kind] += 1
            return (used[kind] * 2654435761) % (1 << 32) + 1  # odd factor: no id twice

        def node(lon, lat):
            i = fresh("n")
            waiting.append(f"n{i} v1 x{lon:.7f} y{lat:.7f}\n")
            return i

        def way(refs, tags):
            text = ",".join(f"{k}={escape(v)}" for k, v in tags.items())
            out.write(f"w{fresh('w')} v1 T{text} N{','.join(f'n{r}' for r in refs)}\n")

        side = math.ceil(math.sqrt(a.towns))
        for t in range(a.towns):
            town(rng, node, way, 8.25 + 0.5 * (t % side), 47.25 + 0.5 * (t // side), a.streets, a.buildings)
            out.writelines(waiting)
            waiting.clear()


if __name__ == "__main__":
    main()
