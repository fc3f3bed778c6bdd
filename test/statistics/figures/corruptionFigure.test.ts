import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CorruptionFigureRow, corruptionFigure } from '#statistics/figures/corruptionFigure';
import { variantOfSparsity } from '#statistics/predictions/variantName';
import { assertSnapshot } from './snapshot';

const rows: CorruptionFigureRow[] = [
  ['fog', 0.5, -0.01, false],
  ['impulse_noise', 0.5, -0.03, true],
  ['fog', 0.9, 0.02, true],
  ['impulse_noise', 0.9, -0.08, true],
].map(([corruption, sparsity, excess_change, significant]) => ({
  corruption: corruption as string,
  ...{ variant: variantOfSparsity(sparsity as number), sparsity: sparsity as number },
  ...{ baseline: 'dense', measure: 'difference', n_baseline: 4, n_variant: 5 },
  ...{ n_images: 100, standard_error: 0.01 },
  excess_change: excess_change as number,
  significant: significant as boolean,
}));

test('the costliest corruption on top, two standard errors wide, filled where significant', () => {
  const figure = corruptionFigure(rows);
  assertSnapshot('corruptionFigure', figure);
  const [half, most, ...legend] = figure.data as unknown as {
    readonly text: string[];
    readonly x: number[];
    readonly marker: { readonly color: string | string[] };
    readonly error_x: { readonly array: number[] };
  }[];
  assert.deepEqual(most!.text, ['impulse noise', 'fog']);
  assert.deepEqual(most!.x, [-8, 2]);
  assert.equal(most!.error_x.array[0], 2);
  assert.deepEqual(
    [half!.marker.color].flat().map((color) => color === 'white'),
    [false, true],
  );
  assert.equal(legend.length, 2);
  assert.ok(legend.every(({ marker }) => marker.color !== 'white'));
  assert.match(
    JSON.stringify(figure.layout),
    /4 dense models and 5 of each variant, 100 images.*percentage points/,
  );
  assert.match(
    JSON.stringify(corruptionFigure(rows.map((row) => ({ ...row, measure: 'relative' }))).layout),
    /% of clean/,
  );
  const onLogits = corruptionFigure(rows.map((row) => ({ ...row, measure: 'logit' })));
  assert.match(JSON.stringify(onLogits.layout), /\(logits\)/);
  assert.deepEqual((onLogits.data[1] as unknown as { x: number[] }).x, [-0.08, 0.02]);
});
