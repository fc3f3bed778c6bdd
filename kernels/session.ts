import { createExecutor } from 'tslab/dist/executor';
import { type CellError, cellFile, describeCompileError, describeThrown } from './cellError';
import { createCompiler } from './compiler';
import { displayed } from './display';
import './globals';
import type { CellOutput } from './notebook';

/** One execution of a cell. */
interface Execution {
  readonly count: number;
  readonly file: string;
  readonly source: string;
  readonly outputs: OutputQueue;
  /** The value of the last expression, unless null or undefined. */
  value?: { readonly of: unknown };
  error?: CellError;
  /** Ends the cell with an exception that no promise of the cell carries. */
  fail(thrown: unknown): void;
}

/**
 * Executes the cells of one notebook in this process, with the current directory as the
 * notebook's folder. A process holds one session: cells share its globals, its standard streams
 * and its unhandled rejections.
 */
export class Session {
  private readonly compiler = createCompiler();
  private readonly sources = new Map<string, string>();
  private readonly executor = createExecutor(
    process.cwd(),
    this.converters(),
    // tslab prints the last expression's value and what a cell throws; nothing else.
    {
      log: (value) => {
        if (this.running) this.running.value = { of: value };
      },
      error: (thrown) => {
        // An interrupted cell may tell of it when it is over.
        if (this.running) this.running.error ??= this.describe(thrown, false);
      },
    },
  );
  private count = 0;
  private running: Execution | undefined;

  /** @param onIdleError told why a cell failed after it had ended, while no cell runs */
  constructor(private readonly onIdleError: (error: CellError) => void) {
    Error.stackTraceLimit = 50;
    globalThis.display = (value) => this.display(value);
    process.on('unhandledRejection', this.onStray);
    process.on('uncaughtException', this.onStray);
  }

  /**
   * Runs one cell to its end; not before the one that runs has ended.
   *
   * @param source TypeScript, top-level await included
   * @param onOutput told of each output when it is there, in order
   * @returns why the cell failed, or undefined
   */
  async execute(
    source: string,
    onOutput: (output: CellOutput) => void,
  ): Promise<CellError | undefined> {
    const count = ++this.count;
    const file = cellFile(count);
    this.sources.set(file, source);
    const outputs = new OutputQueue(onOutput);
    let fail!: (thrown: unknown) => void;
    const stray = new Promise<void>((resolve) => {
      fail = (thrown) => {
        execution.error ??= this.describe(thrown, true);
        this.executor.interrupt();
        resolve();
      };
    });
    const execution: Execution = { count, file, source, outputs, fail };
    this.running = execution;
    const release = captureStreams((name, text) =>
      outputs.push({ output_type: 'stream', name, text }),
    );
    try {
      await Promise.race([this.run(execution), stray]);
      await outputs.drained();
      return execution.error;
    } finally {
      release();
      this.running = undefined;
    }
  }

  /** Lets the process end. */
  close(): void {
    process.off('unhandledRejection', this.onStray);
    process.off('uncaughtException', this.onStray);
    this.executor.close();
  }

  private async run(execution: Execution): Promise<void> {
    await this.executor.execute(execution.source);
    // Node reports a rejection that nobody handles once the microtasks are through.
    await new Promise(setImmediate);
    if (execution.error || !execution.value) return;
    try {
      const shown = displayed(execution.value.of);
      execution.outputs.push(
        shown.then((content) => ({
          output_type: 'execute_result',
          execution_count: execution.count,
          ...content,
        })),
      );
      await shown;
    } catch (thrown) {
      execution.error = this.describe(thrown, false);
    }
  }

  private async display(value: unknown): Promise<void> {
    const shown = displayed(value);
    this.running?.outputs.push(
      shown.then((content) => ({ output_type: 'display_data', ...content })),
    );
    await shown;
  }

  private readonly onStray = (thrown: unknown): void => {
    if (this.running) this.running.fail(thrown);
    else this.onIdleError(this.describe(thrown, true));
  };

  private describe(thrown: unknown, isStray: boolean): CellError {
    const { sources, compiler } = this;
    return describeThrown(
      thrown,
      { sources, originalPosition: compiler.originalPosition },
      this.count,
      isStray,
    );
  }

  private converters() {
    const node = {
      ...this.compiler,
      convert: (previousDeclarations: string, source: string) => {
        const { count, file } = this.running!;
        const result = this.compiler.convertCell(file, previousDeclarations, source);
        if (result.diagnostics.length > 0)
          this.running!.error = describeCompileError(result.diagnostics, count, source);
        return result;
      },
    };
    return { node, browser: node, close: () => node.close() };
  }
}

/** Passes outputs on in the order in which they were asked for, ready or not. */
class OutputQueue {
  private tail: Promise<void> | undefined;

  constructor(private readonly emit: (output: CellOutput) => void) {}

  push(output: CellOutput | Promise<CellOutput>): void {
    if (!this.tail && !(output instanceof Promise)) {
      this.emit(output);
      return;
    }
    const tail = (this.tail ?? Promise.resolve())
      .then(async () => this.emit(await output))
      // Whoever asked for the output has the rejection.
      .catch(() => {})
      .then(() => {
        if (this.tail === tail) this.tail = undefined;
      });
    this.tail = tail;
  }

  async drained(): Promise<void> {
    while (this.tail) await this.tail;
  }
}

type StreamName = 'stdout' | 'stderr';

/** Sends what this process writes to its standard streams elsewhere, until released. */
function captureStreams(onText: (name: StreamName, text: string) => void): () => void {
  const names: StreamName[] = ['stdout', 'stderr'];
  const originals = names.map((name) => process[name].write);
  for (const name of names) {
    const write = (
      chunk: string | Uint8Array,
      encoding?: BufferEncoding | (() => void),
      done?: () => void,
    ) => {
      onText(name, typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
      const callback = typeof encoding === 'function' ? encoding : done;
      if (callback) process.nextTick(callback);
      return true;
    };
    process[name].write = write as typeof process.stdout.write;
  }
  return () => {
    names.forEach((name, i) => {
      process[name].write = originals[i]!;
    });
  };
}
