#!/usr/bin/python3
"""Fits the sample model of the quickstart to generated towns, with PyTorch (Debian: python3-torch, python3-gdal).

  terramask scene -o towns/101 --seed 101 --size 768x768      (and 102, 103, ...; not the sample scene's seed)
  tools/fit_sample_model.py towns/* -o sample_data/town.safetensors

A stand-in until Terramask trains its own models. The network is the U-Net of Terramask's `unet` architecture.
"""
import argparse, json, struct
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from osgeo import gdal

gdal.UseExceptions()
CLASSES = [('background', '#b8a88a'), ('road', '#ffd400'), ('building', '#d7301f'), ('tree', '#1b7837'),
           ('low vegetation', '#a6d96a'), ('water', '#3182bd')]


def double_conv(ci, co):
    return nn.Sequential(nn.Conv2d(ci, co, 3, padding=1, bias=False), nn.BatchNorm2d(co), nn.ReLU(),
                         nn.Conv2d(co, co, 3, padding=1, bias=False), nn.BatchNorm2d(co), nn.ReLU())


class UNet(nn.Module):
    def __init__(self, bands, classes, width, depth):
        super().__init__()
        c = [width << i for i in range(depth + 1)]
        self.down = nn.ModuleList([double_conv(bands if i == 0 else c[i - 1], c[i]) for i in range(depth + 1)])
        self.up = nn.ModuleList([nn.ConvTranspose2d(c[i + 1], c[i], 2, stride=2) for i in reversed(range(depth))])
        self.dec = nn.ModuleList([double_conv(2 * c[i], c[i]) for i in reversed(range(depth))])
        self.head = nn.Conv2d(c[0], classes, 1)

    def forward(self, x):
        skips = []
        for i, d in enumerate(self.down):
            x = d(x if i == 0 else F.max_pool2d(x, 2))
            skips.append(x)
        for u, d, s in zip(self.up, self.dec, reversed(skips[:-1])):
            x = d(torch.cat([s, u(x)], 1))
        return self.head(x)


def read(path):
    return gdal.Open(path).ReadAsArray()


def save(path, state, metadata):
    head, blobs, offset = {'__metadata__': {'terramask': json.dumps(metadata)}}, [], 0
    for name, tensor in state.items():
        if tensor.dtype != torch.float32:
            continue
        blob = tensor.detach().contiguous().numpy().tobytes()
        head[name] = {'dtype': 'F32', 'shape': list(tensor.shape), 'data_offsets': [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(head).encode()
    text += b' ' * (-len(text) % 8)
    with open(path, 'wb') as f:
        f.write(struct.pack('<Q', len(text)) + text + b''.join(blobs))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('scenes', nargs='+')
    p.add_argument('-o', required=True)
    p.add_argument('--steps', type=int, default=700)
    p.add_argument('--width', type=int, default=8)
    p.add_argument('--depth', type=int, default=3)
    a = p.parse_args()
    torch.manual_seed(1)
    rng = np.random.default_rng(1)
    images = [read(s + '/ortho.tif').astype(np.float32) for s in a.scenes]
    labels = [read(s + '/labels.tif').astype(np.int64) for s in a.scenes]
    mean = [float(np.mean([i[b].mean() for i in images])) for b in range(3)]
    std = [float(np.mean([i[b].std() for i in images])) for b in range(3)]
    images = [(i - np.array(mean, np.float32)[:, None, None]) / np.array(std, np.float32)[:, None, None] for i in images]
    counts = sum(np.bincount(l.ravel(), minlength=256)[:len(CLASSES)] for l in labels)
    weight = torch.tensor((counts.sum() / np.maximum(counts, 1)) ** 0.5, dtype=torch.float32)
    weight /= weight.mean()
    model = UNet(3, len(CLASSES), a.width, a.depth)
    optimizer = torch.optim.Adam(model.parameters(), 3e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 6e-3, a.steps)
    for step in range(a.steps):
        x, y = [], []
        for _ in range(4):
            k = rng.integers(len(images))
            r, c = rng.integers(images[k].shape[1] - 192), rng.integers(images[k].shape[2] - 192)
            i, l = images[k][:, r:r + 192, c:c + 192], labels[k][r:r + 192, c:c + 192]
            turn = int(rng.integers(4))
            i, l = np.rot90(i, turn, (1, 2)), np.rot90(l, turn)
            if rng.integers(2):
                i, l = i[:, :, ::-1], l[:, ::-1]
            x.append(i * (1 + 0.1 * rng.standard_normal()) + 0.1 * rng.standard_normal())
            y.append(l)
        x = torch.tensor(np.stack(x), dtype=torch.float32)
        y = torch.tensor(np.stack(y))
        loss = F.cross_entropy(model(x), y, weight, ignore_index=255)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 50 == 0 or step == a.steps - 1:
            print(step, round(loss.item(), 4), flush=True)
    save(a.o, model.state_dict(), {
        'format': 1,
        'network': {'architecture': 'unet', 'bands': 3, 'classes': len(CLASSES), 'width': a.width, 'depth': a.depth,
                    'up': 'transpose'},
        'bands': [{'name': n, 'type': 'Byte', 'mean': m, 'std': s} for n, m, s in zip(('red', 'green', 'blue'), mean, std)],
        'pixel_size_m': 0.5, 'pad_multiple': 32,
        'classes': [{'value': i, 'name': n, 'color': c} for i, (n, c) in enumerate(CLASSES)],
        'provenance': {'fitted_by': 'tools/fit_sample_model.py', 'data': 'generated towns, other seeds than the sample scene',
                       'steps': a.steps}})


if __name__ == '__main__':
    main()
