import cephes from 'cephes';

/** Two-sided 5% and 80% power, in standard deviations. */
const Z_95 = cephes.ndtri(0.975);

/**
 * The exact McNemar test: whether two classifiers are right equally often, by the images that only
 * one of them gets right (as scipy's `binomtest(lost, lost + gained)`).
 *
 * @returns the two-sided p-value; 1 where there are no such images
 */
export function mcnemar(lost: number, gained: number): number {
  const fewer = Math.min(lost, gained);
  if (lost === gained) return 1;
  return Math.min(1, 2 * cephes.bdtr(fewer, lost + gained, 0.5));
}

/** The 95% interval of a paired difference of shares (Bonett & Price 2012), cut at ±1. */
export function pairedInterval(
  lost: number,
  gained: number,
  images: number,
): { low: number; high: number } {
  const [f12, f21] = [(lost + 1) / (images + 2), (gained + 1) / (images + 2)];
  const change = f21 - f12;
  const half = Z_95 * Math.sqrt((f12 + f21 - change ** 2) / (images + 2));
  return { low: Math.max(-1, change - half), high: Math.min(1, change + half) };
}

const POWER = 0.8;
/** Of the change that is found, in shares. */
const PRECISION = 1e-6;
/** Numbers of discordant images further from their mean, in standard deviations, do not count. */
const SPREAD = 6;

/**
 * The smallest true change, as a share of the images, that {@link mcnemar}'s test finds with a power of
 * 80%, where the share of images on which one of two models is right is as it was found.
 *
 * @param discordant images on which just one of the two is right
 * @returns NaN where not even a change of all of these would be found
 */
export function minDetectableChange(discordant: number, images: number, alpha: number): number {
  const rate = discordant / images;
  const powerOf = powerFunction(rate, images, alpha);
  if (discordant === 0 || powerOf(rate) < POWER) return Number.NaN;
  let [low, high] = [0, rate];
  while (high - low > PRECISION * rate) {
    const middle = (low + high) / 2;
    if (powerOf(middle) < POWER) low = middle;
    else high = middle;
  }
  return high;
}

/** The power of the test against a true change, over the numbers of discordant images that may come. */
function powerFunction(rate: number, images: number, alpha: number): (change: number) => number {
  const mean = images * rate;
  const deviation = Math.sqrt(images * rate * (1 - rate));
  const least = Math.max(0, Math.floor(mean - SPREAD * deviation));
  const most = Math.min(images, Math.ceil(mean + SPREAD * deviation));
  const cases = Array.from({ length: most - least + 1 }, (_, i) => {
    const n = least + i;
    const chance =
      rate >= 1
        ? Number(n === images)
        : cephes.bdtr(n, images, rate) - (n > 0 ? cephes.bdtr(n - 1, images, rate) : 0);
    return { n, chance, critical: criticalCount(n, alpha) };
  }).filter(({ critical }) => critical >= 0);
  return (change) => {
    const share = Math.min(1, (1 + change / rate) / 2);
    return cases.reduce((power, { n, chance, critical }) => {
      const few = share >= 1 ? 1 : cephes.bdtr(critical, n, 1 - share);
      const many = share >= 1 ? 0 : cephes.bdtr(critical, n, share);
      return power + chance * (few + many);
    }, 0);
  };
}

/** The largest number of the rarer kind among n discordant images that is significant; −1 for none. */
function criticalCount(n: number, alpha: number): number {
  let [low, high] = [-1, Math.floor((n - 1) / 2)];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (mcnemar(middle, n - middle) <= alpha) low = middle;
    else high = middle - 1;
  }
  return low;
}
