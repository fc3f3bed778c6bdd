import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import hljs from 'highlight.js/lib/core';
import typescript from 'highlight.js/lib/languages/typescript';
import type { Cell, CellOutput, MimeBundle, Notebook } from './notebook';
import { escapeHtml } from './table';

hljs.registerLanguage('typescript', typescript);

type Markdown = (text: string) => string;

/** The types that a page can show, best first. */
const SHOWN: readonly [type: string, html: (content: string, markdown: Markdown) => string][] = [
  ['text/html', (html) => `<div class="html">${html}</div>`],
  ['image/svg+xml', (svg) => svg],
  ['image/png', (base64) => picture('png', base64)],
  ['image/jpeg', (base64) => picture('jpeg', base64)],
  ['text/markdown', (text, markdown) => markdown(text)],
  ['text/plain', (text) => `<pre>${escapeHtml(text)}</pre>`],
];
const PLOTLY = 'application/vnd.plotly.v1+json';

/**
 * Makes a self-contained HTML page of a notebook, with its pictures, its styles and, if it has figures,
 * plotly.js. A figure is a picture or text until plotly.js has drawn it, so the page can also be read
 * without scripts.
 *
 * @param notebook the notebook with its outputs
 * @param title the page's title
 * @returns the HTML
 */
export async function notebookPage(notebook: Notebook, title: string): Promise<string> {
  const { marked } = await import('marked');
  const markdown: Markdown = (text) => marked.parse(text, { async: false, gfm: true });
  const body = notebook.cells.map((cell) => cellHtml(cell, markdown)).join('\n');
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(title)}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    `<main>\n${body}\n</main>`,
    ...(body.includes('class="figure"') ? [plotlyScripts()] : []),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function cellHtml(cell: Cell, markdown: Markdown): string {
  if (cell.cell_type !== 'code')
    return cell.cell_type === 'markdown'
      ? `<section>${markdown(cell.source)}</section>`
      : `<section><pre>${escapeHtml(cell.source)}</pre></section>`;
  if (cell.source.trim() === '') return '';
  const code = hljs.highlight(cell.source, { language: 'typescript' }).value;
  return [
    '<section class="cell">',
    `<div class="count">${cell.execution_count ?? ' '}</div>`,
    `<pre class="code"><code>${code}</code></pre>`,
    ...cell.outputs.map((output) => `<div class="output">${outputHtml(output, markdown)}</div>`),
    '</section>',
  ].join('\n');
}

function outputHtml(output: CellOutput, markdown: Markdown): string {
  switch (output.output_type) {
    case 'stream':
      return `<pre class="${output.name}">${plain(output.text)}</pre>`;
    case 'error':
      return `<pre class="error">${plain(output.traceback.join('\n'))}</pre>`;
    default:
      return bundleHtml(output.data, output.metadata, markdown);
  }
}

function bundleHtml(
  data: MimeBundle,
  metadata: Readonly<Record<string, unknown>>,
  markdown: Markdown,
): string {
  const type = SHOWN.find(([name]) => typeof data[name] === 'string');
  const content = type ? type[1](data[type[0]] as string, markdown) : '';
  if (data[PLOTLY] !== undefined)
    return (
      `<div class="figure"><div class="fallback">${content}</div>` +
      `<script type="application/json">${inScript(JSON.stringify(data[PLOTLY]))}</script></div>`
    );
  const { width } = ((type && metadata[type[0]]) ?? {}) as { width?: number };
  return width ? `<div style="max-width: ${width}px">${content}</div>` : content;
}

function picture(format: string, base64: string): string {
  return `<img alt="" src="data:image/${format};base64,${base64.trim()}">`;
}

function plain(text: string): string {
  return escapeHtml(stripVTControlCharacters(text));
}

/** Escapes text that would end the script element around it. */
function inScript(text: string): string {
  return text.replaceAll('</', '<\\/').replaceAll('<!--', '<\\!--');
}

function plotlyScripts(): string {
  const library = readFileSync(require.resolve('plotly.js-cartesian-dist-min'), 'utf8');
  return `<script>${library.replaceAll('</script', '<\\/script')}</script>\n<script>${DRAW_FIGURES}</script>`;
}

const DRAW_FIGURES = `
for (const figure of document.querySelectorAll('.figure')) {
  const { data, layout } = JSON.parse(figure.querySelector('script').textContent);
  const plot = document.createElement('div');
  figure.append(plot);
  const config = { responsive: true, displaylogo: false };
  Plotly.newPlot(plot, data, { ...layout, width: undefined, autosize: true }, config)
    .then(() => figure.querySelector('.fallback').remove());
}`;

const STYLE = `
:root {
  color-scheme: light dark;
  --text: #1f2328; --muted: #59636e; --ground: #ffffff; --code: #f6f8fa; --line: #d1d9e0;
  --keyword: #cf222e; --string: #0a3069; --literal: #0550ae; --title: #6639ba; --error: #ffebe9;
}
@media (prefers-color-scheme: dark) {
  :root {
    --text: #e6edf3; --muted: #9198a1; --ground: #0d1117; --code: #161b22; --line: #3d444d;
    --keyword: #ff7b72; --string: #a5d6ff; --literal: #79c0ff; --title: #d2a8ff; --error: #3c1618;
  }
}
body { margin: 0; background: var(--ground); color: var(--text);
  font: 16px/1.6 system-ui, -apple-system, 'Segoe UI', sans-serif; }
main { max-width: 936px; margin: 2rem auto 6rem; padding: 0 1rem 0 3rem; }
h1, h2, h3 { line-height: 1.25; margin: 2rem 0 0.75rem; }
a { color: var(--literal); }
pre { margin: 0.5rem 0; overflow-x: auto; font-size: 0.8125rem; line-height: 1.45; }
pre, code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
section > pre, .code, :not(pre) > code { background: var(--code); border-radius: 6px; }
.code { padding: 0.75rem 1rem; }
:not(pre) > code { padding: 0.1em 0.35em; font-size: 0.875em; }
.cell { position: relative; margin: 1.25rem 0; }
.count { position: absolute; right: 100%; margin: 0.75rem 0.75rem 0 0; color: var(--muted);
  font: 0.75rem/1.6 ui-monospace, monospace; }
.output { margin: 0.5rem 0; overflow-x: auto; }
.output pre { padding: 0 1rem; }
.stderr { color: var(--muted); }
.output .error { background: var(--error); border-radius: 6px; padding: 0.75rem 1rem; }
img { display: block; max-width: 100%; height: auto; }
.figure, .output > div > img { background: #ffffff; border-radius: 6px; }
table { border-collapse: collapse; border: none; font-size: 0.75rem;
  font-variant-numeric: tabular-nums; }
th, td { border: none; border-bottom: 1px solid var(--line); padding: 0.25rem 0.45rem;
  white-space: nowrap; }
thead th { white-space: normal; vertical-align: bottom; }
tbody th { color: var(--muted); font-weight: normal; }
.html p { color: var(--muted); font-size: 0.8125rem; margin: 0.25rem 0; }
blockquote { margin: 1rem 0; padding-left: 1rem; border-left: 3px solid var(--line);
  color: var(--muted); }
.hljs-keyword { color: var(--keyword); }
.hljs-string, .hljs-regexp { color: var(--string); }
.hljs-number, .hljs-literal, .hljs-built_in, .hljs-attr, .hljs-property { color: var(--literal); }
.hljs-title { color: var(--title); }
.hljs-comment { color: var(--muted); }
@media print { .count { display: none; } main { padding: 0; } }
`;
