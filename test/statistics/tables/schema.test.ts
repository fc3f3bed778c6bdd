import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as statistics from 'selective-brain-damage-statistics/internal';
import { simulatePredictions } from '#statistics/predictions/simulatePredictions';
import { allTables } from '#statistics/tables/schema';
import { people } from '../analysis/people';

const predictions = {
  ...simulatePredictions({
    numClasses: 4,
    imagesPerClass: 20,
    sparsities: [0, 0.9],
    replicates: 6,
  }),
  classNames: ['a', 'b', 'c', 'd'],
};
/** The same with a confidence for every label. */
const confident = {
  ...predictions,
  models: predictions.models.map((model) => ({
    ...model,
    confidence: new Float32Array(predictions.imageIds.length).fill(0.75),
  })),
};
const hard = new Map(predictions.imageIds.map((id, i) => [id, i % 3 === 0]));
const scores = predictions.models.flatMap(({ variant, sparsity, replicate }) =>
  ['clean', ...statistics.CORRUPTIONS].flatMap((corruption) =>
    (corruption === 'clean' ? [0] : statistics.SEVERITIES).map((severity) => ({
      ...{ variant, sparsity, replicate, corruption, severity },
      ...{ n_images: 100, top1: 0.5, top5: 0.9 },
    })),
  ),
);
const robustness = statistics.summarizeRobustness(scores);

/** What each cell gives for a small population. */
const made: Readonly<Record<string, readonly object[]>> = {
  perClassTTest: statistics.perClassTTest(predictions),
  findPIEs: statistics.findPIEs(predictions),
  modalLabels: statistics.modalLabels(predictions),
  chancePIEs: statistics.chancePIEs(predictions, { permutations: 9 }),
  evalPIEs: statistics.evalPIEs(predictions),
  modelAccuracy: statistics.modelAccuracy(predictions),
  summarizeVariants: statistics.summarizeVariants(predictions),
  scoreModels: scores,
  evalRobustness: robustness,
  perCorruptionTTest: statistics.perCorruptionTTest(scores),
  meanCorruptionError: statistics.meanCorruptionError(robustness),
  calibration: statistics.calibration(confident),
  churn: statistics.churn(predictions),
  enrichment: statistics.enrichment(statistics.findPIEs(predictions), hard),
  perClassRates: statistics.perClassRates(predictions),
  flips: statistics.flips(predictions),
  perClassFlips: statistics.perClassFlips(predictions),
  readAnnotations: people,
  annotationShares: statistics.annotationShares(people),
  annotationAgreement: statistics.annotationAgreement(people),
  annotationPower: statistics.annotationPower(),
  audit: statistics.audit(predictions).variants.flatMap(({ classes }) => classes),
};

const TYPES = { int32: 'number', float64: 'number', string: 'string', boolean: 'boolean' } as const;

test('rows have the columns of their schema, in its order, with values of its types', () => {
  assert.deepEqual(
    allTables()
      .map(({ name }) => name)
      .sort(),
    Object.keys(made).sort(),
  );
  for (const { name, columns } of allTables()) {
    const rows = made[name]!;
    assert.ok(rows.length > 0, name);
    for (const row of rows) {
      const present = Object.keys(columns).filter((column) => column in row);
      assert.deepEqual(new Set(Object.keys(row)), new Set(present), name);
      for (const [column, { type, optional, choices }] of Object.entries(columns)) {
        const value = row[column as keyof typeof row] as unknown;
        if (value === undefined && optional) continue;
        if (type !== 'id') assert.equal(typeof value, TYPES[type], `${name}.${column}`);
        if (type === 'int32') assert.ok(Number.isInteger(value), `${name}.${column}: ${value}`);
        if (choices) assert.ok(choices.includes(value as string), `${name}.${column}: ${value}`);
      }
    }
  }
});

test('tables that compare begin with variant, sparsity and baseline', () => {
  for (const { name, columns } of allTables())
    if ('baseline' in columns)
      assert.deepEqual(Object.keys(columns).slice(0, 3), ['variant', 'sparsity', 'baseline'], name);
});

test('every column is described in a sentence, and shares and their like have a unit', () => {
  for (const { name, row, columns } of allTables()) {
    assert.match(row, /^[A-Z].*\.$/, name);
    for (const [column, { doc }] of Object.entries(columns))
      assert.match(doc, /^[A-Z0-9`].*\.$/s, `${name}.${column}`);
  }
});
