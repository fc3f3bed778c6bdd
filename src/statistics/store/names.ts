import { OptionError } from '../errors';

/** Bytes that every file system takes as a name, less what is put around it. */
const LONGEST = 200;

/**
 * The folder of a variant's files. The variant is encoded as in a URL, so that it is one name whatever it
 * holds.
 *
 * @throws OptionError for a variant that reads as a way out of its folder, or is too long for a name
 */
export function variantFolder(variant: string): string {
  checkName('variant', variant);
  const encoded = encodeURIComponent(variant);
  if (encoded.length > LONGEST)
    throw new OptionError(
      `variant: a name of ${encoded.length} bytes is too long for a folder; give at most ${LONGEST}.`,
      { option: 'variant', value: variant },
    );
  return `variant=${encoded}`;
}

/**
 * Checks a name that becomes part of a file's name.
 *
 * @throws OptionError where it has `..` as a part of a path, or control characters
 */
export function checkName(option: string, name: string): void {
  if (leadsElsewhere(name))
    throw new OptionError(
      `${option}: expected a name, found ${JSON.stringify(name)}, which reads as a path out of its folder. ` +
        'Choose one without ".." and control characters.',
      { option, value: name },
    );
}

/**
 * Checks a name that becomes a file's name as it is.
 *
 * @throws OptionError where it is none, as `a/b` or `..`
 */
export function checkFileName(option: string, name: string): void {
  checkName(option, name);
  if (/[/\\]/.test(name) || name === '' || name === '.')
    throw new OptionError(
      `${option}: expected a file's name, found ${JSON.stringify(name)}. Choose one without / and \\.`,
      { option, value: name },
    );
}

/** Whether a name or a place has a part that leads out of its folder. */
function leadsElsewhere(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return name.split(/[/\\]/).includes('..') || /[\u0000-\u001f]/.test(name);
}
