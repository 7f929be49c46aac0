#!/usr/bin/env python3
"""Checks that the code's includes follow the arrows of rooms.txt, and that no arrow leads back.

  tools/check_rooms.py [--arrows] [--root FOLDER]     --arrows: lists the code's arrows, a room a line, as rooms.txt does

A room is a folder of src/ or tools/; a sub-room, a folder in it. rooms.txt names for each the rooms whose headers its files
may include, and the public headers (include/terramask/) that it implements. Exit status 1 where an include has no arrow,
where arrows form a circle, where an arrow is used no more, or where a file or public header belongs to no room.
"""
import argparse
import collections
import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#include "([^"]+)"', re.MULTILINE)
# An operator's folder is shared out among the rooms of src/ops: op.cpp and the headers are the operator itself.
OPERATOR_FILES = {'cpu': 'ops/cpu', 'vulkan': 'ops/vulkan', 'kernels': 'ops/vulkan'}


def read_rooms(root):
    """[room] -> rooms that it sees; [public header] -> room."""
    sees, headers = {}, {}
    for line in (root / 'rooms.txt').read_text().splitlines():
        line = line.partition('#')[0]
        if not line.strip():
            continue
        room, arrows, *public = [part.split() for part in line.split('|')]
        sees[room[0]] = arrows
        for header in public[0] if public else []:
            headers[header + '.hpp'] = room[0]
    return sees, headers


def room_of(path, sees):
    """The room of a file, named from src/ or the root ("geo/read/bands.hpp", "tools/cli/stop.hpp")."""
    parts = path.parts
    if parts[0] == 'ops' and len(parts) == 3 and '/'.join(parts[:2]) not in sees:
        return OPERATOR_FILES.get(path.stem, 'ops')
    return '/'.join(parts[:-1])


def find_includes(root, sees, headers):
    """(room, room included) -> the includes; and the files that belong to no room."""
    arrows, homeless = collections.defaultdict(list), []
    sources = [(path, path.relative_to(root / 'src')) for path in sorted((root / 'src').rglob('*.[ch]pp'))]
    sources += [(path, path.relative_to(root)) for path in sorted((root / 'tools').rglob('*.[ch]pp'))]
    sources += [(path, pathlib.PurePath('include') / path.name) for path in sorted((root / 'include').rglob('*.hpp'))]
    for path, name in sources:
        room = headers.get(path.name) if name.parts[0] == 'include' else room_of(name, sees)
        if room not in sees:
            homeless.append(str(path.relative_to(root)))
            continue
        for included in INCLUDE.findall(path.read_text()):
            target = pathlib.PurePath(included)
            if target.parts[0] == 'terramask':
                other = headers.get(target.name)
            elif (root / 'src' / target).exists():
                other = room_of(target, sees)
            elif (root / 'tools' / target).exists():
                other = room_of(pathlib.PurePath('tools') / target, sees)
            elif str(target.parent) in sees:
                other = str(target.parent)  # made by the build
            else:
                continue
            if other != room:
                arrows[room, other].append(f'{path.relative_to(root)} includes "{included}"')
    return arrows, homeless


def find_circle(sees):
    """The rooms of a circle of arrows, or nothing."""
    done, way = set(), []

    def visit(room):
        if room in way:
            return way[way.index(room):] + [room]
        if room in done:
            return None
        way.append(room)
        for other in sees.get(room, []):
            if circle := visit(other):
                return circle
        done.add(way.pop())
        return None

    return next((circle for room in sees if (circle := visit(room))), None)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--arrows', action='store_true', help='list the arrows that the code has')
    parser.add_argument('--root', type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[1],
                        help='of the tree that is checked')
    a = parser.parse_args()
    sees, headers = read_rooms(a.root)
    arrows, homeless = find_includes(a.root, sees, headers)
    if a.arrows:
        for room in sees:
            print(f'{room:16}| {" ".join(sorted(str(to) for at, to in arrows if at == room))}')
        return
    wrong = [f'{name}: belongs to no room of rooms.txt' for name in homeless]
    for (room, other), includes in sorted(arrows.items(), key=str):
        if other not in sees.get(room, []):
            wrong += [f'{include}: rooms.txt has no arrow from {room} to {other}' for include in includes]
    for room, others in sees.items():
        wrong += [f'rooms.txt: no file of {room} includes {other}' for other in others if (room, other) not in arrows]
        wrong += [f'rooms.txt: {room} sees {other}, which is no room' for other in others if other not in sees]
    if circle := find_circle(sees):
        wrong.append(f'rooms.txt: arrows form a circle: {" -> ".join(circle)}')
    if wrong:
        sys.exit('\n'.join(wrong))
    print(f'{len(sees)} rooms, {len(arrows)} arrows, none leads back')


if __name__ == '__main__':
    main()
