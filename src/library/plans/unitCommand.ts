/** A plan whose units a cluster does. */
export interface PlannedJob {
  /** Of the population, for a job's name. */
  readonly name: string;
  readonly networks: number;
  readonly sets: number;
}

/** The name of a plan's jobs, of a place: letters, digits and hyphens, as clusters take them. */
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
