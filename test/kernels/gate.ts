import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** A file by which tests and cells wait for each other, however fast either is. */
export interface Gate {
  /** The file that opens the gate by being there. */
  readonly file: string;
  /** The code of a cell that waits until the gate is open. */
  readonly waits: string;
  /** The code of a cell that opens the gate. */
  readonly opens: string;
  /** The code of a cell that ends, and whose timer runs `code`, on its second line, when the gate is open. */
  later(code: string): string;
  open(): void;
}

/** Makes a gate, closed, that is removed with its test. */
export function gateOf(context: TestContext): Gate {
  const folder = mkdtempSync(join(tmpdir(), 'gate-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'open');
  const path = JSON.stringify(file);
  const isOpen = `require('node:fs').existsSync(${path})`;
  return {
    file,
    waits: `while (!${isOpen}) await new Promise((resolve) => setTimeout(resolve, 10));`,
    opens: `require('node:fs').writeFileSync(${path}, '');`,
    later: (code) =>
      `{ const timer = setInterval(() => { if (!${isOpen}) return; clearInterval(timer);\n${code}\n}, 10); }`,
    open: () => writeFileSync(file, ''),
  };
}
