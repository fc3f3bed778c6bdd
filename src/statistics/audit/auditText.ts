import type { Audit, AuditClassRow, AuditedModel } from './audit';
import { partTables } from './partTables';
import { auditSentence, chanceSentence, powerSentence } from './sentence';
import { counted, points, signedPoints } from './wording';

/** Rows of classes, and of each group, for a terminal. */
const ROWS = 6;
/** Models of which everything is told; of more, a line each. */
const DETAILED = 3;

/**
 * An audit for a terminal: per model the verdict in words, why, the worst classes and groups with their
 * intervals, and what the audit could have seen.
 *
 * @param pages files that say more
 */
export function auditText(audit: Audit, pages: readonly string[] = []): string {
  const { variants } = audit;
  const lines =
    variants.length > DETAILED
      ? variants.map((model) => auditSentence(audit, model))
      : variants.flatMap((model) => [...linesOf(audit, model), '']);
  for (const { variant, n_models, change, change_low, change_high } of audit.joint)
    lines.push(
      `${variant}, mean of ${n_models} models: top-1 ${signedPoints(change)} points (${signedPoints(change_low)} to ` +
        `${signedPoints(change_high)}; 95% over models)`,
    );
  if (pages.length > 0) lines.push(`More in ${pages.join(', ')}`);
  return lines.join('\n').trimEnd();
}

function linesOf(audit: Audit, model: AuditedModel): string[] {
  const { reasons } = model;
  const more = reasons.length - 2;
  return [
    auditSentence(audit, model),
    ...reasons.slice(0, 2).map(({ text }) => `  ${text}`),
    ...(more > 0 ? [`  ${counted(more, 'more reason')}.`] : []),
    ...(audit.agreement ? [] : [`  ${topOnes(audit, model)}`]),
    `  ${[powerSentence(audit, model), chanceSentence(audit, model)].filter(Boolean).join(' ')}`,
    ...partTables(model).flatMap(({ by, rows }) => tableOf(by, rows)),
  ];
}

function topOnes({ baseline }: Audit, { flips }: AuditedModel): string {
  const { variant, baseline_recall, variant_recall, p_value } = flips;
  return (
    `${baseline} ${points(baseline_recall)}%, ${variant} ${points(variant_recall)}% top-1; exact McNemar ` +
    `test p = ${p_value.toPrecision(2)}.`
  );
}

function tableOf(by: string, rows: readonly AuditClassRow[]): string[] {
  const shown = rows
    .slice(0, ROWS)
    .map((row) => [
      row.class_name ?? String(row.class),
      `${row.n_images}`,
      `${row.lost}/${row.gained}`,
      signedPoints(row.change),
      `${signedPoints(row.change_low)} to ${signedPoints(row.change_high)}`,
      signedPoints(row.shrunk_change),
      row.significant ? row.direction : '',
    ]);
  const header = [by, 'images', 'lost/gained', 'change', '95%', 'shrunk', ''];
  const widths = header.map((name, c) =>
    Math.min(28, Math.max(name.length, ...shown.map((row) => row[c]!.length))),
  );
  const line = (cells: readonly string[]) =>
    `  ${cells.map((cell, c) => (c === 0 ? cut(cell, widths[c]!).padEnd(widths[c]!) : cell.padStart(widths[c]!))).join('  ')}`.trimEnd();
  return ['', line(header), ...shown.map(line)];
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
