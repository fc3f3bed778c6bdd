import { spawnSync } from 'node:child_process';

const found = new Map<string, string | undefined>();

/**
 * A Python 3 that has the modules: what the environment variable SBD_PYTHON names, else `python3`.
 * Undefined where there is none; what compares with Python is then passed over.
 */
export function findPython(...modules: string[]): string | undefined {
  const python = process.env.SBD_PYTHON ?? 'python3';
  const key = modules.join(', ');
  if (!found.has(key)) {
    const { status } = spawnSync(python, ['-c', `import ${key}`]);
    found.set(key, status === 0 ? python : undefined);
  }
  return found.get(key);
}

/** Why a test that needs Python is skipped, or false where it can run. */
export function withoutPython(...modules: string[]): string | false {
  return findPython(...modules)
    ? false
    : `no Python 3 with ${modules.join(', ')}: set SBD_PYTHON to one`;
}
