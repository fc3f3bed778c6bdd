/** A plan as jobs of a cluster: a task per network, then a task per set of images. */
export interface PlannedJob {
  /** What the jobs' names begin with: letters, digits and hyphens. */
  readonly name: string;
  /** Networks to train. */
  readonly networks: number;
  /** Sets of images to evaluate on; 0 for none. */
  readonly sets: number;
}

/** The name of the jobs of a population, from its folder or bucket: letters, digits and hyphens, at most 40. */
export function jobName(place: string): string {
  const last = place
    .replace(/[/\\]+$/, '')
    .split(/[/\\]/)
    .at(-1)!;
  const name = last
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replaceAll(/^-+|-+$/g, '');
  return name === '' ? 'population' : name;
}
