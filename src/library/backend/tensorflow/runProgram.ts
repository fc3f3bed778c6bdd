import { spawnSync } from 'node:child_process';
import { BackendError } from 'selective-brain-damage-statistics';

/**
 * Runs a program to its end.
 *
 * @returns what it wrote to stdout
 * @throws BackendError with the end of what it wrote to stderr, and `wayOut`, where it fails or is missing
 */
export function runProgram(program: string, args: readonly string[], wayOut: string): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (status === 0) return stdout;
  const said = error?.message ?? stderr.trim().split('\n').slice(-5).join('\n');
  throw new BackendError(`${program} ${args.slice(0, 3).join(' ')} … failed: ${said}\n${wayOut}`, {
    cause: error,
  });
}
