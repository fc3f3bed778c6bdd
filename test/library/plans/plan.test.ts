import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { IJob } from 'kubernetes-models/batch/v1';
import { Job } from 'kubernetes-models/batch/v1';
import type { IConfigMap } from 'kubernetes-models/v1';
import { ConfigMap } from 'kubernetes-models/v1';
import { parseAllDocuments } from 'yaml';
import { corruptedSets } from '#library/datasets/shiftedSet';
import { scoreModels } from '#library/evaluation/scoreModels';
import { decodeSafetensors } from '#library/models/safetensors';
import { readPlan } from '#library/plans/readPlan';
import { checkpointFile, type Position } from '#library/training/checkpoint';
import { trainPopulation } from '#library/training/trainPopulation';
import { readPredictions } from '#statistics/predictions/readPredictions';
import { sbd } from '../cli/command';
import { temporaryFolder } from '../records/temporary';

const folder = temporaryFolder();

const tiny = {
  train: { loader: 'cifar10', views: [{ op: 'take', count: 160 }] },
  test: { loader: 'cifar10', options: { split: 'test' }, views: [{ op: 'take', count: 20 }] },
  model: { name: 'small-cnn', width: 4 },
  ...{ sparsities: [0, 0.9], replicates: 2, seed: 3, steps: 10, batchSize: 16 },
  folder: 'population',
  robustness: { corrupted: { corruptions: ['fog'], severities: [1, 5] } },
};

function planned(name: string, plan: object): string {
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify(plan, null, 2));
  return file;
}

