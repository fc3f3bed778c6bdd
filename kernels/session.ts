import { Console } from 'node:console';
import { type IsCompleteResult, isCompleteCode } from 'tslab/dist/converter';
import { createExecutor } from 'tslab/dist/executor';
import { type CellError, describeCompileError, describeThrown, type RunCell } from './cellError';
import { createCompiler, type Hooks } from './compiler';
import { Context } from './context';
import { displayed } from './display';
import { interruptWork } from './libraries';
import './globals';
import { type Completion, completion, inspection } from './codeHelp';
import type { CellOutput, MimeBundle } from './notebook';
import { Pauses } from './pauses';

/** One execution of a cell. */
interface Execution {
  readonly cell: RunCell;
  readonly outputs: OutputQueue;
  readonly pauses: Pauses;
  /** The value of the last expression, unless null or undefined. */
  value?: unknown;
  error?: CellError;
  /** Whether it does not end by itself alone: what it leaves behind goes no further then. */
  isStopped: boolean;
  /** Ends the cell, whatever its code does. */
  end(): void;
  readonly ended: Promise<void>;
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
  private readonly cells = new Map<string, RunCell>();
  private readonly executor = createExecutor(
    process.cwd(),
    this.converters(),
    // tslab prints the last expression's value and what a cell throws; nothing else.
    {
      log: (value) => {
        this.owner.get()!.value = value;
      },
      error: (thrown) => this.blame(this.owner.get()!, thrown),
    },
  );
  /** The execution that the code belongs to which runs now, awaited or not. */
  private readonly owner = new Context<Execution>();
  private running: Execution | undefined;
  /** The execution that runs, or ran last. */
  private last: Execution | undefined;
  /** The file of a cell that was interrupted before it was here. */
  private awaitedInterrupt: string | undefined;
  /** What a cell's `throw` threw last where that is no Error, and the stack there. */
  private lastThrown: { readonly value: unknown; readonly stack: string } | undefined;

  /** @param onIdleError told why a cell failed after it had ended, while no cell runs */
  constructor(private readonly onIdleError: (error: CellError) => void) {
    Error.stackTraceLimit = 50;
    const { stdout, stderr } = process;
    Object.assign(globalThis, {
      display: (value: unknown) => this.display(value),
      __cell: this.hooks(),
      // Unlike Node's own it lets through what `write` throws.
      console: Object.assign(new Console({ stdout, stderr, ignoreErrors: false }), { Console }),
    });
    captureStreams((name, text) => {
      this.refuseAbandoned();
      this.last?.outputs.push({ output_type: 'stream', name, text });
    });
    process.on('unhandledRejection', (reason, promise) =>
      this.onStray(reason, this.owner.of(promise)),
    );
    process.on('uncaughtException', (thrown) => this.onStray(thrown));
  }

  /**
   * Runs one cell to its end; not before the one that runs has ended.
   *
   * @param cell TypeScript, top-level await included
   * @param onOutput told of each output when it is there, in order; late ones too
   * @returns why the cell failed, or undefined
   */
  async execute(
    cell: RunCell,
    onOutput: (output: CellOutput) => void,
  ): Promise<CellError | undefined> {
    this.cells.set(cell.file, cell);
    const execution = started(cell, onOutput);
    this.running = this.last = execution;
    if (this.awaitedInterrupt === cell.file) this.interrupt();
    // A loop that is broken off takes the code along that called it, and nothing may wait for that.
    else Promise.resolve().then(() => this.run(execution).then(execution.end));
    await execution.ended;
    if (execution.isStopped) {
      const reason = new Interrupted();
      execution.pauses.end(reason);
      interruptWork(reason);
      this.executor.interrupt();
    }
    this.running = undefined;
    return execution.error;
  }

  /**
   * Has a cell throw where it waits, once interruptible work has wound up; asked again, ends it at
   * once. Resolves when the cell has ended.
   *
   * @param file the cell's. Default: of the one that runs
   */
  async interrupt(file = this.running?.cell.file): Promise<void> {
    const { running } = this;
    if (running?.cell.file !== file) this.awaitedInterrupt = file;
    else if (running) {
      if (!running.isStopped) await this.breakUp(running);
      else this.endAsInterrupted(running);
      await running.ended;
    }
  }

  /** Ends the cell that runs, whose code may be gone. */
  breakOff(): void {
    if (this.running) this.endAsInterrupted(this.running);
  }

