import type { NotebookReport } from '#kernels/reports/report';

/** What XML, Markdown and GitHub's commands must escape. */
export const HOSTILE = 'a < b && "c", 100%: \u001b[31mred\u001b[0m `x` | ]]>\0\r\nnext ```';

/** Reports of two notebooks: one of each outcome, one whose failure is hostile. */
export const REPORTS: readonly NotebookReport[] = [
  {
    path: 'notebooks/a.ipynb',
    seconds: 12.5,
    cells: [
      { id: 'c1', number: 1, title: 'const a = 1;', outcome: 'passed', seconds: 9.5 },
      { id: 'c2', title: 'a < 2', outcome: 'skipped', seconds: 0, reason: 'tagged "x"' },
    ],
  },
  {
    path: 'notebooks/b, "c".ipynb',
    seconds: 3,
    cells: [
      {
        ...{ id: 'c1', number: 1, title: 'f()', outcome: 'failed', seconds: 2.25 },
        failure: { type: 'RangeError', message: HOSTILE, text: HOSTILE, line: 2 },
      },
    ],
  },
];
