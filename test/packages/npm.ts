import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The repository, seen from dist/test/packages. */
export const ROOT = join(__dirname, '../../..');

/** How a process ended. */
export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The tarballs of the packages. */
export interface Tarballs {
  readonly statistics: string;
  readonly library: string;
  readonly notebooks: string;
  /** Native kernels for this platform, where there is a compiler to make them. */
  readonly kernels?: string;
}

/** One package of a tree that npm installed. */
export interface InstalledPackage {
  /** Below the tree's root: `node_modules/tslab/node_modules/@types/node`. */
  readonly path: string;
  readonly manifest: {
    readonly name: string;
    readonly scripts?: Readonly<Record<string, string>>;
  };
}

/** All that npm installed into a folder. */
export interface Tree {
  readonly packages: readonly InstalledPackage[];
  /** Every file, below the root. */
  readonly files: readonly string[];
  /** Of all files together, in MB of 10⁶ bytes. */
  readonly megabytes: number;
}

/** Runs a program in a folder, as a user's shell there would: without what npm and tests set. */
export function run(
  folder: string,
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Outcome> {
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...outsideEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // npm and npx are scripts of the shell on Windows.
    shell: process.platform === 'win32' && command !== process.execPath,
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (status) => done({ status: status ?? -1, ...output }));
  });
}

function outsideEnvironment(): NodeJS.ProcessEnv {
  const inside = /^(npm_|NODE_TEST_CONTEXT$|NODE_V8_COVERAGE$|NODE_OPTIONS$|INIT_CWD$)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !inside.test(name)));
}

/** Packs the packages, as they are built now, into a folder. */
export async function packAll(folder: string): Promise<Tarballs> {
  const script = join(ROOT, 'scripts/pack.js');
  const { status, stdout, stderr } = await run(ROOT, process.execPath, [script, folder]);
  if (status !== 0) throw new Error(`scripts/pack.js ended with ${status}:\n${stderr}`);
  const tarballs = stdout.trim().split(/\r?\n/);
  const find = (name: RegExp) =>
    resolve(ROOT, tarballs.find((tarball) => name.test(tarball)) ?? `${name} was not packed`);
  const kernels = tarballs.find((tarball) => tarball.includes(`-${process.platform}-`));
  return {
    ...(kernels !== undefined && { kernels: resolve(ROOT, kernels) }),
    statistics: find(/damage-statistics-[\d.]+\.tgz$/),
    library: find(/damage-[\d.]+\.tgz$/),
    notebooks: find(/notebooks-[\d.]+\.tgz$/),
  };
}

/** A new folder with a package.json and nothing else, outside the repository. */
export function emptyProject(): string {
  const folder = mkdtempSync(join(tmpdir(), 'installed-'));
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  return folder;
}

/** Installs tarballs, and what they depend on from npm's cache or the registry. */
export function install(
  folder: string,
  tarballs: readonly string[],
  ...options: readonly string[]
): Promise<Outcome> {
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--fetch-retries=1'];
  return run(folder, 'npm', ['install', ...quiet, ...options, ...tarballs]);
}

/** Whether the npm registry answers. */
export async function registryAnswers(folder: string): Promise<boolean> {
  const args = ['view', 'tinyglobby', 'version', '--prefer-online', '--fetch-retries=0'];
  return (await run(folder, 'npm', args)).status === 0;
}

/** The native modules of a tree, and what would build one. */
export function nativeFiles({ files }: Tree): string[] {
  return files.filter((file) => /\.node$|binding\.gyp$/.test(file));
}

/** The packages of a tree that run a script when they are installed. */
export function installScripts({ packages }: Tree): string[] {
  const scripts = ['preinstall', 'install', 'postinstall'];
  return packages
    .filter(({ manifest }) => scripts.some((name) => manifest.scripts?.[name]))
    .map(({ path }) => path);
}

/** The packages and files below a folder's `node_modules`. */
export function installedTree(root: string): Tree {
  const lock = JSON.parse(readFileSync(join(root, 'node_modules/.package-lock.json'), 'utf8'));
  const files = readdirSync(join(root, 'node_modules'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  const bytes = files.reduce((sum, file) => sum + statSync(join(root, file)).size, 0);
  return {
    packages: Object.keys(lock.packages).map((path) => ({
      path,
      manifest: JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8')),
    })),
    files,
    megabytes: bytes / 1e6,
  };
}
