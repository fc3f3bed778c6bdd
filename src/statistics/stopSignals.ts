import { progress } from './progress';

/** The exit statuses of a process that a signal ended, as shells give them: 128 and the signal's number. */
export const STOPPED = { SIGINT: 130, SIGTERM: 143 } as const;

type StopSignal = keyof typeof STOPPED;

const SIGNALS = Object.keys(STOPPED) as readonly StopSignal[];

/**
 * Puts off the end of a process by Ctrl-C or SIGTERM until its work has saved its state. A signal that the program
 * itself listens to, as the process of a notebook does, is left to the program.
 */
export class StopSignals {
  private received: StopSignal | undefined;
  private message: string | undefined;

  /** @param stop tells all work to stop */
  constructor(private readonly stop: (reason: Error) => void) {}

  /** Listens, until {@link end}. */
  begin(): void {
    for (const signal of SIGNALS)
      if (process.listenerCount(signal) === 0) process.on(signal, this.onSignal);
  }

  /** Keeps the error of work that a signal stopped, to be shown in the end. */
  keep(error: unknown): void {
    if (this.received) this.message = error instanceof Error ? error.message : String(error);
  }

  /** Listens no more; ends the process where a signal asked for it. */
  end(): void {
    for (const signal of SIGNALS) process.off(signal, this.onSignal);
    if (!this.received) return;
    progress().done();
    if (this.message !== undefined) console.error(this.message);
    process.exit(STOPPED[this.received]);
  }

  private readonly onSignal = (signal: NodeJS.Signals): void => {
    const known = signal as StopSignal;
    // Whoever asks twice does not want to wait.
    if (this.received) process.exit(STOPPED[known]);
    this.received = known;
    progress().done();
    console.error(`${signal}: stopping, and saving what is under way; once more ends it at once.`);
    this.stop(new Error(`stopped by ${signal}`));
  };
}
