/**
 * Makes the reference from the doc comments of the compiled packages:
 *
 *     npm run docs             runs the examples, writes what they print, and docs/reference
 *     npm run docs -- --pages  writes docs/reference alone
 *     npm run docs -- --check  lists what the public faces lack; exits with 1 where they lack anything
 */
import { writeFileSync } from 'node:fs';
import { exampleNames, printedFile } from './examples';
import { runExamples } from './examplesRun';
import { readFace } from './face';
import { type Findings, findingsOf } from './findings';
import { referencePages, storePages } from './reference';

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--check')) {
    const findings = findingsOf(readFace());
    console.log(reportOf(findings));
    process.exitCode = Object.values(findings).some((list) => list.length > 0) ? 1 : 0;
    return;
  }
  if (!args.includes('--pages')) await storeExamples();
  const pages = referencePages(readFace());
  storePages(pages);
  console.log(`docs/reference: ${pages.size} pages.`);
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
