import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { temporaryFolder } from '../../library/records/temporary';
import { fitsAScreen } from '../../screen';

const ROOT = join(__dirname, '../../../..');
const PAIR = join(ROOT, 'test/statistics/analysis/golden/pair/pair.csv');
const folder = temporaryFolder();

function run(...args: string[]) {
  const script = join(ROOT, 'src/statistics/dist/cli/sbdAudit.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

/** Writes predictions of 1,000 images of one class, of which a model gets so many wrong. */
function model(name: string, wrong: number, more: readonly string[] = []): string {
  const rows = Array.from({ length: 1000 }, (_, i) => `img/${i}.png,a,${i < wrong ? 'b' : 'a'}`);
  writeFileSync(
    join(folder, name),
    ['image_id,true_class,predicted_class', ...rows, ...more, 'img/last.png,b,b'].join('\n'),
  );
  return name;
}

describe('sbd audit', () => {
  it('exits with the verdict', () => {
    const fp32 = model('fp32.csv', 0);
    for (const [wrong, args, status, word] of [
      [0, [], 0, 'PASS'],
      [300, [], 1, 'BLOCK'],
      [10, [], 2, 'INCONCLUSIVE'],
      [10, ['--max-drop', '0.1'], 0, 'WARN'],
      [10, ['--max-drop', '0.1', '--strict'], 1, 'WARN'],
    ] as const) {
      const out = run(fp32, model('int8.csv', wrong), ...args);
      assert.equal(out.status, status, out.stdout + out.stderr);
      assert.ok(
        out.stdout.startsWith(`${word}: int8 changes ${wrong} of 1,001 labels`),
        out.stdout,
      );
    }
  });

  it('takes the first input as the baseline', () => {
    const [fp32, int8] = [model('z.csv', 0), model('a.csv', 300)];
    assert.match(run(fp32, int8).stdout, /a changes 300 .* 300 lost/);
    assert.match(run(int8, fp32).stdout, /z changes 300 .* 300 gained/);
    assert.match(run(int8, fp32, '--baseline', 'z').stdout, /a changes 300 .* 300 lost/);
  });

  it('writes what it is asked for', () => {
    writeFileSync(
      join(folder, 'groups.csv'),
      `image_id,site\n${Array.from({ length: 1000 }, (_, i) => `${i}.png,${i % 2 ? 'x' : 'y'}`).join('\n')}\nlast.png,x\n`,
    );
    writeFileSync(join(folder, 'policy.json'), '{ "maxDrop": 0.5, "maxClassDrop": 0.5 }');
    const out = run(
      ...[model('fp32.csv', 0), model('int8.csv', 300), '--groups', 'groups.csv'],
      ...['--policy', 'policy.json', '--control', model('again.csv', 4), '--expect-top1', '1'],
      ...[
        '--html',
        'out/a.html',
        '--markdown',
        'out/a.md',
        '--json',
        'out/a.json',
        '--junit',
        'out/a.xml',
      ],
    );
    assert.equal(out.status, 0, out.stderr);
    assert.match(out.stdout, /^WARN/);
    assert.match(out.stdout, /Another run of fp32 changes 4 labels/);
    assert.match(out.stdout, /More in out\/a\.html, out\/a\.md, out\/a\.json, out\/a\.xml/);
    const json = JSON.parse(readFileSync(join(folder, 'out/a.json'), 'utf8'));
    assert.deepEqual(
      json.variants[0].groups.site.map((row: { class_name: string }) => row.class_name).sort(),
      ['x', 'y'],
    );
    for (const [file, text] of [
      ['a.html', '<!doctype html>'],
      ['a.md', '### WARN: int8'],
      ['a.xml', '<testsuite name="int8" tests="5" failures="0">'],
    ] as const)
      assert.ok(readFileSync(join(folder, 'out', file), 'utf8').includes(text), file);
  });

  it('ends with 3 where it cannot judge', () => {
    const [fp32, int8] = [model('fp32.csv', 0), model('int8.csv', 3)];
    mkdirSync(join(folder, 'none'), { recursive: true });
    writeFileSync(join(folder, 'bad.json'), '{ "maxDop": 1 }');
    writeFileSync(join(folder, 'few.csv'), 'image_id,site\n1.png,x\n');
    const more = model('more.csv', 0, ['img/extra.png,a,a']);
    for (const [args, problem] of [
      [[], /missing required argument/],
      [['none.csv', int8], /none\.csv/],
      [[fp32], /All 1 models are fp32/],
      [[fp32, more], /img\/extra\.png|images/],
      [[fp32, int8, '--max-drop', '2'], /Expected a share, 0 to 1/],
      [[fp32, int8, '--max-dorp', '0.1'], /Did you mean --max-drop\?/],
      [[fp32, int8, '--policy', 'bad.json'], /bad\.json.*maxDrop/s],
      [[fp32, int8, '--groups', 'few.csv'], /few\.csv lacks image/],
      [[fp32, int8, '--expect-top1', '0.7'], /is not itself here/],
      [[fp32, int8, '--control', more], /control/i],
      [['a.onnx', 'b.onnx'], /need the package selective-brain-damage/],
    ] as const) {
      const { status, stdout, stderr } = run(...args, '--html', 'report.html');
      assert.equal(status, 3, `${args.join(' ')}: ${stdout}${stderr}`);
      assert.match(stderr, problem);
      assert.equal(stdout, '');
    }
    assert.ok(!existsSync(join(folder, 'report.html')));
  });

  it('measures agreement where true classes are unknown', () => {
    const rows = (wrong: number) =>
      Array.from({ length: 1000 }, (_, i) => `${i},${i < wrong ? 'b' : 'a'}`).join('\n');
    writeFileSync(join(folder, 'p.csv'), `image_id,predicted_class\n${rows(0)}`);
    writeFileSync(join(folder, 'q.csv'), `image_id,predicted_class\n${rows(200)}`);
    const out = run('p.csv', 'q.csv', '--agreement', '--html', 'agreement.html');
    assert.equal(out.status, 1, out.stderr);
    assert.match(
      out.stdout,
      /^BLOCK: q changes 200 of 1,000 labels; agreement −20\.0 points \(−22\.\d to −17\.\d\); true classes are unknown/,
    );
    assert.doesNotMatch(out.stdout, /top-1|lost,/);
    assert.doesNotMatch(readFileSync(join(folder, 'agreement.html'), 'utf8'), /top-1<\/dt>/);
    const missing = run('p.csv', 'q.csv');
    assert.equal(missing.status, 3);
    assert.match(missing.stderr, /no column true_class/);
  });

  it('has help that fits a screen', () => {
    const { status, stdout } = run('--help');
    assert.equal(status, 0);
    fitsAScreen(stdout);
  });

  it('audits a file with several variants', () => {
    assert.match(run(PAIR).stdout, /^BLOCK: int8 changes 370 of 4,000 labels/);
  });
});
