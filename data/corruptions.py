"""Makes data/corruptions/ by running the original corruptions of Hendrycks and Dietterich (2019).

    git clone https://github.com/hendrycks/robustness
    pip install "numpy<2" "scipy<1.12" "scikit-image<0.22" opencv-python-headless Wand "setuptools<70" pillow
    python data/corruptions.py <that clone>

Wand needs ImageMagick (Debian: libmagickwand-6.q16-6). The functions are taken from the clone, and
nothing of it is kept here: not its code, nor its photographs of frost. Takes ten minutes, most of
them for what a hundred random draws have in common.
"""

import ast
import json
import math
import sys
import types
from pathlib import Path

import cv2
import numpy as np
import skimage.filters
from PIL import Image
from scipy.stats import poisson

HERE = Path(__file__).parent / "corruptions"
CLONE = Path(sys.argv[1]) / "ImageNet-C"

NAMES = (
    "gaussian_noise shot_noise impulse_noise defocus_blur glass_blur motion_blur zoom_blur snow frost fog "
    "brightness contrast elastic_transform pixelate jpeg_compression speckle_noise gaussian_blur spatter saturate"
).split()
RANDOM = (
    "gaussian_noise shot_noise impulse_noise glass_blur motion_blur snow frost fog elastic_transform "
    "speckle_noise spatter"
).split()


# Later versions of scikit-image name the option otherwise.
original_gaussian = skimage.filters.gaussian


def gaussian(image, *args, multichannel=False, **options):
    return original_gaussian(image, *args, channel_axis=-1 if multichannel else None, **options)


skimage.filters.gaussian = gaussian


def functions_of(path):
    """A script's functions, without what it does when run and without torch's data sets."""
    tree = ast.parse(path.read_text())
    kept = [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        or (isinstance(node, ast.ClassDef) and node.name == "MotionImage")
        or (isinstance(node, ast.Import) and not any("torch" in name.name for name in node.names))
        or (isinstance(node, ast.ImportFrom) and "torch" not in node.module)
        or (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute))
    ]
    module = types.ModuleType(path.stem)
    exec(compile(ast.Module(kept, []), str(path), "exec"), module.__dict__)
    return module


SCALES = {
    "imagenet": (224, functions_of(CLONE / "create_c" / "make_imagenet_c.py")),
    "cifar": (32, functions_of(CLONE / "create_c" / "make_cifar_c.py")),
}


def frost_texture():
    """Stands for the photographs of frost, whose licence is not known."""
    y, x = np.mgrid[0:200, 0:260].astype(float)
    veins = np.abs(np.sin(x / 7 + 3 * np.sin(y / 31)) * np.cos(y / 11 + 2 * np.sin(x / 23)))
    rgb = np.stack([90 + 110 * veins, 120 + 100 * veins, 150 + 100 * veins], -1)
    return Image.fromarray(np.kron(rgb, np.ones((2, 2, 1))).clip(0, 255).astype(np.uint8))


class Counter:
    """The numbers 0, 1, 2, ... hashed to [0, 1): a stream that JavaScript makes in two lines."""

    def __init__(self):
        self.next = 0

    def uniform(self, count):
        i = np.arange(self.next, self.next + count, dtype=np.uint32)
        self.next += count
        with np.errstate(over="ignore"):
            i *= np.uint32(0x9E3779B9)
            i ^= i >> np.uint32(16)
            i *= np.uint32(0x85EBCA6B)
            i ^= i >> np.uint32(13)
            i *= np.uint32(0xC2B2AE35)
            i ^= i >> np.uint32(16)
        return i / 2**32

    def normal(self, loc=0.0, scale=1.0, size=None):
        count = math.prod(size)
        u = self.uniform(2 * math.ceil(count / 2))
        radius = np.sqrt(-2 * np.log(1 - u[0::2]))
        angle = 2 * np.pi * u[1::2]
        z = np.stack([radius * np.cos(angle), radius * np.sin(angle)], -1).reshape(-1)[:count]
        return loc + scale * z.reshape(size)

    def between(self, low=0.0, high=1.0, size=()):
        u = low + (high - low) * self.uniform(math.prod(size))
        return u.reshape(size) if size else u[0]

    def randint(self, low, high=None, size=()):
        low, high = (0, low) if high is None else (low, high)
        u = low + np.floor((high - low) * self.uniform(math.prod(size))).astype(int)
        return u.reshape(size) if size else u[0]

    def poisson(self, rate):
        return poisson.ppf(self.uniform(rate.size).reshape(rate.shape), rate).clip(0)

    def random(self, size):
        return self.uniform(math.prod(size)).reshape(size)


