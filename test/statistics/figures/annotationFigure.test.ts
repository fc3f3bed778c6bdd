import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { annotationShares } from '#statistics/analysis/annotationShares';
import { ATTRIBUTES } from '#statistics/analysis/annotations';
import { readAnnotations } from '#statistics/analysis/readAnnotations';
import { annotationFigure } from '#statistics/figures/annotationFigure';
import { assertSnapshot } from './snapshot';

const FILE = join(
  __dirname,
  '../../../../test/statistics/analysis/golden/annotations/annotations.jsonl',
);

interface Trace {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
}

test('PIEs, as hard images and random ones side by side, a row per attribute', async () => {
  const shares = annotationShares(await readAnnotations(FILE));
  const figure = annotationFigure(shares);
  assertSnapshot('annotationFigure', figure);
  const traces = figure.data as unknown as Trace[];
  assert.deepEqual(
    traces.map(({ name }) => name),
    ['PIEs', 'as hard for the baseline', 'random other images'],
  );
  for (const [i, trace] of traces.entries()) {
    const ofSet = shares.slice(i * ATTRIBUTES.length, (i + 1) * ATTRIBUTES.length);
    for (const [j, { share }] of ofSet.entries())
      assert.ok(Math.abs(trace.x[j]! - 100 * share) < 0.001);
    assert.deepEqual(
      trace.y.map((y) => Math.round(y) + 0),
      [...ATTRIBUTES.keys()],
    );
  }
  const title = JSON.stringify(figure.layout.title);
  assert.match(title, /N = 39–41 images of each set, 3 people; lines: 95% intervals over images/);
  assert.doesNotMatch(title, /simulated/i);
});

test('the title says that answers are simulated where one of them is', async () => {
  const [first, ...rows] = await readAnnotations(FILE);
  const figure = annotationFigure(annotationShares([{ ...first!, simulated: true }, ...rows]));
  assert.match(JSON.stringify(figure.layout.title), /SIMULATED ANSWERS: .*simulated by a program/);
});

test('several variants have rows of their own', async () => {
  const rows = await readAnnotations(FILE);
  const int8 = rows.map((row) => ({ ...row, variant: 'int8', sparsity: Number.NaN }));
  const { layout, data } = annotationFigure(annotationShares([...rows, ...int8]));
  const names = layout.yaxis!.ticktext as readonly string[];
  assert.equal(names.length, 2 * ATTRIBUTES.length);
  assert.ok(names[0]!.endsWith('<br>pruned 0.9') && names.at(-1)!.endsWith('<br>int8'));
  assert.deepEqual(
    (data[1] as unknown as Trace).y.map((y) => Math.round(y) + 0),
    [...names.keys()],
  );
});
