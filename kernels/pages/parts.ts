import type { Cell, CodeCell, Notebook, TextCell } from '../notebook';
import { escapeHtml } from '../table';
import { type Links, UNCHANGED } from './links';
import { highlighted, markdownRenderer } from './markdown';
import { type OutputContext, outputHtml, type PlotlyFigure } from './outputs';
import { htmlParser } from './parseHtml';

/** How a notebook is rendered. */
export interface PartsOptions {
  /**
   * Whether scripts, styles and forms of the notebook stay, as code of the page; only for notebooks of people
   * whom you would let run code on your machine. Default: false, they are taken out.
   */
  readonly trust?: boolean;
  /** Where relative links and pictures lead. Default: as they are written. */
  readonly links?: Links;
}

/** A heading of a notebook's text. */
export interface Heading {
  /** 1 for `#` to 6. */
  readonly level: number;
  /** The element's id, made as Jupyter makes it: `What-this-says`. */
  readonly id: string;
  /** Its text, without markup. */
  readonly text: string;
}

/** A notebook as HTML, for a page of any design. */
export interface NotebookParts {
  /** The text of the first heading of level 1, else of the first heading; undefined without headings. */
  readonly title: string | undefined;
  /** The headings, in order. */
  readonly headings: readonly Heading[];
  /** The cells as elements `<section>`, to be shown with `NOTEBOOK_STYLE`. */
  readonly body: string;
  /** The plotly figures of the body, for `pageScripts`. */
  readonly figures: readonly PlotlyFigure[];
}

/**
 * Renders a notebook as HTML: its texts, code, outputs and headings.
 *
 * @param notebook the notebook with its outputs
 */
export async function notebookParts(
  notebook: Notebook,
  { trust = false, links = UNCHANGED }: PartsOptions = {},
): Promise<NotebookParts> {
  const parse = await htmlParser(trust);
  const render = await markdownRenderer();
  const headings: Heading[] = [];
  const figures: PlotlyFigure[] = [];
  const language = languageOf(notebook);

  const finished = (html: string, change: (root: Element) => void = () => {}) => {
    const { root, isCut } = parse(html);
    mendLinks(root, links);
    for (const image of root.querySelectorAll('img:not([alt])'))
      image.setAttribute('alt', headings.at(-1)?.text ?? '');
    change(root);
    return isCut ? `${root.innerHTML}\n${CUT}` : root.innerHTML;
  };
  const textCell = ({ source, attachments }: TextCell) =>
    finished(render(String(source), attachments), (root) => collectHeadings(root, headings));
  const codeCell = (cell: CodeCell) => {
    const context: OutputContext = {
      markdown: (text) => finished(render(text)),
      html: (html) => finished(html),
      addFigure: (figure) => figures.push(figure) - 1,
      heading: headings.at(-1)?.text ?? '',
    };
    return codeHtml(cell, language, context);
  };
  const cellHtml = (cell: Cell) => {
    if (cell.cell_type === 'code') return codeCell(cell);
    const html =
      cell.cell_type === 'markdown'
        ? textCell(cell)
        : `<pre class="code">${escapeHtml(String(cell.source))}</pre>`;
    return `<section class="text">\n${html}\n</section>`;
  };

  const body = notebook.cells.map(cellHtml).join('\n');
  const title = headings.find(({ level }) => level === 1) ?? headings[0];
  return { title: title?.text, headings, body, figures };
}

const CUT =
  '<p class="note">Scripts, styles or forms were taken out here; a page made with --trust keeps them.</p>';

function codeHtml(cell: CodeCell, language: string, context: OutputContext): string {
  const source = String(cell.source);
  return [
    '<section class="cell">',
    ...(source.trim() === '' ? [] : [sourceHtml(source, cell, language)]),
    ...[cell.outputs ?? []]
      .flat()
      .map((output) => `<div class="output">${outputHtml(output, context)}</div>`),
    '</section>',
  ].join('\n');
}

/** The code of a cell, folded where the notebook says so. */
function sourceHtml(source: string, cell: CodeCell, language: string): string {
  const count = Number.isInteger(cell.execution_count) ? String(cell.execution_count) : '';
  const lines = source.trimEnd().split('\n').length;
  const folded = lines === 1 ? '1 line of code' : `${lines} lines of code`;
  return [
    `<details class="source"${isFolded(cell) ? '' : ' open'}>`,
    `<summary><span class="count">${count}</span><span class="folded">${folded}</span></summary>`,
    `<pre class="code"><code>${highlighted(source, language)}</code></pre>`,
    '</details>',
  ].join('\n');
}

/** Whether JupyterLab, or the tags of Jupyter Book, hide a cell's code. */
function isFolded({ metadata }: CodeCell): boolean {
  const { jupyter, tags } = (metadata ?? {}) as {
    readonly jupyter?: { readonly source_hidden?: unknown } | null;
    readonly tags?: unknown;
  };
  return jupyter?.source_hidden === true || [tags].flat().includes('hide-input');
}

/** The language of a notebook's cells. */
function languageOf({ metadata }: Notebook): string {
  const { language_info: info } = metadata as {
    readonly language_info?: { readonly name?: unknown };
  };
  return typeof info?.name === 'string' ? info.name : 'typescript';
}

function mendLinks(root: Element, { link, picture }: Links): void {
  const mend = (name: string, map: (url: string) => string) => {
    for (const element of root.querySelectorAll(`[${name}]`))
      element.setAttribute(name, map(element.getAttribute(name)!));
  };
  mend('href', link);
  mend('src', picture);
}

/** Gives a text's headings ids and adds them to the list. */
function collectHeadings(root: Element, headings: Heading[]): void {
  for (const element of root.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
    const text = (element.textContent ?? '').trim();
    if (text === '') continue;
    const id = uniqueId(text.replaceAll(/\s+/g, '-'), headings);
    element.id = id;
    headings.push({ level: Number(element.tagName[1]), id, text });
  }
}

function uniqueId(id: string, headings: readonly Heading[]): string {
  const isTaken = (candidate: string) => headings.some((heading) => heading.id === candidate);
  if (!isTaken(id)) return id;
  let n = 2;
  while (isTaken(`${id}-${n}`)) n++;
  return `${id}-${n}`;
}
