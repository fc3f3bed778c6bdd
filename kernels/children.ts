import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

// The kernel replaces the functions of that module where cells call them.
const run = spawnSync;

/** The processes that a process has started and that still run; empty where the system does not tell. */
export function childrenOf(pid: number): number[] {
  if (process.platform === 'win32') return [];
  if (process.platform === 'linux')
    try {
      return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
        numbers(readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8')),
      );
    } catch {
      return [];
    }
  return numbers(run('pgrep', ['-P', String(pid)], { encoding: 'utf8' }).stdout ?? '');
}

function numbers(text: string): number[] {
  return text.split(/\s+/).filter(Boolean).map(Number);
}
