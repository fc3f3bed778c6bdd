import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decodeSafetensors, encodeSafetensors } from '#library/models/safetensors';

/** What Python's safetensors 0.6 writes for w = [[1.5, −2], [0, 3]] and m = [1, 0, 1]. */
const FROM_PYTHON = Buffer.from(
  'kAAAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJzdGVwIjoiNyJ9LCJ3Ijp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlsyLDJdLCJk' +
    'YXRhX29mZnNldHMiOlswLDE2XX0sIm0iOnsiZHR5cGUiOiJVOCIsInNoYXBlIjpbM10sImRhdGFfb2Zmc2V0cyI6WzE2LDE5' +
    'XX19ICAgICAAAMA/AAAAwAAAAAAAAEBAAQAB',
  'base64',
);
const SAME = new Map([
  ['m', { shape: [3], data: Uint8Array.of(1, 0, 1) }],
  ['w', { shape: [2, 2], data: Float32Array.of(1.5, -2, 0, 3) }],
]);

describe('safetensors', () => {
  it('reads what the reference implementation wrote', () => {
    const { arrays, metadata } = decodeSafetensors(FROM_PYTHON);
    assert.deepEqual(arrays.get('w'), SAME.get('w'));
    assert.deepEqual(arrays.get('m'), SAME.get('m'));
    assert.deepEqual({ ...metadata }, { step: '7' });
  });

  it('writes the same bytes as the reference implementation', () => {
    assert.deepEqual(Buffer.from(encodeSafetensors(SAME, { step: '7' })), FROM_PYTHON);
  });

  it('gives back any arrays', () => {
    const floats = fc.array(fc.float()).map((values) => Float32Array.from(values));
    const bytes = fc.uint8Array();
    const arrays = fc.dictionary(fc.string({ minLength: 1 }), fc.oneof(floats, bytes));
    fc.assert(
      fc.property(arrays, (dictionary) => {
        const named = new Map(
          Object.entries(dictionary)
            .filter(([name]) => !name.startsWith('__'))
            .map(([name, data]) => [name, { shape: [data.length], data }]),
        );
        const { arrays: back } = decodeSafetensors(Buffer.from(encodeSafetensors(named)));
        assert.deepEqual(new Map([...back].sort()), new Map([...named].sort()));
      }),
    );
  });

  it('refuses a file that is cut short', () => {
    for (let length = 0; length < FROM_PYTHON.length; length++)
      assert.throws(() => decodeSafetensors(FROM_PYTHON.subarray(0, length)), /cut short/);
  });
});
