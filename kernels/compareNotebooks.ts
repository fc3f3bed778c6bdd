import { isDeepStrictEqual } from 'node:util';
import sharp from 'sharp';
import {
  type Cell,
  type CellOutput,
  type CodeCell,
  isJson,
  type MimeBundle,
  type Notebook,
} from './notebook';
import { storedPart } from './storedPart';

/**
 * The tag of cells whose outputs differ from machine to machine, such as those that train. nbval, a
 * pytest plug-in, skips them too.
 */
const VARIES = 'nbval-ignore-output';
/** Relative; covers the last bits of sums and logarithms. */
const TOLERANCE = 1e-6;
/** Pictures are compared at this fraction of their size, where differences in antialiasing vanish. */
const PICTURE_SCALE = 0.25;
/** Of 255, per pixel and channel. */
const PICTURE_TOLERANCE = 24;

const PLOTLY = 'application/vnd.plotly.v1+json';
const NUMBER = /(?<![\w.])[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?(?!\w)/gi;

/** How the outputs of a cell differ from the stored ones. */
export interface CellDifference {
  /** The cell's id. */
  readonly id: string;
  /** Its execution count. */
  readonly number: number;
  /** One line that names the first difference. */
  readonly summary: string;
  /** All differences. */
  readonly text: string;
}

/**
 * Compares the outputs of a run with the stored ones: numbers within a tolerance, figures by their
 * data, pictures by their pixels, everything else exactly.
 *
 * @param stored the notebook as it was read
 * @param run the same notebook after a run
 * @returns the cells that differ
 */
export async function differences(stored: Notebook, run: Notebook): Promise<CellDifference[]> {
  const found: CellDifference[] = [];
  const cells = storedCells(stored);
  for (const cell of storedPart(run).cells.filter(isExecuted)) {
    if (cell.metadata.tags?.includes(VARIES)) continue;
    const difference = await outputsDiffer(cells.get(cell.id)?.outputs ?? [], cell.outputs);
    const { id, execution_count: number } = cell;
    if (difference) found.push({ id, number: number!, summary: difference, text: difference });
  }
  return found;
}

/**
 * Returns the notebook to write in place of the stored one: the run, with the stored outputs where the
 * new ones are equal within the tolerance, and without the pictures of cells tagged
 * `pictures-not-stored`.
 *
 * @param stored the notebook as it was read
 * @param run the same notebook after a run
 */
export async function keepStored(stored: Notebook, run: Notebook): Promise<Notebook> {
  const cells = storedCells(stored);
  const part = storedPart(run);
  const kept = part.cells.map(async (cell): Promise<Cell> => {
    const before = cells.get(cell.id);
    if (!isExecuted(cell) || before?.execution_count !== cell.execution_count) return cell;
    const differs = await outputsDiffer(before.outputs, cell.outputs);
    return differs ? cell : { ...cell, outputs: before.outputs };
  });
  return { ...part, cells: await Promise.all(kept) };
}

function storedCells({ cells }: Notebook): Map<string, CodeCell> {
  return new Map(cells.filter((cell) => cell.cell_type === 'code').map((cell) => [cell.id, cell]));
}

function isExecuted(cell: Cell): cell is CodeCell {
  return cell.cell_type === 'code' && cell.execution_count !== null;
}

async function outputsDiffer(
  stored: readonly CellOutput[],
  run: readonly CellOutput[],
): Promise<string | undefined> {
  const kinds = (outputs: readonly CellOutput[]) =>
    outputs.map(({ output_type }) => output_type).join(', ') || 'none';
  if (kinds(stored) !== kinds(run)) return `outputs: ${was(kinds(run), kinds(stored))}`;
  for (const [i, output] of run.entries()) {
    const difference = await outputDiffers(stored[i]!, output);
    if (difference) return `output ${i + 1}, ${difference}`;
  }
  return undefined;
}

async function outputDiffers(stored: CellOutput, run: CellOutput): Promise<string | undefined> {
  if ('data' in stored && 'data' in run) return bundlesDiffer(stored.data, run.data);
  if ('text' in stored && 'text' in run)
    return stored.name === run.name
      ? textsDiffer(stored.text, run.text)
      : was(run.name, stored.name);
  return isDeepStrictEqual(stored, run) ? undefined : 'the error differs';
}

async function bundlesDiffer(stored: MimeBundle, run: MimeBundle): Promise<string | undefined> {
  const types = (bundle: MimeBundle) => Object.keys(bundle).sort().join(', ');
  if (types(stored) !== types(run)) return was(types(run), types(stored));
  for (const [type, content] of Object.entries(run)) {
    const difference = await contentsDiffer(type, stored[type], content, PLOTLY in run);
    if (difference) return `${type}: ${difference}`;
  }
  return undefined;
}

/** @param isDrawn whether pictures are drawn from data that is itself compared */
async function contentsDiffer(
  type: string,
  stored: unknown,
  run: unknown,
  isDrawn: boolean,
): Promise<string | undefined> {
  if (isJson(type)) return jsonDiffers(stored, run, '');
  if (typeof stored !== 'string' || typeof run !== 'string') return was(run, stored);
  if (!/^image\/(png|jpeg|webp|gif)$/.test(type)) return textsDiffer(stored, run);
  return isDrawn ? undefined : picturesDiffer(stored, run);
}

function jsonDiffers(stored: unknown, run: unknown, path: string): string | undefined {
  if (typeof stored === 'number' && typeof run === 'number')
    return isClose(stored, run, 0) ? undefined : `${path} ${was(run, stored)}`;
  if (!isObject(stored) || !isObject(run) || Array.isArray(stored) !== Array.isArray(run))
    return stored === run ? undefined : `${path} ${was(run, stored)}`;
  for (const key of new Set([...Object.keys(stored), ...Object.keys(run)])) {
    const place = Array.isArray(run) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    const difference = jsonDiffers(stored[key], run[key], place);
    if (difference) return difference;
  }
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Compares line by line, numbers within the precision of their digits. */
function textsDiffer(stored: string, run: string): string | undefined {
  const [before, now] = [stored.split('\n'), run.split('\n')];
  for (let i = 0; i < Math.max(before.length, now.length); i++)
    if (!isSameLine(before[i], now[i]))
      return `line ${i + 1} ${was(now[i] ?? 'missing', before[i] ?? 'missing')}`;
  return undefined;
}

function isSameLine(stored: string | undefined, run: string | undefined): boolean {
  if (stored === undefined || run === undefined) return false;
  // Columns are as wide as their numbers.
  const frame = (line: string) => line.replaceAll(NUMBER, '0').replaceAll(/ +/g, ' ');
  if (frame(stored) !== frame(run)) return false;
  const [before, now] = [stored.match(NUMBER) ?? [], run.match(NUMBER) ?? []];
  return now.every((text, i) => {
    const other = before[i]!;
    return isClose(Number(other), Number(text), Math.min(lastPlace(other), lastPlace(text)));
  });
}

/** One unit in the last digit shown, which rounding may change; 0 for whole numbers. */
function lastPlace(text: string): number {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const decimals = mantissa.split('.')[1]?.length ?? 0;
  return decimals === 0 ? 0 : 1.001 * 10 ** (Number(exponent) - decimals);
}

function isClose(a: number, b: number, slack: number): boolean {
  const tolerance = TOLERANCE * Math.max(Math.abs(a), Math.abs(b), TOLERANCE);
  return Math.abs(a - b) <= Math.max(tolerance, slack);
}

async function picturesDiffer(stored: string, run: string): Promise<string | undefined> {
  if (stored.trim() === run.trim()) return undefined;
  const [before, now] = (await Promise.all([stored, run].map(decode))) as [Picture, Picture];
  const size = ({ width, height }: Picture) => `${width} × ${height} pixels`;
  if (size(before) !== size(now)) return was(size(now), size(before));
  let largest = 0;
  for (const [i, value] of now.small.entries())
    largest = Math.max(largest, Math.abs(value - before.small[i]!));
  return largest > PICTURE_TOLERANCE ? `pixels differ by up to ${largest} of 255` : undefined;
}

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly small: Buffer;
}

async function decode(base64: string): Promise<Picture> {
  const picture = sharp(Buffer.from(base64, 'base64'));
  const { width, height } = await picture.metadata();
  const small = await picture
    .flatten({ background: 'white' })
    .toColourspace('srgb')
    .resize(Math.ceil(width * PICTURE_SCALE), Math.ceil(height * PICTURE_SCALE), { fit: 'fill' })
    .raw()
    .toBuffer();
  return { width, height, small };
}

function was(now: unknown, before: unknown): string {
  const short = (value: unknown) => {
    const text = typeof value === 'string' ? value.trim() : (JSON.stringify(value) ?? 'missing');
    return text.length > 80 ? `${text.slice(0, 79)}…` : text;
  };
  return `is ${short(now)}, was ${short(before)}`;
}
