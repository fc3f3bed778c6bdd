import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { readAnnotations } from '#statistics/analysis/readAnnotations';
import { readPredictions } from '#statistics/predictions/readPredictions';
import { simulatedAnnotations } from '../../data/simulatedAnnotations';

const DATA = join(__dirname, '../../../data');

test('the answers that the notebook reads are those of the script, and say that they are simulated', async () => {
  const rows = await readAnnotations(join(DATA, 'annotations/simulated.jsonl'));
  assert.deepEqual(rows, simulatedAnnotations(await readPredictions(join(DATA, 'population'))));
  assert.equal(rows.length, 450);
  assert.ok(rows.every(({ simulated, person }) => simulated && person.startsWith('simulated')));
});
