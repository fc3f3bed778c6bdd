import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decodeSafetensors, encodeSafetensors } from '#library/models/safetensors';
import { TrainingError } from '#statistics/errors';

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
    const { arrays, metadata } = decodeSafetensors('w.safetensors', FROM_PYTHON);
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
        const { arrays: back } = decodeSafetensors(
          'w.safetensors',
          Buffer.from(encodeSafetensors(named)),
        );
        assert.deepEqual(new Map([...back].sort()), new Map([...named].sort()));
      }),
    );
  });

  it('refuses a file that is cut short', () => {
    for (let length = 0; length < FROM_PYTHON.length; length++)
      assert.throws(() => decode(FROM_PYTHON.subarray(0, length)), refused(/cut short/));
  });

  it('refuses what the reference implementation refuses', () => {
    const w = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };
    const cases: [header: object, problem: RegExp][] = [
      [{ w, m: { ...w, data_offsets: [4, 12] } }, /'m' begins at byte 4 of the data, expected 8/],
      [{ w, m: { ...w, data_offsets: [12, 20] } }, /'m' begins at byte 12 of the data, expected 8/],
      [{ w: { ...w, data_offsets: [-8, 0] } }, /'w' lies at \[-8, 0\]/],
      [{ w: { ...w, data_offsets: [8, 0] } }, /'w' lies at \[8, 0\]/],
      [{ w: { ...w, data_offsets: [0, 2 ** 52] } }, /'w' lies at/],
      [
        { w: { ...w, shape: [2 ** 31], data_offsets: [0, 2 ** 33] } },
        /ends at byte \d+, and the file/,
      ],
      [{ w: { ...w, shape: [2 ** 40, 2 ** 40] } }, /'w' has the shape/],
      [{ w: { ...w, shape: [-1, -2] } }, /'w' has the shape/],
      [{ w: { ...w, shape: 'wide' } }, /'w' has the shape/],
      [{ w: { ...w, dtype: 'F16' } }, /'w' is of type 'F16', expected F32 or U8/],
      [{ w: null }, /'w' is of type/],
      [{ w, __metadata__: { step: 7 } }, /__metadata__.step is 7, expected a string/],
      [[w], /it is \[/],
      [{}, /the arrays end here, and the file has/],
    ];
    for (const [header, problem] of cases)
      assert.throws(() => decode(fileOf(JSON.stringify(header), 8)), refused(problem));
    assert.throws(() => decode(fileOf('{"w": {', 8)), refused(/is not JSON/));
    assert.throws(() => decode(fileOf('['.repeat(600), 0)), refused(/more than 500/));
    const long = Buffer.alloc(16);
    long.writeBigUInt64LE(2n ** 63n);
    assert.throws(() => decode(long), refused(/byte 0: the header is said to have 922\d+ bytes/));
  });
});

function decode(bytes: Buffer): unknown {
  return decodeSafetensors('w.safetensors', bytes, 'Delete it.');
}

function fileOf(header: string, dataBytes: number): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
  return Buffer.concat([length, Buffer.from(header), Buffer.alloc(dataBytes)]);
}

/** Whether an error is ours, names the file and the way out, and says this. */
function refused(problem: RegExp): (error: Error) => boolean {
  return (error) =>
    error instanceof TrainingError &&
    error.file === 'w.safetensors' &&
    /^w\.safetensors.* Delete it\.$/s.test(error.message) &&
    problem.test(error.message);
}
