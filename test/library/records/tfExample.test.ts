import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeExample, encodeExample, type Feature } from '#library/records/tfExample';

/** Features and what TensorFlow 2.21 serialises them to. */
const byTensorFlow: [Feature, string][] = [
  [{ bytes: ['xy', '', Buffer.from([0xff])] }, '0a120a100a0161120b0a090a0278790a000a01ff'],
  [{ float: [1.5, -2] }, '0a130a110a0161120c120a0a080000c03f000000c0'],
  [
    { int64: [0, 1, -1, 300, 2n ** 53n + 1n, -(2n ** 63n)] },
    '0a2b0a290a016112241a220a200001ffffffffffffffffff01ac02818080808080801080808080808080808001',
  ],
];

test('examples are encoded byte for byte as by TensorFlow, and decoded from it', () => {
  for (const [feature, hex] of byTensorFlow) {
    assert.equal(Buffer.from(encodeExample({ a: feature })).toString('hex'), hex);
    const decoded = decodeExample(Buffer.from(hex, 'hex'));
    assert.deepEqual(
      [...decoded],
      [['a', 'bytes' in feature ? { bytes: feature.bytes.map((b) => Buffer.from(b)) } : feature]],
    );
  }
});

test('integers may be packed or not, as protocol buffers allow', () => {
  // Int64List { value: 5 } as an unpacked varint.
  const unpacked = Buffer.from('0a0b0a090a016112041a020805', 'hex');
  assert.deepEqual([...decodeExample(unpacked)], [['a', { int64: [5] }]]);
});

test('any features come back as they were', () => {
  const bytes = fc.uint8Array({ maxLength: 50 }).map((b) => Buffer.from(b));
  const integer = fc.oneof(fc.maxSafeInteger(), fc.bigInt(-(2n ** 63n), -(2n ** 53n)));
  const feature: fc.Arbitrary<Feature> = fc.oneof(
    fc.array(bytes).map((values) => ({ bytes: values })),
    fc.array(fc.float({ noNaN: true })).map((values) => ({ float: values })),
    fc.array(integer).map((values) => ({ int64: values })),
  );
  const names = fc.string({ maxLength: 20 }).filter((name) => name !== '__proto__');
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(names, feature), { selector: ([name]) => name }),
      (features) => {
        const decoded = decodeExample(Buffer.from(encodeExample(Object.fromEntries(features))));
        assert.deepEqual(new Map(decoded), new Map(features));
      },
    ),
  );
});

test('image bytes are a view of the record, not a copy', () => {
  const record = Buffer.from(encodeExample({ image: { bytes: [Buffer.alloc(10_000, 1)] } }));
  const image = decodeExample(record).get('image')!;
  assert.ok('bytes' in image);
  assert.equal(image.bytes[0]!.buffer, record.buffer);
});

test('bytes that are no example throw, and nothing else happens', () => {
  assert.throws(() => decodeExample(Buffer.from('not an example at all')));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (data) => {
      try {
        decodeExample(Buffer.from(data));
      } catch (error) {
        assert.ok(error instanceof Error);
      }
    }),
  );
});
