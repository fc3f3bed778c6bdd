import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as sbd from 'selective-brain-damage';
import * as statistics from 'selective-brain-damage-statistics/internal';
import { frameOf, frameOfRows } from '#library/frames/frame';
import { people } from '../../statistics/analysis/people';
import { temporaryFolder } from '../records/temporary';

const predictions = {
  ...sbd.simulatePredictions({
    ...{ numClasses: 4, imagesPerClass: 20, sparsities: [0, 0.5, 0.9], replicates: 6 },
  }),
  classNames: ['a', 'b', 'c', 'd'],
};
const scores = predictions.models.flatMap(({ variant, sparsity, replicate }) =>
  ['clean', ...sbd.CORRUPTIONS].flatMap((corruption) =>
    (corruption === 'clean' ? [0] : sbd.SEVERITIES).map((severity) => ({
      ...{ variant, sparsity, replicate, corruption, severity },
      ...{ n_images: 100, top1: replicate / 10, top5: 0.9 },
    })),
  ),
);
const robustness = statistics.summarizeRobustness(scores);

/** Frame and rows of the same call. */
const pairs: Readonly<Record<string, [sbd.DataFrame, readonly object[], statistics.Schema]>> = {
  perClassTTest: [
    sbd.perClassTTest(predictions, { alpha: 0.1 }),
    statistics.perClassTTest(predictions, { alpha: 0.1 }),
    statistics.perClassTable,
  ],
  findPIEs: [sbd.findPIEs(predictions), statistics.findPIEs(predictions), statistics.pieTable],
  modalLabels: [
    sbd.modalLabels(predictions, { ties: 'smallest' }),
    statistics.modalLabels(predictions, { ties: 'smallest' }),
    statistics.modalLabelTable,
  ],
  chancePIEs: [
    sbd.chancePIEs(predictions, { permutations: 9 }),
    statistics.chancePIEs(predictions, { permutations: 9 }),
    statistics.chanceTable,
  ],
  evalPIEs: [
    sbd.evalPIEs(predictions, { seed: 1 }),
    statistics.evalPIEs(predictions, { seed: 1 }),
    statistics.pieAccuracyTable,
  ],
  annotationShares: [
    sbd.annotationShares(people),
    statistics.annotationShares(people),
    statistics.annotationSharesTable,
  ],
  annotationAgreement: [
    sbd.annotationAgreement(people),
    statistics.annotationAgreement(people),
    statistics.agreementTable,
  ],
  annotationPower: [
    sbd.annotationPower({ people: 5 }),
    statistics.annotationPower({ people: 5 }),
    statistics.powerTable,
  ],
  flips: [sbd.flips(predictions), statistics.flips(predictions), statistics.flipTable],
  perClassFlips: [
    sbd.perClassFlips(predictions),
    statistics.perClassFlips(predictions),
    statistics.classFlipTable,
  ],
  perClassRates: [
    sbd.perClassRates(predictions),
    statistics.perClassRates(predictions),
    statistics.ratesTable,
  ],
  churn: [sbd.churn(predictions), statistics.churn(predictions), statistics.churnTable],
  modelAccuracy: [
    sbd.modelAccuracy(predictions),
    statistics.modelAccuracy(predictions),
    statistics.modelAccuracyTable,
  ],
  summarizeVariants: [
    sbd.summarizeVariants(predictions, { baseline: 0.5 }),
    statistics.summarizeVariants(predictions, { baseline: 0.5 }),
    statistics.summaryTable,
  ],
  summarizeRobustness: [sbd.summarizeRobustness(scores), robustness, statistics.robustnessTable],
  perCorruptionTTest: [
    sbd.perCorruptionTTest(scores),
    statistics.perCorruptionTTest(scores),
    statistics.perCorruptionTable,
  ],
  meanCorruptionError: [
    sbd.meanCorruptionError(robustness),
    statistics.meanCorruptionError(robustness),
    statistics.corruptionErrorTable,
  ],
};

for (const [name, [frame, rows, schema]] of Object.entries(pairs))
  test(`${name} gives the rows of the statistics as a frame, its types true`, () => {
    const columns = Object.entries(schema.columns).filter(([column]) => column in rows[0]!);
    assert.deepEqual(
      frame.columns,
      columns.map(([column]) => column),
    );
    assert.deepEqual(
      frame.dtypes,
      columns.map(([, { type }]) => (type === 'id' ? 'int32' : type)),
    );
    assert.deepEqual(
      frame.values,
      rows.map((row) => columns.map(([column]) => row[column as keyof typeof row])),
    );
    // A frame goes where rows go.
    assert.deepEqual(
      statistics.objectsOf(frame),
      rows.map((row) => ({ ...row })),
    );
  });

test('answers of people are read as a frame, which the cells take as they take rows', async () => {
  const file = join(temporaryFolder(), 'answers.jsonl');
  writeFileSync(file, people.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const frame = await sbd.readAnnotations(file);
  assert.deepEqual(frame.shape, [people.length, Object.keys(people[0]!).length]);
  assert.deepEqual(sbd.annotationShares(frame).values, sbd.annotationShares(people).values);
});

test('a frame without rows has its columns and types', () => {
  const frame = frameOf(statistics.pieTable, []);
  const columns = Object.entries(statistics.pieTable.columns);
  assert.deepEqual(
    frame.columns,
    columns.filter(([, { optional }]) => !optional).map(([name]) => name),
  );
  assert.deepEqual(frame.shape, [0, frame.columns.length]);
});

test('ids are strings where one is, and doubles where 32 bits are too few', () => {
  const idType = (image_id: number | string) =>
    frameOfRows([{ image_id: 1 }, { image_id }]).dtypes[0];
  assert.equal(idType(2), 'int32');
  assert.equal(idType('cat.png'), 'string');
  assert.equal(idType(2 ** 40), 'float64');
});

test('standardErrors takes a statistic that gives frames, and gives one', () => {
  const options = { columns: ['top1'], samples: 5 };
  const frame = sbd.standardErrors(predictions, (p) => sbd.summarizeVariants(p), options);
  const rows = statistics.standardErrors(predictions, statistics.summarizeVariants, options);
  assert.deepEqual(statistics.objectsOf(frame), rows);
  assert.deepEqual(frame.columns.slice(-3), ['top1_se_models', 'top1_se_images', 'top1_se']);
  assert.equal(frame.dtypes.at(-1), 'float64');
});

test('figures read frames and derived frames as they read rows', () => {
  const [frame, rows] = pairs.perClassTTest!;
  const fromRows = sbd.classFigure(rows as readonly sbd.ClassRow[]);
  assert.deepEqual(sbd.classFigure(frame), fromRows);
  assert.deepEqual(sbd.classFigure(frame.addColumn('note', frame.index)), fromRows);
  assert.throws(() => sbd.classFigure(sbd.modelAccuracy(predictions)), {
    name: 'TableError',
    message: /^classFigure takes a table of perClassTTest; this one is a table of modelAccuracy/,
  });
});
