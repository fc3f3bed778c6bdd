import { PredictionsError } from '../errors';
import type { ImageId } from './predictions';

/** What two lists of ids are, for messages. */
export interface IdNames {
  /** The ids that look for others, as `the predictions`. */
  readonly left: string;
  /** Those among which they look, as `the data set`. */
  readonly right: string;
}

/**
 * Finds each id among others: the same id, or the one that agrees with it in the longest ending of path parts,
 * where no other agrees in as long a one. `/data/val/c/x.png`, `./c/x.png` and `x.png` name one image of a folder
 * with one `x.png`.
 *
 * @returns for each id of `left` its place in `right`
 * @throws PredictionsError where an id has no match or several, or two ids the same, showing an id of either side
 */
export function matchIds(
  left: readonly ImageId[],
  right: readonly ImageId[],
  names: IdNames,
): number[] {
  const exact = new Map(right.map((id, place) => [id, place]));
  const matcher = new EndingMatcher(right);
  const taken = new Map<number, ImageId>();
  return left.map((id) => {
    const same = exact.get(id);
    const places = same === undefined ? matcher.find(id) : [same];
    const [place] = places;
    if (places.length === 1) {
      const other = taken.get(place!);
      if (other === undefined) {
        taken.set(place!, id);
        return place!;
      }
      throw new PredictionsError(
        `Images ${quoted(other)} and ${quoted(id)} of ${names.left} both match ${quoted(right[place!]!)} of ${names.right}; ` +
          'expected an id for each image.',
        { column: 'image_id', value: id },
      );
    }
    const others = places.slice(0, 3).map((place) => quoted(right[place]!));
    throw new PredictionsError(
      places.length > 1
        ? `Image ${quoted(id)} of ${names.left} may be ${others.join(' or ')} of ${names.right}; expected ids that ` +
            'tell images apart, such as longer paths.'
        : `${names.right} lacks image ${quoted(id)} of ${names.left}; its ids are such as ${examples(right)}.`,
      { column: 'image_id', value: id },
    );
  });
}

function examples(ids: readonly ImageId[]): string {
  return ids.slice(0, 2).map(quoted).join(', ') || 'none';
}

/** An id in a message: text in quotes. */
function quoted(id: ImageId): string {
  return typeof id === 'string' ? `'${id}'` : String(id);
}

/** Finds ids by their last path parts. */
class EndingMatcher {
  private readonly parts: (readonly string[])[];
  /** Places of ids by their last part. */
  private readonly byName = new Map<string, number[]>();

  constructor(ids: readonly ImageId[]) {
    this.parts = ids.map(partsOf);
    for (const [place, parts] of this.parts.entries()) {
      const name = parts.at(-1) ?? '';
      const places = this.byName.get(name) ?? [];
      this.byName.set(name, places);
      places.push(place);
    }
  }

  /** The places of the ids that share the longest ending with an id; none where not even the last part agrees. */
  find(id: ImageId): readonly number[] {
    const parts = partsOf(id);
    let longest = 0;
    let found: number[] = [];
    for (const place of this.byName.get(parts.at(-1) ?? '') ?? []) {
      const shared = sharedEnding(parts, this.parts[place]!);
      if (shared > longest) found = [];
      longest = Math.max(longest, shared);
      if (shared === longest) found.push(place);
    }
    return found;
  }
}

function partsOf(id: ImageId): readonly string[] {
  return String(id)
    .split(/[/\\]/)
    .filter((part) => part !== '' && part !== '.');
}

function sharedEnding(a: readonly string[], b: readonly string[]): number {
  let shared = 0;
  while (shared < a.length && shared < b.length && a.at(-1 - shared) === b.at(-1 - shared))
    shared++;
  return shared;
}
