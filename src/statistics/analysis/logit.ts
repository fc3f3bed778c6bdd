/** Of k of n images, half an image added to either side so that none and all have one (Haldane 1956). */
export function logit(k: number, n: number): number {
  return Math.log((k + 0.5) / (n - k + 0.5));
}
