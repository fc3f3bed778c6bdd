/** How far work on a group of units, as all networks of a sparsity, has come. */
export interface GroupStatus {
  readonly name: string;
  readonly total: number;
  readonly done: number;
  readonly running: number;
  readonly failed: number;
}

/** A unit that failed twice. */
export interface UnitFailure {
  readonly name: string;
  readonly reason: string;
}

/** How far work has come. */
export interface Status {
  /** A folder, a bucket's prefix, or a queue without its password. */
  readonly place: string;
  readonly groups: readonly GroupStatus[];
  readonly failures: readonly UnitFailure[];
  /** Programs that take units from a queue; undefined where there is no queue. */
  readonly workers?: number;
  /** By the time that units took and the number under way; Infinity where none is under way, 0 where none is left. */
  readonly secondsLeft: number;
}

/** Whether nothing is left to do but what failed. */
export function isOver({ groups }: Pick<Status, 'groups'>): boolean {
  return groups.every(({ total, done, failed }) => done + failed >= total);
}

/** Units from which the time of one is taken: the last ones, which tell most about those that follow. */
export const UNITS_FOR_TIME = 20;

/**
 * The time that is left.
 *
 * @param seconds of units that are done
 */
export function secondsLeft(groups: readonly GroupStatus[], seconds: readonly number[]): number {
  const sum = (pick: (group: GroupStatus) => number) =>
    groups.reduce((all, group) => all + pick(group), 0);
  const running = sum((group) => group.running);
  const waiting = sum(({ total, done, failed }) => total - done - failed) - running;
  if (waiting + running <= 0) return 0;
  if (running === 0 || seconds.length === 0) return Number.POSITIVE_INFINITY;
  const mean = seconds.reduce((all, one) => all + one, 0) / seconds.length;
  // Those under way are halfway through on average, and none ends before the last of them.
  return mean * (waiting / running + 0.5);
}
