import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './packages';

/** Where the worked examples lie, one per cell, each with what it prints beside it. */
export const EXAMPLES = join(ROOT, 'docs/examples');

/** The worked example of a cell. */
export interface Example {
  readonly source: string;
  readonly printed: string;
}

/** The cells that have an example. */
export function exampleNames(): string[] {
  return readdirSync(EXAMPLES)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort();
}

/** The example of a cell; undefined where there is none. */
export function exampleOf(cell: string): Example | undefined {
  const [source, printed] = [join(EXAMPLES, `${cell}.ts`), printedFile(cell)];
  if (!existsSync(source)) return undefined;
  return {
    source: readFileSync(source, 'utf8'),
    printed: existsSync(printed) ? readFileSync(printed, 'utf8') : '',
  };
}

/** The file with what an example prints. */
export function printedFile(cell: string): string {
  return join(EXAMPLES, `${cell}.txt`);
}
