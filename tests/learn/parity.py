#!/usr/bin/env python3
"""What PyTorch computes in 20 training steps, for parity_test.cpp.

  parity.py TORCH_MODELS FOLDER CASE...

A case is model:optimizer:precision, as unet:adam:f64. Written to FOLDER/CASE.json and .bin: the network's
specification, the batches, the state before every step, losses, gradients and the state at the end, as f64.
"""
import importlib.util
import json
import os
import sys

if len(sys.argv) < 4 or sys.argv[1] in ('-h', '--help'):
    print(__doc__)
    sys.exit(0 if len(sys.argv) > 1 and sys.argv[1] in ('-h', '--help') else 2)

import torch
import torch.nn.functional as F

STEPS = 20
SPECS = {'unet': dict(width=4, depth=4), 'segnet': dict(width=4), 'fcn': dict(width=4, fc=16, skips=2)}
SIZES = {'unet': 32, 'segnet': 64, 'fcn': 64}
BATCH, BANDS, CLASSES = 2, 3, 4
OPTIMIZERS = {
    'sgd': lambda p: torch.optim.SGD(p, 0.01, momentum=0.9, nesterov=True, weight_decay=1e-3),
    'adam': lambda p: torch.optim.Adam(p, 1e-3),
    'adamw': lambda p: torch.optim.AdamW(p, 1e-3, weight_decay=0.05),
}


class Writer:
    def __init__(self, path):
        self.path, self.arrays, self.at = path, {}, 0
        self.part = f'{path}.{os.getpid()}'  # several tests may want it at once: it gets its name when it is whole
        self.file = open(self.part + '.bin', 'wb')

    def add(self, name, tensor):
        data = tensor.detach().to(torch.float64).contiguous().numpy()
        self.arrays[name] = {'shape': list(data.shape), 'offset': self.at}
        self.file.write(data.tobytes())
        self.at += data.nbytes

    def finish(self, **facts):
        self.file.close()
        with open(self.part + '.json', 'w') as file:
            json.dump({**facts, 'arrays': self.arrays}, file)
        for ending in ('.bin', '.json'):
            os.replace(self.part + ending, self.path + ending)


def state(model):
    return {name: t for name, t in model.state_dict().items() if not name.endswith('num_batches_tracked')}


def run(models, folder, case):
    name, optimizer, precision = case.split(':')
    torch.manual_seed(11)
    torch.set_num_threads(1)
    dtype = {'f64': torch.float64, 'f32': torch.float32}[precision]
    size = SIZES[name]
    model = models.MODELS[name](bands=BANDS, classes=CLASSES, **SPECS[name]).to(dtype).train()
    # He normal, as a network is begun. SegNet keeps PyTorch's own: of a gradient as badly conditioned as with He's at this
    # size (batch norms over 8 numbers), PyTorch's single precision is itself 1.3e-5 away from its double.
    for module in model.modules():
        if name != 'segnet' and isinstance(module, (torch.nn.Conv2d, torch.nn.ConvTranspose2d)):
            torch.nn.init.kaiming_normal_(module.weight, nonlinearity='relu')
    optim = OPTIMIZERS[optimizer](model.parameters())
    out = Writer(f'{folder}/{case.replace(":", "-")}')
    for step in range(STEPS):
        image = torch.randn(BATCH, BANDS, size, size, dtype=dtype)
        labels = torch.randint(0, CLASSES, (BATCH, size // 4, size // 4)).repeat_interleave(4, 1).repeat_interleave(4, 2)
        weights = torch.randint(0, 4, labels.shape).to(dtype) / 2  # a quarter of the pixels does not count
        out.add(f'{step}/image', image)
        out.add(f'{step}/labels', labels[:, None])
        out.add(f'{step}/weights', weights[:, None])
        for key, tensor in state(model).items():
            out.add(f'{step}/state/{key}', tensor)
        optim.zero_grad()
        loss = (F.cross_entropy(model(image), labels, reduction='none') * weights).sum() / weights.sum()
        loss.backward()
        out.add(f'{step}/loss', loss)
        for key, parameter in model.named_parameters():
            out.add(f'{step}/gradient/{key}', parameter.grad)
        optim.step()
    for key, tensor in state(model).items():
        out.add(f'end/{key}', tensor)
    out.finish(network={'architecture': name, 'bands': BANDS, 'classes': CLASSES, **SPECS[name]}, optimizer=optimizer,
               batch=BATCH, size=size, steps=STEPS)


if __name__ == '__main__':
    spec = importlib.util.spec_from_file_location('torch_models', sys.argv[1])
    peer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(peer)
    for wanted in sys.argv[3:]:
        run(peer, sys.argv[2], wanted)
