import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RecordError } from '#statistics/errors';
import { sizeOfShape, UntrustedBytes } from '#statistics/untrusted/bytes';

describe('UntrustedBytes', () => {
  const bytes = new UntrustedBytes(
    { file: 'a.bin', Failure: RecordError, wayOut: 'Write it again.' },
    Buffer.from([1, 2, 3, 4, 5, 6, 7, 8, 9]),
    100,
  );

  it('reads little-endian numbers and parts', () => {
    assert.equal(bytes.uint16(0, 'n'), 0x0201);
    assert.equal(bytes.uint32(1, 'n'), 0x05040302);
    assert.equal(bytes.uint64(0, 'n'), Number(0x0807060504030201n));
    assert.deepEqual([...bytes.slice(7, 9, 'the end')], [8, 9]);
    assert.equal(bytes.slice(9, 9, 'nothing').length, 0);
  });

  it('refuses what does not lie within the file, with the byte', () => {
    const reads: [() => unknown, RegExp, number][] = [
      [() => bytes.uint32(6, 'the length'), /^a\.bin, byte 106: the length ends at byte 110/, 106],
      [() => bytes.slice(0, 10, 'it'), /it ends at byte 110, and the file at byte 109/, 100],
      [() => bytes.slice(50, 60, 'it'), /byte 109: it ends at byte 160/, 109],
      [() => bytes.slice(5, 3, 'it'), /it is said to be the bytes 5 to 3/, 100],
      [() => bytes.slice(-1, 3, 'it'), /the bytes -1 to 3/, 100],
      [() => bytes.slice(0, Number.NaN, 'it'), /the bytes 0 to NaN/, 100],
      [() => bytes.slice(0, 2 ** 60, 'it'), /the bytes 0 to 11529/, 100],
    ];
    for (const [read, message, offset] of reads)
      assert.throws(
        read,
        (error: Error) =>
          error instanceof RecordError &&
          error.file === 'a.bin' &&
          error.offset === offset &&
          message.test(error.message) &&
          error.message.endsWith(' Write it again.'),
      );
  });
});

describe('sizeOfShape', () => {
  it('multiplies dimensions, and refuses what are none', () => {
    assert.equal(sizeOfShape([]), 1);
    assert.equal(sizeOfShape([2, 3, 4]), 24);
    assert.equal(sizeOfShape([2, 0]), 0);
    for (const wrong of [undefined, 'wide', [-1, -1], [1.5], ['2'], [null], [2 ** 27, 2 ** 27]])
      assert.equal(sizeOfShape(wrong), undefined, JSON.stringify(wrong));
  });
});
