import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { type CellError, cellFile, cellTitle, type RunCell, uncountedFile } from './cellError';
import type { Asked, FromParent, Question } from './guarded';
import type { CellEvent } from './notebook';
import type { ProgressSink } from './progress';
import type { Answers } from './session';

export type ToHost =
  | { readonly type: 'execute'; readonly cell: RunCell }
  | {
      readonly type: 'ask';
      readonly id: number;
      readonly question: keyof Answers;
      readonly code: string;
      readonly position: number;
    }
  /** No cell follows: the process ends when it has nothing left to do. */
  | { readonly type: 'finish' };

export type FromHost =
  /** The compiler is ready, which takes longer than a cell. */
  | { readonly type: 'ready' }
  | { readonly type: 'output'; readonly output: CellEvent }
  | { readonly type: 'progress'; readonly line: string }
  | { readonly type: 'progressDone' }
  | { readonly type: 'end'; readonly error?: CellError }
  | { readonly type: 'idleError'; readonly error: CellError }
  | {
      readonly type: 'answer';
      readonly id: number;
      readonly answer?: unknown;
      readonly error?: string;
    };

/** Callbacks for the events of a kernel's process. */
export interface KernelEvents {
  /** Called with each output of the running cell or, late, of the last one; in order. */
  output(output: CellEvent): void;
  /**
   * Called with text that goes straight to the process's stderr: Node's warnings, and messages of
   * native code and child processes. It differs from run to run.
   */
  log(text: string): void;
  /** Shows the progress of long work. */
  readonly progress: ProgressSink;
  /** Called when an ended cell fails, maybe while another one runs. */
  idleError(error: CellError): void;
  /**
   * Asks the person at the notebook; resolves to undefined where nobody can be asked, as where this is
   * missing.
   */
  input?(question: Question): Promise<string | undefined>;
}

export interface ExecuteOptions {
  /** Seconds that the cell may run. Default: without limit. */
  readonly timeout?: number;
  /** Whether the cell gets an execution count of its own. Default true. */
  readonly counts?: boolean;
}

/** The pipe by which the host receives interrupts, and notices that its parent is gone. */
export const PARENT_FD = 4;
/** The mark that the host writes to its standard streams after a cell. */
export const END_OF_CELL = '\0end of cell\n';

/** The time that a cell has to end after {@link KernelProcess.stop}. */
const STOP_MILLISECONDS = 5000;
/** The time that a process has to end after {@link KernelProcess.close}. */
const CLOSE_MILLISECONDS = 6000;
/**
 * Limits V8's space for new objects. The compiler fills the default of 16 MB once, and the process keeps it
 * while it is idle. Short-lived objects are as fast under this limit; an array of three million objects that stay
 * takes 1.3 s to fill in place of 0.8.
 */
const NODE_FLAGS = ['--max-semi-space-size=2'];
/**
 * One arena of glibc's malloc in place of one a thread: what V8's threads free while TypeScript starts, the
 * others could not use again. An environment that says otherwise counts. The cells do not see it.
 */
export const MALLOC = { name: 'MALLOC_ARENA_MAX', value: '1' } as const;
/** The time that code which the cells left running has after the last cell. */
export const FINISH_MILLISECONDS = 1000;

/**
 * A session in a separate process: it can be interrupted and ended at any time, together with its
 * memory and the processes that its cells started.
 */
export class KernelProcess {
  /** Executions so far. */
  count = 0;
  private readonly child: ChildProcess;
  private readonly streams: readonly CellStream[];
  /** Resolves when cells can run, or the process has ended. */
  readonly ready: Promise<void>;
  /** Resolves when the process has ended and all its messages have arrived. */
  private readonly ended: Promise<void>;
  private onReady = () => {};
  private readonly answers = new Map<number, (message: FromHost & { type: 'answer' }) => void>();
  private questions = 0;
  private uncounted = 0;
  /** The file of the running cell. */
  private running: string | undefined;
  private onEnd: ((error?: CellError) => void) | undefined;
  /** Why this process ended the one of the cells, if it did. */
  private killReason: string | undefined;

