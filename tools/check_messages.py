#!/usr/bin/env python3
"""Checks that no string of the library (src/, include/) names an option of the command line.

  tools/check_messages.py [--root FOLDER]

The library is used from C++ too, so its messages name settings in backquotes (`pixel_size`), which the command line shows as
its options (tools/common/option_names.hpp). Exit status 1 where a string holds "--" and a word, except below, or where an
exception is needed no more.
"""
import argparse
import pathlib
import re
import sys

# file, option: commands quoted whole, and what files keep.
EXCEPTIONS = {
    ('src/geo/vector/vector_labels.cpp', '--burn'),  # a `terramask labels` command to copy
    ('src/geo/vector/vector_labels.cpp', '--like'),
    ('src/geo/vector/vector_labels.cpp', '--source'),
    ('src/labels/make_labels.cpp', '--burn'),  # TERRAMASK_RULES in the metadata of labels
    ('src/tiles/tile_map_resource.cpp', '--profile'),  # of gdal2tiles.py
}
# Strings; and what else may hold quotes: comments, characters and raw strings, in which web pages stand.
TOKEN = re.compile(r'''(?P<string>"(?:\\.|[^"\\\n])*")|//[^\n]*|/\*.*?\*/'''
                   r'''|'(?:\\.[^'\n]*|[^'\\\n])'|R"(?P<end>[^(\s]*)\(.*?\)(?P=end)"''', re.DOTALL)
OPTION = re.compile(r'(?<![\w-])--[a-z][a-z-]*')


def options_in(text):
    """(line, option) of all that strings of C++ name."""
    for token in TOKEN.finditer(text):
        for option in OPTION.findall(token['string'] or ''):
            yield text.count('\n', 0, token.start()) + 1, option


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    parser.add_argument('--root', type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    root = parser.parse_args().root
    faults, met = [], set()
    for path in sorted([*(root / 'src').rglob('*.[ch]pp'), *(root / 'include').rglob('*.hpp')]):
        name = path.relative_to(root).as_posix()
        for line, option in options_in(path.read_text()):
            if (name, option) in EXCEPTIONS:
                met.add((name, option))
            else:
                setting = option[2:].replace('-', '_')
                faults.append(f'{name}:{line}: a message names {option}: write `{setting}`')
    faults += [f'{name} names no {option}: take it out of EXCEPTIONS' for name, option in sorted(EXCEPTIONS - met)
               if (root / name).exists()]
    print('\n'.join(faults) if faults else 'no message of the library names an option')
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main())
