import cephes from 'cephes';
import { meanAndError } from './tTest';

/** A share with the ends of its interval. */
export interface ShareWithInterval {
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The mean over images of the share of people who say yes, with Wilson's interval. As several people see the
 * same image, their answers are not independent: the interval counts as many answers as would be as precise if
 * they were, by the variance between images (Korn & Graubard 1998; Dean & Pagano 2015), with Student's quantile.
 *
 * @param shares per image the share of its people who say yes
 * @param answers of all people on all images
 * @returns NaN for the interval of fewer than two images
 */
export function clusteredShare(
  shares: Float64Array,
  answers: number,
  alpha: number,
): ShareWithInterval {
  const n = shares.length;
  const { mean: share, squaredError } = meanAndError(shares);
  if (n < 2) return { share, low: Number.NaN, high: Number.NaN };
  const spread = share * (1 - share);
  // Of images that are all alike the variance says nothing: each counts once where all say the same.
  const effective = spread === 0 ? n : Math.min(answers, spread / squaredError);
  const z = cephes.stdtri(n - 1, 1 - alpha / 2);
  const middle = share + z ** 2 / (2 * effective);
  const half = z * Math.sqrt(spread / effective + z ** 2 / (4 * effective ** 2));
  const scale = 1 + z ** 2 / effective;
  return {
    share,
    low: share === 0 ? 0 : Math.max(0, (middle - half) / scale),
    high: share === 1 ? 1 : Math.min(1, (middle + half) / scale),
  };
}

/** The interval of the difference of two independent shares by theirs (Newcombe 1998, Zou & Donner 2008). */
export function differenceInterval(
  a: ShareWithInterval,
  b: ShareWithInterval,
): { readonly low: number; readonly high: number } {
  const difference = a.share - b.share;
  return {
    low: difference - Math.hypot(a.share - a.low, b.high - b.share),
    high: difference + Math.hypot(a.high - a.share, b.share - b.low),
  };
}
