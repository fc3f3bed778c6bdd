import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The folder itself where it holds what is looked for, else the only subfolder that does, as an archive leaves
 * it; the folder itself where none or several do.
 *
 * @param holds whether a folder with these entries is the one
 */
export async function wrappedFolder(
  folder: string,
  holds: (names: readonly string[]) => boolean,
): Promise<string> {
  const namesIn = (place: string) => readdir(place).catch(() => [] as string[]);
  const names = await namesIn(folder);
  if (holds(names)) return folder;
  const inner = names.filter((name) => !name.startsWith('.')).map((name) => join(folder, name));
  const found: string[] = [];
  for (const place of inner) if (holds(await namesIn(place))) found.push(place);
  return found.length === 1 ? found[0]! : folder;
}
