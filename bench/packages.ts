import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptyProject, install, installedTree, packAll, run } from '../test/packages/npm';

/**
 * Measures what each package costs whoever depends on it: packages and MB that `npm install` of the
 * packed tarballs brings, how long that takes (from npm's cache where it can), and how long `require`
 * takes and how much memory it needs, in processes that load nothing else. Empty processes run in
 * turn with those that load; their median is taken off.
 *
 *     npm run bench:packages -- [rounds]
 */
const STATISTICS = 'selective-brain-damage-statistics';
/** What the statistics alone may cost. */
const LIMITS = { packages: 60, megabytes: 40, seconds: 0.5, memory: 80 };

/** One process from start to end. */
interface Round {
  readonly seconds: number;
  /** Peak memory in MB. */
  readonly memory: number;
}

async function round(folder: string, name?: string): Promise<Round> {
  const load = name === undefined ? '' : `require(${JSON.stringify(name)});`;
  const script = `${load} console.log(process.resourceUsage().maxRSS / 1024); process.exit()`;
  const start = performance.now();
  const { status, stdout, stderr } = await run(folder, process.execPath, ['-e', script]);
  if (status !== 0) throw new Error(`${name} does not load:\n${stderr}`);
  return { seconds: (performance.now() - start) / 1000, memory: Number(stdout) };
}

/** The cost of loading a package beyond an empty process, medians; its peak memory as it is. */
async function loading(folder: string, name: string, rounds: number): Promise<Round> {
  const empty: Round[] = [];
  const loaded: Round[] = [];
  // The first round fills the system's file cache and is not counted.
  for (let i = 0; i <= rounds; i++) {
    empty.push(await round(folder));
    loaded.push(await round(folder, name));
  }
  const median = (of: readonly Round[], key: keyof Round) =>
    of
      .slice(1)
      .map((one) => one[key])
      .sort((a, b) => a - b)[rounds >> 1]!;
  return {
    seconds: median(loaded, 'seconds') - median(empty, 'seconds'),
    memory: median(loaded, 'memory'),
  };
}

/** Installs tarballs in an empty folder and prints what they bring and what each name costs to load. */
async function measure(
  title: string,
  tarballs: readonly string[],
  names: readonly string[],
  rounds: number,
): Promise<void> {
  const folder = emptyProject();
  try {
    const start = performance.now();
    const { status, stderr } = await install(folder, tarballs);
    if (status !== 0) throw new Error(`npm install ended with ${status}:\n${stderr}`);
    const seconds = (performance.now() - start) / 1000;
    const { packages, megabytes } = installedTree(folder);
    console.log(
      `${title}: ${packages.length} packages, ${megabytes.toFixed(1)} MB, ` +
        `installed in ${seconds.toFixed(1)} s`,
    );
    for (const name of names) {
      const { seconds, memory } = await loading(folder, name, rounds);
      console.log(
        `  ${name.padEnd(36)} loads in ${seconds.toFixed(2)} s, peak memory ${memory.toFixed(0)} MB`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function main(rounds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'packed-'));
  try {
    const { statistics, library, notebooks } = await packAll(folder);
    console.log(`Node ${process.version}, medians of ${rounds} processes`);
    await measure('the statistics alone', [statistics], [STATISTICS], rounds);
    const { packages, megabytes, seconds, memory } = LIMITS;
    console.log(`  at most: ${packages} packages, ${megabytes} MB; ${seconds} s, ${memory} MB`);
    const names = ['selective-brain-damage', 'typescript-notebooks'];
    await measure('all three', [statistics, library, notebooks], names, rounds);
    console.log('  at most: 450 packages, 400 MB');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

main(Number(process.argv[2] ?? 7));
