/** A command of `sbd`: a function of the arguments after its name that returns the exit status. */
export type Subcommand = (argv: readonly string[]) => Promise<number>;

/**
 * The exit status for input that a command cannot use. 1 and 2 are verdicts of `sbd audit`, and a
 * mistyped command must not look like one.
 */
export const UNUSABLE_INPUT = 3;
