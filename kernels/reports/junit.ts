import { type CellReport, cellName, type NotebookReport } from './report';
import { escapeXml } from './xml';

/** Reports as JUnit XML: a test suite per notebook, with a test case for each code cell. */
export function junitOf(reports: readonly NotebookReport[]): string {
  const all = reports.flatMap(({ cells }) => cells);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="notebooks" ${countsOf(all, reports)}>`,
    ...reports.flatMap(suiteOf),
    '</testsuites>',
    '',
  ].join('\n');
}

function suiteOf(report: NotebookReport): string[] {
  const { path, cells } = report;
  return [
    `  <testsuite name="${escapeXml(path)}" errors="0" ${countsOf(cells, [report])}>`,
    ...cells.map((cell) => caseOf(path, cell)),
    '  </testsuite>',
  ];
}

function caseOf(path: string, cell: CellReport): string {
  const { outcome, seconds, failure, reason = '' } = cell;
  const start =
    `    <testcase classname="${escapeXml(path)}" name="${escapeXml(cellName(cell))}" ` +
    `time="${seconds.toFixed(3)}"`;
  if (failure) {
    const { type, message, text } = failure;
    const attributes = `type="${escapeXml(type)}" message="${escapeXml(message)}"`;
    return `${start}><failure ${attributes}>${escapeXml(text)}</failure></testcase>`;
  }
  if (outcome === 'skipped') return `${start}><skipped message="${escapeXml(reason)}"/></testcase>`;
  return `${start}/>`;
}

function countsOf(cells: readonly CellReport[], reports: readonly NotebookReport[]): string {
  const count = (of: CellReport['outcome']) => cells.filter(({ outcome }) => outcome === of).length;
  const seconds = reports.reduce((sum, report) => sum + report.seconds, 0);
  return (
    `tests="${cells.length}" failures="${count('failed')}" skipped="${count('skipped')}" ` +
    `time="${seconds.toFixed(3)}"`
  );
}