describe('the units of a plan', () => {
  const file = planned('units.json', {
    ...{ ...tiny, replicates: 1 },
    robustness: { corrupted: { corruptions: ['fog'], severities: [5] } },
  });

  it('make, one by one, what the whole plan makes', async () => {
    assert.match(sbd(['plan', file]).stdout, /dense +0 of 1 done\n.*\nsets of images +0 of 2 done/);
    for (const [unit, index] of [
      ['network', 1],
      ['network', 0],
      ['set', 1],
      ['set', 0],
    ] as const) {
      const { status, stderr } = sbd(['train', file, `--${unit}`, String(index)]);
      assert.equal(status, 0, stderr);
      if (unit === 'set' && index === 1) assert.equal(sbd(['plan', file, '--status']).status, 75);
    }
    const { stdout, status } = sbd(['plan', file, '--status', '--json']);
    assert.equal(status, 0);
    const level = { total: 1, done: 1, running: 0, failed: 0 };
    assert.deepEqual(JSON.parse(stdout), {
      place: join(folder, 'population'),
      groups: [
        { name: 'dense', ...level },
        { name: 'pruned 0.9', ...level },
        { name: 'sets of images', ...level, total: 2, done: 2 },
      ],
      failures: [],
      secondsLeft: 0,
    });

    const { population, robustness } = await readPlan(file);
    const quiet = { onProgress: () => {} };
    const whole = await trainPopulation({ ...population, ...quiet, folder: join(folder, 'whole') });
    const { models } = await readPredictions(join(folder, 'population'));
    assert.deepEqual(models, whole.models);
    const scores = (place: string) =>
      scoreModels(join(folder, place), { ...robustness!, ...quiet });
    assert.deepEqual((await scores('population')).values, (await scores('whole')).values);
    assert.deepEqual(
      JSON.parse(readFileSync(join(folder, 'population/population.json'), 'utf8')),
      JSON.parse(readFileSync(join(folder, 'whole/population.json'), 'utf8')),
    );
  });

  it('fail one by one, and say why until they are trained', () => {
    const gone = { ...tiny, folder: 'failing', sparsities: [0], robustness: undefined };
    // What a disk that refuses the weights does.
    mkdirSync(join(folder, 'failing/sparsity=0/replicate=01/weights.bin/in the way'), {
      recursive: true,
    });
    const file = planned('failing.json', gone);
    const { status, stderr } = sbd(['train', file, '--network', '1']);
    assert.equal(status, 1, stderr);
    assert.match(stderr, /^dense, replicate 1: /m);
    assert.equal(sbd(['train', file, '--network', '0']).status, 0);
    const now = sbd(['plan', file]);
    assert.equal(now.status, 1, now.stdout);
    assert.match(
      now.stdout,
      /dense +1 of 2 done, 1 failed\nfailed: dense, replicate=01: .+\nnothing left to do/,
    );
  });

  it('are refused where there are none', () => {
    for (const [args, message] of [
      [['--network', '2'], /OptionError: --network: 2; expected one of the plan's networks, 0–1/],
      [['--set', '2'], /--set: 2; expected one of the plan's sets, 0–1/],
      [['--set', '-1'], /Expected a whole number, 0 or more/],
      [['--network', '0', '--queue', 'redis://x'], /cannot be used with option/],
    ] as const) {
      const { status, stderr } = sbd(['train', file, ...args]);
      assert.equal(status, 3);
      assert.match(stderr, message);
    }
  });
});

describe('sbd plan --slurm', {
  skip: process.platform === 'win32' && 'no Slurm on Windows',
}, () => {
  const bin = join(folder, 'bin');
  const calls = join(folder, 'calls');
  mkdirSync(bin);
  // Stand-ins for Slurm's programs, which write down how they were called.
  for (const program of ['sbatch', 'scontrol']) {
    writeFileSync(
      join(bin, program),
      `#!/bin/bash\nprintf '%s|' ${program} "$@" >> '${calls}'\necho >> '${calls}'\nwc -l < '${calls}' | tr -d ' '\n`,
    );
    chmodSync(join(bin, program), 0o755);
  }
  const env = { ...process.env, PATH: [bin, process.env.PATH].join(delimiter) };
  const callsSince = (line: number) =>
    existsSync(calls) ? readFileSync(calls, 'utf8').trimEnd().split('\n').slice(line) : [];
  const running: ChildProcess[] = [];
  after(() => {
    // Each has a process group, since killing bash would leave its command running.
    for (const { pid } of running)
      try {
        process.kill(-pid!, 'SIGKILL');
      } catch {}
  });
  function scriptOf(plan: string, ...args: string[]): string {
    const { status, stdout, stderr } = sbd(['plan', plan, '--slurm', ...args]);
    assert.equal(status, 0, stderr);
    const script = join(folder, 'script.sh');
    writeFileSync(script, stdout);
    assert.equal(spawnSync('bash', ['-n', script], { encoding: 'utf8' }).stderr, '');
    return script;
  }

  it('submits an array of networks, one of sets after it, and a look at all', () => {
    const script = scriptOf(planned("it's a plan.json", tiny));
    const { status, stdout } = spawnSync('bash', [script, '--partition=long'], {
      env,
      encoding: 'utf8',
    });
    assert.equal(status, 0);
    assert.deepEqual(callsSince(0), [
      `sbatch|--parsable|--array=0-3|--partition=long|${script}|network|`,
      `sbatch|--parsable|--array=0-2|--dependency=afterany:1|--partition=long|${script}|set|`,
      `sbatch|--parsable|--dependency=afterany:2|--partition=long|${script}|status|`,
    ]);
    assert.match(stdout, /^1: 4 networks\n2: 3 sets of images\n3: /);
    const looked = spawnSync('bash', [script, 'status'], { env, encoding: 'utf8' });
    assert.match(looked.stdout, /pruned 0\.9 +\d of 2 done/);
  });

  it('has a task that runs out of time requeued by its name, from its checkpoint', async () => {
    const endless = { ...tiny, folder: 'endless', steps: 1e6, checkpointSeconds: 0 };
    const script = scriptOf(planned('endless.json', endless));
    const file = checkpointFile(join(folder, 'endless/sparsity=0.9/replicate=00'));
    const step = () => {
      const { metadata } = decodeSafetensors(file, readFileSync(file));
      return (JSON.parse(metadata.position!) as Position).step;
    };
    const task = { ...env, SLURM_ARRAY_JOB_ID: '7', SLURM_ARRAY_TASK_ID: '1' };
    const start = () => {
      const how = { env: task, stdio: 'ignore', detached: true } as const;
      const child = spawn('bash', [script, 'network'], how);
      running.push(child);
      return { child, ended: once(child, 'exit') };
    };
    const before = callsSince(0).length;
    const first = start();
    while (!existsSync(file) || step() < 20) await setTimeout(20);
    first.child.kill('SIGUSR1');
    assert.deepEqual(await first.ended, [143, null]);
    assert.deepEqual(callsSince(before), ['scontrol|requeue|7_1|']);
    const saved = step();
    const second = start();
    while (step() === saved) await setTimeout(20);
    assert.ok(step() > saved);
    // Cancelled, it saves its state and does not come back.
    second.child.kill('SIGTERM');
    assert.deepEqual(await second.ended, [143, null]);
    assert.equal(callsSince(before).length, 1);
  });
});

describe('sbd plan --kubernetes', () => {
  const file = planned('cluster.json', { ...tiny, folder: 's3://models/My Population_2/' });
  const documents = (...args: string[]) => {
    const { status, stdout, stderr } = sbd(['plan', file, '--kubernetes', ...args]);
    assert.equal(status, 0, stderr);
    return parseAllDocuments(stdout).map((document) => document.toJS());
  };

  it('prints manifests that the schemas of Kubernetes accept', () => {
    const claimed = ['--image', 'registry/sbd:1', '--claim', 'shared'];
    const all = documents(...claimed, '--folder', 'results', '--secret', 'bucket');
    assert.equal(all.length, 3);
    const [map, networks, sets] = all as [IConfigMap, IJob, IJob];
    new ConfigMap(map).validate();
    assert.deepEqual(JSON.parse(map.data!['plan.json']!), JSON.parse(readFileSync(file, 'utf8')));
    for (const job of [networks, sets]) new Job(job).validate();
    assert.throws(() =>
      new Job({ ...networks, spec: { ...networks.spec!, completions: '4' } } as never).validate(),
    );
    const labels = { 'app.kubernetes.io/name': 'sbd', 'app.kubernetes.io/instance': 'results' };
    // The schemas let unknown names pass, the types do not.
    const expected: IJob = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'results-networks', labels },
      spec: {
        ...{ completionMode: 'Indexed', completions: 4, parallelism: 4, backoffLimitPerIndex: 1 },
        podFailurePolicy: {
          rules: [
            { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
            { action: 'Ignore', onExitCodes: { operator: 'In', values: [143] } },
          ],
        },
        template: {
          metadata: { labels },
          spec: {
            restartPolicy: 'Never',
            terminationGracePeriodSeconds: 120,
            containers: [
              {
                name: 'network',
                image: 'registry/sbd:1',
                command: ['sh', '-c', 'exec sbd train "$0" --network "$JOB_COMPLETION_INDEX" "$@"'],
                args: ['/population/plan.json', '--folder', '/population/results'],
                envFrom: [{ secretRef: { name: 'bucket' } }],
                env: [{ name: 'SBD_CACHE', value: '/population/.cache' }],
                resources: { requests: { cpu: '1', memory: '2Gi' } },
                volumeMounts: [
                  { name: 'folder', mountPath: '/population' },
                  { name: 'plan', mountPath: '/population/plan.json', subPath: 'plan.json' },
                ],
              },
            ],
            volumes: [
              { name: 'plan', configMap: { name: 'results-plan' } },
              { name: 'folder', persistentVolumeClaim: { claimName: 'shared' } },
            ],
          },
        },
      },
    };
    assert.deepEqual(networks, expected);
    assert.equal(sets.spec?.suspend, true);
    assert.equal(sets.spec?.completions, 3);
  });

  it('needs no volume where the folder is in a bucket, and nothing of shifted images without any', () => {
    const [map, networks] = documents('--image', 'sbd') as [IConfigMap, IJob];
    assert.equal(map.metadata?.name, 'my-population-2-plan');
    assert.equal(networks.spec?.template.spec?.volumes?.length, 1);
    const bare = planned('bare.json', { ...tiny, robustness: undefined });
    const { status, stderr } = sbd(['plan', bare, '--kubernetes', '--image', 'sbd']);
    assert.equal(status, 3);
    assert.match(stderr, /bare\.json: its pods share no folder population; give --claim/);
    const printed = sbd(['plan', bare, '--kubernetes', '--image', 'sbd', '--claim', 'x']);
    assert.equal(parseAllDocuments(printed.stdout).length, 2);
    assert.match(
      sbd(['plan', bare, '--kubernetes']).stderr,
      /--image: expected the container image/,
    );
  });

  it('passes the unit and the folder to sbd', { skip: process.platform === 'win32' }, () => {
    const [, networks] = documents('--image', 'sbd', '--folder', 's3://models/other') as [
      IConfigMap,
      IJob,
    ];
    const { command, args } = networks.spec!.template.spec!.containers[0]!;
    const [shell, ...words] = [...command!, ...args!];
    const asked = [...words];
    asked[1] = asked[1]!.replace('exec sbd', 'echo');
    const { stdout } = spawnSync(shell!, asked, {
      env: { ...process.env, JOB_COMPLETION_INDEX: '3' },
      encoding: 'utf8',
    });
    assert.equal(stdout, 'train /population/plan.json --network 3 --folder s3://models/other\n');
  });
});

it('the sets of a plan are those of corruptedSets, and the clean one', async () => {
  const all = { ...tiny, folder: 'none', robustness: { corrupted: {} } };
  const { population, robustness } = await readPlan(planned('all.json', all));
  assert.equal(robustness!.shifted.length, corruptedSets(population.test).length);
  assert.match(sbd(['plan', join(folder, 'all.json')]).stdout, /sets of images +0 of 76 done/);
});
