/**
 * A thread beside the one that runs the cells. It receives the parent's messages even while a cell
 * computes without a pause, and ends the process when the parent is gone.
 */
import { Session } from 'node:inspector';
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { parentPort } from 'node:worker_threads';
import { killGroup, PARENT_FD } from './kernelProcess';

/** Longer than a training step of a large network, which runs for seconds without a pause. */
const PATIENCE_MILLISECONDS = 20_000;
/** A second interrupt asks to terminate the computation where it is. */
const SECOND_PATIENCE_MILLISECONDS = 300;
/** The time that running work has to finish when the parent closes this process. */
const LEAVE_MILLISECONDS = 5000;

/** Messages to the thread that runs the cells. */
export type FromGuard =
  | { readonly type: 'interrupt'; readonly file: string }
  | { readonly type: 'brokenOff' }
  | { readonly type: 'leave' };

const cells = parentPort!;
const tell = (told: FromGuard): void => cells.postMessage(told);
let breakingOff: NodeJS.Timeout | undefined;

const parent = new Socket({ fd: PARENT_FD });
createInterface(parent).on('line', (file) => {
  const patience = breakingOff ? SECOND_PATIENCE_MILLISECONDS : PATIENCE_MILLISECONDS;
  clearTimeout(breakingOff);
  breakingOff = setTimeout(breakOff, patience);
  tell({ type: 'interrupt', file });
});
parent.on('close', () => {
  setTimeout(() => killGroup(process.pid), LEAVE_MILLISECONDS);
  tell({ type: 'leave' });
});

cells.on('message', () => {
  clearTimeout(breakingOff);
  breakingOff = undefined;
});

/** Terminates the computation of the other thread; its event loop then continues. */
function breakOff(): void {
  const inspector = new Session();
  inspector.connectToMainThread();
  inspector.post('Runtime.terminateExecution', () => inspector.disconnect());
  tell({ type: 'brokenOff' });
}
