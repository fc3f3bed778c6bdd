import { existsSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { UNUSABLE_INPUT } from './subcommand';

type NotebookCommands = typeof import('typescript-notebooks/commands');

const PACKAGE = 'typescript-notebooks';

/** Runs a command of typescript-notebooks, an optional peer; if it is missing, says how to install it. */
export async function withNotebookCommands(
  command: string,
  run: (commands: NotebookCommands) => Promise<number>,
): Promise<number> {
  const path = resolveCommands();
  if (path !== undefined) return run(require(path) as NotebookCommands);
  console.error(`${command} needs the package ${PACKAGE}. ${howToInstall(__dirname)}`);
  return UNUSABLE_INPUT;
}

/** Looks beside this package, then in the current directory. */
function resolveCommands(): string | undefined {
  try {
    return require.resolve(`${PACKAGE}/commands`, { paths: [__dirname, process.cwd()] });
  } catch {
    return undefined;
  }
}

/** How to install typescript-notebooks; `folder` is a folder of this package. */
export function howToInstall(folder: string): string {
  const project = projectOf(folder);
  return existsSync(join(project, 'package.json'))
    ? `Install it in ${project}: npm install ${PACKAGE}`
    : `Install it beside the global selective-brain-damage: npm install --global ${PACKAGE}`;
}

/** The folder of the outermost node_modules that holds this package. */
function projectOf(folder: string): string {
  const parts = folder.split(sep);
  const at = parts.indexOf('node_modules');
  return at === -1 ? dirname(dirname(folder)) : parts.slice(0, at).join(sep);
}
