import { homedir } from 'node:os';
import { join } from 'node:path';

/** A folder for what is fetched once: in `$SBD_CACHE`, else in `~/.cache/selective-brain-damage`. */
export function cacheFolder(name: string): string {
  const { SBD_CACHE, XDG_CACHE_HOME } = process.env;
  const cache =
    SBD_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'selective-brain-damage');
  return join(cache, name);
}
