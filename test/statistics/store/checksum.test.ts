import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { PredictionsError } from '#statistics/errors';
import { readPredictions } from '#statistics/predictions/readPredictions';
import { simulatePredictions } from '#statistics/predictions/simulatePredictions';
import { writePredictions } from '#statistics/predictions/writePredictions';
import { checkedJson, parseCheckedJson } from '#statistics/store/checkedJson';
import { integrityOf } from '#statistics/store/checksum';
import { objectOf } from '#statistics/untrusted/json';
import { temporaryFolder } from '../../library/records/temporary';

const root = temporaryFolder();
const rule = objectOf({});
const kind = { file: 'x.json', what: 'the record', rule, Failure: PredictionsError };

function flipped(bytes: Uint8Array, bit: number): Buffer {
  const damaged = Buffer.from(bytes);
  damaged[bit >> 3]! ^= 1 << (bit & 7);
  return damaged;
}

describe('a record', () => {
  const value = { name: 'Übergröße', list: [1, 2.5], hash: 'sha256:00' };
  const json = checkedJson(value);

  it('is JSON that holds the sum of itself with zeros in its place', () => {
    const { checksum, ...rest } = JSON.parse(json.toString());
    assert.deepEqual(rest, value);
    const digits = /^sbd-sha256:([\da-f]{64}):sbd-sha256$/.exec(checksum)![1]!;
    const zeroed = json.toString().replace(digits, '0'.repeat(64));
    assert.equal(createHash('sha256').update(zeroed).digest('hex'), digits);
    assert.deepEqual(parseCheckedJson(kind, json), value);
  });

  it('is damaged by any bit, and says so', () => {
    for (let bit = 0; bit < 8 * json.length; bit++) {
      const damaged = flipped(json, bit);
      assert.equal(integrityOf(damaged), 'damaged', `bit ${bit}`);
      assert.throws(
        () => parseCheckedJson(kind, damaged),
        /^PredictionsError: x\.json: the record/,
      );
    }
    assert.equal(integrityOf(json), 'whole');
  });

  it('of old, without a sum, is read', () => {
    const old = Buffer.from(JSON.stringify(value));
    assert.equal(integrityOf(old), 'unchecked');
    assert.deepEqual(parseCheckedJson(kind, old), value);
  });
});

describe('a file of predictions', () => {
  const made = simulatePredictions({ imagesPerClass: 5, numClasses: 4, replicates: 1 });

  it('is refused with any bit changed, naming the file and the way out', async () => {
    const folder = join(root, 'flipped');
    const [file] = await writePredictions(made, folder);
    const bytes = await readFile(file!);
    for (let bit = 0; bit < 8 * bytes.length; bit++)
      assert.equal(integrityOf(flipped(bytes, bit)), 'damaged', `bit ${bit}`);
    await writeFile(file!, flipped(bytes, 4 * bytes.length));
    await assert.rejects(readPredictions(folder), (error: Error) => {
      assert.ok(error instanceof PredictionsError);
      assert.equal(error.file, file);
      assert.match(error.message, /replicate=00\.parquet is damaged: .*Delete it and run again/);
      return true;
    });
    await writeFile(file!, bytes);
    assert.equal((await readPredictions(folder)).models.length, made.models.length);
  });
});