  /** Lets the process end when nothing is left to do in it. */
  close(): void {
    this.executor.close();
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

  private async breakUp(execution: Execution): Promise<void> {
    const { pauses } = execution;
    const { failures } = pauses;
    const reason = new Interrupted();
    execution.isStopped = true;
    await interruptWork(reason);
    // What the work threw tells more, and comes first.
    await new Promise(setImmediate);
    const isTold = pauses.failures > failures;
    if (!isTold && !pauses.break(reason)) this.endAsInterrupted(execution);
  }

  private endAsInterrupted(execution: Execution): void {
    execution.isStopped = true;
    this.blame(execution, new Interrupted());
    execution.end();
  }

  /** Runs the cell's code as the execution's own, until it has shown its value. Never throws. */
  private run(execution: Execution): Promise<void> {
    const { cell, outputs, pauses } = execution;
    const until = async <T>(promise: T) => pauses.until(pauses.mark(), promise);
    return this.owner.run(execution, async () => {
      try {
        await this.executor.execute(cell.source);
        const value = await until(execution.value);
        // Node reports a rejection that nobody handles once the microtasks are through.
        await new Promise(setImmediate);
        if (!execution.error && value !== undefined && value !== null)
          await until(outputs.push(resultOf(value, cell.count)));
        await until(outputs.drained());
      } catch (thrown) {
        this.blame(execution, thrown);
      }
    });
  }

  private async display(value: unknown): Promise<void> {
    this.refuseAbandoned();
    await this.last?.outputs.push(
      displayed(value).then((content) => ({ output_type: 'display_data', ...content })),
    );
  }

  private hooks(): Hooks {
    const thrown: Hooks['thrown'] = (value) => {
      const place = { stack: '' };
      Error.captureStackTrace(place, thrown);
      this.lastThrown = { value, stack: place.stack };
      return value;
    };
    return {
      mark: () => this.owner.get()?.pauses.mark() ?? 0,
      until: (mark, value) => this.owner.get()?.pauses.until(mark, value) ?? value,
      between: (items) => this.owner.get()?.pauses.between(items) ?? items,
      thrown,
    };
  }

  /** What an interrupted cell left to a library comes to its end where it wants to show something. */
  private refuseAbandoned(): void {
    if (this.owner.get()?.pauses.isOver) throw new Interrupted();
  }

  private readonly onStray = (thrown: unknown, owner = this.owner.get()): void => {
    const { running, last } = this;
    if (!last || owner?.pauses.isOver) return;
    const error = this.describe(thrown, owner ?? last, owner !== undefined);
    if (!running) {
      this.onIdleError(error);
      return;
    }
    running.isStopped = true;
    running.error ??= error;
    running.outputs.drained().then(running.end);
  };

  /** Notes why an execution failed, unless that is known. */
  private blame(execution: Execution, thrown: unknown): void {
    execution.error ??= this.describe(thrown, execution);
  }

  /** @param isOwner whether it is known that what was thrown is the execution's */
  private describe(thrown: unknown, { cell }: Execution, isOwner = true): CellError {
    const { cells, compiler, lastThrown } = this;
    const stack = lastThrown && Object.is(lastThrown.value, thrown) ? lastThrown.stack : undefined;
    const run = { cells, originalPosition: compiler.originalPosition };
    return describeThrown(thrown, run, cell, isOwner, stack);
  }

  private converters() {
    const node = {
      ...this.compiler,
      convert: (previousDeclarations: string, source: string) => {
        const execution = this.owner.get()!;
        const { cell } = execution;
        const result = this.compiler.convertCell(cell.file, previousDeclarations, source);
        if (result.diagnostics.length > 0)
          execution.error = describeCompileError(result.diagnostics, cell);
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

function started(cell: RunCell, onOutput: (output: CellOutput) => void): Execution {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const outputs = new OutputQueue(onOutput);
  return { cell, outputs, pauses: new Pauses(), isStopped: false, end, ended };
}

async function resultOf(value: unknown, execution_count: number): Promise<CellOutput> {
  return { output_type: 'execute_result', execution_count, ...(await displayed(value)) };
}

/** Passes outputs on in the order in which they were asked for, ready or not. */
class OutputQueue {
  private tail: Promise<void> | undefined;

  constructor(private readonly emit: (output: CellOutput) => void) {}

  /** Resolves when the output is passed on; rejects where that, or the output, fails. */
  push(output: CellOutput | Promise<CellOutput>): void | Promise<void> {
    if (!this.tail && !(output instanceof Promise)) return this.emit(output);
    const before = this.tail;
    const emitted = Promise.all([output, before]).then(([ready]) => this.emit(ready));
    const tail = Promise.allSettled([before, emitted]).then(() => {
      if (this.tail === tail) this.tail = undefined;
    });
    this.tail = tail;
    return emitted;
  }

  async drained(): Promise<void> {
    while (this.tail) await this.tail;
  }
}

type StreamName = 'stdout' | 'stderr';

/** Sends what this process writes to its standard streams elsewhere. */
function captureStreams(onText: (name: StreamName, text: string) => void): void {
  for (const name of ['stdout', 'stderr'] as const) {
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
}
