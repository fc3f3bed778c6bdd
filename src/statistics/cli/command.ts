import { type Command, CommanderError } from 'commander';
import { SbdError } from '../errors';

/** The exit status for input that a command cannot use: 1 and 2 are verdicts of the audit. */
const UNUSABLE_INPUT = 3;

/**
 * Runs a command; an error that the user can fix is one line on stderr.
 *
 * @param run what the command does once its arguments are read
 * @returns the exit status, as `run` gives it
 */
export async function runCommand(
  command: Command,
  argv: readonly string[],
  usage: string,
  run: () => Promise<number>,
): Promise<number> {
  let status = 0;
  command.helpInformation = () => usage;
  command.exitOverride().action(async () => {
    status = await run();
  });
  try {
    await command.parseAsync([...argv], { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : UNUSABLE_INPUT;
    console.error(error instanceof SbdError ? `${error.name}: ${error.message}` : error);
    return UNUSABLE_INPUT;
  }
}
