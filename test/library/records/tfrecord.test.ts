import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { frameRecord, maskedCrc, type RawRecord, readRecords } from '#library/records/tfrecord';
import { RecordError } from '#statistics/errors';
import { temporaryFolder } from './temporary';

const folder = temporaryFolder();
const payloads = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 6 });

function framed(records: readonly Uint8Array[]): Buffer {
  return Buffer.concat(records.flatMap(frameRecord));
}

/** Offsets of the records, and of the end. */
function offsets(records: readonly Uint8Array[]): number[] {
  let at = 0;
  return [0, ...records.map(({ length }) => (at += length + 16))];
}

let files = 0;
async function read(content: Buffer): Promise<{ records: RawRecord[]; errors: RecordError[] }> {
  const path = join(folder, `file-${files++}`);
  writeFileSync(path, content);
  const errors: RecordError[] = [];
  const records: RawRecord[] = [];
  for await (const record of readRecords(path, (error) => errors.push(error))) records.push(record);
  for (const error of errors) {
    assert.ok(error instanceof RecordError);
    assert.ok(error.message.startsWith(path), error.message);
  }
  return { records, errors };
}

test('CRC-32C gives the values of RFC 3720, appendix B.4', () => {
  const unmask = (masked: number) => {
    const rotated = (masked - 0xa282ead8) >>> 0;
    return ((rotated >>> 17) | (rotated << 15)) >>> 0;
  };
  const ascending = Uint8Array.from({ length: 32 }, (_, i) => i);
  assert.equal(unmask(maskedCrc(new Uint8Array(32))), 0x8a9136aa);
  assert.equal(unmask(maskedCrc(new Uint8Array(32).fill(0xff))), 0x62a8ab43);
  assert.equal(unmask(maskedCrc(ascending)), 0x46dd794e);
  assert.equal(unmask(maskedCrc(ascending.slice().reverse())), 0x113fdb5c);
});

test('records come back as they were written, plain and gzip', async () => {
  await fc.assert(
    fc.asyncProperty(payloads, fc.boolean(), async (written, gzip) => {
      const content = framed(written);
      const { records, errors } = await read(gzip ? gzipSync(content) : content);
      assert.deepEqual(errors, []);
      assert.deepEqual(
        records.map(({ index, offset, data }) => [index, offset, Uint8Array.from(data)]),
        written.map((data, i) => [i, offsets(written)[i], data]),
      );
    }),
  );
});

test('records larger than what is read at once come back whole', async () => {
  const written = [3_000_000, 0, 1_048_576 - 16, 5].map((n) => Buffer.alloc(n, n % 251));
  const { records } = await read(framed(written));
  assert.deepEqual(
    records.map(({ data }) => data),
    written,
  );
});

test('a changed byte is reported at its record, and no wrong record comes through', async () => {
  const changes = fc.tuple(
    payloads,
    fc.double({ min: 0, max: 0.999999, noNaN: true }),
    fc.integer({ min: 1, max: 255 }),
  );
  await fc.assert(
    fc.asyncProperty(changes, async ([written, where, change]) => {
      const content = framed(written);
      const at = Math.floor(where * content.length);
      content[at]! ^= change;
      const starts = offsets(written);
      const hit = starts.findLastIndex((start) => start <= at);
      const { records, errors } = await read(content);
      assert.equal(errors.length, 1);
      assert.match(errors[0]!.message, new RegExp(`: record ${hit} at byte ${starts[hit]}: `));
      // Rows count from 1.
      assert.equal((errors[0] as RecordError).row, hit + 1);
      // A damaged length hides what follows; damaged data does not.
      const inLength = at - starts[hit]! < 12;
      const intact = written.filter((_, i) => (inLength ? i < hit : i !== hit));
      assert.deepEqual(
        records.map(({ data }) => Uint8Array.from(data)),
        intact,
      );
    }),
  );
});

test('a file cut anywhere but between records is reported where it ends', async () => {
  await fc.assert(
    fc.asyncProperty(
      payloads,
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (written, where) => {
        const content = framed(written);
        const end = Math.floor(where * content.length);
        const starts = offsets(written);
        const whole = starts.findLastIndex((start) => start <= end);
        const { records, errors } = await read(content.subarray(0, end));
        assert.equal(records.length, whole);
        if (end === starts[whole]) assert.deepEqual(errors, []);
        else {
          assert.equal(errors.length, 1);
          assert.match(
            errors[0]!.message,
            new RegExp(`: record ${whole} at byte ${starts[whole]}: `),
          );
          assert.match(errors[0]!.message, /the file ends/);
        }
      },
    ),
  );
});

test('a damaged gzip file gives an error or the same records, never others', async () => {
  await fc.assert(
    fc.asyncProperty(
      payloads,
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      fc.boolean(),
      async (written, where, change, cut) => {
        const content = gzipSync(framed(written));
        // Without its first two bytes right, it is no gzip file at all.
        const at = 2 + (where % (content.length - 2));
        content[at]! ^= change;
        const { records, errors } = await read(cut ? content.subarray(0, at) : content);
        for (const { index, data } of records)
          assert.deepEqual(Uint8Array.from(data), written[index]);
        if (errors.length === 0) assert.equal(records.length, written.length);
      },
    ),
  );
});

test('the first bad record is thrown where the handler throws', async () => {
  const path = join(folder, 'wrong-crc');
  const content = framed([Buffer.from('one'), Buffer.from('two')]);
  content[12]! ^= 1;
  writeFileSync(path, content);
  const reading = readRecords(path, (error) => {
    throw error;
  });
  await assert.rejects(reading.next(), {
    name: 'RecordError',
    message:
      /record 0 at byte 0: the data's masked CRC-32C is 0x[0-9a-f]{8}, expected 0x[0-9a-f]{8}/,
  });
});

test('a file of another kind and a record of absurd length are told as such', async () => {
  const text = await read(Buffer.from('<!DOCTYPE html><html></html>'));
  assert.match(text.errors[0]!.message, /not a TFRecord file: it starts with 3c21444f/);
  const header = Buffer.alloc(12);
  header.writeBigUInt64LE(2n ** 60n);
  header.writeUInt32LE(maskedCrc(header.subarray(0, 8)), 8);
  const huge = await read(header);
  assert.match(
    huge.errors[0]!.message,
    /1152921504606846976 bytes long, expected at most 2147483647/,
  );
  assert.deepEqual(await read(Buffer.alloc(0)), { records: [], errors: [] });
});

test('a plain file whose first length looks like gzip is read as plain', async () => {
  const written = [Buffer.alloc(0x00088b1f, 7), Buffer.from('second')];
  const content = framed(written);
  assert.equal(content.subarray(0, 3).toString('hex'), '1f8b08');
  const { records, errors } = await read(content);
  assert.deepEqual(errors, []);
  assert.deepEqual(
    records.map(({ data }) => data),
    written,
  );
});
