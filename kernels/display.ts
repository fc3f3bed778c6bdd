import { inspect } from 'node:util';
import sharp from 'sharp';
import { attempt } from './attempt';
import { isJson } from './mimeTypes';
import type { DisplayContent, MimeBundle } from './notebook';
import { isTable, tableHtml, tableText } from './table';

/**
 * The name of the method by which a value defines its display: it returns a MIME bundle or a promise
 * of one. Deno's Jupyter kernel and nodejs-polars use the same symbol.
 */
export const DISPLAY = Symbol.for('Jupyter.display');

interface Displayable {
  [DISPLAY](): MimeBundle | Promise<MimeBundle>;
}

const PLOTLY = 'application/vnd.plotly.v1+json';
/** Pixels per inch of a picture that is shown at one image pixel per CSS pixel. */
const PLAIN_DENSITY = 72;

/** Returns a value in all its display forms, with the metadata that Jupyter needs. */
export async function displayed(value: unknown): Promise<DisplayContent> {
  const data = encode(await mimeBundle(value));
  const png = data['image/png'];
  return { data, metadata: typeof png === 'string' ? await pictureSize(png) : {} };
}

async function mimeBundle(value: unknown): Promise<MimeBundle> {
  if (isDisplayable(value)) return value[DISPLAY]();
  for (const form of FORMS) {
    const bundle = attempt(() => form(value));
    if (bundle) return bundle;
  }
  return { 'text/plain': textOf(value) };
}

/** The forms of values that say nothing of their display; undefined for other values. */
const FORMS: readonly ((value: unknown) => MimeBundle | undefined)[] = [
  (value) =>
    isTable(value) ? { 'text/html': tableHtml(value), 'text/plain': tableText(value) } : undefined,
  (value) =>
    isFigure(value)
      ? { [PLOTLY]: { data: value.data, layout: value.layout }, 'text/plain': titleOf(value) }
      : undefined,
  (value) => (isMimeBundle(value) ? value : undefined),
  pictureOf,
  elementOf,
  vegaOf,
  arqueroOf,
];

function textOf(value: unknown): string {
  const options = { depth: 4, maxArrayLength: 50, maxStringLength: 5000 };
  return inspect(value, options);
}

/** The first bytes of picture files. */
const PICTURES: readonly (readonly [type: string, start: RegExp])[] = [
  ['image/png', /^\x89PNG\r\n/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/gif', /^GIF8/],
  ['image/webp', /^RIFF[\s\S]{4}WEBP/],
];

/** The bytes of a picture file. */
function pictureOf(value: unknown): MimeBundle | undefined {
  if (!(value instanceof Uint8Array)) return undefined;
  const start = Buffer.from(value.subarray(0, 16)).toString('latin1');
  const type = PICTURES.find(([, pattern]) => pattern.test(start))?.[0];
  if (type === undefined) return undefined;
  return { [type]: value, 'text/plain': `${type}, ${value.length} bytes` };
}

/** An element of a document, such as jsdom's: what Observable Plot and D3 make. */
function elementOf(value: unknown): MimeBundle | undefined {
  const { outerHTML, nodeType, tagName } = (value ?? {}) as Partial<Element>;
  if (typeof outerHTML !== 'string' || nodeType !== 1) return undefined;
  const isSvg = String(tagName).toLowerCase() === 'svg';
  const xml = outerHTML.includes('xmlns=')
    ? outerHTML
    : outerHTML.replace(/^<svg/, '<svg xmlns="http://www.w3.org/2000/svg"');
  return isSvg
    ? { 'image/svg+xml': xml, 'text/plain': 'SVG picture' }
    : { 'text/html': outerHTML, 'text/plain': `<${String(tagName).toLowerCase()}> element` };
}

interface Element {
  readonly outerHTML: unknown;
  readonly nodeType: unknown;
  readonly tagName: unknown;
}

/** A specification of Vega or Vega-Lite, by the schema that it names. */
function vegaOf(value: unknown): MimeBundle | undefined {
  const { $schema } = (value ?? {}) as { readonly $schema?: unknown };
  const [, name, version] = /\/schema\/(vega|vega-lite)\/v(\d+)/.exec(String($schema)) ?? [];
  if (name === undefined) return undefined;
  const type = name === 'vega' ? 'vega' : 'vegalite';
  return { [`application/vnd.${type}.v${version}+json`]: value, 'text/plain': `${name} figure` };
}

/** A table of arquero. */
function arqueroOf(value: unknown): MimeBundle | undefined {
  const { columnNames, toHTML, numRows } = (value ?? {}) as Partial<Arquero>;
  if (![columnNames, toHTML, numRows].every((method) => typeof method === 'function'))
    return undefined;
  const table = value as Arquero;
  return {
    'text/html': table.toHTML({ limit: ARQUERO_ROWS }),
    'text/plain': `table of ${table.numRows()} rows: ${table.columnNames().join(', ')}`,
  };
}

const ARQUERO_ROWS = 100;

interface Arquero {
  columnNames(): readonly string[];
  numRows(): number;
  toHTML(options: { readonly limit: number }): string;
}

interface Figure {
  readonly data: readonly unknown[];
  readonly layout: { readonly title?: string | { readonly text?: string } };
}

/** Whether a value is a plotly figure. */
function isFigure(value: unknown): value is Figure {
  if (typeof value !== 'object' || value === null) return false;
  const { data, layout } = value as Partial<Figure>;
  return Array.isArray(data) && typeof layout === 'object' && layout !== null;
}

function titleOf({ layout: { title } }: Figure): string {
  return (typeof title === 'string' ? title : title?.text) || 'plotly figure';
}

function isDisplayable(value: unknown): value is Displayable {
  if (typeof value !== 'object' || value === null) return false;
  return attempt(() => typeof (value as Partial<Displayable>)[DISPLAY]) === 'function';
}

function isMimeBundle(value: unknown): value is MimeBundle {
  if (typeof value !== 'object' || value === null) return false;
  const keys = Object.keys(value);
  return (
    keys.length > 0 && keys.every((key) => /^(text|image|application|video|audio)\/\S+$/.test(key))
  );
}

/** Encodes bytes as base64 and JSON without typed arrays, as nbformat stores them. */
function encode(bundle: MimeBundle): MimeBundle {
  const entries = Object.entries(bundle).map(([type, content]) => {
    if (content instanceof Uint8Array) return [type, Buffer.from(content).toString('base64')];
    return [type, isJson(type) ? plainJson(content) : content];
  });
  return Object.fromEntries(entries);
}

/** Converts typed arrays within JSON to lists. */
function plainJson(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, item) =>
      ArrayBuffer.isView(item) ? Array.from(item as Float64Array) : item,
    ),
  );
}

/** The display size of a picture: files drawn for dense screens state their density. */
async function pictureSize(base64: string): Promise<DisplayContent['metadata']> {
  const { width, height, density } = await sharp(Buffer.from(base64, 'base64')).metadata();
  const scale = Math.round((density ?? PLAIN_DENSITY) / PLAIN_DENSITY);
  if (scale <= 1) return {};
  return {
    'image/png': { width: Math.round(width / scale), height: Math.round(height / scale) },
  };
}
