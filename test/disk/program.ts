import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Fault } from './faultyDisk';

/** Runs a program of this folder, and those that it starts, on a disk that fails as told. */
export function onFaultyDisk(
  program: string,
  args: readonly string[],
  fault: Fault,
): SpawnSyncReturns<string> {
  const preload = join(__dirname, 'faultyDisk.js');
  const env = {
    ...process.env,
    NODE_OPTIONS: `--require ${JSON.stringify(preload)}`,
    FAULTY_DISK: JSON.stringify(fault),
  };
  return spawnSync(process.execPath, [join(__dirname, program), ...args], {
    encoding: 'utf8',
    env,
  });
}
