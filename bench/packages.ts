import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ALL_LIMITS, type Limits, STATISTICS_LIMITS } from '../test/packages/limits';
import {
  emptyProject,
  install,
  installedTree,
  installScripts,
  nativeFiles,
  packAll,
  run,
  type Tree,
} from '../test/packages/npm';

/**
 * Measures what each package costs whoever depends on it, installed from its tarball in an empty
 * folder: packages, MB, native modules and install scripts; the time that `require` takes and the
 * memory of the process afterwards, medians over new processes that load nothing else. Empty processes
 * run in turn with those that load. The exit code is 1 where a package is larger than its limit;
 * times and memory are only reported.
 *
 *     npm run bench:packages -- [rounds]
 */
async function main(rounds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'packed-'));
  try {
    const { statistics, library, notebooks } = await packAll(folder);
    console.log(
      `Node ${process.version}, ${process.platform} ${process.arch}; medians of ${rounds} processes`,
    );
    const isWithin = [
      await measure(STATISTICS, [statistics], rounds, STATISTICS_LIMITS),
      await measure(LIBRARY, [statistics, library], rounds),
      await measure(NOTEBOOKS, [notebooks], rounds),
      await measure(undefined, [statistics, library, notebooks], rounds, ALL_LIMITS),
    ];
    if (isWithin.includes(false)) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const STATISTICS = 'selective-brain-damage-statistics';
const LIBRARY = 'selective-brain-damage';
const NOTEBOOKS = 'typescript-notebooks';

/** One process that loads a package, or none. */
interface Load {
  /** Of `require` alone. */
  readonly seconds: number;
  /** From the start of the process to its end. */
  readonly wall: number;
  /** Resident memory afterwards, MB of 10⁶ bytes. */
  readonly memory: number;
}

async function load(folder: string, name?: string): Promise<Load> {
  const script = `
    const start = performance.now();
    ${name === undefined ? '' : `require(${JSON.stringify(name)});`}
    const seconds = (performance.now() - start) / 1000;
    console.log(JSON.stringify({ seconds, memory: process.memoryUsage().rss / 1e6 }));
    process.exit();`;
  const start = performance.now();
  const { status, stdout, stderr } = await run(folder, process.execPath, ['-e', script]);
  if (status !== 0) throw new Error(`${name ?? 'An empty process'} fails:\n${stderr}`);
  return { ...JSON.parse(stdout), wall: (performance.now() - start) / 1000 };
}

function median(loads: readonly Load[]): Load {
  const middle = (key: keyof Load) =>
    loads.map((one) => one[key]).sort((a, b) => a - b)[loads.length >> 1]!;
  return { seconds: middle('seconds'), wall: middle('wall'), memory: middle('memory') };
}

async function medianLoads(
  folder: string,
  name: string,
  rounds: number,
): Promise<{ empty: Load; loaded: Load }> {
  const empty: Load[] = [];
  const loaded: Load[] = [];
  // The first round fills the system's file cache and is not counted.
  for (let i = 0; i <= rounds; i++) {
    empty.push(await load(folder));
    loaded.push(await load(folder, name));
  }
  return { empty: median(empty.slice(1)), loaded: median(loaded.slice(1)) };
}

/**
 * Installs tarballs in an empty folder and prints what they bring.
 *
 * @param name the package to load; undefined for all together, where nothing is loaded
 * @returns whether packages, MB, native modules and install scripts keep within the limits
 */
async function measure(
  name: string | undefined,
  tarballs: readonly string[],
  rounds: number,
  limits?: Limits,
): Promise<boolean> {
  const folder = emptyProject();
  try {
    const start = performance.now();
    const { status, stderr } = await install(folder, tarballs);
    if (status !== 0) throw new Error(`npm install ended with ${status}:\n${stderr}`);
    const seconds = (performance.now() - start) / 1000;
    console.log(`\n${name ?? 'all three together'} (installed in ${seconds.toFixed(1)} s)`);
    const isWithin = printSize(installedTree(folder), limits);
    if (name !== undefined) printLoad(await medianLoads(folder, name, rounds), limits);
    return isWithin;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function printSize(tree: Tree, { packages, megabytes, isPlain }: Partial<Limits> = {}): boolean {
  const native = nativeFiles(tree);
  const scripts = installScripts(tree).map((path) => path.replace(/^.*node_modules\//, ''));
  const most = isPlain ? 0 : undefined;
  return [
    printNumber('packages', tree.packages.length, 0, packages),
    printNumber('MB on disk', tree.megabytes, 1, megabytes),
    printNumber('native modules', native.length, 0, most),
    printNumber('install scripts', scripts.length, 0, most, scripts.join(', ')),
  ].every(Boolean);
}

function printLoad({ empty, loaded }: { empty: Load; loaded: Load }, limits?: Limits): void {
  const startUp = `whole process ${loaded.wall.toFixed(2)}, an empty one ${empty.wall.toFixed(2)}`;
  printNumber('seconds to load', loaded.seconds, 2, limits?.seconds, startUp);
  const above = `${(loaded.memory - empty.memory).toFixed(0)} above an empty process`;
  printNumber('MB of memory', loaded.memory, 0, limits?.memory, above);
}

/** Prints a line; returns whether the value is within the limit. */
function printNumber(
  label: string,
  value: number,
  digits: number,
  limit?: number,
  note = '',
): boolean {
  const isWithin = limit === undefined || value <= limit;
  const bound = limit === undefined ? '' : `at most ${limit}${isWithin ? '' : ', EXCEEDED'}`;
  const line = `  ${label.padEnd(16)} ${value.toFixed(digits).padStart(6)}  ${bound.padEnd(13)} ${note}`;
  console.log(line.trimEnd());
  return isWithin;
}

main(Number(process.argv[2] ?? 7));
