import type { CellOutput } from './notebook';
import { formatDuration, type ProgressSink, terminalProgress } from './progress';
import { titleOf } from './reports/report';
import type { RunObserver } from './runNotebook';

const line = terminalProgress();
let isLineOpen = false;

/** Ends the line of progress, so that the next text starts on a new line. */
function endLine(): void {
  if (isLineOpen) line.done();
  isLineOpen = false;
}

/**
 * Shows a run on the terminal: each cell's number and first line, the text that it prints, and its
 * progress in place. If notebooks run side by side, each cell is shown when it has ended, with the
 * notebook's name.
 */
export class Terminal implements RunObserver {
  private held: (() => void)[] = [];

  /** @param name the notebook's name, if it runs beside others */
  constructor(private readonly name?: string) {}

  readonly progress: ProgressSink = {
    update: (text) => {
      isLineOpen = true;
      line.update(this.name === undefined ? text : `${this.name}: ${text}`);
    },
    done: endLine,
  };

  cellStarts({ number, of, source }: { number: number; of: number; source: string }): void {
    this.show(() => console.log(`${this.place(number, of)} ${titleOf(source)}`));
  }

  output(output: CellOutput): void {
    if (output.output_type === 'stream') this.show(() => process[output.name].write(output.text));
  }

  log(text: string): void {
    this.show(() => process.stderr.write(text));
  }

  cellEnds({ number, of, seconds }: { number: number; of: number; seconds: number }): void {
    if (seconds >= 1)
      this.show(() => console.log(`${this.place(number, of)} took ${formatDuration(seconds)}`));
    this.flush();
  }

  /** Shows everything held back. */
  flush(): void {
    endLine();
    for (const show of this.held) show();
    this.held = [];
  }

  private show(show: () => void): void {
    this.held.push(show);
    if (this.name === undefined) this.flush();
  }

  private place(number: number, of: number): string {
    return this.name === undefined ? `[${number}/${of}]` : `[${this.name} ${number}/${of}]`;
  }
}
