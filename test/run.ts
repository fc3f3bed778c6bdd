import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { withCoverage } from './coverage';

/** Where the sources of the tests lie, seen from dist/test. */
const SOURCES = join(__dirname, '../../test');

/**
 * Runs every test file beside this one and measures what they cover, or those whose path holds an argument:
 * `npm test -- records`.
 */
const wanted = process.argv.slice(2);
const files = readdirSync(__dirname, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.js'))
  // The compiler leaves what it made of a file that was deleted since.
  .filter((file) => existsSync(join(SOURCES, file.replace(/js$/, 'ts'))))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .sort()
  .map((file) => join(__dirname, file));

if (files.length === 0) {
  console.error(`No test file's path holds ${wanted.join(' or ')}.`);
  process.exit(1);
}
function run(env: NodeJS.ProcessEnv): number {
  const flags = ['--enable-source-maps', '--test', '--test-concurrency=2', '--test-reporter=spec'];
  const { status } = spawnSync(process.execPath, [...flags, ...files], { stdio: 'inherit', env });
  return status ?? 1;
}

async function main(): Promise<void> {
  process.exitCode = wanted.length > 0 ? run(process.env) : await withCoverage(run);
}

main();