  /** @param directory the notebook's folder, where the cells run and resolve their imports */
  constructor(
    directory: string,
    private readonly events: KernelEvents,
  ) {
    const child = spawn(
      process.execPath,
      [...NODE_FLAGS, ...process.execArgv, join(__dirname, 'host.js')],
      {
        cwd: directory,
        // In its own process group, it does not receive the terminal's Ctrl-C, which this process passes on.
        detached: process.platform !== 'win32',
        windowsHide: true,
        stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
        env: {
          [MALLOC.name]: MALLOC.value,
          ...process.env,
          UV_THREADPOOL_SIZE:
            process.env.UV_THREADPOOL_SIZE ?? String(Math.max(4, availableParallelism())),
        },
      },
    );
    this.child = child;
    this.streams = [
      new CellStream(child.stdout!, (text) =>
        events.output({ output_type: 'stream', name: 'stdout', text }),
      ),
      new CellStream(child.stderr!, (text) => events.log(text)),
    ];
    // Ignores failed writes to a process that has ended.
    for (const stream of [child, child.stdio[PARENT_FD]!]) stream.on('error', () => {});
    createInterface(child.stdio[PARENT_FD] as Readable)
      .on('line', (line) => this.asked(line))
      .on('error', () => {});
    child.on('message', this.onMessage);
    child.on('exit', () => killGroup(child.pid!));
    this.ended = new Promise((resolve) => child.once('close', () => resolve()));
    const isReady = new Promise<void>((resolve) => {
      this.onReady = resolve;
    });
    this.ready = Promise.race([isReady, this.ended]);
  }

  /**
   * Runs one cell. The one before must have ended.
   *
   * @returns the cell's failure, or undefined. A cell that ends the process or runs out of time has
   *   failed; the process may be gone afterwards.
   */
  async execute(source: string, options: ExecuteOptions = {}): Promise<CellError | undefined> {
    const { timeout, counts = true } = options;
    if (counts) this.count++;
    const { count } = this;
    const file = counts ? cellFile(count) : uncountedFile(++this.uncounted);
    this.running = file;
    const { hasEnded } = this;
    const failed = (name: string, message: string): CellError => ({
      name,
      message,
      traceback: [cellTitle(file), `${name}: ${message}`],
      cell: count,
      isAborted: true,
    });
    let isLate = false;
    const marks = this.streams.map((stream) => stream.nextMark());
    const end = new Promise<CellError | undefined>((resolve) => {
      this.onEnd = resolve;
    });
    const whole = Promise.all([end, ...marks]).then(([error]) => error);
    const timer =
      timeout !== undefined &&
      setTimeout(() => {
        isLate = true;
        this.stop();
      }, timeout * 1000);
    this.send({ type: 'execute', cell: { file, count, source } });
    const { child } = this;
    const error = await Promise.race([
      whole,
      this.ended.then(() => {
        const status = child.signalCode ?? `exit code ${child.exitCode}`;
        if (hasEnded)
          return failed('ProcessExit', `the process of the cells has ended (${status}).`);
        return this.killReason === undefined
          ? failed('ProcessExit', `the cell ended its process (${status}).`)
          : failed('Interrupted', `the cell was interrupted. ${this.killReason}`);
      }),
    ]);
    if (timer) clearTimeout(timer);
    this.onEnd = undefined;
    this.running = undefined;
    return isLate ? failed('TimeoutError', `the cell ran longer than ${timeout} s.`) : error;
  }

  /** Asks the session a question about code, also while a cell is running. */
  async ask<Question extends keyof Answers>(
    question: Question,
    code: string,
    position = 0,
  ): Promise<Answers[Question]> {
    const id = ++this.questions;
    const answer = new Promise<FromHost & { type: 'answer' }>((resolve) => {
      this.answers.set(id, resolve);
    });
    this.send({ type: 'ask', id, question, code, position });
    const gone = this.ended.then(() => ({ error: 'The process of the cells is gone.' }));
    const message = await Promise.race([answer, gone]);
    this.answers.delete(id);
    if (message.error !== undefined) throw new Error(message.error);
    return ('answer' in message ? message.answer : undefined) as Answers[Question];
  }

