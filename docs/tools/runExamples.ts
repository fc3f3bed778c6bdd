/**
 * Runs worked examples one after the other in this process:
 *
 *     node dist/docs/tools/runExamples.js <file for the results> <name>…
 *
 * The results are JSON: by name, what the example printed, and its error where it failed.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './packages';

/** The outcome of one example. */
export interface ExampleRun {
  readonly printed: string;
  readonly error?: string;
}

/** Runs the examples of this file's command line and writes the outcomes. */
async function main([file, ...names]: readonly string[]): Promise<void> {
  const runs: Record<string, ExampleRun> = {};
  for (const name of names) runs[name] = await runExample(name);
  writeFileSync(file!, JSON.stringify(runs));
}

async function runExample(name: string): Promise<ExampleRun> {
  const printed: string[] = [];
  const write = process.stdout.write;
  process.stdout.write = (text: string | Uint8Array) => {
    printed.push(text.toString());
    return true;
  };
  try {
    await import(pathToFileURL(join(ROOT, 'dist/docs/examples', `${name}.js`)).href);
    return { printed: printed.join('') };
  } catch (error) {
    return { printed: printed.join(''), error: String(error) };
  } finally {
    process.stdout.write = write;
  }
}

if (require.main === module) void main(process.argv.slice(2));
