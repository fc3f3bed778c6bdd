import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ClassRow, classFigure } from '#statistics/figures/classFigure';
import { PALETTE } from '#statistics/figures/palette';
import { variantOfSparsity } from '#statistics/predictions/variantName';
import { assertSnapshot } from './snapshot';

const ROWS: ClassRow[] = [
  ['airplane', 0.5, -0.01, 0.01, 'none'],
  ['bird', 0.5, -0.05, -0.03, 'none'],
  ['cat', 0.5, 0.0, 0.02, 'none'],
  ['airplane', 0.9, 0.03, 0.09, 'helped'],
  ['bird', 0.9, -0.2, -0.14, 'hurt'],
  ['cat', 0.9, -0.01, 0.05, 'none'],
].map(([class_name, sparsity, absolute_change, normalized_change, direction], i) => ({
  class: i % 3,
  class_name: class_name as string,
  ...{ variant: variantOfSparsity(sparsity as number), sparsity: sparsity as number },
  ...{ baseline: 'dense', n_baseline: 4, n_variant: 5 },
  absolute_change: absolute_change as number,
  normalized_change: normalized_change as number,
  direction: direction as ClassRow['direction'],
}));

interface Trace {
  type: string;
  name: string;
  x: string[];
  y: number[];
  xaxis: string;
  marker: { color: string };
  showlegend: boolean;
}
const traces = (rows: ClassRow[]) => classFigure(rows).data as unknown as Trace[];

test('a panel per variant, classes from most lost to most gained', () => {
  const figure = classFigure(ROWS);
  assertSnapshot('classFigure', figure);
  assert.match(
    JSON.stringify(figure.layout.title),
    /4 dense models and 5 of each variant, 3 classes/,
  );
});

test('reads a frame as it reads rows', () => {
  const names = Object.keys(ROWS[0]!) as (keyof ClassRow)[];
  const values = ROWS.map((row) => names.map((name) => row[name]));
  assert.deepEqual(classFigure({ columns: names, values }), classFigure(ROWS));
});

test('classes without a name are numbered, and names that cannot be read are left out', () => {
  const { class_name: _, ...nameless } = ROWS[0]!;
  const rows = Array.from({ length: 100 }, (_, i) => ({
    ...nameless,
    class: i,
    absolute_change: -i / 1000,
  }));
  const { data, layout } = classFigure(rows);
  assert.equal((data as unknown as Trace[])[0]!.x[0], 'class 99');
  assert.equal(layout.xaxis!.showticklabels, false);
});

test('every class is one bar and one marker per panel, in the colour of its direction', () => {
  const row = fc.record({
    direction: fc.constantFrom('hurt' as const, 'helped' as const, 'none' as const),
    absolute_change: fc.double({ min: -1, max: 1, noNaN: true }),
  });
  const population = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.array(row, { minLength: 1 }));
  fc.assert(
    fc.property(population, ([levels, classes]) => {
      const rows = Array.from({ length: levels }, (_, level) =>
        classes.map((values, i) => ({
          ...ROWS[0]!,
          ...values,
          class: i,
          class_name: `c${i}`,
          ...{ variant: `level ${level}`, sparsity: (level + 1) / 10 },
        })),
      ).flat();
      const all = traces(rows);
      const names = classes.map((_, i) => `c${i}`).sort();
      const colors = { hurt: PALETTE.hurt, helped: PALETTE.helped, none: PALETTE.notSignificant };
      for (const axis of new Set(all.map((trace) => trace.xaxis))) {
        const panel = all.filter((trace) => trace.xaxis === axis);
        const bars = panel.filter((trace) => trace.type === 'bar');
        const markers = panel.filter((trace) => trace.type === 'scatter');
        assert.deepEqual(bars.flatMap((bar) => bar.x).sort(), names);
        assert.deepEqual(markers.flatMap((marker) => [...marker.x]).sort(), names);
        for (const bar of bars)
          for (const name of bar.x) {
            const { direction } = classes[Number(name.slice(1))]!;
            assert.equal(bar.marker.color, colors[direction as keyof typeof colors]);
          }
      }
      const legend = all.filter((trace) => trace.showlegend).map((trace) => trace.name);
      assert.deepEqual(legend.sort(), [...new Set(all.map((trace) => trace.name))].sort());
    }),
    { numRuns: 50 },
  );
});