class hashed_numbers:
    """While it lasts, numpy's random numbers are a Counter's."""

    def __enter__(self):
        counter = Counter()
        names = dict(normal=counter.normal, uniform=counter.between, randint=counter.randint)
        names.update(poisson=counter.poisson, default_rng=lambda _: counter)
        self.before = {name: getattr(np.random, name) for name in names}
        for name, value in names.items():
            setattr(np.random, name, value)

    def __exit__(self, *_):
        for name, value in self.before.items():
            setattr(np.random, name, value)


def distort(scale, name, severity, image):
    return np.uint8(getattr(SCALES[scale][1], name)(image, severity))


def sheet(scale, image):
    """One row per corruption, one 32 x 32 tile per severity: the image, or every 7th pixel of it."""
    at = np.round(np.linspace(0, image.width - 1, 32)).astype(int)
    rows = []
    for name in NAMES:
        tiles = []
        for severity in range(1, 6):
            with hashed_numbers():
                tiles.append(distort(scale, name, severity, image)[np.ix_(at, at)])
        rows.append(np.concatenate(tiles, 1))
        print(scale, name)
    return Image.fromarray(np.concatenate(rows, 0))


BANDS = [0, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1]


def band_powers(added):
    """Natural logarithm of the mean power of what is added, by spatial frequency (cycles per pixel)."""
    side = 128 if added.shape[0] > 128 else 32
    start = (added.shape[0] - side) // 2
    part = added[start : start + side, start : start + side]
    power = (np.abs(np.fft.fft2(part, axes=(0, 1))) ** 2).mean(-1) / side**2
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(side), np.fft.fftfreq(side)))
    bands = [(frequency > low) & (frequency <= high) for low, high in zip(BANDS, BANDS[1:])]
    return [float(np.log(power[band].mean() + 1e-9)) for band in bands]


def statistics(scale, image, severities, draws):
    clean = np.asarray(image, float)
    result = {}
    for name in RANDOM:
        for severity in severities:
            np.random.seed(severity)
            rows = []
            for _ in range(draws):
                added = distort(scale, name, severity, image) - clean
                rows.append([float(added.mean()), float(added.var()), *band_powers(added)])
            rows = np.array(rows)
            result[f"{name} {severity}"] = {
                "draws": draws,
                "mean": [float(f"{v:.5g}") for v in rows.mean(0)],
                "deviation": [float(f"{v:.5g}") for v in rows.std(0, ddof=1)],
            }
        print(scale, name, "statistics")
    return result


def cifar10c(image):
    """Two pictures as make_cifar_c.py stores its ten thousand."""
    (HERE / "CIFAR-10-C").mkdir(exist_ok=True)
    pictures = [image, image.transpose(Image.FLIP_LEFT_RIGHT)]
    np.random.seed(0)
    stored = [distort("cifar", "brightness", severity, x) for severity in range(1, 6) for x in pictures]
    np.save(HERE / "CIFAR-10-C" / "brightness.npy", np.array(stored).astype(np.uint8))
    np.save(HERE / "CIFAR-10-C" / "labels.npy", np.array([3, 8] * 5).astype(np.uint8))


if __name__ == "__main__":
    (HERE / "frost").mkdir(parents=True, exist_ok=True)
    texture = frost_texture()
    texture.save(HERE / "frost" / "texture.png", optimize=True)
    cv2.imread = lambda _: np.asarray(texture)[..., ::-1]
    picture = Image.open(HERE.parent / "preprocessing" / "500x375.jpg").crop((62, 0, 437, 375))
    stored = {}
    for scale, (side, _) in SCALES.items():
        image = picture.resize((side, side), Image.LANCZOS)
        image.save(HERE / f"{side}.png", optimize=True)
        sheet(scale, image).save(HERE / f"{scale}.png", optimize=True)
        small = scale == "cifar"
        if small:
            cifar10c(image)
        stored[scale] = statistics(scale, image, range(1, 6) if small else (1, 3, 5), 100 if small else 24)
    text = json.dumps(stored, indent=1)
    (HERE / "statistics.json").write_text(text + "\n")
