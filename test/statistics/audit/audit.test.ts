import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { flips } from '#statistics/analysis/flips';
import { perClassFlips } from '#statistics/analysis/perClassFlips';
import { audit } from '#statistics/audit/audit';
import { auditCsv } from '#statistics/audit/auditCsv';
import { auditJson } from '#statistics/audit/auditJson';
import { auditJUnit } from '#statistics/audit/auditJUnit';
import { auditMarkdown } from '#statistics/audit/auditMarkdown';
import { auditText } from '#statistics/audit/auditText';
import { confusionDifference } from '#statistics/audit/confusion';
import { policyRules, readPolicy } from '#statistics/audit/policy';
import { OptionError, PredictionsError } from '#statistics/errors';
import type { ModelPredictions, Predictions } from '#statistics/predictions/predictions';
import { readPredictions } from '#statistics/predictions/readPredictions';
import { temporaryFolder } from '../../library/records/temporary';

const GOLDEN = join(__dirname, '../../../../test/statistics/analysis/golden/pair');
const golden: { all: Record<string, number>; classes: Record<string, number>[] } = JSON.parse(
  readFileSync(join(GOLDEN, 'pair.json'), 'utf8'),
);
const pair = () => readPredictions(join(GOLDEN, 'pair.csv'));

/** Models that label images so: `fp32: 'aab'` has class a twice, then b. */
function labelled(
  truth: string,
  models: Readonly<Record<string, string>>,
  groups?: Predictions['groups'],
): Predictions {
  const codes = (text: string) => Int32Array.from(text, (letter) => letter.charCodeAt(0) - 97);
  return {
    imageIds: Array.from(truth, (_, i) => i),
    trueClass: codes(truth),
    classNames: ['a', 'b', 'c'],
    ...(groups && { groups }),
    models: Object.entries(models).map(([name, labels]): ModelPredictions => {
      const [variant, replicate = '0'] = name.split(' ') as [string, string?];
      return {
        ...{ variant, replicate: Number(replicate), sparsity: Number.NaN },
        predictedClass: codes(labels),
      };
    }),
  };
}

