import { Console } from 'node:console';
import { join } from 'node:path';
import { attempt } from './attempt';
import { type CellError, describeCompileError, describeThrown, type RunCell } from './cellError';
import { type Completeness, type Completion, completeness } from './codeHelp';
import { Compiler } from './compiler';
import { Context } from './context';
import { displayed } from './display';
import type { DisplayOptions } from './globals';
import { interruptWork } from './libraries';
import { defineName, functionOf, type Hooks, Modules } from './modules';
import type { CellEvent, CellOutput, MimeBundle } from './notebook';
import { isThenable, Pauses } from './pauses';
import { mapStacks } from './stacks';
import type { Binding, Declared, Runtime } from './transform';

/** One execution of a cell. */
interface Execution {
  readonly cell: RunCell;
  readonly outputs: OutputQueue;
  readonly pauses: Pauses;
  /** The names that its code declares, once it runs. */
  declared?: {
    readonly names: readonly Declared[];
    readonly bindings: Readonly<Record<string, Binding>>;
  };
  error?: CellError;
  /** Whether it was stopped: code that it left running must then not continue. */
  isStopped: boolean;
  /** Ends the cell, whatever its code does. */
  end(): void;
  /** Resolves when the cell has ended. */
  readonly ended: Promise<void>;
}

/** The answers of a session to questions about code, by question. */
export interface Answers {
  /** The completions at a position. */
  complete: Completion;
  /** Type and documentation of the name at a position; undefined if there is no name. */
  inspect: MimeBundle | undefined;
  /** Whether code can be run, or needs another line. */
  isComplete: Completeness;
}

/**
 * Executes the cells of one notebook in this process, with the current directory as the notebook's
 * folder. A process holds one session, since cells share the process's globals, its standard streams
 * and its unhandled rejections.
 */
export class Session {
  private readonly compiler = new Compiler(process.cwd());
  private readonly modules = new Modules(this.compiler, this.hooks());
  private readonly cells = new Map<string, RunCell>();
  /** The names of the cells so far. */
  private readonly scope: Record<string, unknown> = Object.create(null);
  /** The execution that the running code belongs to, awaited or not. */
  private readonly owner = new Context<Execution>();
  private running: Execution | undefined;
  /** The running execution, or the last one. */
  private last: Execution | undefined;
  /** The file of a cell whose interrupt arrived before the cell. */
  private earlyInterrupt: string | undefined;
  /** The last thrown value that may not be an Error, and the stack at its `throw`. */
  private lastThrown: { readonly value: unknown; readonly stack: string } | undefined;

