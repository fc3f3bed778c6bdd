import { isDeepStrictEqual } from 'node:util';
import { isJson } from '../mimeTypes';
import type { CellOutput, MimeBundle } from '../notebook';
import { type Difference, within } from './difference';
import { isClose } from './numbers';
import { picturesDiffer } from './pictures';
import { htmlDiffers, textsDiffer } from './texts';

const PLOTLY = 'application/vnd.plotly.v1+json';

/** All differences between the outputs of a cell; empty where they are equal within the tolerance. */
export async function outputsDiffer(
  stored: readonly CellOutput[],
  run: readonly CellOutput[],
): Promise<Difference[]> {
  const kinds = (outputs: readonly CellOutput[]) =>
    outputs.map(({ output_type }) => output_type).join(', ') || 'none';
  if (kinds(stored) !== kinds(run))
    return [{ place: 'kinds of outputs', stored: kinds(stored), run: kinds(run) }];
  const found = await Promise.all(run.map((output, i) => outputDiffers(stored[i]!, output)));
  return found.flatMap((differences, i) =>
    differences.map((difference) => within(`output ${i + 1}`, difference)),
  );
}

async function outputDiffers(stored: CellOutput, run: CellOutput): Promise<Difference[]> {
  if ('data' in stored && 'data' in run) return bundlesDiffer(stored.data, run.data);
  if ('text' in stored && 'text' in run)
    return stored.name === run.name
      ? textsDiffer(stored.text, run.text).map((difference) => within(run.name, difference))
      : [{ place: 'stream', stored: stored.name, run: run.name }];
  if (isDeepStrictEqual(stored, run) || !('evalue' in stored && 'evalue' in run)) return [];
  const text = ({ ename, evalue, traceback }: typeof run) =>
    [`${ename}: ${evalue}`, ...traceback].join('\n');
  return textsDiffer(text(stored), text(run)).map((difference) => within('error', difference));
}

async function bundlesDiffer(stored: MimeBundle, run: MimeBundle): Promise<Difference[]> {
  const types = (bundle: MimeBundle) => Object.keys(bundle).sort().join(', ');
  if (types(stored) !== types(run))
    return [{ place: 'types', stored: types(stored), run: types(run) }];
  const found = await Promise.all(
    Object.entries(run).map(async ([type, content]) => {
      const differences = await contentsDiffer(type, stored[type], content, PLOTLY in run);
      return differences.map((difference) => within(type, difference));
    }),
  );
  return found.flat();
}

/** @param isDrawn whether pictures are drawn from data that is itself compared */
async function contentsDiffer(
  type: string,
  stored: unknown,
  run: unknown,
  isDrawn: boolean,
): Promise<Difference[]> {
  if (isJson(type) || typeof stored !== 'string' || typeof run !== 'string')
    return jsonDiffers(stored, run, '');
  if (type === 'text/html') return htmlDiffers(stored, run);
  if (!/^image\/(png|jpeg|webp|gif)$/.test(type)) return textsDiffer(stored, run);
  if (isDrawn) return [];
  const difference = await picturesDiffer(stored, run);
  return difference ? [{ place: '', ...difference, pictures: { type, stored, run } }] : [];
}

function jsonDiffers(stored: unknown, run: unknown, path: string): Difference[] {
  if (typeof stored === 'number' && typeof run === 'number' && isClose(stored, run)) return [];
  if (!isObject(stored) || !isObject(run) || Array.isArray(stored) !== Array.isArray(run)) {
    if (stored === run) return [];
    const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
    return [
      {
        place: path,
        ...(stored !== undefined && { stored: text(stored) }),
        ...(run !== undefined && { run: text(run) }),
      },
    ];
  }
  return [...new Set([...Object.keys(stored), ...Object.keys(run)])].flatMap((key) => {
    const place = Array.isArray(run) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    return jsonDiffers(stored[key], run[key], place);
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
