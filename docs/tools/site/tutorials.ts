import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript-api';
import { ROOT } from '../packages';

/** A block of code of a tutorial, and what the page says that it prints. */
export interface Step {
  readonly language: 'ts' | 'sh';
  readonly code: string;
  /** The block of text right behind it; empty where there is none. */
  readonly printed: string;
}

const STEP = /^```(ts|sh)\n([\s\S]*?)^```\n(?:\n```text\n([\s\S]*?)^```\n)?/gm;
/** Stands between what two steps print. */
const BETWEEN = '\u0001';

/** The steps of a tutorial, in the order of the page. */
export function stepsOf(markdown: string): Step[] {
  return [...markdown.matchAll(STEP)].map(([, language, code, printed = '']) => ({
    language: language as Step['language'],
    code: code!,
    printed,
  }));
}

/** The tutorial with what its steps print in place of what it says that they do. */
export function withPrinted(markdown: string, printed: readonly string[]): string {
  let i = 0;
  return markdown.replace(STEP, (whole, language, code, text?: string) => {
    const now = printed[i++]!;
    if (text === undefined) return whole;
    return `\`\`\`${language}\n${code}\`\`\`\n\n\`\`\`text\n${now}\`\`\`\n`;
  });
}

/**
 * A tutorial as one program: its TypeScript as it stands, since a block uses the names of those before it,
 * and its commands as calls of a shell.
 */
export function programOf(steps: readonly Step[]): string {
  const parts = steps.map(({ language, code }) => {
    const run = `process.stdout.write(spawn('bash', ['-c', ${JSON.stringify(code)}], { encoding: 'utf8' }).stdout);`;
    return `${language === 'ts' ? code : run}\nprocess.stdout.write(${JSON.stringify(BETWEEN)});`;
  });
  return ["import { spawnSync as spawn } from 'node:child_process';", ...parts, ''].join('\n');
}

/** Where programs lie, so that they find the workspace's packages. */
const PROGRAMS = join(ROOT, 'dist/docs/tutorials');

/** Writes a tutorial's program, which a compiler then can check. */
export async function writeProgram(name: string, steps: readonly Step[]): Promise<string> {
  await mkdir(PROGRAMS, { recursive: true });
  const file = join(PROGRAMS, `${name}.mts`);
  await writeFile(file, programOf(steps));
  return file;
}

/**
 * Runs a tutorial in a folder of its own, with the repository's data, and `npx sbd` as its command.
 *
 * @returns what each step printed
 */
export async function runTutorial(name: string, steps: readonly Step[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'sbd-tutorial-'));
  try {
    await mkdir(PROGRAMS, { recursive: true });
    const program = join(PROGRAMS, `${name}.mjs`);
    const { outputText } = ts.transpileModule(programOf(steps), {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
    });
    await writeFile(program, outputText);
    for (const name of ['data', 'notebooks']) await symlink(join(ROOT, name), join(folder, name));
    const bin = join(folder, '.bin');
    await mkdir(bin);
    const sbd = `#!/bin/sh\nshift\nexec node "${join(ROOT, 'src/library/dist/cli/sbd.js')}" "$@"\n`;
    await writeFile(join(bin, 'npx'), sbd, { mode: 0o755 });
    const { stdout } = await promisify(execFile)(process.execPath, [program], {
      cwd: folder,
      maxBuffer: 1 << 26,
      env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` },
    });
    return stdout.split(BETWEEN).slice(0, -1);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
