/**
 * Makes the reference from the doc comments of the compiled packages:
 *
 *     npm run docs             runs examples and tutorials, writes what they print, and docs/reference
 *     npm run docs -- --tutorials  runs the tutorials of docs/site alone, and writes what they print
 *     npm run docs -- --pages  writes docs/reference alone
 *     npm run docs -- --check  lists what the public faces lack; exits with 1 where they lack anything
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { exampleNames, printedFile } from './examples';
import { runExamples } from './examplesRun';
import { readFace } from './face';
import { type Findings, findingsOf } from './findings';
import { ROOT } from './packages';
import { referencePages, storePages } from './reference';
import { SOURCE, TUTORIALS } from './site/pages';
import { runTutorial, stepsOf, withPrinted } from './site/tutorials';

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--check')) {
    const findings = findingsOf(readFace());
    console.log(reportOf(findings));
    process.exitCode = Object.values(findings).some((list) => list.length > 0) ? 1 : 0;
    return;
  }
  if (args.includes('--tutorials')) return storeTutorials();
  if (!args.includes('--pages')) {
    await storeExamples();
    await storeTutorials();
  }
  const pages = referencePages(readFace());
  storePages(pages);
  console.log(`docs/reference: ${pages.size} pages.`);
}

/** Writes into the tutorials what their steps print. */
async function storeTutorials(): Promise<void> {
  for (const path of TUTORIALS) {
    const file = join(ROOT, SOURCE, path);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, withPrinted(text, await runTutorial(basename(path, '.md'), stepsOf(text))));
  }
}

async function storeExamples(): Promise<void> {
  for (const [name, { printed, error }] of Object.entries(await runExamples(exampleNames()))) {
    if (error !== undefined) throw new Error(`docs/examples/${name}.ts: ${error}`);
    writeFileSync(printedFile(name), printed);
  }
}

function reportOf({ exports, docs, reference }: Findings): string {
  const part = (title: string, list: readonly string[]) =>
    [`${title}: ${list.length}`, ...list.map((line) => `  ${line}`)].join('\n');
  return [
    part('Types to export', exports),
    part('Doc comments to write', docs),
    part('Values to put into the reference', reference),
  ].join('\n\n');
}

void main(process.argv.slice(2));
