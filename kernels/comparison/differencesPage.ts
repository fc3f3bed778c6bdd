import { stripVTControlCharacters } from 'node:util';
import type { CellDifference } from '../compareNotebooks';
import { escapeHtml } from '../table';
import type { Difference } from './difference';
import { marked, type Piece } from './marks';

const SHOWN_PER_CELL = 100;

/** The differences of a notebook. */
export interface NotebookDifferences {
  /** The notebook's path. */
  readonly path: string;
  /** The cells that differ, as {@link differences} returns them. */
  readonly cells: readonly CellDifference[];
}

/**
 * Makes a self-contained page of the differences of notebooks from their stored outputs: for each cell its code, and
 * what was stored beside what the run shows, with the differences marked. It runs no scripts.
 *
 * @param found the notebooks that were compared, those without differences too
 * @returns the HTML
 */
export function differencesPage(found: readonly NotebookDifferences[]): string {
  const differing = found.filter(({ cells }) => cells.length > 0);
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<title>Differences of notebooks</title>',
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    '<main>',
    '<h1>Differences of notebooks</h1>',
    `<p>${differing.length} of ${found.length} notebooks differ from their stored outputs.</p>`,
    contents(differing),
    ...differing.flatMap(({ path, cells }, i) => [
      `<h2>${escapeHtml(path)}</h2>`,
      ...cells.map((cell) => cellHtml(cell, i)),
    ]),
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function contents(found: readonly NotebookDifferences[]): string {
  const items = found.flatMap(({ path, cells }, i) =>
    cells.map(
      ({ number, differences }) =>
        `<li><a href="#n${i}-c${number}">${escapeHtml(path)}, cell ${number}</a>: ${
          differences.length
        } place${differences.length === 1 ? '' : 's'}</li>`,
    ),
  );
  return items.length > 0 ? `<ul>${items.join('\n')}</ul>` : '';
}

function cellHtml({ number, source, differences }: CellDifference, notebook: number): string {
  const more = differences.length - SHOWN_PER_CELL;
  return [
    `<section id="n${notebook}-c${number}">`,
    `<h3>Cell ${number}</h3>`,
    `<details><summary>Code</summary><pre>${escapeHtml(source)}</pre></details>`,
    ...differences.slice(0, SHOWN_PER_CELL).map(differenceHtml),
    ...(more > 0 ? [`<p>and ${more} more places</p>`] : []),
    '</section>',
  ].join('\n');
}

function differenceHtml(difference: Difference): string {
  const { place, stored, run, pictures } = difference;
  const pieces = marked(plain(stored ?? ''), plain(run ?? ''));
  return [
    `<h4>${escapeHtml(place)}</h4>`,
    '<div class="pair">',
    side('stored', stored === undefined, pieces.stored, pictures?.type, pictures?.stored),
    side('run', run === undefined, pieces.run, pictures?.type, pictures?.run),
    '</div>',
  ].join('\n');
}

function side(
  name: 'stored' | 'run',
  isMissing: boolean,
  pieces: readonly Piece[],
  type: string | undefined,
  base64: string | undefined,
): string {
  const tag = name === 'stored' ? 'del' : 'ins';
  const text = pieces
    .map(({ text, differs }) =>
      differs && text !== '' ? `<${tag}>${escapeHtml(text)}</${tag}>` : escapeHtml(text),
    )
    .join('');
  const picture =
    type === undefined || base64 === undefined
      ? ''
      : `<img alt="The picture that is ${name === 'run' ? 'new' : 'stored'}" src="data:${type};base64,${base64.replaceAll(/[^A-Za-z0-9+/=]/g, '')}">`;
  return `<div class="${name}"><p>${name}</p>${picture}<pre>${
    isMissing ? '<em>nothing</em>' : text
  }</pre></div>`;
}

function plain(text: string): string {
  return stripVTControlCharacters(text);
}

const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d0d7de, #3d444d);
  --muted: light-dark(#59636e, #9198a1); --code: light-dark(#f6f8fa, #151b23);
  --del: light-dark(#ffcecb, #792e2e); --ins: light-dark(#aceebb, #1c5a2d); }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: light-dark(#1f2328, #f0f6fc);
  background: light-dark(#fff, #0d1117); }
main { max-width: 80rem; margin: 0 auto; padding: 1rem; }
h1, h2, h3, h4 { line-height: 1.25; overflow-wrap: anywhere; }
h4 { margin: 1rem 0 0.25rem; font-size: 0.9375rem; }
section { border-top: 1px solid var(--line); }
pre { margin: 0; padding: 0.5rem; background: var(--code); overflow-x: auto; white-space: pre-wrap;
  overflow-wrap: anywhere; font: 0.8125rem/1.45 ui-monospace, monospace; }
summary, .pair p { color: var(--muted); font-size: 0.8125rem; margin: 0; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr));
  gap: 0.5rem; }
.pair img { max-width: 100%; background: #fff; }
del { background: var(--del); text-decoration: none; }
ins { background: var(--ins); text-decoration: none; }
`;
