import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as statistics from 'selective-brain-damage-statistics';
import { OptionError } from '#statistics/errors';
import { people } from './analysis/people';
import { wrongOn } from './analysis/populations';

const predictions = wrongOn([
  [0, [1]],
  [0, [2]],
  [0.9, [3, 4]],
  [0.9, [3, 5]],
]);
const scores = statistics.evalHardest(predictions);

type Cell = (...args: unknown[]) => unknown;
const cells = statistics as unknown as Readonly<Record<string, Cell>>;
const cell = (name: string) => cells[name]!;

/** Per cell that takes predictions and options: an option in a wrong spelling, and one of a wrong type. */
const CELLS: [name: string, wrongKey: string, right: string, wrongValue: object][] = [
  ['perClassTTest', 'alfa', 'alpha', { alpha: '0.01' }],
  ['findPIEs', 'tie', 'ties', { ties: true }],
  ['modalLabels', 'baselin', 'baseline', { baseline: {} }],
  ['chancePIEs', 'permutation', 'permutations', { permutations: 2.5 }],
  ['evalPIEs', 'heldout', 'heldOut', { heldOut: 'yes' }],
  ['evalHardest', 'judge', 'judges', { share: '10%' }],
  ['summarizeVariants', 'normalise', 'normalize', { normalize: 'class' }],
];

describe('options are checked without types, too', () => {
  for (const [name, wrongKey, right, wrongValue] of CELLS)
    test(`${name} names a wrong option and the one that was meant`, () => {
      assert.throws(
        () => cell(name)(predictions, { [wrongKey]: 1 }),
        (error: OptionError) => {
          assert.ok(error instanceof OptionError);
          const expected = `${name}: there is no option ${wrongKey}. Did you mean ${right}? It takes `;
          assert.ok(error.message.startsWith(expected), error.message);
          assert.deepEqual([error.option, error.value], [wrongKey, 1]);
          return true;
        },
      );
      const [option, value] = Object.entries(wrongValue)[0]!;
      assert.throws(
        () => cell(name)(predictions, wrongValue),
        (error: OptionError) => error.option === option && error.value === value,
      );
    });

  for (const [name] of CELLS)
    test(`${name} tells a promise, a path, rows and nothing from predictions`, () => {
      const refuses = (args: unknown[], pattern: RegExp) =>
        assert.throws(() => cell(name)(...args), { name: 'OptionError', message: pattern });
      refuses([Promise.resolve(predictions)], /predictions is a promise; put await before/);
      refuses(['predictions.csv'], /'predictions\.csv'; read them with await readPredictions/);
      refuses([[{ sparsity: 0 }]], /make them of rows with await readPredictions\(rows\)/);
      refuses([], /expected predictions, found undefined; pass the result of readPredictions/);
      refuses([{ models: [] }], /found an object \(models\)/);
      refuses([predictions, 0.05], new RegExp(`${name}: expected options as an object`));
    });

  test('an option far from any other is told without a guess', () => {
    assert.throws(() => cell('perClassTTest')(predictions, { confidence: 0.95 }), {
      message:
        'perClassTTest: there is no option confidence. It takes alpha, baseline, normalize, scale, ' +
        'pairing, by.',
    });
  });

  test('what standardErrors cannot do without is asked for', () => {
    assert.throws(() => cell('standardErrors')(predictions), /statistic: undefined; expected a f/);
    assert.throws(
      () => cell('standardErrors')(predictions, () => []),
      /expected options as an object with columns, found undefined/,
    );
    assert.throws(
      () => cell('standardErrors')(predictions, () => [], { samples: 3 }),
      /standardErrors: the option columns is missing; expected a list of 1 or more/,
    );
  });

  test('an option that is undefined counts as left out', () => {
    const rows = statistics.perClassTTest(predictions);
    assert.deepEqual(cell('perClassTTest')(predictions, { alpha: undefined }), rows);
  });

  test("cells of people's answers name a wrong option and a table of another kind", () => {
    for (const [name, args] of [
      ['annotationShares', [people]],
      ['annotationAgreement', [people]],
      ['annotationPower', []],
    ] as const) {
      assert.throws(
        () => cell(name)(...args, { alfa: 0.1 }),
        /no option alfa\. Did you mean alpha\?/,
      );
      assert.throws(() => cell(name)(...args, { alpha: 5 }), { option: 'alpha' });
      if (args.length > 0)
        assert.throws(() => cell(name)(scores), /takes a table of readAnnotations; this one is/);
    }
    assert.throws(
      () => cell('annotationFigure')(people),
      /takes a table of annotationShares; this/,
    );
  });

  test('tables are refused where they are of another kind, naming both', () => {
    const accuracy = statistics.modelAccuracy(predictions);
    assert.throws(() => cell('classFigure')(accuracy), {
      name: 'TableError',
      message:
        'classFigure takes a table of perClassTTest; this one is a table of modelAccuracy: it lacks ' +
        'baseline, class, n_baseline, n_variant, absolute_change, normalized_change, statistic, direction.',
    });
    assert.throws(
      () => cell('perCorruptionTTest')(scores),
      /this one is a table of evalRobustness/,
    );
    assert.throws(() => cell('topOneFigure')(Promise.resolve(accuracy)), /put await before/);
    assert.throws(
      () => cell('topOneFigure')('accuracy'),
      /takes a table of modelAccuracy; this is s/,
    );
    assert.throws(
      () => cell('topOneFigure')([{ a: 1 }]),
      /of no kind known here \(its columns: a\): it lacks variant, sparsity, top1/,
    );
  });
});
