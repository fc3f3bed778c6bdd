"""Trains or evaluates a network in PyTorch on one thread, on random images, for so many processor
seconds per line of input; one number per line of output: images per processor second. Arguments:
network, train or eval, batch size, nchw or channels_last, then bf16 (autocast) and compiled, or not."""

import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


def conv(inputs, outputs, size=3, stride=1):
    return nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False)


def conv_norm(inputs, outputs, size=3, stride=1):
    return nn.Sequential(conv(inputs, outputs, size, stride), nn.BatchNorm2d(outputs))


def head(channels, classes):
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes))


def small_cnn():
    layers = []
    for inputs, outputs in [(3, 16), (16, 32), (32, 64)]:
        layers += [conv_norm(inputs, outputs), nn.ReLU(inplace=True), nn.MaxPool2d(2)]
    return nn.Sequential(*layers, head(64, 10))


class WideBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.norm1, self.norm2 = nn.BatchNorm2d(inputs), nn.BatchNorm2d(outputs)
        self.conv1, self.conv2 = conv(inputs, outputs, 3, stride), conv(outputs, outputs)
        same = inputs == outputs and stride == 1
        self.shortcut = None if same else conv(inputs, outputs, 1, stride)

    def forward(self, x):
        active = F.relu(self.norm1(x), inplace=True)
        y = self.conv2(F.relu(self.norm2(self.conv1(active)), inplace=True))
        return y + (x if self.shortcut is None else self.shortcut(active))


def wide_resnet():
    layers, channels = [conv(3, 16)], 16
    for group, filters in enumerate([16, 32, 64]):
        for block in range(2):
            layers.append(WideBlock(channels, filters, 2 if group > 0 and block == 0 else 1))
            channels = filters
    return nn.Sequential(*layers, nn.BatchNorm2d(64), nn.ReLU(inplace=True), head(64, 10))


def airbench():
    layers, channels = [conv_norm(3, 24), nn.ReLU(inplace=True)], 24
    for filters in [32, 128, 128]:
        layers += [conv(channels, filters), nn.MaxPool2d(2), nn.BatchNorm2d(filters)]
        layers += [nn.ReLU(inplace=True), conv_norm(filters, filters), nn.ReLU(inplace=True)]
        channels = filters
    return nn.Sequential(*layers, head(channels, 10))


class Bottleneck(nn.Module):
    def __init__(self, inputs, filters, stride, first):
        super().__init__()
        self.body = nn.Sequential(
            conv_norm(inputs, filters, 1),
            nn.ReLU(inplace=True),
            conv_norm(filters, filters, 3, stride),
            nn.ReLU(inplace=True),
            conv_norm(filters, 4 * filters, 1),
        )
        self.shortcut = conv_norm(inputs, 4 * filters, 1, stride) if first else nn.Identity()

    def forward(self, x):
        return F.relu(self.body(x) + self.shortcut(x), inplace=True)


def resnet50():
    layers = [conv_norm(3, 64, 7, 2), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)]
    channels = 64
    for stage, (blocks, filters) in enumerate([(3, 64), (4, 128), (6, 256), (3, 512)]):
        for block in range(blocks):
            stride = 2 if stage > 0 and block == 0 else 1
            layers.append(Bottleneck(channels, filters, stride, block == 0))
            channels = 4 * filters
    return nn.Sequential(*layers, head(channels, 1000))


NETWORKS = {
    "small": (small_cnn, 32, 10),
    "wrn": (wide_resnet, 32, 10),
    "airbench": (airbench, 32, 10),
    "r50": (resnet50, 224, 1000),
}


def main(network, mode, batch, layout, *options):
    torch.set_num_threads(1)
    build, size, classes = NETWORKS[network]
    model, images = build(), torch.randn(int(batch), 3, size, size)
    labels = torch.arange(int(batch)) % classes
    if layout == "channels_last":
        model = model.to(memory_format=torch.channels_last)
        images = images.to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(
        model.parameters(), lr=1e-3, momentum=0.9, nesterov=True, weight_decay=1e-4
    )
    if "compiled" in options:
        model = torch.compile(model)
    autocast = torch.autocast("cpu", torch.bfloat16, enabled="bf16" in options)
    loss = nn.CrossEntropyLoss(label_smoothing=0.1)

    def train():
        optimizer.zero_grad(set_to_none=True)
        with autocast:
            value = loss(model(images), labels)
        value.backward()
        optimizer.step()
        value.item()

    @torch.no_grad()
    def evaluate():
        with autocast:
            F.softmax(model(images), 1).sum().item()

    step = train if mode == "train" else evaluate
    model.train(mode == "train")
    for line in sys.stdin:
        start, steps = time.process_time(), 0
        while steps == 0 or time.process_time() - start < float(line):
            step()
            steps += 1
        print(steps * int(batch) / (time.process_time() - start), flush=True)


main(*sys.argv[1:])
