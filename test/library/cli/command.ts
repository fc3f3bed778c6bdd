import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** The compiled command. */
export const SBD = join(__dirname, '../../../../src/library/dist/cli/sbd.js');

/** Runs `sbd` to its end. */
export function sbd(
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [SBD, ...args], { encoding: 'utf8', env });
}
