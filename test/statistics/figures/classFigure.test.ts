import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { welchTTest } from '#statistics/analysis/tTest';
import { type ClassRow, classFigure } from '#statistics/figures/classFigure';
import { PALETTE } from '#statistics/figures/palette';
import { variantOfSparsity } from '#statistics/predictions/variantName';
import { assertSnapshot } from './snapshot';

const ROWS: ClassRow[] = [
  ['airplane', 0.5, -0.01, 0.01, -0.5, 'none'],
  ['bird', 0.5, -0.05, -0.03, 1.5, 'none'],
  ['cat', 0.5, 0.0, 0.02, -1, 'none'],
  ['airplane', 0.9, 0.03, 0.09, -3, 'helped'],
  ['bird', 0.9, -0.2, -0.14, 7, 'hurt'],
  ['cat', 0.9, -0.01, 0.05, -1, 'none'],
].map(([class_name, sparsity, absolute_change, normalized_change, statistic, direction], i) => ({
  class: i % 3,
  class_name: class_name as string,
  ...{ variant: variantOfSparsity(sparsity as number), sparsity: sparsity as number },
  ...{ baseline: 'dense', n_baseline: 4, n_variant: 5 },
  absolute_change: absolute_change as number,
  normalized_change: normalized_change as number,
  statistic: statistic as number,
  direction: direction as ClassRow['direction'],
}));

interface Trace {
  type: string;
  name: string;
  x: number[];
  y: number[];
  xaxis: string;
  text: string[];
  marker: { color: string };
  error_x: { array: (number | null)[] };
  showlegend: boolean;
}
const traces = (rows: ClassRow[]) => classFigure(rows).data as unknown as Trace[];
const dots = (rows: ClassRow[]) => traces(rows).filter(({ type }) => type === 'scatter');

test('a panel per variant, the classes of all in one order: what the last one hurts most on top', () => {
  const figure = classFigure(ROWS);
  assertSnapshot('classFigure', figure);
  assert.match(
    JSON.stringify(figure.layout.title),
    /4 dense models and 5 of each variant, 3 classes/,
  );
  const places = traces(ROWS).flatMap(({ text, y }) =>
    text.map((name, i) => [name, y[i]] as const),
  );
  const placeOf = { bird: 2, cat: 1, airplane: 0 };
  for (const [name, place] of places) assert.equal(place, placeOf[name as keyof typeof placeOf]);
  assert.deepEqual(figure.layout.yaxis!.ticktext, ['bird', 'cat', 'airplane']);
});

test('a dot has a line over two standard errors of the t-test', () => {
  const samples = {
    dense: [0.7, 0.72, 0.74].map((recall) => recall - 0.8),
    variant: [0.5, 0.56, 0.59].map((recall) => recall - 0.7),
  };
  const { statistic, standardError } = welchTTest(
    Float64Array.from(samples.dense),
    Float64Array.from(samples.variant),
  );
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value) / values.length;
  const normalized_change = mean(samples.variant) - mean(samples.dense);
  const [dot] = dots([{ ...ROWS[0]!, normalized_change, statistic }]);
  assert.ok(Math.abs(dot!.error_x.array[0]! - 200 * standardError) < 1e-4);
  const [untested] = dots([{ ...ROWS[0]!, statistic: Number.NaN }]);
  assert.deepEqual(untested!.error_x.array, [null]);
});

test('panels share a scale unless their changes differ more than twofold', () => {
  assert.equal(classFigure(ROWS).layout.xaxis2!.matches, undefined);
  const alike = ROWS.map((row) => ({ ...row, absolute_change: -0.15 }));
  assert.equal(classFigure(alike).layout.xaxis2!.matches, 'x');
});

test('reads a frame as it reads rows', () => {
  const names = Object.keys(ROWS[0]!) as (keyof ClassRow)[];
  const values = ROWS.map((row) => names.map((name) => row[name]));
  assert.deepEqual(classFigure({ columns: names, values }), classFigure(ROWS));
});

test('classes without a name are numbered, and names that cannot be read are left out', () => {
  const { class_name: _, ...nameless } = ROWS[0]!;
  const rows = Array.from({ length: 100 }, (_, i) => ({ ...nameless, class: i }));
  const { data, layout } = classFigure(rows);
  assert.equal((data as unknown as Trace[])[0]!.text[99], 'class 99');
  assert.deepEqual(layout.yaxis!.ticktext, []);
});

test('as many panels in a row as are wide enough for their headings', () => {
  const panels = (variants: string[]) => {
    const rows = variants.flatMap((variant) =>
      ROWS.slice(0, 3).map((row) => ({ ...row, variant, sparsity: Number.NaN })),
    );
    const layout = classFigure(rows).layout as Record<string, { domain: number[] }>;
    const axes = Object.keys(layout).filter((name) => name.startsWith('yaxis'));
    return axes.filter((axis) => layout[axis]!.domain[0] === layout.yaxis!.domain[0]).length;
  };
  const short = ['a', 'b', 'c', 'd'];
  assert.equal(panels(short), 4);
  assert.equal(panels(short.map((name) => `${name}: int8, one scale per output channel`)), 2);
});

test('every class is one bar and one dot per panel; the dot alone is coloured by its direction', () => {
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
      const colors = { hurt: PALETTE.hurt, helped: PALETTE.helped, none: PALETTE.muted };
      for (const axis of new Set(all.map((trace) => trace.xaxis))) {
        const panel = all.filter((trace) => trace.xaxis === axis);
        const [bars, ...others] = panel.filter((trace) => trace.type === 'bar');
        assert.deepEqual(others, []);
        assert.deepEqual([...bars!.text].sort(), names);
        assert.equal(bars!.marker.color, PALETTE.ground);
        const markers = panel.filter((trace) => trace.type === 'scatter');
        assert.deepEqual(markers.flatMap((marker) => [...marker.text]).sort(), names);
        for (const { text, marker } of markers)
          for (const name of text)
            assert.equal(marker.color, colors[classes[Number(name.slice(1))]!.direction]);
      }
      const legend = all.filter((trace) => trace.showlegend).map((trace) => trace.name);
      assert.deepEqual(legend.sort(), [...new Set(all.map((trace) => trace.name))].sort());
    }),
    { numRuns: 50 },
  );
});