describe('audit', () => {
  it('has the counts, intervals and tests of the golden pair', async () => {
    const predictions = await pair();
    const { variants, verdict } = audit(predictions);
    const [{ flips: all, classes, changed }] = variants as [(typeof variants)[0]];
    for (const [name, value] of Object.entries(golden.all))
      assert.ok(Math.abs((all as never)[name] - value) < 1e-9, name);
    assert.equal(classes.length, golden.classes.length);
    for (const expected of golden.classes) {
      const row = classes.find((one) => one.class === expected.class)!;
      for (const [name, value] of Object.entries(expected))
        assert.ok(Math.abs((row as never)[name] - value) < 1e-9, `${expected.class}: ${name}`);
    }
    const order = classes.map(({ shrunk_change }) => shrunk_change);
    assert.deepEqual(
      order,
      [...order].sort((a, b) => a - b),
    );
    assert.equal(changed.length, golden.all.changed);
    assert.equal(verdict, flips(predictions)[0]!.verdict);
    const rows = perClassFlips(predictions);
    for (const { shrunk_change: _, ...row } of classes)
      assert.deepEqual(
        row,
        rows.find((one) => one.class === row.class),
      );
  });

  it('takes the limits of single classes and groups', () => {
    const truth = 'a'.repeat(100) + 'b'.repeat(100);
    const hurt = 'b'.repeat(10) + 'a'.repeat(90) + 'b'.repeat(100);
    const predictions = labelled(truth, { fp32: truth, int8: hurt }, { half: [...truth] });
    const of = (policy: object) => audit(predictions, { maxDrop: 0.2, ...policy }).verdict;
    assert.equal(of({}), 'BLOCK');
    assert.equal(of({ classes: { a: 0.1 }, groups: { half: { a: 0.1 } } }), 'WARN');
    assert.equal(of({ classes: { a: 0.1 } }), 'BLOCK', 'the group still blocks');
    assert.equal(of({ maxClassDrop: 0.1 }), 'WARN');
    assert.equal(of({ maxClassDrop: 0.1, classes: { a: 0.09 } }), 'BLOCK');
    assert.throws(() => of({ classes: { d: 0.1 } }), /classes: there is no 'd'.*a, b/);
    assert.throws(() => of({ groups: { size: {} } }), /no such group; they have half/);
    assert.throws(() => of({ maxClasDrop: 1 }), /maxClassDrop/);
  });

  it('gives the reasons of every verdict', () => {
    const truth = 'a'.repeat(1000);
    const of = (wrong: number, maxDrop: number) => {
      const labels = 'b'.repeat(wrong) + 'a'.repeat(1000 - wrong);
      const { variants } = audit(labelled(truth, { fp32: truth, int8: labels }), {
        ...{ maxDrop, maxClassDrop: 1 },
      });
      const { verdict, reasons } = variants[0]!;
      return [verdict, ...reasons.map((reason) => `${reason.verdict} ${reason.subject}`)];
    };
    assert.deepEqual(of(100, 0.01), ['BLOCK', 'BLOCK top-1', 'WARN class a']);
    assert.deepEqual(of(10, 0.01), ['INCONCLUSIVE', 'INCONCLUSIVE top-1', 'WARN class a']);
    assert.deepEqual(of(10, 0.1), ['WARN', 'WARN top-1', 'WARN class a']);
    assert.deepEqual(of(0, 0.01), ['PASS']);
  });

  it('refuses to judge where the baseline is not itself', async () => {
    const predictions = await pair();
    const top1 = golden.all.baseline_recall!;
    assert.equal(audit(predictions, { expectTop1: top1 + 0.009 }).verdict, 'BLOCK');
    assert.throws(
      () => audit(predictions, { expectTop1: top1 + 0.05 }),
      (error: Error) =>
        error instanceof PredictionsError &&
        /baseline fp32 gets 75\.\d% of 4000 images right, expected 80\.\d%.*mean, std/.test(
          error.message,
        ),
    );
  });

  it('says what changes where nothing was compressed', () => {
    const truth = 'aabbcc';
    const predictions = labelled(truth, { fp32: truth, int8: 'aabbca' });
    const control = labelled(truth, { again: 'bbbbcc' });
    const result = audit(predictions, { control });
    assert.equal(result.controlChanged, 2);
    assert.match(auditText(result), /Another run of fp32 changes 2 labels\./);
    const others = { ...control, imageIds: [7, 8, 9, 10, 11, 12] };
    assert.throws(() => audit(predictions, { control: others }), PredictionsError);
  });

  it('joins several models of a variant by the paired t-test', () => {
    const truth = 'a'.repeat(10);
    const models = {
      ...{ 'fp32 0': 'aaaaaaaaaa', 'fp32 1': 'aaaaaaaaab', 'fp32 2': 'aaaaaaaaaa' },
      ...{ 'int8 0': 'aaaaaaaabb', 'int8 1': 'aaaaaaaabb', 'int8 2': 'aaaaaaabbb' },
    };
    const { joint, variants } = audit(labelled(truth, models));
    assert.equal(variants.length, 3);
    const [change] = joint;
    // scipy.stats.ttest_rel of [1, 0.9, 1] and [0.8, 0.8, 0.7]: its confidence_interval().
    assert.equal(change!.n_models, 3);
    assert.ok(Math.abs(change!.change + 0.2) < 1e-12);
    assert.ok(Math.abs(change!.change_low + 0.4484137711747) < 1e-9, `${change!.change_low}`);
    assert.ok(Math.abs(change!.change_high - 0.0484137711747) < 1e-9);
  });
});

