import type { Audit, AuditedModel } from './audit';
import { escapeXml } from './escape';
import type { Reason } from './reasons';
import { auditSentence, hasSeveral } from './sentence';

/**
 * An audit as JUnit XML for a pipeline: a test suite per model, with a test case for top-1, each class and each
 * value of a group. What blocks or stays open is a failure; warnings are in the suite's output.
 */
export function auditJUnit(audit: Audit): string {
  const suites = audit.variants.map((model) => suiteOf(audit, model));
  const total = (of: 'tests' | 'failures') => suites.reduce((sum, suite) => sum + suite[of], 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="sbd audit" tests="${total('tests')}" failures="${total('failures')}">`,
    ...suites.map(({ xml }) => xml),
    '</testsuites>',
    '',
  ].join('\n');
}

function suiteOf(audit: Audit, model: AuditedModel) {
  const several = hasSeveral(audit, model);
  const name = several ? `${model.variant} ${model.flips.replicate}` : model.variant;
  const byPart = [['class', model.classes] as const, ...Object.entries(model.groups)];
  const subjects = [
    audit.agreement ? 'agreement' : 'top-1',
    ...byPart.flatMap(([by, rows]) =>
      rows.map((row) => `${by} ${row.class_name ?? String(row.class)}`),
    ),
  ];
  const failing = new Map<string, Reason>();
  for (const reason of model.reasons)
    if (reason.verdict !== 'WARN') failing.set(reason.subject, reason);
  const cases = subjects.map((subject) => {
    const reason = failing.get(subject);
    const start = `    <testcase classname="${escapeXml(name)}" name="${escapeXml(subject)}"`;
    if (!reason) return `${start}/>`;
    const text = escapeXml(reason.text);
    return `${start}><failure type="${reason.verdict}" message="${text}"/></testcase>`;
  });
  const out = [auditSentence(audit, model), ...model.reasons.map(({ text }) => text)];
  const xml = [
    `  <testsuite name="${escapeXml(name)}" tests="${subjects.length}" failures="${failing.size}">`,
    ...cases,
    `    <system-out>${escapeXml(out.join('\n'))}</system-out>`,
    '  </testsuite>',
  ].join('\n');
  return { tests: subjects.length, failures: failing.size, xml };
}
