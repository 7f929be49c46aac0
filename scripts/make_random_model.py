#!/usr/bin/env python3
"""Writes a model file with random weights, for measurements and tests that want no training.

scripts/make_random_model.py OUT.safetensors [--architecture linear|unet] [--width N] [--seed N] [--pixel-size M]

linear is a 1 x 1 convolution: next to no work, so that what remains is reading, writing and handing out.
unet has depth 1. Bands are red, green and blue (Byte), classes background and green.
"""
import argparse
import json
import math
import random
import struct


def tensors(architecture, width):
    """Names and shapes, as the network library asks for them."""
    if architecture == 'linear':
        return {'head.weight': [2, 3, 1, 1], 'head.bias': [2]}
    made = {}

    def double_conv(name, before, channels):
        for index, inputs in ((0, before), (3, channels)):
            made[f'{name}.{index}.weight'] = [channels, inputs, 3, 3]
            for part in ('weight', 'bias', 'running_mean', 'running_var'):
                made[f'{name}.{index + 1}.{part}'] = [channels]

    double_conv('down.0', 3, width)
    double_conv('down.1', width, 2 * width)
    made['up.0.weight'] = [2 * width, width, 2, 2]
    made['up.0.bias'] = [width]
    double_conv('dec.0', 2 * width, width)
    made['head.weight'] = [2, width, 1, 1]
    made['head.bias'] = [2]
    return made


def values(name, shape, generator):
    count = math.prod(shape)
    if name.endswith('running_var') or (len(shape) == 1 and name.endswith('weight')):
        return [1.0] * count
    if len(shape) == 1:
        return [0.0] * count
    spread = math.sqrt(2 / math.prod(shape[1:]))
    return [generator.gauss(0, spread) for _ in range(count)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('out')
    parser.add_argument('--architecture', choices=['linear', 'unet'], default='linear')
    parser.add_argument('--width', type=int, default=4)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--pixel-size', type=float)
    a = parser.parse_args()
    generator = random.Random(a.seed)
    network = {'architecture': a.architecture, 'bands': 3, 'classes': 2}
    if a.architecture == 'unet':
        network.update(width=a.width, depth=1, up='transpose')
    description = {
        'format': 1, 'network': network, 'pad_multiple': 32,
        'bands': [{'name': name, 'type': 'Byte', 'mean': 110.0, 'std': 50.0} for name in ('red', 'green', 'blue')],
        'classes': [{'value': 0, 'name': 'background', 'color': '#404040'},
                    {'value': 1, 'name': 'green', 'color': '#30a030'}]}
    if a.pixel_size:
        description['pixel_size_m'] = a.pixel_size
    header, data = {'__metadata__': {'terramask': json.dumps(description)}}, b''
    for name, shape in tensors(a.architecture, a.width).items():
        packed = struct.pack(f'<{math.prod(shape)}f', *values(name, shape, generator))
        if a.architecture == 'linear' and name == 'head.weight':  # what is greener than red and blue
            packed = struct.pack('<6f', 0.5, -1, 0.5, -0.5, 1, -0.5)
        header[name] = {'dtype': 'F32', 'shape': shape, 'data_offsets': [len(data), len(data) + len(packed)]}
        data += packed
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)
    with open(a.out, 'wb') as file:
        file.write(struct.pack('<Q', len(text)) + text + data)


if __name__ == '__main__':
    main()
