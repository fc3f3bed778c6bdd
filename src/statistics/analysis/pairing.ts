import { PredictionsError } from '../errors';
import { choice } from '../options';
import type { Variant } from './variants';

/** How the models of a variant stand to those of the baseline. */
export const PAIRINGS = ['independent', 'replicate'] as const;

/** The rule of an option `pairing`. */
export const PAIRING = choice(PAIRINGS);

/**
 * Requires that two variants have the same replicates: a paired test takes its pairs in the models' order.
 *
 * @throws PredictionsError naming both's replicates
 */
export function requireSameReplicates(variant: Variant, baseline: Variant): void {
  const replicates = ({ models }: Variant) => models.map(({ replicate }) => replicate).join(', ');
  if (replicates(variant) !== replicates(baseline))
    throw new PredictionsError(
      `pairing: 'replicate' pairs models of ${variant.variant} with models of ${baseline.variant} by ` +
        `their replicates, which are ${replicates(variant)} and ${replicates(baseline)}; expected the ` +
        'same of both.',
    );
}
