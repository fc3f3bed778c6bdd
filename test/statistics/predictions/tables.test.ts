import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { OptionError, PredictionsError, type SbdError } from '#statistics/errors';
import type { ImageId, Predictions } from '#statistics/predictions/predictions';
import {
  type ReadPredictionsOptions,
  readPredictions,
} from '#statistics/predictions/readPredictions';
import { findPython, withoutPython } from '../../python';

/** Tables that pandas, polars, pyarrow, duckdb and fastparquet wrote: fixtures/make.py. */
const FIXTURES = join(__dirname, '../../../../test/statistics/predictions/fixtures');

/** A model: its variant, sparsity, replicate, and the classes it predicts. */
type ExpectedModel = readonly [string, number, number, readonly number[]];

interface Expected {
  readonly options?: ReadPredictionsOptions;
  readonly ids?: readonly ImageId[];
  readonly trueClass?: readonly number[];
  readonly models?: readonly ExpectedModel[];
  readonly classNames?: readonly string[];
  readonly groups?: Predictions['groups'];
  /** Of every model. */
  readonly confidence?: readonly number[];
  readonly top5?: readonly (readonly number[])[];
}

/** An error's message after the file; `row` where it names one. */
interface Refused {
  readonly options?: ReadPredictionsOptions;
  readonly file?: string;
  readonly row?: number;
  readonly column?: string;
  readonly message: RegExp;
}

const { NaN: NONE } = Number;
const FP32: ExpectedModel = ['fp32', NONE, 0, [0, 1, 2]];
const INT8: ExpectedModel = ['int8', NONE, 0, [0, 2, 2]];
const of = (model: ExpectedModel, replicate: number): ExpectedModel => [
  ...([model[0], model[1], replicate] as const),
  model[3],
];
const BOTH = [FP32, INT8];
const NAMES = ['cat', 'dog', 'eel'];
const ACCENTS = ['c.png', 'café.png', 'ß.png'];
/** What both models predict of c.png, café.png (the first) and ß.png (the second). */
const ACCENTED: Expected = {
  ids: ACCENTS,
  trueClass: [2, 0, 1],
  models: [
    ['fp32', NONE, 0, [2, 0, 1]],
    ['int8', NONE, 0, [2, 0, 2]],
  ],
};
const UNSIGNED: Expected = { ids: ['7', '9007199254740993', '9223372036854775809'] };
const SIGNED: Expected = { ids: ['-5', '9007199254740991', '9007199254740993'] };
const LEVELS: readonly ExpectedModel[] = [
  ['dense', 0, 7, [0, 1, 2]],
  ['pruned 0.9', 0.9, 7, [0, 2, 2]],
];
const EITHER: Expected = {
  models: [
    ['dense', 0, 0, [0, 1, 2]],
    ['int8', NONE, 0, [0, 2, 2]],
  ],
};
const WORDS: Expected = { classNames: NAMES };
const LISTS: Expected = {
  trueClass: [0, 1, 2],
  models: BOTH,
  classNames: ['cat', 'dog', 'eel', "jack-o'-lantern", 'tiger cat'],
  top5: [
    [0, 4, 3, 1, 4, 3, 2, 4, 3],
    [0, 4, 3, 2, 4, 3, 2, 4, 3],
  ],
};
const TRUTH: Expected = {
  trueClass: [0, 1, 1],
  models: [
    ['fp32', NONE, 0, [0, 1, 1]],
    ['int8', NONE, 0, [1, 1, 1]],
  ],
  classNames: ['False', 'True'],
};
const TOP5: Expected = {
  top5: [
    [0, 3, 4, 5, 6, 1, 3, 4, 5, 6, 2, 3, 4, 5, 6],
    [0, 3, 4, 5, 6, 2, 3, 4, 5, 6, 2, 3, 4, 5, 6],
  ],
};
const GROUPED: Expected = {
  options: { groups: ['sex', 'adult', 'age', 'year'] },
  groups: {
    sex: ['f', 'm', 'f'],
    adult: ['True', 'False', 'True'],
    age: [31, 7, 29.5],
    year: [2001, 1999, 2001],
  },
};