describe('its forms', () => {
  it('are text of 20 lines for one pair', async () => {
    const text = auditText(audit(await pair()), ['report.html']);
    assert.ok(text.split('\n').length <= 20, text);
    assert.match(
      text,
      /^BLOCK: int8 changes 370 of 4,000 labels, 283 lost, 5 gained; top-1 −7\.0 points \(−7\.8 to −6\.1\)$/m,
    );
    assert.match(text, /More in report\.html$/);
  });

  it('are JSON as the contract has it', async () => {
    const result = audit(await pair());
    const json = JSON.parse(JSON.stringify(auditJson(result)));
    const [variant] = json.variants;
    assert.deepEqual(
      [json.baseline, variant.variant, variant.verdict, variant.flips.sparsity],
      ['fp32', 'int8', 'BLOCK', null],
    );
    assert.equal(variant.flips.lost, golden.all.lost);
    assert.equal(variant.classes.length, golden.classes.length);
    assert.deepEqual(variant.groups, {});
    assert.equal(variant.changed_images.length, golden.all.changed);
    assert.equal(typeof variant.changed_images[0], 'string');
  });

  it('show names as text in Markdown, JUnit and CSV', () => {
    const name = '<b>|`*[x](y)"&\n=1+1';
    const truth = 'a'.repeat(100) + 'b'.repeat(100);
    const hurt = 'b'.repeat(50) + truth.slice(50);
    const predictions = {
      ...labelled(truth, { [name.replaceAll(' ', '')]: truth, int8: hurt }),
      classNames: ['=1+1', name, 'c'],
    };
    const result = audit(predictions, { baseline: name });
    const markdown = auditMarkdown(result);
    assert.doesNotMatch(markdown, /<b>|[^\\]`|[^\\]\[x/);
    for (const line of markdown.split('\n').filter((one) => /^(=|&lt)/.test(one)))
      assert.equal(line.match(/(?<!\\)\|/g)?.length, 6, line);
    const junit = auditJUnit(result);
    assert.doesNotMatch(junit, /<b>/);
    assert.match(junit, /<testsuites name="sbd audit" tests="3" failures="2">/);
    assert.match(auditCsv(result), /,'=1\+1,/);
  });

  it('count the difference of confusions', () => {
    const { variants } = audit(labelled('aabc', { fp32: 'abbc', int8: 'aaba' }));
    assert.deepEqual(confusionDifference(variants[0]!.changed, 3), [
      [1, -1, 0],
      [0, 0, 0],
      [1, 0, -1],
    ]);
  });
});

describe('a policy', () => {
  const folder = temporaryFolder();
  const file = join(folder, 'policy.json');
  it('is JSON whose members are those of its schema', async () => {
    const policy = { maxDrop: 0.02, classes: { cat: 0.1 }, groups: { sex: { f: 0.03 } } };
    writeFileSync(file, JSON.stringify({ $schema: 'policy.schema.json', ...policy }));
    assert.deepEqual(await readPolicy(file), policy);
    const schema = JSON.parse(
      readFileSync(join(__dirname, '../../../../src/statistics/audit/policy.schema.json'), 'utf8'),
    );
    assert.deepEqual(Object.keys(schema.properties).sort(), [
      '$schema',
      ...Object.keys(policyRules).sort(),
    ]);
  });

  it('is refused where it says something else', async () => {
    for (const [text, problem] of [
      ['{', /policy\.json: the policy is not JSON/],
      ['[]', /no JSON object/],
      ['{ "maxdrop": 0.1 }', /policy\.json.*maxdrop.*maxDrop/s],
      ['{ "maxDrop": "0.1" }', /maxDrop.*a share/s],
      ['{ "classes": { "cat": 5 } }', /classes.*a share/s],
    ] as const) {
      writeFileSync(file, text);
      await assert.rejects(readPolicy(file), (error: Error) => {
        assert.ok(error instanceof OptionError);
        assert.match(error.message, problem);
        return true;
      });
    }
    await assert.rejects(readPolicy(join(folder, 'none.json')), /none\.json: the policy cannot be/);
  });
});
