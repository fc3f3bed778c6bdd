import { OptionError } from './errors';
import { readText } from './files';
import { TEXT } from './options';

/**
 * Reads a JSON file of settings that a user wrote, whose `$schema` is ignored.
 *
 * @param what the file is, as `the policy`
 * @param check throws where a member is wrong; its message may begin with the file
 * @throws OptionError naming the file, where it is not JSON, no object, or `check` throws
 */
export async function readSettings<Settings extends object>(
  file: string,
  what: string,
  check: (settings: Settings) => unknown,
): Promise<Settings> {
  const fail = (problem: string, cause?: unknown): never => {
    throw new OptionError(`${file}: ${problem}`, { cause, file });
  };
  const text = await readText(file, what, OptionError);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    fail(`${what} is not JSON (${(cause as Error).message}).`, cause);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    fail(`${what} is no JSON object.`);
  const { $schema, ...settings } = json as Settings & { readonly $schema?: unknown };
  if ($schema !== undefined && !TEXT.accepts($schema)) fail('$schema is no text.');
  try {
    check(settings as unknown as Settings);
  } catch (cause) {
    fail((cause as Error).message.replace(`${file}: `, ''), cause);
  }
  return settings as unknown as Settings;
}
