import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { glob } from 'tinyglobby';
import type { Notebook } from '../notebook';
import { sha256 } from '../sha256';
import { VERSION } from '../version';

/** All that a notebook's results depend on: hashes or versions, by names for people. */
export type Inputs = Readonly<Record<string, string>>;

const CODE = '**/*.{ts,mts,cts,tsx,js,mjs,cjs,jsx,json,wasm,node}';
const NOT_CODE = ['**/node_modules/**', '**/.git/**'];
/** Files that package managers write in node_modules when they install packages. */
const INSTALLED = ['.package-lock.json', '.modules.yaml', '.yarn-state.yml', '.yarn-integrity'];
/** Variables that differ between terminals and between jobs; no result should depend on them. */
const VOLATILE =
  /^(_|PWD|OLDPWD|SHLVL|COLUMNS|LINES|TERM.*|COLORTERM|WINDOWID|SSH_.*|XDG_.*|DBUS_.*|GITHUB_.*|RUNNER_.*|ACTIONS_.*|npm_.*|INIT_CWD)$/;

/**
 * Collects what a notebook's results depend on: the code of its cells, the code and JSON files of its repository (the
 * outermost folder above it with a package.json or .git), installed packages and those linked into
 * node_modules, Node, the environment, and the data files named.
 *
 * @param notebook the notebook with its parameters set
 * @param folder the notebook's folder
 * @param data the paths of the data files
 * @param ignored a folder whose files do not count: that of the cache
 */
export async function inputsOf(
  notebook: Notebook,
  folder: string,
  data: readonly string[],
  ignored: string,
): Promise<Inputs> {
  const home = realpathSync(folder);
  const root = rootOf(home);
  const folders = [root, ...linkedPackages(home, root)];
  const code = await Promise.all(
    folders.map((cwd) => glob(CODE, { cwd, ignore: NOT_CODE, dot: true, absolute: true })),
  );
  const installed = ancestors(home).flatMap((at) =>
    INSTALLED.map((name) => join(at, 'node_modules', name)).filter(existsSync),
  );
  const inside = resolve(ignored) + sep;
  const files = new Set([...code.flat(), ...installed, ...data].map((path) => resolve(path)));
  const inputs: Record<string, string> = {
    'the code of the cells': sha256(codeOf(notebook)),
    Node: `${process.version} ${process.platform} ${process.arch}`,
    'typescript-notebooks': VERSION,
  };
  for (const [name, value = ''] of Object.entries(process.env))
    if (!VOLATILE.test(name)) inputs[`the environment variable ${name}`] = sha256(value);
  for (const path of [...files].sort())
    if (!path.startsWith(inside)) inputs[relative(root, path)] = await hashFile(path);
  return inputs;
}

/** Which inputs changed, in a sentence with at most three names; undefined where none did. */
export function changeOf(before: Inputs, now: Inputs): string | undefined {
  const changed = [...new Set([...Object.keys(before), ...Object.keys(now)])].filter(
    (name) => before[name] !== now[name],
  );
  if (changed.length === 0) return undefined;
  const more = changed.length - 3;
  return `${changed.slice(0, 3).join(', ')}${more > 0 ? ` and ${more} more` : ''} changed`;
}

function codeOf({ cells }: Notebook): string {
  const code = cells.filter(({ cell_type }) => cell_type === 'code');
  return JSON.stringify(code.map(({ source, metadata }) => [source, metadata.tags ?? []]));
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
  } catch (error) {
    // A link to nowhere, or a file that is just being removed.
    return String((error as NodeJS.ErrnoException).code);
  }
  return hash.digest('hex');
}

function ancestors(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...ancestors(parent)];
}

function rootOf(folder: string): string {
  const marked = ancestors(folder).filter((at) =>
    ['package.json', '.git'].some((name) => existsSync(join(at, name))),
  );
  return marked.at(-1) ?? folder;
}

/** The folders outside the root of packages under development that node_modules links to. */
function linkedPackages(folder: string, root: string): string[] {
  const found = new Set<string>();
  const look = (at: string) => {
    for (const entry of existsSync(at) ? readdirSync(at, { withFileTypes: true }) : []) {
      const path = join(at, entry.name);
      if (entry.name.startsWith('@') && !entry.isSymbolicLink()) look(path);
      if (!entry.isSymbolicLink() || !existsSync(path)) continue;
      const real = realpathSync(path);
      const isDeveloped = !real.split(sep).includes('node_modules');
      if (isDeveloped && !real.startsWith(root + sep)) found.add(real);
    }
  };
  for (const at of ancestors(folder)) look(join(at, 'node_modules'));
  return [...found];
}
