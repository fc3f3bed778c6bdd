import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { CoverageReport } from 'monocart-coverage-reports';

const ROOT = join(__dirname, '../..');
const PACKAGES = ['src/statistics', 'src/library', 'kernels'];

/** Lines of sources, and those that some process ran. */
interface Lines {
  readonly total: number;
  readonly covered: number;
}

/**
 * Runs the tests with V8's coverage on, in their processes and those that they start, and prints the
 * share of each package's lines that ran. A killed process leaves no trace, so shares are a little low.
 *
 * @param runTests gets the environment of the processes
 */
export async function withCoverage<T>(runTests: (env: NodeJS.ProcessEnv) => T): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'coverage-'));
  try {
    const result = runTests({ ...process.env, NODE_V8_COVERAGE: join(folder, 'v8') });
    print(await linesOf(folder));
    return result;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The lines of every source that a process loaded, by its path in this workspace. */
async function linesOf(folder: string): Promise<Map<string, Lines>> {
  const report = new CoverageReport({
    reports: ['none'],
    outputDir: join(folder, 'report'),
    logging: 'off',
    entryFilter: ({ url }: { url: string }) =>
      PACKAGES.some((name) => url.includes(`/${name}/dist/`)) && !url.includes('/dist/bundled/'),
    sourceFilter: (path: string) => path.endsWith('.ts') && !path.includes('node_modules'),
    sourcePath: (path: string) => relative(ROOT, join(ROOT, path)).replaceAll('\\', '/'),
  });
  await report.addFromDir(join(folder, 'v8'));
  const results = await report.generate();
  return new Map(
    (results?.files ?? []).map(({ sourcePath, summary }) => {
      const { total, covered } = summary.lines as Lines;
      return [sourcePath, { total, covered }];
    }),
  );
}

function print(files: ReadonlyMap<string, Lines>): void {
  console.log('\nLines covered:');
  for (const name of PACKAGES) {
    const lines = [...files].filter(([path]) => path.startsWith(`${name}/`)).map(([, of]) => of);
    const total = lines.reduce((sum, one) => sum + one.total, 0);
    const covered = lines.reduce((sum, one) => sum + one.covered, 0);
    const share = total > 0 ? ((100 * covered) / total).toFixed(1) : '–';
    console.log(`  ${name.padEnd(15)} ${share.padStart(5)}% of ${total} in ${lines.length} files`);
  }
}
