/**
 * A thread beside the one that runs the cells. It receives the parent's messages even while a cell
 * computes or waits without a pause, and ends the process when the parent is gone.
 */
import { Session } from 'node:inspector';
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { parentPort, workerData } from 'node:worker_threads';
import { childrenOf } from './children';
import {
  Answer,
  type Asked,
  Flag,
  type FromGuard,
  type FromParent,
  type Shared,
  type ToGuard,
} from './guarded';
import { killGroup, PARENT_FD } from './kernelProcess';

/** Work that is to end in good order: a training step of a large network runs for seconds without a pause. */
const WORK_MILLISECONDS = 20_000;
/** Code that computes without a pause is terminated where it is. */
const CODE_MILLISECONDS = 500;
/** A second interrupt waits for nothing. */
const SECOND_MILLISECONDS = 300;
/** The time until another look whether the thread can be broken off. */
const AGAIN_MILLISECONDS = 50;
/** The time that a process which a cell waits for has to end. */
const PROCESS_MILLISECONDS = 500;
/** The time that running work has to finish when the parent closes this process. */
const LEAVE_MILLISECONDS = 5000;

const cells = parentPort!;
const { flags, answer } = workerData as Shared;
const tell = (told: FromGuard): void => cells.postMessage(told);
let breakingOff: NodeJS.Timeout | undefined;
/** The processes that were there before those that the cell waits for; undefined where it waits for none. */
let others: ReadonlySet<number> | undefined;
/** Whether the answer that is waited for goes to the shared memory. */
let isBlocking = false;
/** The questions so far. An interrupted cell's question may be answered when another one is open. */
let questions = 0;

const parent = new Socket({ fd: PARENT_FD, readable: true, writable: true });
const lines = createInterface(parent);
lines.on('error', () => {});
lines.on('line', (line) => {
  const message = JSON.parse(line) as FromParent;
  if ('interrupt' in message) interrupt(message.interrupt);
  else if (message.id === questions) answered(message.answer);
});
parent.on('error', () => {});
parent.on('close', () => {
  setTimeout(() => killGroup(process.pid), LEAVE_MILLISECONDS);
  tell({ type: 'leave' });
});

cells.on('message', (message: ToGuard) => {
  if (message.type === 'heard') {
    clearTimeout(breakingOff);
    breakingOff = undefined;
  } else if (message.type === 'blocks') others = new Set(message.others);
  else if (message.type === 'unblocks') others = undefined;
  else {
    isBlocking = message.isBlocking;
    const asked: Asked = { id: ++questions, question: message.question };
    parent.write(`${JSON.stringify(asked)}\n`);
  }
});

function interrupt(file: string): void {
  const isSecond = breakingOff !== undefined;
  const isWorking = Atomics.load(flags, Flag.IsWorking) === 1;
  Atomics.add(flags, Flag.Interrupts, 1);
  unblock();
  clearTimeout(breakingOff);
  const patience = isWorking ? WORK_MILLISECONDS : CODE_MILLISECONDS;
  breakingOff = setTimeout(breakOff, isSecond ? SECOND_MILLISECONDS : patience);
  tell({ type: 'interrupt', file });
}

/** Terminates the computation of the other thread; its event loop then continues. */
function breakOff(): void {
  // A process may have been started, or a question asked, after the interrupt.
  if (unblock() || Atomics.load(flags, Flag.IsKernel) === 1) {
    breakingOff = setTimeout(breakOff, AGAIN_MILLISECONDS);
    return;
  }
  const inspector = new Session();
  inspector.connectToMainThread();
  inspector.post('Runtime.terminateExecution', () => inspector.disconnect());
  tell({ type: 'brokenOff' });
}

/** Ends what the cell waits for without a pause; returns whether there is anything. */
function unblock(): boolean {
  const isWaiting = isBlocking || others !== undefined;
  if (isBlocking) give(Answer.Interrupted);
  if (others) endProcesses(others);
  return isWaiting;
}

/** Ends the processes that the cell waits for, as Ctrl-C in a terminal does. */
function endProcesses(before: ReadonlySet<number>): void {
  const awaited = childrenOf(process.pid).filter((pid) => !before.has(pid));
  const pids = awaited.flatMap(withDescendants);
  signal(pids, 'SIGINT');
  setTimeout(() => {
    if (others === before) signal(pids, 'SIGKILL');
  }, PROCESS_MILLISECONDS);
}

function withDescendants(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(withDescendants)];
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids)
    try {
      process.kill(pid, name);
    } catch {
      // It has ended already.
    }
}

function answered(text: string | null): void {
  if (!isBlocking) tell({ type: 'answer', ...(text !== null && { text }) });
  else if (text === null) give(Answer.Refused);
  else {
    const { written } = new TextEncoder().encodeInto(text, answer);
    Atomics.store(flags, Flag.AnswerLength, written);
    give(Answer.Given);
  }
}

function give(kind: Answer): void {
  isBlocking = false;
  Atomics.store(flags, Flag.Answer, kind);
  Atomics.notify(flags, Flag.Answer);
}
