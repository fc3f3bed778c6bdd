import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { annotationAgreement } from '#statistics/analysis/annotationAgreement';
import { annotationPower } from '#statistics/analysis/annotationPower';
import { annotationShares } from '#statistics/analysis/annotationShares';
import type { AnnotationRow } from '#statistics/analysis/annotations';
import { parseAnnotations, readAnnotations } from '#statistics/analysis/readAnnotations';
import { temporaryFolder } from '../../library/records/temporary';

const FOLDER = join(__dirname, '../../../../test/statistics/analysis/golden/annotations');
const FILE = join(FOLDER, 'annotations.jsonl');
const golden = JSON.parse(readFileSync(join(FOLDER, 'expected.json'), 'utf8'));
const text = readFileSync(FILE, 'utf8');

/** Numbers that agree to 1e-9; null in the golden file is NaN, and what it lacks is not compared. */
function assertClose(
  row: object,
  expected: Readonly<Record<string, unknown>>,
  tolerance = 1e-9,
): void {
  for (const [name, value] of Object.entries(expected)) {
    const found = row[name as keyof typeof row] as unknown;
    if (value === null) assert.ok(Number.isNaN(found), `${name}: ${found}`);
    else if (typeof value === 'number')
      assert.ok(
        Math.abs((found as number) - value) < tolerance,
        `${name}: ${found} is not ${value}`,
      );
    else assert.equal(found, value);
  }
}

describe('statistics of annotations', () => {
  test('shares, intervals and tests over images are those of statsmodels and scipy', async () => {
    const rows = annotationShares(await readAnnotations(FILE));
    assert.equal(rows.length, golden.shares.length);
    for (const [i, row] of rows.entries()) {
      assertClose(row, golden.shares[i]);
      assert.deepEqual([row.n_people, row.n_answers], [3, 3 * row.n_images]);
    }
  });

  test("agreement is Fleiss' kappa of statsmodels, with its jackknife", async () => {
    const rows = annotationAgreement(await readAnnotations(FILE));
    assert.equal(rows.length, golden.agreement.length);
    for (const [i, row] of rows.entries()) assertClose(row, golden.agreement[i]);
  });

  test('the difference that a study finds is that of statsmodels', () => {
    for (const { options, detectable_difference } of golden.power)
      assertClose(annotationPower(options)[0]!, { detectable_difference }, 1e-8);
    assert.ok(Number.isNaN(annotationPower({ shares: [0.95] })[0]!.detectable_share));
  });

  test('images that one person saw say nothing of agreement', async () => {
    const rows = await readAnnotations(FILE);
    const alone = { ...rows[0]!, image_id: 'alone.png' };
    assert.deepEqual(annotationAgreement([...rows, alone]), annotationAgreement(rows));
    assert.deepEqual(annotationAgreement([alone]), []);
  });

  test('an answer given twice by other people changes intervals less than new images do', async () => {
    const rows = await readAnnotations(FILE);
    const width = (answers: readonly AnnotationRow[]) => {
      const { share_low, share_high } = annotationShares(answers)[0]!;
      return share_high - share_low;
    };
    const again = rows.map((row) => ({ ...row, person: `${row.person} again` }));
    const elsewhere = rows.map((row) => ({ ...row, image_id: `other ${row.image_id}` }));
    assert.ok(Math.abs(width([...rows, ...again]) - width(rows)) < 1e-12);
    assert.ok(width([...rows, ...elsewhere]) < 0.8 * width(rows));
  });

  test('a variant without answers about PIEs has shares and no differences', async () => {
    const others = (await readAnnotations(FILE)).filter((row) => row.set === 'others');
    for (const row of annotationShares(others)) {
      assert.ok(row.share >= 0);
      assert.ok(Number.isNaN(row.difference) && Number.isNaN(row.p_adjusted));
    }
  });
});

