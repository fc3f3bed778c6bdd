import { toJson } from '../files';
import { type JsonFile, parseJson } from '../untrusted/json';
import { CHECKSUM, integrityOf, withChecksum } from './checksum';

/** An object as a JSON file with its own checksum, as the member `checksum`. */
export function checkedJson(value: object): Buffer {
  return withChecksum(Buffer.from(toJson({ ...value, checksum: CHECKSUM })));
}

/** The same on one line, for long lists. */
export function checkedLine(value: object): Buffer {
  return withChecksum(Buffer.from(`${JSON.stringify({ ...value, checksum: CHECKSUM })}\n`));
}

/**
 * The value in a JSON file, without its checksum.
 *
 * @throws an error of the file's class where it is not what was written, or not what it should be; a file that
 *   has no checksum is only looked at for the latter
 */
export function parseCheckedJson<Value extends object>(file: JsonFile, json: Buffer): Value {
  if (integrityOf(json) === 'damaged') {
    const { what, wayOut, Failure } = file;
    const edited = 'Was it edited on purpose? Then take the member "checksum" out.';
    const message = `${file.file}: ${what} is damaged, its checksum differs.`;
    throw new Failure([message, wayOut, edited].filter(Boolean).join(' '), { file: file.file });
  }
  const { checksum: _, ...value } = parseJson<Value & { readonly checksum?: string }>(file, json);
  return value as unknown as Value;
}
