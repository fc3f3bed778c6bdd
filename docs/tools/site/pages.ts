import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../packages';
import { storedPages } from '../reference';
import { notebookPages } from './notebooks';

/** Where the pages lie that are written for the site. */
export const SOURCE = 'docs/site';

/** A page of the site. */
export interface SitePage {
  /** Its Markdown file, from the site's root. */
  readonly path: string;
  /** The file that it is made of, from the repository's root. */
  readonly source: string;
  readonly text: string;
  /** The heading that it stands below in the navigation; without one it is found by links and search. */
  readonly group?: string;
}

/** The tutorials, in the order of reading. */
export const TUTORIALS = ['audit', 'train', 'bring', 'own'].map((name) => `tutorials/${name}.md`);
/** Pages that are read in the repository as well, by their files, with their places on the site. */
const SHARED = [
  ['docs/scaling.md', 'scaling.md'],
  ['docs/tensorflow.md', 'tensorflow.md'],
  ['kernels/README.md', 'kernel.md'],
] as const;
const IN_NAVIGATION = ['README.md', 'tables.md', 'types.md', 'values.md'];

/** All pages: those written for the site, guides of the repository, the executed notebooks, the reference. */
export function sitePages(): SitePage[] {
  const page = (source: string, path: string, group: string): SitePage => ({
    ...{ path, source, group },
    text: readFileSync(join(ROOT, source), 'utf8'),
  });
  const own = (path: string, group: string) => page(`${SOURCE}/${path}`, path, group);
  return [
    own('index.md', 'Selective Brain Damage'),
    ...TUTORIALS.map((path) => own(path, 'Tutorials')),
    own('statistics.md', 'How it works'),
    ...SHARED.map(([source, path]) => page(source, path, 'How it works')),
    ...[...notebookPages()].map(([name, text]) => ({
      path: `notebooks/${name}.md`,
      source: `notebooks/${name}.ipynb`,
      ...{ text, group: 'Notebooks' },
    })),
    ...[...storedPages()].map(([name, text]) => ({
      path: `reference/${name}`,
      source: `docs/reference/${name}`,
      text,
      ...(IN_NAVIGATION.includes(name) && { group: 'Reference' }),
    })),
  ];
}

/** The place of a page on the site; that of a README is its folder's index. */
export function placeOf({ path }: SitePage): string {
  return path.replace(/(^|\/)README\.md$/, '$1index.md').replace(/\.md$/, '.html');
}

/** The first heading of a page. */
export function titleOf({ path, text }: SitePage): string {
  const [, title] = /^# (.+)$/m.exec(text) ?? [];
  if (!title) throw new Error(`${path} has no heading of the first level.`);
  return title.replace(/[`*]/g, '');
}
