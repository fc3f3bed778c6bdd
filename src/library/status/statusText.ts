import { formatDuration } from 'selective-brain-damage-statistics/internal';
import { type GroupStatus, isOver, type Status } from './status';

/** How a status is shown. */
export interface StatusTextOptions {
  /** Cells of the terminal; undefined for a log, which gets no bars. */
  readonly columns?: number | undefined;
}

const MOST_FAILURES = 10;
const BAR = 40;

/** A status as text: a line for each group, the failures, and the time that is left. */
export function statusText(status: Status, { columns }: StatusTextOptions = {}): string {
  const { groups, failures, workers } = status;
  const width = Math.max(0, ...groups.map(({ name }) => name.length));
  const room = columns === undefined ? 0 : Math.max(0, Math.min(BAR, columns - width - 50));
  const lines = groups.map((group) =>
    [group.name.padEnd(width), ...(room > 0 ? [bar(group, room)] : []), counts(group)].join('  '),
  );
  const shown = failures.slice(0, MOST_FAILURES);
  const more = failures.length - shown.length;
  return [
    status.place,
    ...lines,
    ...shown.map(({ name, reason }) => `failed: ${name}: ${reason.split('\n')[0]}`),
    ...(more > 0 ? [`failed: ${more} more`] : []),
    [timeLeft(status), ...(workers === undefined ? [] : [counted(workers, 'worker')])].join(', '),
  ].join('\n');
}

function bar({ total, done, running, failed }: GroupStatus, width: number): string {
  const cells = (units: number) => Math.floor((width * units) / Math.max(1, total));
  const parts = `${'█'.repeat(cells(done))}${'▒'.repeat(cells(running))}${'×'.repeat(cells(failed))}`;
  return parts.padEnd(width, '·');
}

function counts({ total, done, running, failed }: GroupStatus): string {
  const others = [
    ...(running > 0 ? [`${running} under way`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ];
  return [`${done} of ${total} done`, ...others].join(', ');
}

function timeLeft(status: Status): string {
  if (isOver(status)) return 'nothing left to do';
  if (!Number.isFinite(status.secondsLeft)) return 'time left not known';
  return `${formatDuration(status.secondsLeft)} left`;
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}
