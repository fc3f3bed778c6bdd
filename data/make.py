"""Makes the fixtures in this folder with TensorFlow and Pillow, that is, without the code they test.

    pip install tensorflow-cpu pillow
    python data/make.py /usr/share/datasets/fashion-mnist

The argument is a folder with Fashion-MNIST's t10k-images-idx3-ubyte.gz and t10k-labels-idx1-ubyte.gz
(Debian: dataset-fashion-mnist). Everything else is drawn here.
"""

import gzip
import hashlib
import io
import json
import math
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf
from PIL import Image, ImageDraw

HERE = Path(__file__).parent
NAMES = "T-shirt/top,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle boot".split(",")


def feature(value):
    values = value if isinstance(value, list) else [value]
    if isinstance(values[0], (bytes, str)):
        values = [v.encode() if isinstance(v, str) else v for v in values]
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=values))
    if isinstance(values[0], float):
        return tf.train.Feature(float_list=tf.train.FloatList(value=values))
    return tf.train.Feature(int64_list=tf.train.Int64List(value=values))


expected = {}


def write(name, rows, compression=""):
    """rows: (features, what the reader is expected to make of them)."""
    with tf.io.TFRecordWriter(str(HERE / "records" / name), compression) as writer:
        for features, _ in rows:
            features = {key: feature(value) for key, value in features.items()}
            example = tf.train.Example(features=tf.train.Features(feature=features))
            writer.write(example.SerializeToString(deterministic=True))
    expected[name] = [
        dict(wanted, sha256=hashlib.sha256(encoded(features)).hexdigest()) for features, wanted in rows
    ]


def encoded(features):
    return features.get("image/encoded") or features["image"]


def file_of(image, format, **options):
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def fashion_mnist(folder, count):
    with gzip.open(folder / "t10k-images-idx3-ubyte.gz") as file:
        images = np.frombuffer(file.read(), np.uint8, count * 784, 16).reshape(count, 28, 28)
    with gzip.open(folder / "t10k-labels-idx1-ubyte.gz") as file:
        labels = np.frombuffer(file.read(), np.uint8, count, 8)
    return [(i, Image.fromarray(images[i]), int(labels[i])) for i in range(count)]


def imagenet_row(i, image, label):
    """All the features of ImageNet's records as TensorFlow's scripts write them."""
    name = f"fashion_{i:08d}.JPEG"
    return {
        "image/height": 28,
        "image/width": 28,
        "image/colorspace": "RGB",
        "image/channels": 3,
        "image/class/label": label + 1,
        "image/class/synset": f"n{label:08d}",
        "image/class/text": NAMES[label],
        "image/object/bbox/xmin": [0.125, 0.25],
        "image/object/bbox/label": [label + 1, label + 1],
        "image/format": "JPEG",
        "image/filename": name,
        "image/encoded": file_of(image, "JPEG", quality=85),
    }, {"id": name, "label": label, "text": NAMES[label]}


def tfds_row(i, image, label):
    return {
        "image": file_of(image, "PNG"),
        "label": label,
        "file_name": f"{i:05d}.png",
    }, {"id": f"{i:05d}.png", "label": label}


def pie_row(i, image, label):
    """As the paper's generate_pie_dataset.py writes them: the label is 0-based here."""
    return {
        "key": f"fashion_{i}",
        "image/encoded": file_of(image, "PNG"),
        "image/class/label": label,
        "stored_class_label": label,
        "image_index": i,
        "baseline_n": 30,
        "variant_n": 30,
        "pruning_fraction": 0.5,
        "baseline_mean_probability": 0.75,
        "variant_mean_probability": 0.25,
        "variant_mode_label": (label + 1) % 10,
        "baseline_mode_label": label,
    }, {"id": f"fashion_{i}", "label": label}


def odd_rows():
    """Two flat halves, so that a reader's pixels can be told by eye: left and right colour."""

    def halves(mode, left, right):
        image = Image.new(mode, (48, 32), left)
        image.paste(right, (24, 0, 48, 32))
        return image

    red_blue = halves("RGB", (200, 40, 40), (40, 40, 200))
    grey = halves("L", 60, 180)
    alpha = red_blue.copy()
    alpha.putalpha(255)
    rows = [
        ("rgb.JPEG", file_of(red_blue, "JPEG", quality=95), [[200, 40, 40], [40, 40, 200]]),
        ("progressive.JPEG", file_of(red_blue, "JPEG", quality=95, progressive=True), [[200, 40, 40], [40, 40, 200]]),
        # Plain black and plain white ink, which every colour profile takes for black and white.
        ("cmyk.JPEG", file_of(halves("CMYK", (0, 0, 0, 255), (0, 0, 0, 0)), "JPEG", quality=95), [[0, 0, 0], [255, 255, 255]]),
        ("png-by-content.JPEG", file_of(red_blue, "PNG"), [[200, 40, 40], [40, 40, 200]]),
        ("grey.JPEG", file_of(grey, "JPEG", quality=95), [[60, 60, 60], [180, 180, 180]]),
        ("grey.png", file_of(grey, "PNG"), [[60, 60, 60], [180, 180, 180]]),
        ("grey16.png", file_of(Image.fromarray(np.asarray(grey).astype(np.uint16) * 257), "PNG"), [[60, 60, 60], [180, 180, 180]]),
        ("palette.png", file_of(red_blue.quantize(2), "PNG"), [[200, 40, 40], [40, 40, 200]]),
        ("opaque.png", file_of(alpha, "PNG"), [[200, 40, 40], [40, 40, 200]]),
        ("turned-in-exif.JPEG", file_of(red_blue, "JPEG", quality=95, exif=orientation(6)), [[200, 40, 40], [40, 40, 200]]),
    ]
    return [
        (
            {"image/filename": name, "image/class/label": i + 1, "image/encoded": data},
            {"id": name, "label": i, "halves": colours},
        )
        for i, (name, data, colours) in enumerate(rows)
    ]


