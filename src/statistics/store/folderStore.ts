import { link, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { byText } from '../byText';
import { readIfThere, syncFile, syncFolder, writeBeside, writeFileAtomic } from '../files';
import { namedSystemError } from '../systemErrors';
import { TEMPORARY } from '../temporaries';
import type { Store, StoredFile } from './types';

/** Files of this machine, or of a file system that machines share. */
export class FolderStore implements Store {
  read(place: string): Promise<Buffer | undefined> {
    return readIfThere(place);
  }

  writeIfAbsent(place: string, data: string | Uint8Array): Promise<boolean> {
    return writeBeside(place, data, async (temporary) => {
      await syncFile(temporary);
      try {
        // A link, unlike a rename, fails where there is a file.
        await link(temporary, place);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
        throw error;
      }
      await syncFolder(dirname(place));
      return true;
    });
  }

  replace(place: string, data: string | Uint8Array): Promise<void> {
    return writeFileAtomic(place, data);
  }

  async list(place: string): Promise<StoredFile[]> {
    return filesAt(place).catch((error) => {
      throw namedSystemError(error, place, 'read');
    });
  }

  async remove(place: string): Promise<void> {
    await rm(place, { force: true }).catch((error) => {
      throw namedSystemError(error, place, 'written');
    });
  }
}

async function filesAt(place: string): Promise<StoredFile[]> {
  const entry = await stat(place).catch(noneIfMissing);
  if (!entry) return [];
  if (!entry.isDirectory()) return [{ place, size: entry.size, modified: entry.mtimeMs }];
  const names = await readdir(place, { recursive: true });
  const found = await Promise.all(
    names.map(async (name): Promise<StoredFile | undefined> => {
      // Another process may be removing what it wrote.
      const file = await stat(join(place, name)).catch(noneIfMissing);
      if (!file?.isFile()) return undefined;
      return { place: join(place, name), size: file.size, modified: file.mtimeMs };
    }),
  );
  return found
    .filter((file) => file !== undefined)
    .filter((file) => !TEMPORARY.test(file.place.slice(dirname(file.place).length + 1)))
    .sort(byText(({ place }) => place));
}

function noneIfMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}
