import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { withCoverage } from './coverage';
import { testFiles } from './testFiles';

/**
 * Runs every test file beside this one and measures what they cover, or those whose path holds an argument:
 * `npm test -- records`.
 */
const wanted = process.argv.slice(2);
const files = testFiles(__dirname, join(__dirname, '../../test'), wanted);

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
