import assert from 'node:assert/strict';
import { test } from 'node:test';
import { topOneFigure } from '#statistics/figures/topOneFigure';
import { variantOfSparsity } from '#statistics/predictions/variantName';
import { assertSnapshot } from './snapshot';

test('a box per variant with every model in it', () => {
  const rows = [0.9, 0, 0.5].flatMap((sparsity) =>
    [0, 1, 2].map((replicate) => ({
      ...{ variant: variantOfSparsity(sparsity), sparsity, replicate },
      top1: 0.8 - sparsity / 10 + replicate / 100,
    })),
  );
  const figure = topOneFigure(rows);
  assertSnapshot('topOneFigure', figure);
  assert.deepEqual(
    figure.data.map((trace) => (trace as { name: string }).name),
    ['dense', 'pruned 0.5', 'pruned 0.9'],
  );
});

test('says so where variants have different numbers of models', () => {
  const { layout } = topOneFigure([
    { variant: 'dense', sparsity: 0, top1: 0.8 },
    { variant: 'dense', sparsity: 0, top1: 0.81 },
    { variant: 'pruned 0.9', sparsity: 0.9, top1: 0.7 },
  ]);
  assert.match(JSON.stringify(layout.title), /N = 1–2 models of each variant/);
});
