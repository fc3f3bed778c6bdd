"""Reads images for evaluation by tf.data or by a PyTorch DataLoader: one pass per line of input, one
line of JSON per pass: seconds, images, and peak memory in MB."""

import glob
import json
import os
import resource
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
SIZE, SHORTER, BATCH = 224, 256, 64
MEAN = [0.485 * 255, 0.456 * 255, 0.406 * 255]
STD = [0.229 * 255, 0.224 * 255, 0.225 * 255]


def with_tf_data(folder):
    import tensorflow as tf

    def preprocess(record):
        features = {
            "image/encoded": tf.io.FixedLenFeature([], tf.string),
            "image/class/label": tf.io.FixedLenFeature([], tf.int64),
        }
        example = tf.io.parse_single_example(record, features)
        image = tf.image.decode_jpeg(example["image/encoded"], 3, dct_method="INTEGER_ACCURATE")
        height, width = tf.shape(image)[0], tf.shape(image)[1]
        shorter = tf.minimum(height, width)
        height, width = height * SHORTER // shorter, width * SHORTER // shorter
        image = tf.image.resize(image, [height, width], "bicubic", antialias=True)
        top, left = (height - SIZE + 1) // 2, (width - SIZE + 1) // 2
        image = tf.image.crop_to_bounding_box(image, top, left, SIZE, SIZE)
        return (image - tf.constant(MEAN)) / tf.constant(STD), example["image/class/label"] - 1

    files = sorted(glob.glob(f"{folder}/*"))
    return (
        tf.data.TFRecordDataset(files)
        .map(preprocess, num_parallel_calls=tf.data.AUTOTUNE)
        .batch(BATCH)
        .prefetch(2)
    )


def with_data_loader(folder):
    import numpy
    import torch
    from PIL import Image

    files = sorted(glob.glob(f"{folder}/*"))
    mean, std = numpy.float32(MEAN), numpy.float32(STD)

    class Images(torch.utils.data.Dataset):
        def __len__(self):
            return len(files)

        def __getitem__(self, index):
            image = Image.open(files[index]).convert("RGB")
            shorter = min(image.size)
            width, height = (side * SHORTER // shorter for side in image.size)
            left, top = (width - SIZE + 1) // 2, (height - SIZE + 1) // 2
            image = image.resize((width, height), Image.BICUBIC)
            image = image.crop((left, top, left + SIZE, top + SIZE))
            pixels = (numpy.asarray(image, numpy.float32) - mean) / std
            return torch.from_numpy(pixels), index % 1000

    return torch.utils.data.DataLoader(Images(), BATCH, num_workers=os.cpu_count())


def main(reader, folder):
    batches = with_tf_data(folder) if reader == "tf.data" else with_data_loader(folder)
    for _ in sys.stdin:
        start = time.perf_counter()
        images = sum(len(labels) for _, labels in batches)
        seconds = time.perf_counter() - start
        usages = map(resource.getrusage, [resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN])
        peak = sum(usage.ru_maxrss for usage in usages) / 1024
        print(json.dumps({"seconds": seconds, "images": images, "peakMemory": peak}), flush=True)


main(*sys.argv[1:])
