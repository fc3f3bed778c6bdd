import { isJson } from './mimeTypes';

/** Whether a value is an object, and no list. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isText = (value: unknown): boolean =>
  typeof value === 'string' ||
  (Array.isArray(value) && value.every((line) => typeof line === 'string'));

/** A part of a cell that is not what nbformat 4 requires. */
export interface WrongPart {
  /** The part, as `outputs[0].text`. */
  readonly place: string;
  /** What nbformat requires there. */
  readonly expected: string;
}

const TEXT = 'text, or a list of lines';

/** The first part of a cell that is wrong; undefined where none is. */
export function wrongPart(cell: unknown): WrongPart | undefined {
  if (!isObject(cell)) return { place: 'it', expected: 'an object' };
  const { cell_type, source, metadata, outputs, id = '' } = cell;
  if (!['code', 'markdown', 'raw'].includes(cell_type as string))
    return { place: 'cell_type', expected: 'code, markdown or raw' };
  if (typeof id !== 'string') return { place: 'id', expected: 'text' };
  if (!isText(source)) return { place: 'source', expected: TEXT };
  if (!isObject(metadata)) return { place: 'metadata', expected: 'an object' };
  const { tags = [] } = metadata;
  if (!Array.isArray(tags) || !isText(tags))
    return { place: 'metadata.tags', expected: 'a list of texts' };
  if (cell_type !== 'code') return undefined;
  if (!Array.isArray(outputs)) return { place: 'outputs', expected: 'a list' };
  for (const [i, output] of outputs.entries()) {
    const wrong = wrongPartOfOutput(output);
    if (wrong) return { ...wrong, place: `outputs[${i}]${wrong.place}` };
  }
  return undefined;
}

function wrongPartOfOutput(output: unknown): WrongPart | undefined {
  if (!isObject(output)) return { place: '', expected: 'an object' };
  const { output_type, text, data, ename, evalue, traceback } = output;
  if (output_type === 'stream')
    return isText(text) ? undefined : { place: '.text', expected: TEXT };
  if (output_type === 'error') {
    const areTexts = typeof ename === 'string' && typeof evalue === 'string';
    if (!areTexts) return { place: '.ename or .evalue', expected: 'text' };
    const isList = Array.isArray(traceback) && isText(traceback);
    return isList ? undefined : { place: '.traceback', expected: 'a list of lines' };
  }
  if (output_type !== 'display_data' && output_type !== 'execute_result')
    return { place: '.output_type', expected: 'one of nbformat 4' };
  if (!isObject(data)) return { place: '.data', expected: 'an object' };
  const wrong = Object.keys(data).find((type) => !isJson(type) && !isText(data[type]));
  return wrong === undefined ? undefined : { place: `.data['${wrong}']`, expected: TEXT };
}
