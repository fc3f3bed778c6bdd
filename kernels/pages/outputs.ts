import { stripVTControlCharacters } from 'node:util';
import type { CellOutput, MimeBundle } from '../notebook';
import { escapeHtml } from '../table';
import type { Markdown } from './markdown';

/** A plotly figure, as `application/vnd.plotly.v1+json` holds it. */
export interface PlotlyFigure {
  /** The traces. */
  readonly data: unknown;
  /** Title, axes, size and colours. */
  readonly layout: unknown;
}

/** What the outputs of a notebook need of the page around them. */
export interface OutputContext {
  /** Renders Markdown as HTML that is safe to show. */
  readonly markdown: Markdown;
  /** Makes HTML safe to show. */
  readonly html: (html: string) => string;
  /** Keeps a figure for the page's scripts and returns its number. */
  readonly addFigure: (figure: PlotlyFigure) => number;
  /** The heading above, which names a picture that has no name itself. */
  readonly heading: string;
}

const PLOTLY = 'application/vnd.plotly.v1+json';
const PICTURES = ['image/svg+xml', 'image/png', 'image/jpeg', 'image/gif', 'image/webp'] as const;
/** Texts that kernels put beside pictures, and that do not describe them. */
const SAYS_NOTHING = /^(?:<.*>|image\/\S+, \d+ bytes|SVG picture|plotly figure)$/;

/** Renders an output. Anyone may have written it, so its members may be of any type. */
export function outputHtml(output: CellOutput, context: OutputContext): string {
  switch (output.output_type) {
    case 'stream':
      return text(output.text, output.name === 'stderr' ? 'stderr' : 'stdout');
    case 'error':
      return text([output.traceback].flat().join('\n'), 'error');
    default:
      return bundleHtml(output.data ?? {}, output.metadata ?? {}, context);
  }
}

function bundleHtml(
  data: MimeBundle,
  metadata: Readonly<Record<string, unknown>>,
  context: OutputContext,
): string {
  const alt = pictureName(data, context.heading);
  const shown = shownForm(data, metadata, alt, context);
  const figure = data[PLOTLY] as PlotlyFigure | null | undefined;
  if (typeof figure === 'object' && figure !== null)
    return `<div class="figure" data-figure="${context.addFigure(figure)}">${shown ?? text(alt)}</div>`;
  return shown ?? text(`This page cannot show ${Object.keys(data).join(', ')}.`, 'note');
}

/** The best of the forms that a page can show. */
function shownForm(
  data: MimeBundle,
  metadata: Readonly<Record<string, unknown>>,
  alt: string,
  { html, markdown }: OutputContext,
): string | undefined {
  const form = (type: string) => (typeof data[type] === 'string' ? data[type] : undefined);
  const richText = form('text/html');
  if (richText !== undefined) return `<div class="html">${html(richText)}</div>`;
  const type = PICTURES.find((name) => form(name) !== undefined);
  if (type) return pictureHtml(type, form(type)!, alt, metadata[type]);
  const marked = form('text/markdown') ?? form('text/latex');
  if (marked !== undefined) return markdown(marked);
  const plain = form('text/plain');
  return plain === undefined ? undefined : text(plain);
}

/** A picture as an element `<img>`, in which scripts of an SVG file do not run. */
function pictureHtml(type: string, content: string, alt: string, metadata: unknown): string {
  const isSvg = type === 'image/svg+xml';
  const base64 = isSvg ? Buffer.from(content).toString('base64') : content.replaceAll(/\s/g, '');
  const size = (['width', 'height'] as const).map((name) => {
    const value = Number((metadata as Readonly<Record<string, unknown>> | undefined)?.[name]);
    return value > 0 && value < Number.POSITIVE_INFINITY ? ` ${name}="${value}"` : '';
  });
  const style = isSvg ? 'drawing' : 'picture';
  return `<img class="${style}" alt="${escapeHtml(alt)}"${size.join('')} src="data:${type};base64,${escapeHtml(base64)}">`;
}

/** A picture's name: its title, the first line of its text, or the heading above it. */
function pictureName(data: MimeBundle, heading: string): string {
  const title = plotlyTitle(data[PLOTLY]);
  if (title) return title;
  const [line = ''] = String(data['text/plain'] ?? '').split('\n');
  return line.trim() === '' || SAYS_NOTHING.test(line.trim()) ? heading : line.trim();
}

/** The title of a figure, without plotly's markup. */
function plotlyTitle(figure: unknown): string {
  const { layout } = (figure ?? {}) as { readonly layout?: { readonly title?: unknown } | null };
  const title = layout?.title;
  const named =
    typeof title === 'string' ? title : (title as { text?: unknown } | null | undefined)?.text;
  return String(named ?? '')
    .replaceAll(/<br\s*\/?>/gi, ' ')
    .replaceAll(/<[^>]*>/g, '')
    .trim();
}

function text(content: unknown, style = 'text'): string {
  return `<pre class="${style}">${escapeHtml(stripVTControlCharacters(String(content ?? '')))}</pre>`;
}
