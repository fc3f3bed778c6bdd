import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readLabelledImage } from '#library/records/readLabelledImage';
import { encodeExample, type Feature } from '#library/records/tfExample';

const image = Buffer.from('picture');

function read(features: Record<string, Feature>, numClasses = 10, labelBase?: number) {
  return readLabelledImage(Buffer.from(encodeExample(features)), numClasses, labelBase);
}

test("ImageNet's features: labels start at 1", () => {
  const features: Record<string, Feature> = {
    'image/encoded': { bytes: [image] },
    'image/class/label': { int64: [10] },
    'image/class/text': { bytes: ['tench, Tinca tinca'] },
    'image/filename': { bytes: ['n01440764_10026.JPEG'] },
  };
  assert.deepEqual(read(features), {
    encoded: image,
    label: 9,
    id: 'n01440764_10026.JPEG',
    text: 'tench, Tinca tinca',
  });
  assert.throws(() => read(features, 10, 0), /label in image\/class\/label is 10, expected 0–9/);
  assert.throws(() => read(features, 9), /is 10, expected 1–9 \(9 classes, the first is 1/);
});

test("TFDS' features: labels start at 0", () => {
  const features: Record<string, Feature> = {
    image: { bytes: [image] },
    label: { int64: [0] },
    file_name: { bytes: ['a.png'] },
  };
  assert.deepEqual(read(features), { encoded: image, label: 0, id: 'a.png', text: undefined });
  assert.throws(() => read(features, 10, 1), /label in label is 0, expected 1–10/);
});

test("TF-Slim's converters and the paper's code start at 0, and what cannot be told is asked for", () => {
  const slim: Record<string, Feature> = {
    'image/encoded': { bytes: [image] },
    'image/format': { bytes: ['png'] },
    'image/class/label': { int64: [3] },
    'image/height': { int64: [32] },
    'image/width': { int64: [32] },
  };
  assert.equal(read(slim).label, 3);
  assert.equal(read(slim, 10, 1).label, 2);
  // build_imagenet_data.py of the same repository: 1 to 1,000.
  const imagenet = { ...slim, 'image/class/synset': { bytes: ['n01440764'] } };
  assert.equal(read(imagenet).label, 2);
  const pies = { ...slim, stored_class_label: { int64: [3] }, key: { bytes: ['x'] } };
  assert.equal(read(pies).label, 3);
  const unknown = { ...slim, 'image/filename': { bytes: ['x.png'] } };
  assert.throws(() => read(unknown), /counts from 0 or 1 cannot be told.*labelBase: 0 or 1/);
  assert.equal(read(unknown, 10, 0).label, 3);
});

test('the id is the name, else the index, else none', () => {
  const rest: Record<string, Feature> = { image: { bytes: [image] }, label: { int64: [1] } };
  const id = (features: Record<string, Feature>) => read({ ...rest, ...features }).id;
  assert.equal(id({ key_: { bytes: ['k'] }, image_index: { int64: [7] } }), 'k');
  assert.equal(id({ key: { bytes: ['k'] } }), 'k');
  assert.equal(id({ 'image/filename': { bytes: [''] }, image_index: { int64: [0] } }), 0);
  assert.equal(id({}), undefined);
});

test('a missing or wrongly typed feature is named, with those that are there', () => {
  assert.throws(
    () => read({ label: { int64: [1] } }),
    /expected one image as bytes in image\/encoded or image; the record's features: label\./,
  );
  assert.throws(
    () => read({ image: { bytes: [image] }, label: { float: [1] } }),
    /expected one label as int64 in image\/class\/label or label; the record's features: image, label\./,
  );
  assert.throws(() => read({}), /features: none/);
  assert.throws(
    () => readLabelledImage(Buffer.from([0xff, 0xff]), 10),
    /the data is not a tf\.Example/,
  );
});
