import { commentOf } from './comments';
import type { Exported, Face } from './face';
import { linked, linkTo, type Places } from './links';
import { page, table } from './markdown';
import { STATISTICS } from './packages';
import { STAGES, stageOf } from './stages';

/** The reference's first page: the cells by stage, and the pages of all else. */
export function indexPage(
  cells: readonly Exported[],
  others: readonly string[],
  face: Face,
  places: Places,
): string {
  const statistics = new Set(
    face.packages.find(({ of }) => of === STATISTICS)?.exports.map(({ name }) => name),
  );
  return page(
    '# Reference',
    'Made from the doc comments by `npm run docs`; a test compares the two. Each cell has a page with ' +
      'its options, its table, its errors and a program that the tests run. Cells with ● are in ' +
      '`selective-brain-damage-statistics` too, where tables are lists of plain rows.',
    ...STAGES.flatMap((stage) => {
      const own = cells.filter((cell) => stageOf(cell) === stage);
      if (own.length === 0) return [];
      const rows = own.map((cell) => [
        linkTo(cell.name, places) + (statistics.has(cell.name) ? ' ●' : ''),
        linked(firstSentence(commentOf(cell.declarations[0]!, face)?.text ?? ''), places),
      ]);
      return [`## ${stage}`, table(['cell', 'what it does'], rows)];
    }),
    '## Everything else',
    others.map((other) => `- ${other}`).join('\n'),
  );
}

function firstSentence(text: string): string {
  const [paragraph = ''] = text.split('\n\n');
  const flat = paragraph.replace(/\s+/g, ' ');
  return /^.*?(?<!et al)[.:](?=\s|$)/.exec(flat)?.[0].replace(/:$/, '.') ?? flat;
}
