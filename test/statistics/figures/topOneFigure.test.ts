import assert from 'node:assert/strict';
import { test } from 'node:test';
import { topOneFigure } from '#statistics/figures/topOneFigure';
import { variantOfSparsity } from '#statistics/predictions/variantName';
import { assertSnapshot } from './snapshot';

interface Trace {
  readonly type: string;
  readonly name: string;
  readonly y: number[];
  readonly line: { readonly width: number };
}

test('every model is a dot, and their mean a line', () => {
  const rows = [0.9, 0, 0.5].flatMap((sparsity) =>
    [0, 1, 2].map((replicate) => ({
      ...{ variant: variantOfSparsity(sparsity), sparsity, replicate },
      top1: 0.8 - sparsity / 10 + replicate / 100,
    })),
  );
  const figure = topOneFigure(rows);
  assertSnapshot('topOneFigure', figure);
  const [dense, half, most, means] = figure.data as unknown as Trace[];
  assert.deepEqual([dense!.name, half!.name, most!.name], ['dense', 'pruned 0.5', 'pruned 0.9']);
  assert.deepEqual(dense!.y, [80, 81, 82]);
  assert.deepEqual(means!.y, [81, 76, 72]);
});

test('draws boxes from ten models on', () => {
  const models = (variant: string, count: number) =>
    Array.from({ length: count }, (_, i) => ({ variant, sparsity: 0, top1: 0.5 + i / 100 }));
  const { data, layout } = topOneFigure([...models('nine', 9), ...models('ten', 10)]);
  const boxes = (data as unknown as Trace[]).filter(({ type }) => type === 'box');
  assert.deepEqual(
    boxes.map(({ line }) => line.width > 0),
    [false, true],
  );
  assert.match(JSON.stringify(layout.title), /boxes: quartiles/);
  assert.doesNotMatch(JSON.stringify(topOneFigure(models('nine', 9)).layout.title), /box/);
});

test('says so where variants have different numbers of models', () => {
  const { layout } = topOneFigure([
    { variant: 'dense', sparsity: 0, top1: 0.8 },
    { variant: 'dense', sparsity: 0, top1: 0.81 },
    { variant: 'pruned 0.9', sparsity: 0.9, top1: 0.7 },
  ]);
  assert.match(JSON.stringify(layout.title), /N = 1–2 models of each variant/);
});
