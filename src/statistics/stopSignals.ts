import { progress } from './progress';

/** The exit statuses of a process that a signal ended, as shells give them: 128 and the signal's number. */
const STATUS = { SIGINT: 130, SIGTERM: 143 } as const;

type StopSignal = keyof typeof STATUS;

const SIGNALS = Object.keys(STATUS) as readonly StopSignal[];

/**
 * Puts off the end of a process by Ctrl-C or SIGTERM until its work has saved its state. Only signals that
 * nobody else listens to are taken, which would end the process at once; a program that has a listener of its own,
 * as a notebook's, decides itself.
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
    process.exit(STATUS[this.received]);
  }

  private readonly onSignal = (signal: NodeJS.Signals): void => {
    const known = signal as StopSignal;
    // Whoever asks twice does not want to wait.
    if (this.received) process.exit(STATUS[known]);
    this.received = known;
    progress().done();
    console.error(`${signal}: stopping, and saving what is under way; once more ends it at once.`);
    this.stop(new Error(`stopped by ${signal}`));
  };
}
