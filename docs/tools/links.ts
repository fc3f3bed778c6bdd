import { type Exported, isFunction, isValue } from './face';
import { anchor, code } from './markdown';

/** The page, and place on it, of every name that has one. */
export type Places = ReadonlyMap<string, string>;

/** Every cell has a page of its own; classes and constants share one, types another. */
export function placesOf(exports: readonly Exported[]): Places {
  return new Map(exports.map((one) => [one.name, placeOf(one)]));
}

/** The places of names that share one page. */
export function placesOn(page: string, exports: readonly Exported[]): Places {
  return new Map(exports.map(({ name }) => [name, `${page}#${anchor(name)}`]));
}

function placeOf(one: Exported): string {
  if (isFunction(one)) return `${one.name}.md`;
  return `${isValue(one) ? 'values' : 'types'}.md#${anchor(one.name)}`;
}

/** A comment's text with its links as Markdown. */
export function linked(text: string, places: Places): string {
  return text.replace(/\{@link(?:code|plain)? ([\w.]+)\s*(?:\| *)?([^}]*)\}/g, (_, name, shown) =>
    linkTo(name, places, shown),
  );
}

/** A name as a link to its place, where it has one. */
export function linkTo(name: string, places: Places, shown = ''): string {
  const place = places.get(name.split('.')[0]!);
  const text = shown === '' ? code(name) : shown;
  return place ? `[${text}](${place})` : text;
}

/** A type in code; a link where it is but the name of one. */
export function typeText(type: string, places: Places): string {
  return places.has(type) ? linkTo(type, places) : code(type);
}
