import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OptionError } from '#statistics/errors';
import {
  type NaturalAdversarialRow,
  naturalAdversarialFigure,
} from '#statistics/figures/naturalAdversarialFigure';
import { variantOfSparsity } from '#statistics/predictions/variantName';
import { assertSnapshot } from './snapshot';

const rows: NaturalAdversarialRow[] = [0.9, 0, 0.5].flatMap((sparsity) =>
  ['clean', 'imagenet-a'].map((corruption) => ({
    ...{ variant: variantOfSparsity(sparsity), sparsity, baseline: 'dense', corruption },
    ...{ severity: 0, n_models: 3 },
    n_images: corruption === 'clean' ? 50_000 : 7500,
    top1_relative: -sparsity * (corruption === 'clean' ? 0.1 : 0.5),
    top5_relative: -sparsity * (corruption === 'clean' ? 0.05 : 0.25),
  })),
);

test('a bar per set and variant, variants in order, top-1 beside top-5', () => {
  const figure = naturalAdversarialFigure(rows);
  assertSnapshot('naturalAdversarialFigure', figure);
  const traces = figure.data as unknown as { name: string; x: string[]; y: number[] }[];
  assert.deepEqual(
    traces.map(({ name, x, y }) => [name, x, y]),
    [
      ['clean', ['pruned 0.5', 'pruned 0.9'], [-5, -9]],
      ['imagenet-a', ['pruned 0.5', 'pruned 0.9'], [-25, -45]],
      ['clean', ['pruned 0.5', 'pruned 0.9'], [-2.5, -4.5]],
      ['imagenet-a', ['pruned 0.5', 'pruned 0.9'], [-12.5, -22.5]],
    ],
  );
});

test('needs a set besides clean images', () => {
  const clean = rows.filter((row) => row.corruption === 'clean');
  assert.throws(() => naturalAdversarialFigure(clean), OptionError);
});
