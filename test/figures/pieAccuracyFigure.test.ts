import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PIEAccuracyRow } from '../../src/analysis/evalPIEs';
import { pieAccuracyFigure } from '../../src/figures/pieAccuracyFigure';
import { assertSnapshot } from './snapshot';

const rows: PIEAccuracyRow[] = [0.9, 0.5].flatMap((sparsity) =>
  (['without-pies', 'pies', 'random'] as const).map((images, i) => ({
    ...{ sparsity, images, n_images: images === 'without-pies' ? 90 : 10, n_dense: 3, n_pruned: 4 },
    dense_top1: 0.9 - i / 10,
    pruned_top1: 0.8 - i / 5 - sparsity / 10,
  })),
);

test('dense beside pruned on PIEs, a sample and the rest, level by level', () => {
  const figure = pieAccuracyFigure(rows);
  assertSnapshot('pieAccuracyFigure', figure);
  const [dense] = figure.data as unknown as { x: string[][]; y: number[]; customdata: number[] }[];
  assert.deepEqual(dense!.x[1]!.slice(0, 3), ['PIEs', 'random', 'without PIEs']);
  assert.deepEqual(new Set(dense!.x[0]!.slice(0, 3)), new Set(['50% sparsity']));
  assert.deepEqual(dense!.y.slice(0, 3), [80, 70, 90]);
  assert.deepEqual(dense!.customdata.slice(0, 3), [10, 10, 90]);
});
