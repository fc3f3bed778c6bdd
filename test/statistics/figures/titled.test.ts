import assert from 'node:assert/strict';
import { test } from 'node:test';
import { titled } from '#statistics/figures/titled';
import { topOneFigure } from '#statistics/figures/topOneFigure';

test('changes the title, and nothing else', () => {
  const figure = topOneFigure([
    { variant: 'dense', sparsity: 0, top1: 0.8 },
    { variant: 'pruned 0.9', sparsity: 0.9, top1: 0.7 },
  ]);
  const { title, ...layout } = titled(figure, 'SIMULATED').layout;
  const { title: before, ...rest } = figure.layout;
  assert.deepEqual(layout, rest);
  assert.deepEqual(title, { ...(before as object), text: 'SIMULATED' });
});
