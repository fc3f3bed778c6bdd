/**
 * What the thread that runs the cells shares with its guard, the thread beside it: flags and messages
 * that get through while a cell blocks its thread.
 */

/** Positions in the shared integers. */
export enum Flag {
  /** 1 while libraries have work that is to end in good order. */
  IsWorking,
  /** 1 while the kernel's own code runs, which must not be broken off. */
  IsKernel,
  /** The interrupts so far. */
  Interrupts,
  /** An {@link Answer}. */
  Answer,
  /** The length of the answer in bytes. */
  AnswerLength,
}

export enum Answer {
  Waiting,
  Given,
  /** Nobody can be asked. */
  Refused,
  Interrupted,
}

const FLAGS = 5;
/** Longer input is cut. */
const ANSWER_BYTES = 1 << 20;

/** Memory of both threads. */
export interface Shared {
  readonly flags: Int32Array;
  readonly answer: Uint8Array;
}

export function newShared(): Shared {
  return {
    flags: new Int32Array(new SharedArrayBuffer(FLAGS * Int32Array.BYTES_PER_ELEMENT)),
    answer: new Uint8Array(new SharedArrayBuffer(ANSWER_BYTES)),
  };
}

/** A question to the person at the notebook. */
export interface Question {
  readonly prompt: string;
  /** Whether what is typed must not be shown. */
  readonly password: boolean;
}

/** Messages from the thread of the cells to its guard. */
export type ToGuard =
  | { readonly type: 'heard' }
  /** The thread waits for processes that it starts now. */
  | { readonly type: 'blocks'; readonly others: readonly number[] }
  | { readonly type: 'unblocks' }
  | { readonly type: 'ask'; readonly question: Question; readonly isBlocking: boolean };

/** Messages from the guard to the thread of the cells. */
export type FromGuard =
  | { readonly type: 'interrupt'; readonly file: string }
  | { readonly type: 'brokenOff' }
  | { readonly type: 'leave' }
  /** An answer to a question that did not block; undefined where nobody can be asked. */
  | { readonly type: 'answer'; readonly text?: string };

/** A line from the guard to the parent, as JSON. */
export interface Asked {
  readonly id: number;
  readonly question: Question;
}

/** Lines from the parent to the guard, as JSON. */
export type FromParent =
  | { readonly interrupt: string }
  /** To the question of that id; null where nobody can be asked. */
  | { readonly answer: string | null; readonly id: number };