  /**
   * @param onIdleError called when an ended cell fails
   * @param onKernel called when the kernel's own code starts, which must not be broken off, and ends
   */
  constructor(
    private readonly onIdleError: (error: CellError) => void,
    private readonly onKernel: (isKernel: boolean) => void,
  ) {
    Error.stackTraceLimit = 50;
    const { stdout, stderr } = process;
    Object.assign(globalThis, {
      display: (value: unknown, options?: DisplayOptions) => this.display(value, options),
      clearOutput: (options?: { wait?: boolean }) => this.clearOutput(options?.wait ?? false),
      // Unlike Node's console, this one lets exceptions of `write` through.
      console: Object.assign(new Console({ stdout, stderr, ignoreErrors: false }), { Console }),
    });
    mapStacks(this.compiler);
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
   * Runs one cell to its end. The one before must have ended.
   *
   * @param cell its TypeScript may use top-level await
   * @param onOutput called with each output when it is ready, in order; with late ones too
   * @returns the cell's failure, or undefined
   */
  async execute(
    cell: RunCell,
    onOutput: (output: CellEvent) => void,
  ): Promise<CellError | undefined> {
    this.cells.set(cell.file, cell);
    const execution = started(cell, onOutput);
    this.running = this.last = execution;
    if (this.earlyInterrupt === cell.file) this.interrupt();
    // Terminating a computation also terminates its callers, so no caller may be awaited here.
    else Promise.resolve().then(() => this.run(execution).then(execution.end));
    await execution.ended;
    if (execution.isStopped) {
      const reason = new Interrupted();
      execution.pauses.end(reason);
      interruptWork(reason);
    }
    this.keep(execution);
    this.running = undefined;
    return execution.error;
  }

  /**
   * Makes a cell throw where it waits, after interruptible work has finished in good order; a second
   * call ends it at once. Resolves when the cell has ended.
   *
   * @param file the cell's file. Default: that of the running cell
   */
  async interrupt(file = this.running?.cell.file): Promise<void> {
    const { running } = this;
    if (running?.cell.file !== file) this.earlyInterrupt = file;
    else if (running) {
      if (!running.isStopped) await this.stop(running);
      else this.endAsInterrupted(running);
      await running.ended;
    }
  }

  /** Ends the running cell after its computation was terminated. */
  breakOff(): void {
    if (this.running) this.endAsInterrupted(this.running);
  }

  /** Answers a question about code. */
  ask<Question extends keyof Answers>(
    question: Question,
    code: string,
    position: number,
  ): Answers[Question] {
    return this.asKernel(() => this.questions[question](code, position));
  }

  private readonly questions: {
    [Question in keyof Answers]: (code: string, position: number) => Answers[Question];
  } = {
    complete: (code, position) => this.compiler.complete(code, position),
    inspect: (code, position) => this.compiler.inspect(code, position),
    isComplete: completeness,
  };

  private asKernel<T>(work: () => T): T {
    this.onKernel(true);
    try {
      return work();
    } finally {
      this.onKernel(false);
    }
  }

  private async stop(execution: Execution): Promise<void> {
    const { pauses } = execution;
    const { failures } = pauses;
    const reason = new Interrupted();
    execution.isStopped = true;
    await interruptWork(reason);
    // The error that the work throws says more than the interrupt's, and must come first.
    await new Promise(setImmediate);
    const hasFailed = pauses.failures > failures;
    if (!hasFailed && !pauses.break(reason)) this.endAsInterrupted(execution);
  }

  private endAsInterrupted(execution: Execution): void {
    execution.isStopped = true;
    this.blame(execution, new Interrupted());
    execution.end();
  }

  /** Runs the cell's code as owned by the execution, until its value is shown. Never throws. */
  private run(execution: Execution): Promise<void> {
    const { cell, outputs, pauses } = execution;
    const until = async <T>(promise: T) => pauses.until(pauses.mark(), promise);
    return this.owner.run(execution, async () => {
      try {
        const [last] = await this.evaluate(execution);
        // A value may throw where it is read: such a one is no promise.
        const value = attempt(() => isThenable(last)) ? await until(last) : last;
        // Node reports unhandled rejections after all microtasks.
        await new Promise(setImmediate);
        if (!execution.error && value !== undefined && value !== null)
          await until(outputs.push(resultOf(value, cell.count)));
        await until(outputs.drained());
      } catch (thrown) {
        this.blame(execution, thrown);
      }
    });
  }

  /** Runs the cell's code; returns the value of its last expression in an array, so that it is not awaited. */
  private async evaluate(execution: Execution): Promise<readonly unknown[]> {
    const { cell } = execution;
    this.modules.refresh();
    const compiled = this.asKernel(() => this.compiler.compileCell(cell.file, cell.source));
    if (!('code' in compiled)) {
      execution.error = describeCompileError(compiled, cell);
      return [];
    }
    const path = join(process.cwd(), cell.file);
    const runtime: Runtime = {
      ...this.hooks(),
      ...this.modules.importing(path),
      scope: this.scope,
      names: (bindings) => {
        execution.declared = { names: compiled.declared, bindings };
      },
      reexport: () => {},
    };
    const shown = await functionOf(compiled, runtime, path, { exports: {} })();
    return Array.isArray(shown) ? shown : [];
  }

  /** Keeps what a cell has declared for the cells after it: of a failed cell, what it reached. */
  private keep({ cell, declared, error }: Execution): void {
    if (!declared) return;
    const { names, bindings } = declared;
    const kept = names.filter(({ name, kind }) => {
      const binding = bindings[name];
      if (binding && error && !isSet(binding, kind)) return false;
      if (binding) defineName(this.scope, name, binding);
      return true;
    });
    this.compiler.keep(cell.file, cell.source, kept);
  }

  private async display(
    value: unknown,
    { display_id, update = false }: DisplayOptions = {},
  ): Promise<void> {
    this.refuseAbandoned();
    await this.last?.outputs.push(
      displayed(value).then((content) =>
        display_id === undefined
          ? { output_type: 'display_data', ...content }
          : {
              output_type: update ? 'update_display_data' : 'display_data',
              ...{ ...content, transient: { display_id } },
            },
      ),
    );
  }

  private clearOutput(wait: boolean): void {
    this.refuseAbandoned();
    this.last?.outputs.push({ output_type: 'clear_output', wait });
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

  /** Throws in code that a stopped cell left running in a library, when it wants to show something. */
  private refuseAbandoned(): void {
    if (this.owner.get()?.pauses.isOver) throw new Interrupted();
  }

  private readonly onStray = (thrown: unknown, owner = this.owner.get()): void => {
    const { running, last } = this;
    if (!last || owner?.pauses.isOver) return;
    const error = this.describe(thrown, owner ?? last, owner !== undefined);
    if (!running || error.cell !== running.cell.count) {
      this.onIdleError(error);
      return;
    }
    running.isStopped = true;
    running.error ??= error;
    running.outputs.drained().then(running.end);
  };

  /** Records the failure of an execution, unless it has one already. */
  private blame(execution: Execution, thrown: unknown): void {
    execution.error ??= this.describe(thrown, execution);
  }

  /** @param isOwner whether the execution is known to have thrown */
  private describe(thrown: unknown, { cell }: Execution, isOwner = true): CellError {
    const { cells, lastThrown } = this;
    const stack = lastThrown && Object.is(lastThrown.value, thrown) ? lastThrown.stack : undefined;
    return describeThrown(thrown, cells, cell, isOwner, stack);
  }
}

/** The error of an interrupted cell, and the abort reason for its work. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  override readonly stack = 'Interrupted: the cell was interrupted.';

  constructor() {
    super('the cell was interrupted.');
  }
}

function started(cell: RunCell, onOutput: (output: CellEvent) => void): Execution {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const outputs = new OutputQueue(onOutput);
  return { cell, outputs, pauses: new Pauses(), isStopped: false, end, ended };
}

/** Whether a failed cell reached a declaration. */
function isSet([get]: Binding, kind: string): boolean {
  try {
    return get() !== undefined || kind !== 'var';
  } catch {
    return false;
  }
}

async function resultOf(value: unknown, execution_count: number): Promise<CellOutput> {
  return { output_type: 'execute_result', execution_count, ...(await displayed(value)) };
}

/** Emits outputs in the order in which they were pushed, also if later ones are ready first. */
class OutputQueue {
  private tail: Promise<void> | undefined;

  constructor(private readonly emit: (output: CellEvent) => void) {}

  /** Resolves when the output is emitted; rejects if the output or its emission fails. */
  push(output: CellEvent | Promise<CellEvent>): void | Promise<void> {
    if (!this.tail && !(output instanceof Promise)) return this.emit(output);
    const before = this.tail;
    const emitted = Promise.all([output, before]).then(([ready]) => this.emit(ready));
    const tail = Promise.allSettled([before, emitted]).then(() => {
      if (this.tail === tail) this.tail = undefined;
    });
    this.tail = tail;
    return emitted;
  }

  /** Resolves when all outputs are emitted. */
  async drained(): Promise<void> {
    while (this.tail) await this.tail;
  }
}

type StreamName = 'stdout' | 'stderr';

/** Redirects everything that this process writes to its standard streams. */
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
