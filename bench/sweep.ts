import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { KINDS } from '../test/disk/kinds';
import { sweep } from '../test/disk/sweep';

/**
 * Kills processes inside their writes, on a disk that takes files in small pieces, and looks at what they left: of
 * each file the old version or the new one, never anything between, and after a rerun no other file.
 *
 *     npm run sweep [-- --kills 200] [--seed 1] [--kind scores]
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '200' },
      seed: { type: 'string', default: '1' },
      kind: { type: 'string' },
    },
  });
  const kinds = KINDS.filter(({ name }) => values.kind === undefined || name === values.kind);
  if (kinds.length === 0)
    throw new Error(`--kind: expected one of ${KINDS.map(({ name }) => name).join('; ')}.`);
  const each = Math.ceil(Number(values.kills) / kinds.length);
  const root = mkdtempSync(join(tmpdir(), 'sweep-'));
  let faults = 0;
  console.log(
    '| files | steps | kills | before a write | a sync | a rename, a removal | old | new | missing | temporaries | between |',
  );
  console.log(`|---${'|---'.repeat(10)}|`);
  try {
    for (const [i, kind] of kinds.entries()) {
      const { steps, kills } = await sweep(kind, each, Number(values.seed), join(root, String(i)));
      const at = (...calls: string[]) => kills.filter(({ call }) => calls.includes(call)).length;
      const sum = (of: 'old' | 'new' | 'missing' | 'temporaries') =>
        kills.reduce((total, kill) => total + kill[of], 0);
      const between = kills.flatMap((kill) => kill.faults);
      const calls = [at('write'), at('fsync'), kills.length - at('write', 'fsync')];
      const left = [sum('old'), sum('new'), sum('missing'), sum('temporaries'), between.length];
      console.log(`| ${[kind.name, steps, kills.length, ...calls, ...left].join(' | ')} |`);
      faults += between.length;
      for (const fault of between) console.error(`${kind.name}: ${fault}`);
    }
  } finally {
    rmSync(root, { recursive: true });
  }
  if (faults > 0) process.exitCode = 1;
}

main();
