/**
 * A thread beside the one that runs the cells: hears the parent even while a cell computes without
 * a pause, and sees to it that nothing outlives the parent.
 */
import { Session } from 'node:inspector';
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { parentPort } from 'node:worker_threads';
import { killGroup, PARENT_FD } from './kernelProcess';

/** A step of a large network's training takes seconds in one piece, and ends in good order. */
const PATIENCE_MILLISECONDS = 20_000;
/** Whoever interrupts again wants the cell broken off where it is. */
const PATIENCE_AT_THE_SECOND_MILLISECONDS = 300;
/** What work that is under way when the parent ends this process has to wind up. */
const FAREWELL_MILLISECONDS = 5000;

/** What the thread that runs the cells is told. */
export type FromGuard =
  | { readonly type: 'interrupt'; readonly file: string }
  | { readonly type: 'brokenOff' }
  | { readonly type: 'leave' };

const cells = parentPort!;
const tell = (told: FromGuard): void => cells.postMessage(told);
let breakingOff: NodeJS.Timeout | undefined;

const parent = new Socket({ fd: PARENT_FD });
createInterface(parent).on('line', (file) => {
  const patience = breakingOff ? PATIENCE_AT_THE_SECOND_MILLISECONDS : PATIENCE_MILLISECONDS;
  clearTimeout(breakingOff);
  breakingOff = setTimeout(breakOff, patience);
  tell({ type: 'interrupt', file });
});
parent.on('close', () => {
  setTimeout(() => killGroup(process.pid), FAREWELL_MILLISECONDS);
  tell({ type: 'leave' });
});

cells.on('message', () => {
  clearTimeout(breakingOff);
  breakingOff = undefined;
});

/** Ends what the other thread computes; its event loop then goes on. */
function breakOff(): void {
  const inspector = new Session();
  inspector.connectToMainThread();
  inspector.post('Runtime.terminateExecution', () => inspector.disconnect());
  tell({ type: 'brokenOff' });
}
