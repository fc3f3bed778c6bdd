import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { loadImageFolder } from '#library/datasets/loadImageFolder';
import { loadImageNetA } from '#library/datasets/loadImageNetA';
import { loadImageNetC } from '#library/datasets/loadImageNetC';
import {
  type ImageNetRecordsOptions,
  loadImageNetRecords,
} from '#library/records/loadImageNetRecords';
import { encodeExample } from '#library/records/tfExample';
import { frameRecord, maskedCrc } from '#library/records/tfrecord';
import { DatasetError, RecordError } from '#statistics/errors';
import { temporaryFolder } from './temporary';

const folder = temporaryFolder();

function recordOf(encoded: Uint8Array): Buffer {
  const example = { 'image/encoded': { bytes: [encoded] }, 'image/class/label': { int64: [1] } };
  return Buffer.concat(
    frameRecord(encodeExample({ ...example, 'image/class/text': { bytes: ['x'] } })),
  );
}

/** The pixels of the first image of a file with these bytes. */
async function firstPixels(bytes: Uint8Array, options: ImageNetRecordsOptions = {}) {
  const path = join(folder, 'a.tfrecord');
  writeFileSync(path, bytes);
  const dataset = await loadImageNetRecords(path, { numClasses: 1, size: 32, ...options });
  for await (const example of dataset) return await example.pixels();
  return undefined;
}

const refused = (problem: RegExp) => (error: Error) => {
  assert.ok(error instanceof RecordError, error.stack);
  assert.match(error.message, problem);
  assert.equal(error.file, join(folder, 'a.tfrecord'));
  assert.equal(error.row, 1);
  return true;
};

function png(width: number, height: number): Promise<Buffer> {
  const background = { r: 1, g: 2, b: 3 };
  return sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();
}

describe('the limits of records', () => {
  it('a picture is not resized to more pixels than the limit', async () => {
    const long = await png(100_000, 1);
    assert.ok(long.length < 20_000);
    await assert.rejects(
      firstPixels(recordOf(long), { size: 224 }),
      refused(
        /record 0 at byte 0: .*100000 × 1 pixels would be resized to 25600000 × 256, more than the limit of 67108864; \{ limits: \{ pixels/,
      ),
    );
  });

  it('a picture has no more pixels than the limit, whatever is made of it', async () => {
    const bytes = recordOf(await png(100, 90));
    assert.equal((await firstPixels(bytes, { limits: { pixels: 9000 } }))?.length, 32 * 32 * 3);
    await assert.rejects(
      firstPixels(bytes, { limits: { pixels: 8999 } }),
      refused(/it has 100 × 90 pixels, more than the limit of 8999/),
    );
    const path = join(folder, 'a.tfrecord');
    const dataset = await loadImageNetRecords(path, { numClasses: 1, limits: { pixels: 8999 } });
    for await (const example of dataset)
      await assert.rejects(async () => example.image(), refused(/100 × 90 pixels, more than/));
    mkdirSync(join(folder, 'images', 'a'), { recursive: true });
    writeFileSync(join(folder, 'images', 'a', '1.png'), await png(100, 90));
    const images = await loadImageFolder(join(folder, 'images'), { limits: { pixels: 8999 } });
    for await (const example of images)
      await assert.rejects(async () => example.pixels(), DatasetError);
  });

  it('a header that claims more pixels than there are costs nothing', async () => {
    const bytes = await png(8, 8);
    bytes.writeUInt32BE(2 ** 31 - 1, 16);
    bytes.writeUInt32BE(2 ** 31 - 1, 20);
    await assert.rejects(
      firstPixels(recordOf(bytes)),
      refused(/2147483647 × 2147483647 pixels, more/),
    );
  });

  it('nothing but JPEG and PNG is decoded', async () => {
    const picture = sharp(await png(8, 8));
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><image href="/etc/hosts"/></svg>';
    for (const bytes of [
      Buffer.from(svg),
      await picture.clone().gif().toBuffer(),
      await picture.clone().webp().toBuffer(),
      await picture.clone().tiff().toBuffer(),
    ])
      await assert.rejects(
        firstPixels(recordOf(bytes)),
        refused(/it begins with [\da-f]+\); expected JPEG or PNG/),
      );
    assert.ok(await firstPixels(recordOf(await picture.clone().jpeg().toBuffer())));
  });

  it('gzip unpacks to so many bytes', async () => {
    const bomb = gzipSync(Buffer.concat(frameRecord(Buffer.alloc(2 ** 26))));
    await assert.rejects(
      firstPixels(bomb),
      refused(
        /record 0 at byte 0: the file unpacks to more than 67108864 bytes.*limits: \{ unpackedBytes/,
      ),
    );
    const small = recordOf(await png(8, 8));
    const limits = { unpackedBytes: small.length };
    assert.ok(await firstPixels(gzipSync(small), { limits }));
    await assert.rejects(
      firstPixels(gzipSync(small), { limits: { unpackedBytes: small.length - 1 } }),
      refused(/unpacks to more than/),
    );
  });

  it('of ImageNet-A and -C are those of records, and of pictures in folders', async () => {
    const small = recordOf(await png(8, 8));
    const limits = { unpackedBytes: small.length - 1, pixels: 63 };
    const open = async (place: string) => [
      (await loadImageNetA(join(place, 'a'), { limits })).data,
      ...(await loadImageNetC(join(place, 'c'), { limits, severities: [1] })).map((c) => c.data),
    ];
    for (const inner of ['packed/a', 'packed/c/fog_1']) {
      mkdirSync(join(folder, inner), { recursive: true });
      writeFileSync(join(folder, inner, 'x.tfrecord-00000-of-00001'), gzipSync(small));
    }
    for (const inner of ['pictures/a/n01498041', 'pictures/c/fog/1/n01498041']) {
      mkdirSync(join(folder, inner), { recursive: true });
      writeFileSync(join(folder, inner, '1.png'), await png(8, 8));
    }
    const packed = await open(join(folder, 'packed'));
    const pictures = await open(join(folder, 'pictures'));
    assert.deepEqual([packed.length, pictures.length], [2, 2]);
    for (const data of packed)
      await assert.rejects(async () => {
        for await (const example of data) await example.pixels();
      }, /unpacks to more than.*limits: \{ unpackedBytes/);
    for (const data of pictures)
      await assert.rejects(async () => {
        for await (const example of data) await example.pixels();
      }, /8 × 8 pixels, more than the limit of 63/);
  });

  it('a record is not read further than its file', async () => {
    const [header] = frameRecord(Buffer.alloc(0));
    const long = Buffer.from(header);
    long.writeBigUInt64LE(2n ** 31n - 2n);
    long.writeUInt32LE(maskedCrc(long.subarray(0, 8)), 8);
    await assert.rejects(
      firstPixels(Buffer.concat([long, Buffer.alloc(100)])),
      refused(/the file ends at byte 112, expected 2147483646 bytes of data/),
    );
  });
});
