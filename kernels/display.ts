import { inspect } from 'node:util';
import sharp from 'sharp';
import { type DisplayContent, isJson, type MimeBundle } from './notebook';
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
  if (isTable(value)) return { 'text/html': tableHtml(value), 'text/plain': tableText(value) };
  if (isFigure(value))
    return { [PLOTLY]: { data: value.data, layout: value.layout }, 'text/plain': titleOf(value) };
  if (isMimeBundle(value)) return value;
  return { 'text/plain': inspect(value, { depth: 4, maxArrayLength: 50, maxStringLength: 5000 }) };
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
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<Displayable>)[DISPLAY] === 'function'
  );
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