const READ: Readonly<Record<string, Expected>> = {
  'uint64.pandas.parquet': UNSIGNED,
  'uint64.pandas.csv': UNSIGNED,
  'uint64.polars.parquet': UNSIGNED,
  'uint64.duckdb.parquet': UNSIGNED,
  'int64.pyarrow.parquet': SIGNED,
  'int64.polars.csv': SIGNED,
  'float-ids.pandas.csv': { ids: [1, 2, 22] },
  'float-ids.pandas.parquet': { ids: [1, 2, 22] },
  'float-ids.R.csv': {
    ids: [99999, 100000],
    trueClass: [0, 1],
    models: [
      ['fp32', NONE, 0, [0, 1]],
      ['int8', NONE, 0, [0, 0]],
    ],
  },
  'digits.pandas.parquet': {
    ids: ['1', '10', '2'],
    trueClass: [0, 2, 1],
    models: [
      ['fp32', NONE, 0, [0, 2, 1]],
      ['int8', NONE, 0, [0, 2, 2]],
    ],
  },
  'spaces.pandas.csv': {
    ids: ['a "b".png', 'my cat.png', "o'b, c.png"],
    trueClass: [2, 0, 1],
    models: [
      ['fp32', NONE, 0, [2, 0, 1]],
      ['int8', NONE, 0, [2, 0, 2]],
    ],
  },
  'leading-zeros.pandas.csv': {
    ids: ['007', '08', '7'],
    trueClass: [0, 2, 1],
    models: [
      ['fp32', NONE, 0, [0, 2, 1]],
      ['int8', NONE, 0, [0, 2, 2]],
    ],
  },
  'hugeint.duckdb.parquet': { ids: [1, 2, 3] },

  'hive.pandas': { models: [of(FP32, 3), of(INT8, 3)] },
  'hive.duckdb': { models: LEVELS },
  'hive-csv.duckdb': { models: LEVELS },
  'hive-encoded.pandas': {
    models: [
      ['50 % größer=a', NONE, 0, INT8[3]],
      ['dense/v1', NONE, 0, FP32[3]],
    ],
  },
  'hive-group.polars': { options: { groups: ['sex'] }, groups: { sex: ['f', 'm', 'f'] } },
  'hive-missing.pandas': {
    models: [
      ['fp32', 0, 0, [0, 1, 2]],
      ['int8', NONE, 0, [0, 2, 2]],
    ],
  },
  'hive-renamed.pandas': { options: { columns: { variant: 'precision' } } },
  'hive.fastparquet': {},

  'nullable.pandas.parquet': {
    models: [
      ['fp32', 0, 1, [0, 1, 2]],
      ['int8', NONE, 1, [0, 2, 2]],
    ],
  },
  'narrow.pandas.parquet': { models: [of(FP32, 1), of(INT8, 1)] },
  'doubles.pandas.parquet': { models: [of(FP32, 3), of(INT8, 3)] },
  'doubles.pandas.csv': { models: [of(FP32, 3), of(INT8, 3)] },
  'decimals.duckdb.parquet': { models: [['pruned 0.9', 0.9, 0, [0, 2, 2]]] },
  'large.pyarrow.parquet': TOP5,
  'views.pyarrow.parquet': TOP5,
  'dictionaries.pyarrow.parquet': TOP5,
  'rows.pyarrow.parquet': TOP5,
  'plain.fastparquet.parq': {},
  'plain.polars.PARQUET': {},
  'packed.polars.parquet.gz': {},

  'words.pandas.csv': WORDS,
  'categories.pandas.parquet': WORDS,
  'categories.fastparquet.parquet': WORDS,
  'categories.polars.parquet': WORDS,
  'categories.duckdb.parquet': WORDS,
  'lists.pandas.csv': LISTS,
  'lists.duckdb.csv': LISTS,
  'lists-pipes.pandas.csv': LISTS,
  'truth.pandas.csv': TRUTH,
  'truth.pandas.parquet': TRUTH,
  'truth.duckdb.csv': { ...TRUTH, classNames: ['false', 'true'] },
  'padded.pandas.csv': {
    trueClass: [0, 1, 2],
    models: [
      ['fp32', NONE, 0, [0, 1, 2]],
      ['int8', NONE, 0, [1, 1, 2]],
    ],
    classNames: ['01', '1', '10'],
  },
  'mixed.pandas.csv': {
    models: [
      ['fp32', NONE, 0, [0, 1, 2]],
      ['int8', NONE, 0, [1, 1, 0]],
    ],
    classNames: ['9', '10', 'cat'],
  },

  'latin1.pandas.csv': { ...ACCENTED, options: { encoding: 'latin1' } },
  'utf-16.pandas.csv': ACCENTED,
  'utf-16-be.pandas.csv': ACCENTED,
  'utf-16-unmarked.pandas.csv': { ...ACCENTED, options: { encoding: 'utf-16le' } },
  'utf-8-sig.pandas.csv': ACCENTED,
  'zipped.pandas.Csv.GZ': ACCENTED,
  'zipped-twice.pandas.csv.gz': ACCENTED,
  'tabs.polars.Tsv': ACCENTED,
  'semicolons.pandas.csv': { ...ACCENTED, confidence: [1, 0.5, 0.25] },
  'pipes.pandas.csv': ACCENTED,
  'quotes.duckdb.tsv': ACCENTED,
  'lists-semicolons.pandas.csv': {
    top5: [
      [3, 4, 5, 6, 7, 3, 4, 5, 6, 7, 3, 4, 5, 6, 7],
      [3, 4, 5, 6, 7, 3, 4, 5, 6, 7, 3, 4, 5, 6, 7],
    ],
  },
  'spaced.pandas.csv': {},

  'measured.duckdb': {
    models: [
      ['dense', 0, 0, [0, 1, 2]],
      ['pruned 0.9', 0.9, 0, [0, 2, 2]],
      ['pruned 0.9', 0.9, 1, [0, 1, 2]],
      ['pruned 0.9', 0.9, 2, [0, 2, 2]],
    ],
  },
  'files.pandas': {},
  'capitals.pandas': {
    models: [
      ['FP32', NONE, 0, [0, 1, 2]],
      ['INT8', NONE, 0, [0, 2, 2]],
    ],
  },
  'either.pandas.csv': EITHER,
  'either-NA.R.csv': EITHER,
  'either.pandas.parquet': EITHER,
  'some-replicates.pandas.csv': { models: [FP32, of(INT8, 4), of(INT8, 5)] },
  'no-replicate.pandas.csv': {
    models: [
      ['dense', 0, 0, [0, 1, 2]],
      ['pruned 0.5', 0.5, 0, [0, 2, 2]],
    ],
  },
  'float-replicate.pandas.csv': { models: [of(FP32, 3), of(INT8, 3)] },
  'others.pandas.csv': {
    options: {
      columns: { variant: 'Model', image_id: 'Path', true_class: 'Label', predicted_class: 'Pred' },
    },
  },
  'left.pandas': {},

  'confidence-rounded.pandas.csv': { confidence: [0.5, 0.93, 1] },
  'confidence-float32.pandas.parquet': { confidence: [0.5, 0.93, 1] },
  'groups.pandas.csv': GROUPED,
  'groups.pandas.parquet': GROUPED,
};

