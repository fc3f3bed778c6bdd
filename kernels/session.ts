import { type IsCompleteResult, isCompleteCode } from 'tslab/dist/converter';
import { createExecutor } from 'tslab/dist/executor';
import { interruptWork } from '../src/interruption';
import { type CellError, cellFile, describeCompileError, describeThrown } from './cellError';
import { createCompiler } from './compiler';
import { displayed } from './display';
import './globals';
import { type Completion, completion, inspection } from './codeHelp';
import type { CellOutput, MimeBundle } from './notebook';

/** One execution of a cell. */
interface Execution {
  readonly count: number;
  readonly file: string;
  readonly source: string;
  readonly outputs: OutputQueue;
  /** The value of the last expression, unless null or undefined. */
  value?: { readonly of: unknown };
  error?: CellError;
  isInterrupted?: boolean;
  /** Ends the cell with an exception that no promise of the cell carries. */
  fail(thrown: unknown): void;
}

/** What a session can be asked about code, and what it answers. */
export interface Answers {
  complete: Completion;
  /** What there is to know of the name at a place; undefined where there is none. */
  inspect: MimeBundle | undefined;
  /** Whether code can be run as it is, or goes on in another line. */
  isComplete: IsCompleteResult;
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
  /** The number of the cell that runs, or ran last. */
  private lastCount = 0;
  /** What a cell's `throw` threw last where that is no Error, and the stack there. */
  private lastThrown: { readonly value: unknown; readonly stack: string } | undefined;
  private running: Execution | undefined;

  /** @param onIdleError told why a cell failed after it had ended, while no cell runs */
  constructor(private readonly onIdleError: (error: CellError) => void) {
    Error.stackTraceLimit = 50;
    globalThis.display = (value) => this.display(value);
    const note = <T>(value: T): T => {
      const place = { stack: '' };
      Error.captureStackTrace(place, note);
      this.lastThrown = { value, stack: place.stack };
      return value;
    };
    globalThis.__thrown = note;
    process.on('unhandledRejection', this.onStray);
    process.on('uncaughtException', this.onStray);
  }

  /**
   * Runs one cell to its end; not before the one that runs has ended.
   *
   * @param source TypeScript, top-level await included
   * @param count the cell's number in stack traces
   * @param onOutput told of each output when it is there, in order
   * @returns why the cell failed, or undefined
   */
  async execute(
    source: string,
    count: number,
    onOutput: (output: CellOutput) => void,
  ): Promise<CellError | undefined> {
    const file = cellFile(count);
    this.sources.set(file, source);
    const outputs = new OutputQueue(onOutput);
    let fail!: (thrown: unknown) => void;
    const stray = new Promise<void>((resolve) => {
      fail = (thrown) => {
        if (this.running !== execution) return;
        execution.error ??= this.describe(thrown, true);
        this.executor.interrupt();
        resolve();
      };
    });
    const execution: Execution = { count, file, source, outputs, fail };
    this.running = execution;
    this.lastCount = count;
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

  /**
   * Ends the cell that runs once interruptible work has wound up; asked again, at once. Does nothing
   * where no cell runs.
   */
  async interrupt(): Promise<void> {
    const { running } = this;
    if (!running) return;
    const reason = new Interrupted();
    if (!running.isInterrupted) {
      running.isInterrupted = true;
      await interruptWork(reason);
      // What the work threw tells more, and comes first.
      await new Promise(setImmediate);
    }
    running.fail(reason);
  }

  complete(code: string, position: number): Answers['complete'] {
    return completion(this.executor.complete(code, position));
  }

  inspect(code: string, position: number): Answers['inspect'] {
    return inspection(code, position, (at) => this.executor.inspect(code, at));
  }

  isComplete(code: string): Answers['isComplete'] {
    return isCompleteCode(code);
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
    const { sources, compiler, lastThrown } = this;
    const stack = lastThrown && Object.is(lastThrown.value, thrown) ? lastThrown.stack : undefined;
    return describeThrown(
      thrown,
      { sources, originalPosition: compiler.originalPosition },
      this.lastCount,
      isStray,
      stack,
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

/** What a cell that somebody interrupts fails with, and the reason its work is told to stop. */
class Interrupted extends Error {
  override readonly name = 'Interrupted';
  override readonly stack = 'Interrupted: the cell was interrupted.';

  constructor() {
    super('the cell was interrupted.');
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
