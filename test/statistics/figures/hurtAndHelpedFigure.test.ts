import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standardErrors } from '#statistics/analysis/standardErrors';
import { summarizeVariants } from '#statistics/analysis/summarizeVariants';
import {
  type HurtAndHelpedRow,
  hurtAndHelpedFigure,
} from '#statistics/figures/hurtAndHelpedFigure';
import { simulatePredictions } from '#statistics/predictions/simulatePredictions';
import { variantOfSparsity } from '#statistics/predictions/variantName';
import { assertSnapshot } from './snapshot';

const ROWS: HurtAndHelpedRow[] = [
  [0.9, 3, 5, -0.0712, 0.0431],
  [0, 0, 0, Number.NaN, Number.NaN],
  [0.5, 0, 1, Number.NaN, 0.01],
].map(([sparsity, n_hurt, n_helped, hurt_mean_change, helped_mean_change]) => ({
  ...{ variant: variantOfSparsity(sparsity!), sparsity: sparsity!, baseline: 'dense' },
  ...{ n_models: 30, n_hurt: n_hurt!, n_helped: n_helped! },
  ...{ hurt_mean_change: hurt_mean_change!, helped_mean_change: helped_mean_change! },
}));

test('counts and mean changes per variant, nothing where no class is hurt', () => {
  assertSnapshot('hurtAndHelpedFigure', hurtAndHelpedFigure(ROWS));
});

test('reads a frame as it reads rows', () => {
  const names = Object.keys(ROWS[0]!) as (keyof HurtAndHelpedRow)[];
  const values = ROWS.map((row) => names.map((name) => row[name]));
  assert.deepEqual(hurtAndHelpedFigure({ columns: names, values }), hurtAndHelpedFigure(ROWS));
});

test('draws no line where there is no bar', () => {
  const errors = { hurt_mean_change_se: 0.01, helped_mean_change_se: 0.01 };
  const rows = ROWS.map((row) => ({ ...row, n_hurt_se: 1, n_helped_se: 1, ...errors }));
  const traces = hurtAndHelpedFigure(rows).data as unknown as {
    y: (number | null)[];
    error_y: { array: (number | null)[]; arrayminus: (number | null)[] };
  }[];
  assert.equal(traces.length, 4);
  for (const { y, error_y } of traces)
    for (const lines of [error_y.array, error_y.arrayminus])
      assert.deepEqual(
        lines.map((line) => line === null),
        y.map((value) => !value),
      );
});

test('draws two standard errors where the table has them', () => {
  const population = simulatePredictions({ numClasses: 20, replicates: 5, sparsities: [0, 0.9] });
  const table = standardErrors(population, summarizeVariants, {
    columns: ['n_hurt', 'n_helped', 'hurt_mean_change', 'helped_mean_change'],
    samples: 20,
  }) as unknown as HurtAndHelpedRow[];
  const [row] = table.filter(({ sparsity }) => sparsity > 0);
  const figure = hurtAndHelpedFigure(table);
  const [hurt] = figure.data as unknown as {
    y: number[];
    error_y: { array: number[]; arrayminus: number[] };
  }[];
  assert.deepEqual(hurt!.y, [row!.n_hurt]);
  assert.equal(hurt!.error_y.array[0], Number((2 * row!.n_hurt_se!).toFixed(4)));
  // Below 0 there are no classes.
  assert.ok(2 * row!.n_hurt_se! > row!.n_hurt);
  assert.equal(hurt!.error_y.arrayminus[0], row!.n_hurt);
  assert.match(
    JSON.stringify(figure.layout.title),
    /5 models of each variant.* two standard errors over models and images/,
  );
});
