import { posix } from 'node:path';
import { REPOSITORY } from './repository';

/** A page that links, by its file in the repository and its place on the site. */
export interface Linking {
  readonly source: string;
  readonly place: string;
}

/**
 * Where a link of a file of the repository leads on the site: to the page that is made of the file, to
 * the picture that is copied, else to the file on the repository's host.
 *
 * @param places by files of the repository, their places on the site
 */
export function siteLink(
  target: string,
  { source, place }: Linking,
  places: ReadonlyMap<string, string>,
): string {
  if (/^([a-z]+:|#|\/)/.test(target)) return target;
  const [, path = '', anchor = ''] = /^([^#]*)(#.*)?$/.exec(target) ?? [];
  const file = posix.join(posix.dirname(source), path).replace(/\/$/, '');
  const found = places.get(file) ?? places.get(`${file}/README.md`);
  return found === undefined
    ? `${REPOSITORY}/blob/main/${file}${anchor}`
    : posix.relative(posix.dirname(place), found) + anchor;
}
