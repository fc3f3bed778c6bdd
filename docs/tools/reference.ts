import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cellPage } from './cellPage';
import { declarationsPage } from './declarationsPage';
import { type Exported, type Face, isFunction, isValue } from './face';
import { indexPage } from './indexPage';
import { placesOf, placesOn } from './links';
import { KERNELS, LIBRARY, ROOT } from './packages';
import { tableSchemas } from './tables';
import { tablesPage } from './tablesPage';

const REFERENCE = join(ROOT, 'docs/reference');

/** The cells: the functions that the library exports. */
export function cellsOf(face: Face): Exported[] {
  return exportsOf(face, LIBRARY.name).filter(isFunction);
}

/** All pages of the reference by file name. */
export function referencePages(face: Face): Map<string, string> {
  const library = exportsOf(face, LIBRARY.name);
  const kernels = exportsOf(face, KERNELS.name);
  const places = placesOf(library);
  const cells = library.filter(isFunction);
  const values = library.filter((one) => isValue(one) && !isFunction(one));
  const types = library.filter((one) => !isValue(one));
  const pages = new Map(cells.map((cell) => [`${cell.name}.md`, cellPage(cell, face, places)]));
  pages.set('tables.md', tablesPage(tableSchemas(), places));
  pages.set('values.md', declarationsPage('Classes and constants', VALUES, values, face, places));
  pages.set('types.md', declarationsPage('Types', TYPES, types, face, places));
  const others = [
    '[Tables](tables.md): the columns of every kind of table',
    '[Classes and constants](values.md): data sets, pictures, errors',
    '[Types](types.md): the types that signatures name',
  ];
  if (kernels.length > 0) {
    const page = 'notebooks.md';
    const sorted = [...kernels.filter(isValue), ...kernels.filter((one) => !isValue(one))];
    const own = placesOn(page, kernels);
    pages.set(page, declarationsPage(KERNELS.name, NOTEBOOKS, sorted, face, own));
    others.push(`[${KERNELS.name}](${page}): the notebook kernel`);
  }
  return pages.set('README.md', indexPage(cells, others, face, places));
}

const VALUES = 'The classes and constants of `selective-brain-damage`.';
const TYPES = 'The types that the cells take and give.';
const NOTEBOOKS = 'Everything that the package of the notebook kernel exports.';

function exportsOf({ packages }: Face, name: string): readonly Exported[] {
  return packages.find(({ of }) => of.name === name)?.exports ?? [];
}

/** The pages that are checked in, by file name. */
export function storedPages(): Map<string, string> {
  const files = existsSync(REFERENCE) ? readdirSync(REFERENCE) : [];
  return new Map(files.map((file) => [file, readFileSync(join(REFERENCE, file), 'utf8')]));
}

/** Replaces the pages that are checked in. */
export function storePages(pages: ReadonlyMap<string, string>): void {
  rmSync(REFERENCE, { recursive: true, force: true });
  mkdirSync(REFERENCE, { recursive: true });
  for (const [file, text] of pages) writeFileSync(join(REFERENCE, file), text);
}

/** The names that head a page or a part of one that is checked in. */
export function headings(): Set<string> {
  const pages = [...storedPages().values()];
  return new Set(
    pages.flatMap((text) => [...text.matchAll(/^#{1,2} (\w+)$/gm)].map(([, name]) => name!)),
  );
}
