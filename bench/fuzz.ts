import { parseArgs } from 'node:util';
import { type Bounds, fuzz } from '../test/fuzz/fuzz';
import { KINDS } from '../test/fuzz/kinds';

/**
 * Damages valid files of every kind that users may be handed, and reads them: none may end the process, take more
 * than 2 seconds or 300 MB, or end in an error that is not ours or names no file.
 *
 *     npm run fuzz [-- --count 200000] [--seed 1] [--kind CSV]
 */
const BOUNDS: Bounds = { seconds: 2, clock: 60, bytes: 300e6 };

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      count: { type: 'string', default: '200000' },
      seed: { type: 'string', default: '1' },
      kind: { type: 'string' },
    },
  });
  const kinds = KINDS.filter(({ name }) => values.kind === undefined || name === values.kind);
  if (kinds.length === 0)
    throw new Error(`--kind: expected one of ${KINDS.map(({ name }) => name).join(', ')}.`);
  const each = Math.ceil(Number(values.count) / kinds.length);
  const seed = Number(values.seed);
  console.log(
    '| kind | inputs | refused | same | read | raw | wrong | ended or hung | longest, s | most, MB |',
  );
  console.log('|---|---|---|---|---|---|---|---|---|---|');
  let faults = 0;
  for (const { name: kind } of kinds) {
    const tally = await fuzz({ kind, seed, from: 0, to: each }, BOUNDS);
    const { count, refused, same, read, seconds, bytes } = tally;
    const number = (...wanted: string[]) =>
      tally.faults.filter(({ what }) => wanted.includes(what)).length;
    const cells = [kind, count, refused, same, read, number('raw'), number('wrong')];
    const measured = [number('ended', 'hung'), seconds.toFixed(2), (bytes / 1e6).toFixed(0)];
    console.log(`| ${[...cells, ...measured].join(' | ')} |`);
    faults += tally.faults.length;
    for (const { index, what, detail } of tally.faults.slice(0, 10))
      console.error(`${kind}, seed ${seed}, input ${index}: ${what}. ${detail}`);
  }
  if (faults > 0) process.exitCode = 1;
}

main();