  /**
   * Interrupts the running cell: interruptible work finishes in good order, then the cell throws where
   * it waits. A second interrupt waits for nothing and terminates a computation without a pause. Does
   * nothing if no cell is running.
   */
  interrupt(): void {
    // By name, since another cell may be running when the interrupt arrives.
    if (this.running) this.tell({ interrupt: this.running });
  }

  private async asked(line: string): Promise<void> {
    const { id, question } = JSON.parse(line) as Asked;
    const answer = await this.events.input?.(question);
    this.tell({ answer: answer ?? null, id });
  }

  private tell(message: FromParent): void {
    (this.child.stdio[PARENT_FD] as Writable).write(`${JSON.stringify(message)}\n`);
  }

  /** Interrupts the running cell, and kills the process if the cell does not end. */
  stop(): void {
    const { running } = this;
    this.interrupt();
    setTimeout(() => {
      if (!running || this.running !== running) return;
      this.killReason = `It did not end within ${STOP_MILLISECONDS / 1000} s, so its process was ended.`;
      killGroup(this.child.pid!);
    }, STOP_MILLISECONDS).unref();
  }

  /** Whether the process has ended. */
  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /**
   * Gives code that the cells left running a short time to end, and closes. Failures of that code are
   * idle errors.
   */
  async finish(): Promise<void> {
    this.send({ type: 'finish' });
    // The host ends by itself, unless its code computes without a pause.
    const limit = FINISH_MILLISECONDS + CLOSE_MILLISECONDS;
    const timeout = new Promise((resolve) => setTimeout(resolve, limit).unref());
    await Promise.race([this.ended, timeout]);
    await this.close();
  }

  /** Ends the process and its child processes, after interruptible work has finished in good order. */
  async close(): Promise<void> {
    const { child } = this;
    this.killReason ??= 'Its kernel was closed.';
    const timer = setTimeout(() => killGroup(child.pid!), CLOSE_MILLISECONDS);
    child.stdio[PARENT_FD]!.destroy();
    await this.ended;
    clearTimeout(timer);
  }

  private send(message: ToHost): void {
    if (this.child.connected) this.child.send(message);
  }

  private readonly onMessage = (message: FromHost): void => {
    const { events } = this;
    if (message.type === 'output') events.output(message.output);
    else if (message.type === 'progress') events.progress.update(message.line);
    else if (message.type === 'progressDone') events.progress.done();
    else if (message.type === 'ready') this.onReady();
    else if (message.type === 'idleError') events.idleError(message.error);
    else if (message.type === 'answer') this.answers.get(message.id)?.(message);
    else this.onEnd?.(message.error);
  };
}

/** Kills a kernel's process and those that it started. */
export function killGroup(pid: number): void {
  try {
    // Windows has no process groups; there, children notice that their channel to the process is closed.
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // The group has ended already.
  }
}

/** Reads the text of a standard stream and the host's marks in it. */
class CellStream {
  private rest = '';
  private onMark = () => {};

  constructor(
    stream: Readable,
    private readonly onText: (text: string) => void,
  ) {
    stream.setEncoding('utf8').on('data', this.read);
  }

  nextMark(): Promise<void> {
    return new Promise((resolve) => {
      this.onMark = resolve;
    });
  }

  private readonly read = (chunk: string): void => {
    const pieces = (this.rest + chunk).split(END_OF_CELL);
    const last = pieces.at(-1)!;
    // The first character of the mark occurs only once in it, so only its last occurrence matters.
    const start = last.lastIndexOf(END_OF_CELL[0]!);
    const isCut = start !== -1 && END_OF_CELL.startsWith(last.slice(start));
    this.rest = isCut ? last.slice(start) : '';
    pieces[pieces.length - 1] = isCut ? last.slice(0, start) : last;
    for (const [i, piece] of pieces.entries()) {
      if (piece !== '') this.onText(piece);
      if (i < pieces.length - 1) this.onMark();
    }
  };
}
