import type { Notebook } from '../notebook';
import { escapeHtml } from '../table';
import { type Heading, notebookParts, type PartsOptions } from './parts';
import { pageScripts } from './scripts';
import { NOTEBOOK_STYLE } from './style';

/** How a page is made. */
export interface PageOptions extends PartsOptions {
  /** The title of a notebook without headings, such as its file's name. Default: `Notebook`. */
  readonly fallbackTitle?: string;
}

/**
 * Makes a self-contained HTML page of a notebook: its list of contents, its cells, the styles and, if it has figures,
 * plotly.js. Nothing in the notebook can run in the page, unless `trust` allows it; the page can be read
 * without its scripts.
 *
 * @param notebook the notebook with its outputs
 * @returns the HTML
 */
export async function notebookPage(
  notebook: Notebook,
  { fallbackTitle = 'Notebook', ...options }: PageOptions = {},
): Promise<string> {
  const { title = fallbackTitle, headings, body, figures } = await notebookParts(notebook, options);
  const scripts = pageScripts(figures);
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    ...(options.trust ? [] : [policy(scripts.hashes)]),
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(title)}</title>`,
    `<style>${NOTEBOOK_STYLE}${PAGE_STYLE}</style>`,
    '</head>',
    '<body>',
    contents(headings),
    `<main>\n${body}\n</main>`,
    scripts.html,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** What the page may load and run: the second line of defence behind the sanitiser. */
function policy(hashes: readonly string[]): string {
  const rules = [
    "default-src 'none'",
    `script-src ${hashes.join(' ')}`,
    "style-src 'unsafe-inline'",
    'img-src * data:',
    'media-src * data:',
    "base-uri 'none'",
    "form-action 'none'",
  ];
  return `<meta http-equiv="Content-Security-Policy" content="${rules.join('; ')}">`;
}

/** A list of headings is worth its place from three on. */
const LISTED = 3;

function contents(headings: readonly Heading[]): string {
  const top = Math.min(...headings.map(({ level }) => level));
  const items = headings.map(
    ({ level, id, text }) =>
      `<li class="level-${level - top}"><a href="#${escapeHtml(encodeURIComponent(id))}">${escapeHtml(text)}</a></li>`,
  );
  return [
    '<nav>',
    '<button type="button" class="fold" hidden>Hide all code</button>',
    ...(headings.length < LISTED ? [] : ['<ul>', ...items, '</ul>']),
    '</nav>',
  ].join('\n');
}

const PAGE_STYLE = `
body { margin: 0; }
main { max-width: 872px; margin: 0 auto; padding: 0 1rem 6rem; }
nav { max-width: 872px; margin: 0 auto; padding: 1rem 1rem 0; font-size: 0.875rem; }
nav ul { list-style: none; margin: 0.75rem 0; padding: 0; }
nav li { margin: 0.2rem 0; line-height: 1.35; }
.level-1 { padding-left: 0.75rem; }
.level-2, .level-3, .level-4, .level-5 { padding-left: 1.5rem; }
nav a { text-decoration: none; }
nav a:hover { text-decoration: underline; }
.fold { font: inherit; color: var(--muted); background: var(--code); border: 1px solid var(--line);
  border-radius: 6px; padding: 0.2rem 0.6rem; cursor: pointer; }
@media screen and (min-width: 1000px) {
  main { padding-left: 3rem; }
  .source[open] > summary { position: absolute; right: 100%; margin: 0.75rem 0.75rem 0 0;
    display: block; white-space: nowrap; }
  .source[open] .count { margin: 0; }
  .source[open] > summary::before { content: '▾ '; }
}
@media screen and (min-width: 1240px) {
  body { display: grid; grid-template-columns: minmax(13rem, 1fr) minmax(0, 936px) minmax(0, 1fr); }
  main { margin: 0; width: 872px; }
  nav { position: sticky; top: 0; align-self: start; box-sizing: border-box; max-height: 100vh;
    overflow-y: auto; width: 100%; max-width: 18rem; margin: 0 0 0 auto; padding-top: 2.5rem; }
}
@media print { nav { display: none; } main { padding: 0; max-width: none; } }
`;
