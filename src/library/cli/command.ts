import { type Command, CommanderError, InvalidArgumentError } from 'commander';
import { SbdError } from 'selective-brain-damage-statistics';
import { UNUSABLE_INPUT } from './subcommand';

/** Runs a command and returns its exit status; an error that the user can fix is one line on stderr. */
export async function exitStatus(
  command: Command,
  argv: readonly string[],
  usage: string,
): Promise<number> {
  command.helpInformation = () => usage;
  try {
    await command.exitOverride().parseAsync([...argv], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : UNUSABLE_INPUT;
    console.error(error instanceof SbdError ? `${error.name}: ${error.message}` : error);
    return UNUSABLE_INPUT;
  }
}

/** The value of an option that is a whole number. */
export function whole(text: string): number {
  if (!/^[1-9]\d*$/.test(text))
    throw new InvalidArgumentError('Expected a whole number, 1 or more.');
  return Number(text);
}