describe('readAnnotations', () => {
  const folder = temporaryFolder();
  const file = join(folder, 'answers.jsonl');
  const first = () => JSON.parse(text.slice(0, text.indexOf('\n'))) as AnnotationRow;
  const read = (content: string) => {
    writeFileSync(file, content);
    return readAnnotations(file);
  };

  test('of a file cut anywhere the answers count whose lines are whole', () => {
    const lines = text
      .split('\n')
      .slice(0, 4)
      .map((line) => `${line}\n`);
    const whole = lines.join('');
    const rows = parseAnnotations(file, whole).lines;
    assert.equal(rows.length, 4);
    const ends = lines.map((_, i) => lines.slice(0, i + 1).join('').length);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length }), (length) => {
        const complete = ends.filter((end) => end <= length).length;
        const cut = parseAnnotations(file, whole.slice(0, length));
        assert.deepEqual(cut.lines, rows.slice(0, complete));
        assert.equal(cut.torn, whole.slice(ends[complete - 1] ?? 0, length));
      }),
    );
  });

  test('warns of a last line that a crash left unfinished', async () => {
    const warned = new Promise<Error>((resolve) => {
      const listen = (warning: Error) => {
        if (!warning.message.startsWith(join(folder, 'torn.jsonl'))) return;
        process.off('warning', listen);
        resolve(warning);
      };
      process.on('warning', listen);
    });
    writeFileSync(join(folder, 'torn.jsonl'), `${JSON.stringify(first())}\n{"variant":`);
    assert.equal((await readAnnotations(join(folder, 'torn.jsonl'))).length, 1);
    assert.match((await warned).message, /line 2: unfinished/);
  });

  test('counts the last answer, and none that was taken back', async () => {
    await read(text);
    const before = await readAnnotations(file);
    const [a, b] = before as [AnnotationRow, AnnotationRow];
    appendFileSync(file, `${JSON.stringify({ ...a, abstract: !a.abstract })}\n`);
    appendFileSync(file, `${JSON.stringify({ ...b, taken_back: true })}\n`);
    const after = await readAnnotations(file);
    assert.deepEqual(after, [{ ...a, abstract: !a.abstract }, ...before.slice(2)]);
  });

  test('reads several files, and variants without a sparsity', async () => {
    writeFileSync(file, `${JSON.stringify({ ...first(), variant: 'int8', sparsity: null })}\n`);
    const rows = await readAnnotations([FILE, file]);
    assert.equal(rows.length, text.trimEnd().split('\n').length + 1);
    assert.ok(Number.isNaN(rows.at(-1)!.sparsity));
    assert.equal(annotationShares(rows).at(-1)!.variant, 'int8');
  });

  test('names file, line, column and value of what is wrong', async () => {
    const { set, ...without } = first();
    for (const [line, message] of [
      ['{"variant": 1', /line 2: expected answers as JSON/],
      ['[1]', /line 2: found \[1\], expected an object with variant, /],
      ['', /line 2: expected answers as JSON/],
      [{ ...first(), abstract: 'yes' }, /line 2: abstract is 'yes', expected true or false/],
      [{ ...first(), set: 'pie' }, /line 2: set is 'pie', expected one of pies, matched, others/],
      [{ ...first(), true_class: 0.5 }, /line 2: true_class is 0\.5, expected a whole number/],
      [
        { ...first(), image_id: null },
        /line 2: image_id is null, expected a whole number or a str/,
      ],
      [
        JSON.stringify(first()).replace(/"sparsity":[^,]+/, '"sparsity":1e999'),
        /line 2: sparsity is Infinity, expected a number or null/,
      ],
      [{ ...first(), abstrakt: true }, /line 2: has abstrakt, .*did you mean abstract\?/],
      [without, /line 2: lacks set, expected one of pies, matched, others/],
    ] as const) {
      const written = typeof line === 'string' ? line : JSON.stringify(line);
      await assert.rejects(read(`${JSON.stringify(first())}\n${written}\n`), (error: Error) => {
        assert.equal(error.name, 'AnnotationsError');
        assert.ok(error.message.startsWith(file), error.message);
        assert.match(error.message, message);
        return true;
      });
    }
    assert.equal(set, 'pies');
  });

  test('names a file that is not there, and what is no path', async () => {
    await assert.rejects(
      readAnnotations(join(folder, 'none.jsonl')),
      /none\.jsonl: the answers can/,
    );
    await assert.rejects(readAnnotations([]), { name: 'OptionError', option: 'files' });
  });
});
