#!/usr/bin/python3
"""How well `terramask labels --check` finds planted offsets, and how often it is sure.

  measurements/measure_label_offsets.py --terramask build/release/bin/terramask --work /tmp/offsets

Generated towns, one for each seed; their labels (all classes, roads alone, buildings alone) are moved by 0 to 8 pixels
along each axis, whole ones and fractions, drawn by the seed. Each block's offset is compared with the planted one, which
the check does not know. Prints a table: blocks with labels, the share called confident by axis, and of those the share
within half a pixel. Needs gdal-bin. Exit status 1 where, with all classes in blocks of 256 pixels, fewer than 95% of the
confident ones are right, or fewer than half are confident.
"""
import argparse
import csv
import os
import random
import subprocess
import sys

KINDS = {'all classes': None, 'roads alone': '0|2|3|4|5=background,1=road',
         'buildings alone': '0|1|3|4|5=background,2=building'}


def run(*arguments):
    subprocess.run([str(one) for one in arguments], check=True)


def draw_offset(number, draw):
    """0, then whole and broken ones in turn, up to 8 pixels."""
    if number == 0:
        return 0, 0
    if number % 2:
        return draw.randint(-8, 8), draw.randint(-8, 8)
    return round(draw.uniform(-8, 8), 2), round(draw.uniform(-8, 8), 2)


def check(a, town, offset, classes, block):
    """Rows of the table of blocks, for labels that lie `offset` pixels left of and above where they belong."""
    with open(f'{town}/extent') as file:
        left, top, right, bottom, pixel = map(float, file.read().split())
    dx, dy = -offset[0] * pixel, offset[1] * pixel
    moved, table = f'{a.work}/moved.tif', f'{a.work}/check.csv'
    run('gdal_translate', '-q', '-a_ullr', left + dx, top + dy, right + dx, bottom + dy, f'{town}/labels.tif', moved)
    run(a.terramask, 'labels', '--check', moved, '--like', f'{town}/ortho.tif', '--block', block, '--csv', table,
        '--overwrite', '-q', *(['--map', classes] if classes else []))
    with open(table, newline='') as file:
        return [row for row in csv.DictReader(file) if row['rank'] != '0']


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add('--terramask', default='build/release/bin/terramask')
    add('--work', required=True)
    add('--seeds', default='61,62,63,64,65,66')
    add('--size', type=int, default=1024)
    add('--pixel-sizes', default='0.5,1')
    add('--offsets', type=int, default=6, help='for each town')
    add('--blocks', default='128,256,512')
    a = parser.parse_args()
    os.makedirs(a.work, exist_ok=True)
    failed = False
    print('| labels | pixel | block | blocks | confident along x, y | right, x, y | largest error, x, y | mean error, x, y |')
    print('|---|---|---|---|---|---|---|---|')
    for pixel in map(float, a.pixel_sizes.split(',')):
        towns = []
        for seed in a.seeds.split(','):
            town = f'{a.work}/town_{seed}_{pixel}'
            if not os.path.exists(f'{town}/extent'):
                run(a.terramask, 'scene', '-o', town, '--seed', seed, '--size', a.size, '--pixel-size', pixel,
                    '--threads', 1, '--overwrite', '-q')
                side = a.size * pixel
                with open(f'{town}/extent', 'w') as file:
                    print(452000, 5412000, 452000 + side, 5412000 - side, pixel, file=file)
            towns.append((town, int(seed)))
        for kind, classes in KINDS.items():
            for block in map(int, a.blocks.split(',')):
                blocks, errors = 0, ([], [])
                for town, seed in towns:
                    draw = random.Random(seed)
                    for number in range(a.offsets):
                        offset = draw_offset(number, draw)
                        for row in check(a, town, offset, classes, block):
                            blocks += 1
                            for axis, name in enumerate('xy'):
                                if name in row['confident'] and row['confident'] != 'none':
                                    errors[axis].append(float(row[f'd{name}_px']) - offset[axis])
                sure = [len(one) / blocks for one in errors]
                right = [sum(abs(e) <= 0.5 for e in one) / max(1, len(one)) for one in errors]
                worst = [max(map(abs, one), default=float('nan')) for one in errors]
                mean = [sum(one) / max(1, len(one)) for one in errors]
                print(f'| {kind} | {pixel:g} m | {block} | {blocks} | {sure[0]:.1%}, {sure[1]:.1%} | {right[0]:.1%}, '
                      f'{right[1]:.1%} | {worst[0]:.2f}, {worst[1]:.2f} | {mean[0]:+.2f}, {mean[1]:+.2f} |', flush=True)
                if kind == 'all classes' and block == 256:
                    failed |= min(right) < 0.95 or min(sure) < 0.5
    if failed:
        sys.exit('fewer than 95% of the confident blocks are right, or fewer than half are confident')


if __name__ == '__main__':
    main()
