import { readFileSync } from 'node:fs';
import { extname, isAbsolute, join, posix, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { attempt } from '../attempt';

/** Where a page's links and pictures lead; both functions take and return URLs. */
export interface Links {
  /** The target of a link. */
  readonly link: (url: string) => string;
  /** The source of a picture. */
  readonly picture: (url: string) => string;
}

/** Links and pictures stay as they are written. */
export const UNCHANGED: Links = { link: (url) => url, picture: (url) => url };

/** Picture files that a page takes in, by their extension. */
const PICTURES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.svg': 'image/svg+xml',
};

/** Files that a page lies among. */
export interface PageFolders {
  /** The notebook's folder, from which its relative links lead. */
  readonly from: string;
  /** The page's folder. */
  readonly to: string;
  /** The page of a notebook that is linked to, if it gets one; both are absolute paths. */
  readonly pageOf?: (notebook: string) => string | undefined;
}

/**
 * Makes the relative links of a notebook lead, from another folder, to the same files, and to the pages of
 * notebooks that have one. Relative pictures become part of the page where their file is there.
 */
export function relativeLinks({ from, to, pageOf }: PageFolders): Links {
  const moved = (url: string) => {
    const [, path, rest] = /^([^?#]*)(.*)$/s.exec(url)!;
    const file = join(from, decoded(path!));
    return `${urlBetween(to, pageOf?.(file) ?? file)}${rest}`;
  };
  return {
    link: (url) => (isRelative(url) ? moved(url) : url),
    picture: (url) => {
      if (!isRelative(url)) return url;
      const file = join(from, decoded(url.replace(/[?#].*$/s, '')));
      const type = PICTURES[extname(file).toLowerCase()];
      const bytes = type && attempt(() => readFileSync(file));
      return bytes ? `data:${type};base64,${bytes.toString('base64')}` : moved(url);
    },
  };
}

/** Whether a URL has neither scheme nor host nor root, nor leads into the page itself. */
function isRelative(url: string): boolean {
  return !/^(?:[a-z][a-z\d+.-]*:|[\\/#?]|$)/i.test(url.trim());
}

function decoded(path: string): string {
  return attempt(() => decodeURIComponent(path)) ?? path;
}

function urlBetween(folder: string, file: string): string {
  const path = relative(folder, file);
  // Another drive of Windows.
  if (isAbsolute(path)) return pathToFileURL(path).href;
  return path.split(sep).map(encodeURIComponent).join(posix.sep) || '.';
}