const REFUSED: Readonly<Record<string, Refused>> = {
  'uuid.duckdb.parquet': { row: 1, column: 'image_id', message: /found bytes instead of text/ },
  'hive-nameless.pandas': {
    file: 'variant=__HIVE_DEFAULT_PARTITION__/part-0.parquet',
    row: 1,
    column: 'variant',
    message: /expected a name, found nothing/,
  },
  'gap-class.pandas.csv': { row: 3, column: 'true_class', message: /a class .*, found nothing/ },
  'gap-class.pandas.parquet': {
    row: 3,
    column: 'true_class',
    message: /a class .*, found nothing/,
  },
  'nan-class.pandas.csv': { row: 3, column: 'predicted_class', message: /found 'nan'/ },
  'negative-class.pandas.csv': { row: 5, column: 'predicted_class', message: /found '-1'/ },
  'latin1.pandas.csv': { message: /not utf-8 text.*\{ encoding: 'latin1' \}/ },
  'utf-16-unmarked.pandas.csv': { message: /byte \d+ is zero. Is it UTF-16\? .*'utf-16le'/ },
  'torn.pandas.csv.gz': { message: /cannot be unpacked as gzip \(unexpected end of file\)/ },
  'unpacked.pandas.csv.gz': { message: /cannot be unpacked .*take \.gz out of its name/ },
  'neither.pandas.csv': { row: 1, column: 'variant', message: /expected a name, found nothing/ },
  'nan-variant.pandas.csv': { row: 1, column: 'variant', message: /expected a name, found 'nan'/ },
  'large-replicate.pandas.csv': {
    row: 1,
    column: 'replicate',
    message: /below 2,147,483,648\), found '4294967295'/,
  },
  'broken-replicate.pandas.csv': { row: 1, column: 'replicate', message: /found '3\.5'/ },
  'sparsity-90 percent.pandas.csv': {
    row: 4,
    column: 'sparsity',
    message: /found '90%'\. Give 0\.9 for 90%\./,
  },
  'sparsity-90.pandas.csv': {
    row: 4,
    column: 'sparsity',
    message: /found '90'\. Is it a percentage\? Then give 0\.9/,
  },
  'sparsity-0.9.pandas.csv': {
    row: 4,
    column: 'sparsity',
    message: /found '0,9'\. Write 0\.9\./,
  },
  'sparsity-high.pandas.csv': { row: 4, column: 'sparsity', message: /found 'high'/ },
  'others.pandas.csv': { message: /no column image_id\. Found Model, Path, Label, Pred/ },
  'capitals.pandas.csv': { message: /no column image_id\..*\{ image_id: 'IMAGE_ID' \}/ },
  'files.pandas': {
    options: { variants: { 'fp64.csv': 'dense' } },
    message: /variants: no file is named fp64\.csv/,
  },
  'words.pandas.csv': {
    options: { variants: { 'words.pandas.csv': 'int8' } },
    message: /option variants calls it int8, and its column variant says a variant row by row/,
  },
  'other-format.pandas': {
    file: 'int8.csv.bz2',
    message: /tables of this format are not read\. Write it as one that ends in \.parquet/,
  },
  'empty.pandas': { file: 'int8.csv', message: /there are no rows/ },
  'empty-parquet.pandas': { file: 'int8.parquet', message: /there are no rows/ },
  'claimed.pandas': {
    file: 'b.csv',
    row: 1,
    column: 'image_id',
    message: /the image comes a second time for replicate 1 of fp32/,
  },
  'too-many.hand.csv': { row: 2, message: /5 cells, and the header has 4/ },
  'confidence-comma.pandas.csv': {
    row: 2,
    column: 'confidence',
    message: /found '0,93'\. Write 0\.93/,
  },
  'confidence-decimal-comma.pandas.csv': {
    row: 1,
    column: 'confidence',
    message: /found '0,5'\. Write 0\.5/,
  },
  'confidence-empty.pandas.csv': { row: 2, column: 'confidence', message: /found nothing/ },
  'confidence-empty.pandas.parquet': { row: 2, column: 'confidence', message: /found nothing/ },
  'confidence-percent.pandas.csv': {
    row: 1,
    column: 'confidence',
    message: /found '50(\.0)?'\. Is it a percentage\? Then give 0\.5/,
  },
  'row-twice.pandas.csv': { row: 7, column: 'image_id', message: /a second time for .*int8/ },
  'row-twice.pandas.parquet': { row: 7, column: 'image_id', message: /a second time for .*int8/ },
  'row-missing.pandas.csv': {
    row: 5,
    column: 'image_id',
    message: /last row of replicate 0 of int8, and image c\.png had none: .* 2 of 3 images/,
  },
  'header-twice.hand.csv': { message: /several columns named predicted_class/ },
  'header-twice.pyarrow.parquet': { message: /several columns named predicted_class/ },
  'conflict.pandas': {
    file: 'int8.csv',
    row: 3,
    column: 'true_class',
    message: /image c\.png has class dog here and eel in an earlier row/,
  },
  'group-conflict.pandas.csv': {
    options: { groups: ['sex'] },
    row: 5,
    column: 'sex',
    message: /image b\.png has f here and m in an earlier row/,
  },
  'group-missing.pandas.parquet': {
    options: { groups: ['age'] },
    row: 2,
    column: 'age',
    message: /expected a value, found nothing/,
  },
};

