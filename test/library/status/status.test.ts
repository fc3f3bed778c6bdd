import assert from 'node:assert/strict';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { folderStatus } from '#library/status/folderStatus';
import { type GroupStatus, isOver, secondsLeft } from '#library/status/status';
import { statusText } from '#library/status/statusText';
import { sbd } from '../cli/command';
import { temporaryFolder } from '../records/temporary';

const root = temporaryFolder();

const group = (numbers: Partial<GroupStatus>): GroupStatus => ({
  ...{ name: 'dense', total: 10, done: 0, running: 0, failed: 0 },
  ...numbers,
});

describe('secondsLeft', () => {
  it('is what the units took, for as many as are under way', () => {
    // Two at a time, 8 waiting: four rounds of 10 s, and half a round for those under way.
    assert.equal(secondsLeft([group({ running: 2 })], [8, 12]), 45);
    assert.equal(secondsLeft([group({ done: 9, failed: 1 })], [10]), 0);
    assert.equal(secondsLeft([group({ done: 5 })], [10]), Number.POSITIVE_INFINITY);
    assert.equal(secondsLeft([group({ running: 2 })], []), Number.POSITIVE_INFINITY);
  });
});

describe('statusText', () => {
  const groups = [
    group({ done: 5, running: 2, failed: 1 }),
    group({ name: 'pruned 0.9', total: 4, done: 4 }),
  ];
  const failures = Array.from({ length: 12 }, (_, i) => ({
    name: `dense, replicate=${i}`,
    reason: `disk full\n    at write`,
  }));

  it('has a bar for each level on a terminal, and none in a log', () => {
    const status = { place: '/p', groups, failures: [], secondsLeft: 125, workers: 3 };
    assert.equal(
      statusText(status, { columns: 80 }),
      [
        '/p',
        'dense       ██████████▒▒▒▒××····  5 of 10 done, 2 under way, 1 failed',
        'pruned 0.9  ████████████████████  4 of 4 done',
        '2 m 05 s left, 3 workers',
      ].join('\n'),
    );
    assert.equal(
      statusText(status).split('\n')[1],
      'dense       5 of 10 done, 2 under way, 1 failed',
    );
    for (const columns of [20, 60, 200])
      for (const line of statusText(status, { columns }).split('\n').slice(1))
        assert.ok(columns < 60 || line.length < columns, `${columns}: ${line}`);
  });

  it('names failures by their first line, the first ten', () => {
    const text = statusText({
      place: '/p',
      groups,
      failures,
      secondsLeft: Number.POSITIVE_INFINITY,
    });
    assert.equal(text.match(/^failed: dense, replicate=\d+: disk full$/gm)?.length, 10);
    assert.match(text, /^failed: 2 more\ntime left not known$/m);
    assert.ok(!isOver({ groups }));
  });
});

describe('folderStatus', () => {
  const folder = join(root, 'population');
  const files = (...names: string[]) => {
    for (const name of names) {
      const file = join(folder, name);
      mkdirSync(join(file, '..'), { recursive: true });
      writeFileSync(
        file,
        name.endsWith('run.json') ? '{"outcome": {"seconds": 40}}' : '{"reason": "full"}',
      );
    }
  };

  it('tells what is done, under way and failed by the files', async () => {
    files(
      'sparsity=0/replicate=00.parquet',
      'sparsity=0/replicate=00/run.json',
      'sparsity=0/replicate=01/checkpoint.safetensors',
      'sparsity=0/replicate=02/failure.json',
      'sparsity=0.9/replicate=00/checkpoint.safetensors',
      'variant=int8%20static/replicate=00.parquet',
    );
    // Its machine is gone for an hour.
    const then = Date.now() / 1000 - 3600;
    utimesSync(join(folder, 'sparsity=0.9/replicate=00/checkpoint.safetensors'), then, then);
    writeFileSync(
      join(folder, 'population.json'),
      JSON.stringify({
        ...{ sparsities: [0, 0.9], replicates: 3, checkpointSeconds: 60 },
        compress: [{ weights: 'int8', activations: 'int8' }],
      }),
    );
    assert.deepEqual(await folderStatus(folder), {
      place: folder,
      groups: [
        { name: 'dense', total: 3, done: 1, running: 1, failed: 1 },
        { name: 'pruned 0.9', total: 3, done: 0, running: 0, failed: 0 },
        { name: 'int8 static', total: 3, done: 1, running: 0, failed: 0 },
      ],
      failures: [{ name: 'dense, replicate=02', reason: 'full' }],
      // 3 networks wait for the one under way; to quantize takes no time to speak of.
      secondsLeft: 40 * 3.5,
    });
    const { stdout, status } = sbd(['status', folder]);
    assert.equal(status, 0);
    assert.match(stdout, /^dense +1 of 3 done, 1 under way, 1 failed$/m);
    assert.match(stdout, /^failed: dense, replicate=02: full$/m);
  });

  it('refuses a record whose levels and models are none', async () => {
    const damaged = join(root, 'damaged');
    mkdirSync(damaged);
    for (const [record, wrong] of [
      [{ sparsities: 0.9, replicates: 3 }, /sparsities is 0\.9, expected a list/],
      [{ sparsities: [0, 7], replicates: 3 }, /sparsities\[1\] is 7, expected/],
      [{ sparsities: [0], replicates: '3' }, /replicates is '3', expected/],
      [{ sparsities: [0], replicates: 3, checkpointSeconds: [] }, /checkpointSeconds is \[\]/],
      [{ sparsities: [0], replicates: 3, compress: ['int8'] }, /compress\[0\] is 'int8'/],
    ] as const) {
      writeFileSync(join(damaged, 'population.json'), JSON.stringify(record));
      await assert.rejects(folderStatus(damaged), ({ name, message }: Error) => {
        assert.equal(name, 'PredictionsError');
        assert.match(message, /population\.json: the record of the population is damaged/);
        assert.match(message, wrong);
        return true;
      });
    }
    assert.equal(sbd(['status', damaged]).status, 3);
  });

  it('refuses a folder without a population', async () => {
    await assert.rejects(
      folderStatus(join(root, 'none')),
      /none: no population; expected a folder/,
    );
    const { status, stderr } = sbd(['status'], { ...process.env, SBD_QUEUE: '' });
    assert.equal(status, 3);
    assert.match(stderr, /give a folder, s3:\/\/bucket\/prefix or redis:\/\/host:6379/);
  });
});
