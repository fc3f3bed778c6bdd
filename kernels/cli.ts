import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { OptionError } from '../src/errors';
import { formatDuration, type ProgressSink, terminalProgress } from '../src/progress';
import type { CellOutput } from './notebook';
import { readNotebook, writeNotebook } from './notebook';
import { notebookPage } from './page';
import { describeFailure, type RunObserver, runNotebook } from './runNotebook';

const USAGE = `Executes notebooks, each in a process of its own, and stops at the first cell that fails.

node dist/kernels/cli.js <notebook.ipynb>... [options]

  --output <folder>      where the executed notebooks go (default: in place)
  --html                 writes a self-contained page beside each executed notebook
  --timeout <seconds>    how long one cell may run (default: no limit)
  --parameters <k=v>     sets a variable of the cell tagged "parameters"; the value is JSON, else
                         a text (may be repeated)`;

interface Arguments {
  readonly notebooks: readonly string[];
  readonly output?: string;
  readonly html: boolean;
  readonly timeout?: number;
  readonly parameters: Readonly<Record<string, unknown>>;
}

async function main(argv: string[]): Promise<number> {
  const options = parseArguments(argv);
  for (const path of options.notebooks) {
    const started = Date.now();
    const terminal = new Terminal();
    const { notebook, failure } = await runNotebook(readNotebook(path), {
      directory: dirname(resolve(path)),
      parameters: options.parameters,
      observer: terminal,
      progress: terminal.progress,
      ...(options.timeout !== undefined && { timeout: options.timeout }),
    });
    const folder = options.output ?? dirname(path);
    const name = basename(path, '.ipynb');
    const written = [join(folder, `${name}.ipynb`)];
    mkdirSync(folder, { recursive: true });
    writeNotebook(written[0]!, notebook);
    if (options.html) {
      written.push(join(folder, `${name}.html`));
      writeFileSync(written[1]!, await notebookPage(notebook, name));
    }
    if (failure) {
      console.error(`\n${describeFailure(path, failure)}\n\nUp to there: ${written.join(', ')}`);
      return 1;
    }
    console.log(
      `${path}: done in ${formatDuration((Date.now() - started) / 1000)}. Wrote ${written.join(', ')}`,
    );
  }
  return 0;
}

function parseArguments(argv: string[]): Arguments {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      output: { type: 'string' },
      html: { type: 'boolean', default: false },
      timeout: { type: 'string' },
      parameters: { type: 'string', multiple: true, default: [] },
    },
  });
  if (positionals.length === 0) throw new OptionError(`No notebook given.\n\n${USAGE}`);
  const timeout = values.timeout === undefined ? undefined : Number(values.timeout);
  if (timeout !== undefined && !(timeout > 0))
    throw new OptionError(`--timeout ${values.timeout}: expected a number of seconds above 0.`);
  return {
    notebooks: positionals,
    html: values.html,
    parameters: Object.fromEntries(values.parameters.map(parseParameter)),
    ...(values.output !== undefined && { output: values.output }),
    ...(timeout !== undefined && { timeout }),
  };
}

function parseParameter(argument: string): [name: string, value: unknown] {
  const [, name, text] = /^([A-Za-z_$][\w$]*)=(.*)$/s.exec(argument) ?? [];
  if (name === undefined || text === undefined)
    throw new OptionError(`--parameters ${argument}: expected name=value.`);
  try {
    return [name, JSON.parse(text)];
  } catch {
    return [name, text];
  }
}

/** Shows a run: each cell's number and first line, what it prints, and progress in place. */
class Terminal implements RunObserver {
  private readonly line = terminalProgress();
  private isLineOpen = false;

  readonly progress: ProgressSink = {
    update: (text) => {
      this.isLineOpen = true;
      this.line.update(text);
    },
    done: () => this.endLine(),
  };

  cellStarts({ number, of, source }: { number: number; of: number; source: string }): void {
    const first = source.split('\n').find((line) => /\w/.test(line)) ?? '';
    console.log(`[${number}/${of}] ${first.trim().slice(0, 100)}`);
  }

  output(output: CellOutput): void {
    this.endLine();
    if (output.output_type === 'stream') process[output.name].write(output.text);
  }

  cellEnds({ number, of, seconds }: { number: number; of: number; seconds: number }): void {
    this.endLine();
    if (seconds >= 1) console.log(`[${number}/${of}] took ${formatDuration(seconds)}`);
  }

  /** What follows starts on a line of its own. */
  private endLine(): void {
    if (this.isLineOpen) this.line.done();
    this.isLineOpen = false;
  }
}

main(process.argv.slice(2)).then(
  (status) => process.exit(status),
  (error: Error) => {
    console.error(`${error.name}: ${error.message}`);
    process.exit(1);
  },
);
