import type { CellDifference } from '../compareNotebooks';
import type { Difference } from './difference';
import { excerpts } from './marks';

const CELLS_SHOWN = 10;
const SHOWN_PER_CELL = 5;

/**
 * Describes the differences of a notebook in lines of text: cell by cell, the stored and the new text around
 * each place that differs.
 *
 * @param name the name under which the text shows the notebook, such as its path
 * @param found the differences that {@link differences} returned
 */
export function describeDifferences(name: string, found: readonly CellDifference[]): string {
  const more = found.length - CELLS_SHOWN;
  return [
    `${name} differs from its stored outputs:`,
    ...found.slice(0, CELLS_SHOWN).map((cell) => describeCell(cell)),
    ...(more > 0 ? [`    and in ${more} more cells`] : []),
    'If the change is intended, execute the notebook without --check and review it.',
  ].join('\n');
}

/** Describes the differences of a cell. */
export function describeCell({ number, differences }: CellDifference): string {
  const more = differences.length - SHOWN_PER_CELL;
  return [
    ...differences.slice(0, SHOWN_PER_CELL).flatMap((difference) => {
      const { stored, run } = shortened(difference);
      return [
        `    cell ${number}, ${difference.place}`,
        `        stored: ${stored}`,
        `        run:    ${run}`,
      ];
    }),
    ...(more > 0 ? [`    and ${more} more in cell ${number}`] : []),
  ].join('\n');
}

/** The first difference of a cell in one line. */
export function summarizeCell({ differences }: CellDifference): string {
  const [first] = differences as [Difference];
  const { stored, run } = shortened(first);
  return `${first.place}: stored ${stored}, run ${run}`;
}

function shortened({ stored, run }: Difference) {
  const short = excerpts(stored ?? '', run ?? '');
  return {
    stored: stored === undefined ? '(nothing)' : short.stored,
    run: run === undefined ? '(nothing)' : short.run,
  };
}
