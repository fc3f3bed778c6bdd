import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type PIEAccuracyFigureRow,
  pieAccuracyFigure,
} from '#statistics/figures/pieAccuracyFigure';
import { variantOfSparsity } from '#statistics/predictions/variantName';
import { assertSnapshot } from './snapshot';

const rows: PIEAccuracyFigureRow[] = [0.9, 0.5, 0.3, 0.7].flatMap((sparsity) =>
  (['without-pies', 'pies', 'random'] as const).map((images, i) => ({
    ...{ variant: variantOfSparsity(sparsity), sparsity, baseline: 'dense', images },
    ...{ n_images: images === 'without-pies' ? 90 : 10, n_baseline: 3, n_variant: 4 },
    baseline_top1: 0.9 - i / 10,
    variant_top1: 0.8 - i / 5 - sparsity / 10,
    baseline_top1_se: 0.03,
    variant_top1_se: Number.NaN,
  })),
);

interface Trace {
  readonly x: string[][];
  readonly y: number[];
  readonly error_y: { readonly array: (number | null)[] };
  readonly customdata: number[];
}

test('dense beside pruned on PIEs, a sample and the rest, variant by variant', () => {
  const figure = pieAccuracyFigure(rows);
  assertSnapshot('pieAccuracyFigure', figure);
  const [dense, pruned] = figure.data as unknown as Trace[];
  assert.deepEqual(dense!.x[1]!.slice(0, 3), ['PIEs', 'random', 'without<br>PIEs']);
  assert.deepEqual(new Set(dense!.x[0]!.slice(0, 3)), new Set(['pruned 0.3']));
  assert.deepEqual(dense!.y.slice(0, 3), [80, 70, 90]);
  assert.equal(dense!.error_y.array[0], 6);
  assert.equal(pruned!.error_y.array[0], null);
  assert.deepEqual(dense!.customdata.slice(0, 3), [10, 10, 90]);
  assert.match(JSON.stringify(figure.layout.title), /two standard errors over models and images/);
});