describe('the tables of other programs that are checked in', () => {
  checkTables(() => join(FIXTURES, 'tables'));
});

const MODULES = ['pandas', 'polars', 'pyarrow', 'duckdb', 'fastparquet'];
describe('the tables that these programs write now', { skip: withoutPython(...MODULES) }, () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tables-'));
    execFileSync(findPython(...MODULES)!, [join(FIXTURES, 'make.py'), join(folder, 'tables')]);
  });
  after(() => rm(folder, { recursive: true }));
  checkTables(() => join(folder, 'tables'));
});

function checkTables(folder: () => string): void {
  for (const [name, expected] of Object.entries(READ))
    test(`${name} is read as it was meant`, async () => {
      const { options, confidence, top5, ...content } = expected;
      const predictions = await readPredictions(join(folder(), name), options);
      assert.deepEqual(contentOf(predictions), {
        ...{ ids: ['a.png', 'b.png', 'c.png'], trueClass: [0, 1, 2], models: BOTH },
        ...content,
      });
      for (const [i, model] of predictions.models.entries()) {
        assert.deepEqual(model.confidence, confidence && Float32Array.from(confidence));
        assert.deepEqual(model.top5, top5 && Int32Array.from(top5[i]!));
      }
    });

  for (const [name, { options, file, row, column, message }] of Object.entries(REFUSED))
    test(`${name} is refused, with its place`, async () => {
      const path = join(folder(), name, file ?? '');
      await assert.rejects(readPredictions(join(folder(), name), options), (error: SbdError) => {
        assert.match(error.message, message);
        if (error instanceof OptionError) return true;
        assert.ok(error instanceof PredictionsError, error.name);
        assert.equal(error.file, join(path));
        assert.ok(error.message.startsWith(error.file), error.message);
        if (row !== undefined) assert.equal(error.row, row);
        if (column !== undefined) assert.equal(error.column, column);
        return true;
      });
    });
}

function contentOf({ imageIds, trueClass, models, classNames, groups }: Predictions) {
  return {
    ids: imageIds,
    trueClass: [...trueClass],
    models: models.map(({ variant, sparsity, replicate, predictedClass }) => [
      ...[variant, sparsity, replicate],
      [...predictedClass],
    ]),
    ...(classNames && { classNames }),
    ...(groups && { groups }),
  };
}
