import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { Readable } from 'node:stream';
import type { Worker } from 'node:worker_threads';
import { childrenOf } from './children';
import { Answer, Flag, type Question, type Shared, type ToGuard } from './guarded';
import { Interrupted } from './session';

const READ_AHEAD_MILLISECONDS = 20;

/** What a cell waits for while it blocks its thread: the person at the notebook, and other processes. */
export class Blocking {
  private stdin = this.newStdin();
  /** Whether a question for the stream of input is not answered yet. */
  private isAsking = false;

  constructor(
    private readonly guard: Worker,
    private readonly shared: Shared,
  ) {
    Object.defineProperty(process, 'stdin', { get: () => this.stdin, configurable: true });
    Object.assign(globalThis, {
      prompt: (message = '', fallback = '') => this.prompt(message, fallback),
      confirm: (message = '') =>
        /^\s*y/i.test(this.ask({ prompt: `${message} [y/N] `, password: false })),
    });
    for (const name of ['spawnSync', 'execSync', 'execFileSync'] as const)
      this.watch(name, childProcess[name] as Waiting);
    syncBuiltinESMExports();
  }

  /** Takes the answer to a question that did not block; nothing waits for one after an interrupt. */
  answer(text: string | undefined): void {
    if (!this.isAsking) return;
    this.isAsking = false;
    if (text === undefined) this.renewStdin(new InputError());
    else this.stdin.push(`${text}\n`);
  }

  /** Forgets the question that an interrupted cell asked. */
  forget(): void {
    if (this.isAsking) this.renewStdin();
  }

  private renewStdin(reason?: Error): void {
    const { stdin } = this;
    this.isAsking = false;
    this.stdin = this.newStdin();
    stdin.destroy(reason);
  }

  private prompt(message: string, fallback: string): string {
    const shown = fallback === '' ? message : `${message} [${fallback}]`;
    return this.ask({ prompt: shown === '' ? '' : `${shown} `, password: false }) || fallback;
  }

  /** Blocks until the person has answered. */
  private ask(question: Question): string {
    const { flags, answer } = this.shared;
    Atomics.store(flags, Flag.Answer, Answer.Waiting);
    this.send({ type: 'ask', question, isBlocking: true });
    Atomics.wait(flags, Flag.Answer, Answer.Waiting);
    const kind = Atomics.load(flags, Flag.Answer);
    if (kind === Answer.Interrupted) throw new Interrupted();
    if (kind === Answer.Refused) throw new InputError();
    return Buffer.from(answer.slice(0, Atomics.load(flags, Flag.AnswerLength))).toString();
  }

  /** A stream that asks for a line when code reads. */
  private newStdin(): Readable & { fd: number; isTTY: boolean } {
    let isWanted = false;
    // Streams read ahead: who has closed its interface by then wants no further line.
    const askSoon = () =>
      setTimeout(() => {
        if (!isWanted || this.isAsking || stream.isPaused() || stream.destroyed) return;
        isWanted = false;
        this.isAsking = true;
        this.send({ type: 'ask', question: { prompt: '', password: false }, isBlocking: false });
      }, READ_AHEAD_MILLISECONDS);
    const stream = new Readable({
      read: () => {
        isWanted = true;
        askSoon();
      },
    });
    stream.on('resume', askSoon);
    return Object.assign(stream, { fd: 0, isTTY: false });
  }

  /** Lets an interrupt end the processes that a function waits for. */
  private watch(name: 'spawnSync' | 'execSync' | 'execFileSync', original: Waiting): void {
    const { flags } = this.shared;
    const watched: Waiting = (...args) => {
      const before = Atomics.load(flags, Flag.Interrupts);
      this.send({ type: 'blocks', others: childrenOf(process.pid) });
      try {
        return original(...args);
      } finally {
        this.send({ type: 'unblocks' });
        // An interrupt says more than what it did to the process.
        // biome-ignore lint/correctness/noUnsafeFinally: it replaces the failure on purpose
        if (Atomics.load(flags, Flag.Interrupts) !== before) throw new Interrupted();
      }
    };
    Object.defineProperty(childProcess, name, {
      value: watched,
      writable: true,
      configurable: true,
    });
  }

  private send(message: ToGuard): void {
    this.guard.postMessage(message);
  }
}

type Waiting = (...args: readonly unknown[]) => unknown;

/** Input where nobody can be asked. */
class InputError extends Error {
  override readonly name = 'InputError';

  constructor() {
    super('nobody can be asked for input here: the client of this kernel takes none.');
  }
}
