#!/usr/bin/env python3
"""Writes what the architectures declare into the files that repeat it: the keys of "network" in
schemas/project.schema.json, and the table of architectures in README.md.
  scripts/write_architectures.py BIN          writes both files anew; BIN: the folder of the built terramask
  scripts/write_architectures.py BIN --check  only reports whether they are up to date (exit status 1: no)
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCHEMA, README = ROOT / 'schemas/project.schema.json', ROOT / 'README.md'
BEGIN, END = '<!-- architectures -->', '<!-- end of architectures -->'


def key_schema(key, names):
    if key['kind'] == 'choice':
        schema = {'enum': key['choices']}
    else:
        schema = {'type': 'integer' if key['kind'] == 'whole' else 'number',
                  'minimum': key['minimum'], 'maximum': key['maximum']}
    return schema | {'default': key['default'], 'description': f"{', '.join(names)}: {key['help']}"}


def network_schema(found):
    """The keys of all architectures; a key that differs between them takes the values of any."""
    names = [one['name'] for one in found]
    properties = {'architecture': {'enum': names, 'default': names[0], 'description': 'Network'}}
    declared = {}
    for one in found:
        for key in one['keys']:
            variants = declared.setdefault(key['name'], [])
            same = [v for v in variants if v[0] == key]
            if same:
                same[0][1].append(one['name'])
            else:
                variants.append((key, [one['name']]))
    for name, variants in declared.items():
        schemas = [key_schema(*variant) for variant in variants]
        properties[name] = schemas[0] if len(schemas) == 1 else {'anyOf': schemas}
    return {'type': 'object', 'description': 'Which network', 'additionalProperties': False, 'properties': properties}


def values(key):
    if key['kind'] == 'choice':
        return ' or '.join(f'`{choice}`' for choice in key['choices'])
    return f"{key['minimum']:g} to {key['maximum']:g}"


def table(found):
    lines = ['| architecture | keys |', '|---|---|']
    for one in found:
        keys = '<br>'.join(f"`{key['name']}`: {key['help']}; {values(key)} (default {key['default']})" for key in one['keys'])
        lines.append(f"| `{one['name']}`: {one['title']} | {keys or '–'} |")
    return '\n'.join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('bin', type=pathlib.Path, metavar='BIN')
    parser.add_argument('--check', action='store_true')
    arguments = parser.parse_args()
    told = subprocess.run([arguments.bin / 'terramask', 'info', '--architectures', '--json'], check=True,
                          capture_output=True, text=True)
    found = json.loads(told.stdout)['architectures']

    schema = json.loads(SCHEMA.read_text())
    schema['properties']['network'] = network_schema(found)
    readme = README.read_text()
    if BEGIN not in readme or END not in readme:
        sys.exit(f'{README.name}: the lines {BEGIN} and {END} are missing')
    between = re.compile(f'(?<={re.escape(BEGIN)}\n).*?(?={re.escape(END)})', re.DOTALL)
    texts = {SCHEMA: json.dumps(schema, indent=2, ensure_ascii=False) + '\n',
             README: between.sub(lambda _: f'\n{table(found)}\n\n', readme)}
    stale = [path for path, text in texts.items() if path.read_text() != text]
    for path in stale:
        if arguments.check:
            print(f'{path.relative_to(ROOT)} is out of date: run scripts/write_architectures.py BIN')
        else:
            path.write_text(texts[path])
    return 1 if arguments.check and stale else 0


if __name__ == '__main__':
    sys.exit(main())
