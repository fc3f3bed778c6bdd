import { existsSync } from 'node:fs';
import { resolve, sep } from 'node:path';

/** The workspace's folder, seen from dist/docs/tools. */
export const ROOT = resolve(__dirname, '../../..');

/** A package of this workspace. */
export interface Package {
  /** A short name, for findings. */
  readonly label: string;
  /** The name that users import. */
  readonly name: string;
  /** The folder of its compiled files, absolute or from the workspace's folder. */
  readonly dist: string;
}

export const STATISTICS: Package = {
  label: 'statistics',
  name: 'selective-brain-damage-statistics',
  dist: 'src/statistics/dist',
};

export const LIBRARY: Package = {
  label: 'library',
  name: 'selective-brain-damage',
  dist: 'src/library/dist',
};

export const KERNELS: Package = {
  label: 'kernels',
  name: 'typescript-notebooks',
  dist: 'kernels/dist',
};

/** Compiled files that hold other people's packages. */
const BUNDLED = resolve(ROOT, LIBRARY.dist, 'bundled');

export function indexOf({ dist }: Package): string {
  return resolve(ROOT, dist, 'index.d.ts');
}

/** The packages that are compiled and have an index, lower ones first. */
export function builtPackages(): Package[] {
  return [STATISTICS, LIBRARY, KERNELS].filter((one) => existsSync(indexOf(one)));
}

/** The package that a declaration file belongs to; undefined for other people's. */
export function packageOf(file: string, packages: readonly Package[]): Package | undefined {
  const path = resolve(file);
  if (path.startsWith(BUNDLED + sep)) return undefined;
  return packages.find(({ dist }) => path.startsWith(resolve(ROOT, dist) + sep));
}