def orientation(value):
    exif = Image.Exif()
    exif[0x0112] = value
    return exif


def picture(width, height):
    """Edges, gradients and fine texture."""
    y, x = np.mgrid[0:height, 0:width].astype(float)
    x, y = x / width, y / height
    waves = np.sin(2 * math.pi * (3 + 9 * x) * x) * np.cos(2 * math.pi * 7 * y * y)
    rgb = np.stack([128 + 100 * waves, 255 * x, 255 * (1 - y) * (0.5 + 0.5 * waves)], -1)
    image = Image.fromarray(rgb.clip(0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    draw.ellipse([width * 0.3, height * 0.2, width * 0.6, height * 0.8], fill=(250, 240, 20))
    draw.line([0, height, width, 0], fill=(0, 0, 0), width=3)
    return image


def tensorflow1(image, shorter, size):
    """tf.image.resize_bicubic of TensorFlow 1 as its kernel defines it, and the central window."""
    pixels = np.asarray(image, np.float32)
    a = -0.75

    def keys(x):
        x = np.abs(x)
        outer = ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
        return np.where(x <= 1, ((a + 2) * x - (a + 3)) * x * x + 1, np.where(x < 2, outer, 0))

    def resized(pixels, axis):
        length = pixels.shape[axis]
        to = shorter if axis_is_short(axis) else int(np.float32(sides[axis] / sides[1 - axis]) * shorter)
        at = (np.arange(size) + (to - size + 1) // 2) * np.float32(length / to)
        left = np.floor(at).astype(int)
        offset = np.rint((at - left) * 1024) / 1024
        taps = [np.clip(left + k, 0, length - 1) for k in range(-1, 3)]
        shape = (-1, 1, 1) if axis == 0 else (1, -1, 1)
        return sum(
            np.take(pixels, tap, axis) * keys(offset - k).reshape(shape) for k, tap in zip(range(-1, 3), taps)
        )

    sides = pixels.shape[:2]

    def axis_is_short(axis):
        return sides[axis] <= sides[1 - axis]

    both = resized(resized(pixels, 1), 0)
    return Image.fromarray(np.clip(np.rint(both), 0, 255).astype(np.uint8))


def preprocessing():
    """Pillow's bicubic against ours: evaluation at 96 of 110 pixels, and crops resized to 96."""
    size, shorter = 96, 110
    cases = {}
    for width, height in [(500, 375), (201, 333), (80, 61)]:
        data = file_of(picture(width, height), "JPEG", quality=85)
        (HERE / "preprocessing" / f"{width}x{height}.jpg").write_bytes(data)
        image = Image.open(io.BytesIO(data))
        scale = shorter / min(width, height)
        w = shorter if width <= height else int(width * scale)
        h = shorter if height <= width else int(height * scale)
        left, top = (w - size + 1) // 2, (h - size + 1) // 2
        cut = image.resize((w, h), Image.BICUBIC).crop((left, top, left + size, top + size))
        cases[f"{width}x{height}-evaluation.png"] = cut
        # torchvision 0.29: transforms.Resize(110) and CenterCrop(96) on a Pillow image.
        left, top = (int(round((length - size) / 2.0)) for length in (w, h))
        bilinear = image.resize((w, h), Image.BILINEAR)
        cases[f"{width}x{height}-torchvision.png"] = bilinear.crop((left, top, left + size, top + size))
        cases[f"{width}x{height}-tensorflow1.png"] = tensorflow1(image, shorter, size)
    image = Image.open(HERE / "preprocessing" / "500x375.jpg")
    for left, top, width, height in [(31, 17, 400, 301), (120, 200, 61, 53), (200, 90, 150, 71)]:
        box = (left, top, left + width, top + height)
        name = f"500x375-{left}-{top}-{width}-{height}.png"
        cases[name] = image.crop(box).resize((size, size), Image.BICUBIC)
    for name, result in cases.items():
        result.save(HERE / "preprocessing" / name, optimize=True)


if __name__ == "__main__":
    (HERE / "records").mkdir(exist_ok=True)
    (HERE / "preprocessing").mkdir(exist_ok=True)
    images = fashion_mnist(Path(sys.argv[1]), 34)
    write("fashion-00000-of-00002", [imagenet_row(*image) for image in images[:10]])
    write("fashion-00001-of-00002", [imagenet_row(*image) for image in images[10:20]], "GZIP")
    write("fashion-tfds.tfrecord", [tfds_row(*image) for image in images[20:30]])
    write("fashion-pies.tfrecord", [pie_row(*image) for image in images[30:]])
    write("odd.tfrecord", odd_rows())
    (HERE / "records" / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
    preprocessing()
