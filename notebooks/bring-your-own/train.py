"""Writes predictions.csv: trains eight small networks with PyTorch and prunes half of them.

    python notebooks/bring-your-own/train.py <folder of CIFAR-10's binary batches>

The last part is what the notebook needs: it writes one row per network and image.
"""

import csv
import sys
from pathlib import Path

import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.nn.utils import prune

HERE = Path(__file__).parent
MEAN = torch.tensor([0.4914, 0.4822, 0.4465]).view(3, 1, 1)
STD = torch.tensor([0.2470, 0.2435, 0.2616]).view(3, 1, 1)
REPLICATES = 4
TEST_IMAGES = 2000


def batches(folder, names):
    rows = torch.cat(
        [torch.frombuffer(bytearray((folder / f"{name}.bin").read_bytes()), dtype=torch.uint8) for name in names]
    ).view(-1, 3073)
    images = rows[:, 1:].reshape(-1, 3, 32, 32).float() / 255
    return (images - MEAN) / STD, rows[:, 0].long()


def network():
    layers = []
    for channels_in, channels in [(3, 16), (16, 32), (32, 64)]:
        layers += [nn.Conv2d(channels_in, channels, 3, padding=1, bias=False)]
        layers += [nn.BatchNorm2d(channels), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(64 * 16, 10))


def train(model, images, labels, epochs, rate):
    steps = epochs * (len(images) // 128)
    optimizer = torch.optim.SGD(model.parameters(), rate, momentum=0.9, nesterov=True, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps)
    model.train()
    for _ in range(epochs):
        for chosen in torch.randperm(len(images)).split(128)[: len(images) // 128]:
            optimizer.zero_grad()
            cross_entropy(model(images[chosen]), labels[chosen]).backward()
            optimizer.step()
            schedule.step()


def pruned(model, sparsity):
    weights = [(layer, "weight") for layer in model if isinstance(layer, (nn.Conv2d, nn.Linear))]
    prune.global_unstructured(weights, prune.L1Unstructured, amount=sparsity)
    return model


def main():
    folder = Path(sys.argv[1])
    images, labels = batches(folder, [f"data_batch_{i}" for i in range(1, 6)])
    test_images, test_labels = (part[:TEST_IMAGES] for part in batches(folder, ["test_batch"]))
    with open(HERE / "predictions.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["sparsity", "replicate", "image_id", "true_class", "predicted_class"])
        for seed in range(2 * REPLICATES):
            # No network is a pruned copy of a dense one: Welch's test needs independent samples.
            replicate, sparsity = seed // 2, [0, 0.9][seed % 2]
            torch.manual_seed(seed)
            model = network()
            train(model, images, labels, epochs=2, rate=0.2)
            if sparsity > 0:
                pruned(model, sparsity)
            train(model, images, labels, epochs=1, rate=0.05)
            model.eval()
            with torch.no_grad():
                predicted = model(test_images).argmax(1)
            for image, (truth, guess) in enumerate(zip(test_labels.tolist(), predicted.tolist())):
                rows.writerow([sparsity, replicate, image, truth, guess])
            print(replicate, sparsity, (predicted == test_labels).float().mean().item(), flush=True)


main()
