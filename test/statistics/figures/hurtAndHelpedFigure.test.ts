import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DataFrame } from 'danfojs-node';
import { bootstrapModels } from '#statistics/analysis/bootstrapModels';
import { rowsOf } from '#statistics/analysis/frame';
import { summarizeLevels } from '#statistics/analysis/summarizeLevels';
import {
  type HurtAndHelpedRow,
  hurtAndHelpedFigure,
} from '#statistics/figures/hurtAndHelpedFigure';
import { simulatePredictions } from '#statistics/predictions/simulatePredictions';
import { assertSnapshot } from './snapshot';

const ROWS: HurtAndHelpedRow[] = [
  [0.9, 3, 5, -0.0712, 0.0431],
  [0, 0, 0, Number.NaN, Number.NaN],
  [0.5, 0, 1, Number.NaN, 0.01],
].map(([sparsity, n_hurt, n_helped, hurt_mean_change, helped_mean_change]) => ({
  ...{ sparsity: sparsity!, n_models: 30, n_hurt: n_hurt!, n_helped: n_helped! },
  ...{ hurt_mean_change: hurt_mean_change!, helped_mean_change: helped_mean_change! },
}));

test('counts and mean changes per pruned level, nothing where no class is hurt', () => {
  assertSnapshot('hurtAndHelpedFigure', hurtAndHelpedFigure(ROWS));
});

test('reads a danfo frame as it reads rows', () => {
  assert.deepEqual(hurtAndHelpedFigure(new DataFrame(ROWS)), hurtAndHelpedFigure(ROWS));
});

test('draws two standard errors where the table has them', () => {
  const population = simulatePredictions({ classes: 20, replicates: 5, sparsities: [0, 0.9] });
  const table = bootstrapModels(population, summarizeLevels, {
    columns: ['n_hurt', 'n_helped', 'hurt_mean_change', 'helped_mean_change'],
    samples: 20,
  });
  const [row] = rowsOf<HurtAndHelpedRow>(table).filter(({ sparsity }) => sparsity > 0);
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
  assert.match(JSON.stringify(figure.layout.title), /5 models .* bootstrap standard errors/);
});
