import { OptionError } from '../errors';
import {
  installKernel,
  KERNEL_NAME,
  prefixDataFolder,
  uninstallKernel,
  userDataFolder,
} from '../kernelspec';
import { asksForHelp, type CommandOptions, exitStatus, nearest, parseArguments } from './command';

const usage = (
  command: string,
) => `Usage: ${command} install   [--prefix <folder> | --path <folder>]
       ${command} uninstall [--prefix <folder> | --path <folder>]

Adds the TypeScript kernel of this installation to Jupyter, or removes it again. Needs no Python.

  --prefix <folder>   for the Python, conda or system installation in this folder:
                      --prefix "$VIRTUAL_ENV" (default: for the current user)
  --path <folder>     for every Jupyter whose JUPYTER_PATH holds this folder`;

const ACTIONS = ['install', 'uninstall'] as const;

/**
 * Adds the kernel to Jupyter or removes it: `install` or `uninstall`, `--prefix`, `--path`, `--help`.
 *
 * @param argv the arguments after the command's name
 * @returns the exit status: 0, or 1 after an error message on stderr
 */
export function kernelCommand(
  argv: readonly string[],
  { command }: CommandOptions,
): Promise<number> {
  return exitStatus(() => {
    console.log(asksForHelp(argv) ? usage(command) : changeKernel(argv, command));
    return 0;
  });
}

/** Returns the message that says what was done. */
function changeKernel(argv: readonly string[], command: string): string {
  const { values, positionals } = parseArguments(
    argv,
    { prefix: 'value', path: 'value' },
    `${command}`,
  );
  const action = actionOf(positionals, command);
  const { prefix, path } = values;
  if (prefix !== undefined && path !== undefined)
    throw new OptionError('--prefix and --path: expected one of them.');
  const folder = path ?? (prefix === undefined ? userDataFolder() : prefixDataFolder(prefix));
  return action === 'uninstall'
    ? `Removed ${uninstallKernel(folder)}.`
    : `Wrote ${installKernel(folder)}. Jupyter lists the kernel as ${KERNEL_NAME}.`;
}

function actionOf(words: readonly string[], command: string): (typeof ACTIONS)[number] {
  const [word] = words;
  const action = ACTIONS.find((name) => name === word);
  if (action && words.length === 1) return action;
  const near = word === undefined || action ? undefined : nearest(word, ACTIONS);
  throw new OptionError(
    `${command}: expected install or uninstall, found ${words.join(' ') || 'neither'}` +
      `${near ? `; did you mean ${near}?` : '.'} See ${command} --help.`,
  );
}
