import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChaos } from '../test/library/queue/chaos';
import { NO_REDIS, NO_S3 } from '../test/services';

/**
 * Trains 24 small networks by three workers of a queue in Redis, with their files in a bucket, while workers,
 * submitter and Redis are killed 30 times, and compares the outcome with an unbroken run of this machine.
 *
 *     npm run chaos [-- <seed> <steps>]
 */
async function main(): Promise<void> {
  const missing = NO_REDIS || NO_S3;
  if (missing) throw new Error(`This needs redis-server and gofakes3: ${missing}.`);
  const folder = await mkdtemp(join(tmpdir(), 'chaos-'));
  try {
    const [seed = 1, steps = 200] = process.argv.slice(2).map(Number);
    const chaos = await runChaos({
      ...{ folder, sparsities: [0, 0.3, 0.6, 0.9], replicates: 6, steps, kills: 30, seed },
      onLine: console.error,
    });
    const { kills, unbroken, different, broken, others, begun, done, seconds } = chaos;
    console.log('| second | killed | at | what happened |\n|---|---|---|---|');
    for (const { seconds: at, victim, at: doing, outcome } of kills)
      console.log(`| ${at.toFixed(0)} | ${victim} | ${doing} | ${outcome} |`);
    const sum = (counts: ReadonlyMap<string, number>) =>
      [...counts.values()].reduce((all, count) => all + count, 0);
    console.log(
      `\n${unbroken.models.length} models, ${kills.length} kills in ${seconds.toFixed(0)} s. Units begun ` +
        `${sum(begun)} times, told done ${sum(done)} times, ${begun.size} different ones. Files that differ from ` +
        `the unbroken run: ${different.length}; training curves that differ: ${broken.length}; files left over: ` +
        `${others.length}.`,
    );
    if (different.length + broken.length + others.length > 0) {
      console.log([...different, ...broken, ...others].join('\n'));
      process.exitCode = 1;
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

main();
