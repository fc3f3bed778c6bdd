import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type ProgressSink, progress } from '../src/progress';
import type { CellError } from './cellError';
import type { CellOutput } from './notebook';

export interface ToHost {
  readonly source: string;
}

export type FromHost =
  | { readonly type: 'output'; readonly output: CellOutput }
  | { readonly type: 'progress'; readonly line: string }
  | { readonly type: 'progressDone' }
  | { readonly type: 'end'; readonly error?: CellError }
  | { readonly type: 'idleError'; readonly error: CellError };

export interface ExecuteOptions {
  /** Told of each output when it is there, in order. */
  readonly onOutput?: (output: CellOutput) => void;
  /** Where the progress of long work goes. Default: where this process sends its own. */
  readonly progress?: ProgressSink;
  /** Seconds that the cell may run. Default: as long as it wants. */
  readonly timeout?: number;
}

/** A session in a process of its own: it can be ended at any time, and its memory goes with it. */
export class KernelProcess {
  private readonly child: ChildProcess;
  private count = 0;
  private idleError: CellError | undefined;

  /** @param directory the notebook's folder, where the cells run and resolve their imports */
  constructor(directory: string) {
    this.child = fork(join(__dirname, 'host.js'), { cwd: directory });
    this.child.on('message', (message: FromHost) => {
      if (message.type === 'idleError') this.idleError ??= message.error;
    });
  }

  /**
   * Runs one cell; not before the one that runs has ended.
   *
   * @returns why the cell, or an earlier one in the meantime, failed; or undefined. A cell that ends
   * the process or runs out of time has failed; the process is gone then.
   */
  async execute(source: string, options: ExecuteOptions = {}): Promise<CellError | undefined> {
    const { onOutput = () => {}, progress: sink = progress(), timeout } = options;
    if (this.idleError) return this.idleError;
    const cell = ++this.count;
    const { child } = this;
    const failed = (name: string, message: string): CellError => ({
      name,
      message,
      traceback: [`cell ${cell}`, `${name}: ${message}`],
      cell,
    });
    return new Promise((resolve) => {
      const end = (error?: CellError) => {
        clearTimeout(timer);
        child.off('message', onMessage).off('exit', onExit);
        resolve(error);
      };
      const onMessage = (message: FromHost) => {
        if (message.type === 'output') onOutput(message.output);
        else if (message.type === 'progress') sink.update(message.line);
        else if (message.type === 'progressDone') sink.done();
        else if (message.type === 'end') end(message.error);
      };
      const onExit = async () => {
        // What the process sent last may still be on its way.
        if (child.connected) await once(child, 'disconnect');
        const reason = child.signalCode ?? `exit code ${child.exitCode}`;
        end(failed('ProcessExit', `the cell ended its process (${reason}).`));
      };
      const timer =
        timeout === undefined
          ? undefined
          : setTimeout(() => {
              child.kill('SIGKILL');
              end(failed('TimeoutError', `the cell ran longer than ${timeout} s.`));
            }, timeout * 1000);
      child.on('message', onMessage).on('exit', onExit);
      if (hasEnded(child)) onExit();
      else child.send({ source } satisfies ToHost);
    });
  }

  /**
   * Ends the process and what runs in it.
   *
   * @returns why a cell failed after it had ended, or undefined
   */
  async close(): Promise<CellError | undefined> {
    const { child } = this;
    if (!hasEnded(child)) {
      const exit = once(child, 'exit');
      child.disconnect();
      await exit;
    }
    return this.idleError;
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
