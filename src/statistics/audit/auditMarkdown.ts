import type { Audit, AuditClassRow, AuditedModel } from './audit';
import { partTables } from './partTables';
import { auditSentence, chanceSentence, powerSentence } from './sentence';
import { signedPoints } from './wording';

const ROWS = 10;

/** An audit as Markdown for a merge request. */
export function auditMarkdown(audit: Audit): string {
  const parts = audit.variants.flatMap((model) => partsOf(audit, model));
  for (const { variant, n_models, change, change_low, change_high } of audit.joint)
    parts.push(
      `Mean of ${n_models} models of ${escaped(variant)}: top-1 ${signedPoints(change)} points ` +
        `(${signedPoints(change_low)} to ${signedPoints(change_high)}; 95% over models).`,
    );
  return `${parts.join('\n\n')}\n`;
}

function partsOf(audit: Audit, model: AuditedModel): string[] {
  const sentence = auditSentence(audit, model);
  const reasons = model.reasons.slice(0, ROWS).map(({ text }) => `- ${escaped(text)}`);
  return [
    `### ${escaped(sentence)}`,
    ...(reasons.length > 0 ? [reasons.join('\n')] : []),
    escaped([powerSentence(audit, model), chanceSentence(audit, model)].filter(Boolean).join(' ')),
    ...partTables(model).map(({ by, rows }) => tableOf(by, rows)),
  ];
}

function tableOf(by: string, rows: readonly AuditClassRow[]): string {
  const lines = rows
    .slice(0, ROWS)
    .map((row) =>
      [
        escaped(row.class_name ?? String(row.class)),
        `${row.n_images}`,
        `${row.lost}`,
        `${row.gained}`,
        `${signedPoints(row.change)} (${signedPoints(row.change_low)} to ${signedPoints(row.change_high)})`,
        signedPoints(row.shrunk_change),
        row.significant ? row.direction : '',
      ].join(' | '),
    );
  return [
    `${escaped(by)} | images | lost | gained | change of recall, points | shrunk | significant`,
    '--- | ---: | ---: | ---: | ---: | ---: | ---',
    ...lines,
    ...(rows.length > ROWS ? [`*${rows.length - ROWS} more* | | | | | | `] : []),
  ].join('\n');
}

/** Text that Markdown shows as it is. */
function escaped(text: string): string {
  return text
    .replaceAll(/[\\`*_{}[\]<>#|~!&@]/g, (mark) =>
      mark === '<' ? '&lt;' : mark === '&' ? '&amp;' : `\\${mark}`,
    )
    .replaceAll(/\s+/g, ' ');
}
