import { appendFileSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { formatDuration } from '../progress';
import { type CellReport, cellName, type NotebookReport } from './report';

/** Finds the line of a notebook's file that holds a line of a cell; both from 1. */
export type FindLine = (path: string, id: string, line: number) => number | undefined;

/** GitHub's workflow commands that show failures beside the notebooks' files, one for each failed cell. */
export function annotationsOf(
  reports: readonly NotebookReport[],
  findLine: FindLine,
  workspace: string,
): string[] {
  return reports.flatMap(({ path, cells }) =>
    cells.flatMap(({ id, number, failure }) => {
      if (!failure) return [];
      const { type, message, text, line = 1 } = failure;
      const place = findLine(path, id, line);
      const properties = [
        `file=${property(relative(workspace, resolve(path)).split(sep).join('/'))}`,
        ...(place === undefined ? [] : [`line=${place}`]),
        `title=${property(`cell ${number}: ${type}: ${message}`)}`,
      ];
      return [`::error ${properties.join(',')}::${data(text)}`];
    }),
  );
}

/** A summary in Markdown: a table of the notebooks, then the failures. */
export function summaryOf(reports: readonly NotebookReport[]): string {
  const rows = reports.map(({ path, seconds, cells }) => {
    const count = (of: CellReport['outcome']) =>
      cells.filter(({ outcome }) => outcome === of).length;
    const counts = [count('passed'), count('failed'), count('skipped')].join(' | ');
    const mark = count('failed') > 0 ? '❌' : '✅';
    return `| ${mark} ${cellText(path)} | ${counts} | ${formatDuration(seconds)} |`;
  });
  const failures = reports.flatMap(({ path, cells }) =>
    cells.flatMap((cell) => {
      const { failure } = cell;
      if (!failure) return [];
      const text = stripVTControlCharacters(failure.text);
      const fence = '`'.repeat(
        Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length)) + 1,
      );
      return ['', `**${escaped(`${path}, ${cellName(cell)}`)}**`, '', fence, text, fence];
    }),
  );
  return [
    '### Notebooks',
    '',
    '| notebook | cells passed | failed | skipped | time |',
    '|---|---|---|---|---|',
    ...rows,
    ...failures,
    '',
  ].join('\n');
}

/** Tells GitHub's runner of the reports, where this runs on one. */
export function tellGitHub(reports: readonly NotebookReport[], findLine: FindLine): void {
  const { GITHUB_ACTIONS, GITHUB_STEP_SUMMARY, GITHUB_WORKSPACE } = process.env;
  if (GITHUB_ACTIONS !== 'true') return;
  const annotations = annotationsOf(reports, findLine, GITHUB_WORKSPACE || process.cwd());
  for (const line of annotations) console.log(line);
  if (GITHUB_STEP_SUMMARY) appendFileSync(GITHUB_STEP_SUMMARY, `${summaryOf(reports)}\n`);
}

/** Escapes as @actions/core does. */
function data(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll('%', '%25')
    .replaceAll('\r', '%0D')
    .replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

function escaped(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>#|~&]/g, '\\$&');
}

function cellText(text: string): string {
  return escaped(text).replaceAll('\n', ' ');
}
