import { groupBy } from '../groupBy';
import { type Chunk, wrongValue } from './chunk';
import { bySparsity, variantOfSparsity } from './variantName';

/** Sparsities no further apart are one level: measured ones miss their target by a little. */
const SAME_SPARSITY = 0.001;

/** The identity of a model, as far as its rows tell it. */
export interface ModelIdentity {
  readonly variant: string | undefined;
  /** NaN where it is not given. */
  readonly sparsity: number;
  readonly replicate: number | undefined;
  /** Its last row, for errors. */
  readonly last: Pick<Chunk, 'source' | 'offset'>;
}

/** A model's place among the others. */
export interface ModelPlace {
  readonly variant: string;
  readonly sparsity: number;
  readonly replicate: number;
}

/**
 * Gives each model its variant, sparsity and replicate, from what rows say of all of them.
 *
 * @returns models with their places, by sparsity, then as their variants come, then by replicate
 * @throws PredictionsError where a variant has several sparsities, or two of its models one replicate
 */
export function resolveModels<Model extends ModelIdentity>(
  models: readonly Model[],
): { model: Model; place: ModelPlace }[] {
  const levelOf = levels(models.map(({ sparsity }) => sparsity));
  const named = models.map((model) => {
    const sparsity = levelOf(model.sparsity);
    return { model, sparsity, variant: model.variant ?? variantOfSparsity(sparsity) };
  });
  return [...groupBy(named, ({ variant }) => variant)]
    .map(([variant, members]) => {
      const sparsity = commonSparsity(variant, members);
      return { variant, sparsity, replicates: numbered(variant, members) };
    })
    .sort(bySparsity)
    .flatMap(({ variant, sparsity, replicates }) =>
      replicates.map(({ model, replicate }) => ({
        model,
        place: { variant, sparsity, replicate },
      })),
    );
}

/** The level that each sparsity belongs to; one that is alone on its level stays, next to 0 it is 0. */
function levels(sparsities: readonly number[]): (sparsity: number) => number {
  // Dense networks have a few zeros by chance.
  const sorted = [...new Set([0, ...sparsities])].filter(isNumber).sort((a, b) => a - b);
  const levelOf = new Map<number, number>();
  for (let from = 0; from < sorted.length; ) {
    let to = from + 1;
    while (to < sorted.length && sorted[to]! - sorted[to - 1]! <= SAME_SPARSITY) to++;
    const level = sorted.slice(from, to);
    const mean = level.reduce((sum, s) => sum + s, 0) / level.length;
    const rounded = level[0] === 0 ? 0 : Number(mean.toFixed(3));
    for (const sparsity of level) levelOf.set(sparsity, level.length === 1 ? sparsity : rounded);
    from = to;
  }
  return (sparsity) => levelOf.get(sparsity) ?? Number.NaN;
}

function isNumber(sparsity: number): boolean {
  return !Number.isNaN(sparsity);
}

function commonSparsity(
  variant: string,
  members: readonly { readonly sparsity: number; readonly model: ModelIdentity }[],
): number {
  const [first, ...others] = members.filter(({ sparsity }) => isNumber(sparsity));
  const another = others.find(({ sparsity }) => sparsity !== first!.sparsity);
  if (another)
    wrongValue(
      another.model.last,
      0,
      'sparsity',
      `the variant ${variant} has models of sparsity ${first!.sparsity} and, here, of ${another.sparsity}; give ` +
        `each sparsity a variant of its own, as '${variant} ${another.sparsity}', or leave the column variant out.`,
    );
  return first?.sparsity ?? Number.NaN;
}

/** The models of a variant by replicate; those without one get the numbers that are free. */
function numbered<Model extends ModelIdentity>(
  variant: string,
  members: readonly { readonly model: Model }[],
): { model: Model; replicate: number }[] {
  const taken = new Set<number>();
  for (const { model } of members) {
    const { replicate } = model;
    if (replicate === undefined) continue;
    if (taken.has(replicate))
      wrongValue(
        model.last,
        0,
        'replicate',
        `two models of ${variant} have replicate ${replicate}, one of them here (sparsities within ` +
          `${SAME_SPARSITY} of each other are one variant). Give every model of a variant a replicate of its own.`,
      );
    taken.add(replicate);
  }
  let free = 0;
  const next = () => {
    while (taken.has(free)) free++;
    taken.add(free);
    return free;
  };
  return members
    .map(({ model }) => ({ model, replicate: model.replicate ?? next() }))
    .sort((a, b) => a.replicate - b.replicate);
}
