/** The place of an error, for programs; whichever fields apply are there. */
export interface ErrorFields {
  /** The option that has a wrong value. */
  readonly option?: string;
  /** The wrong value. */
  readonly value?: unknown;
  /** The file with the error. */
  readonly file?: string;
  /** Row of the file, from 1, a CSV's header not counted. */
  readonly row?: number;
  /** Column of the table. */
  readonly column?: string;
  /** Byte of the file, from 0. */
  readonly offset?: number;
}

/**
 * An error that a user can cause. Its message names the thing, the place, what was expected there and,
 * where there is one, the way out. Its fields hold the same for programs.
 */
export class SbdError extends Error implements ErrorFields {
  declare readonly option?: string;
  declare readonly value?: unknown;
  declare readonly file?: string;
  declare readonly row?: number;
  declare readonly column?: string;
  declare readonly offset?: number;

  /** The error with its message, its place and its cause. */
  constructor(message: string, { cause, ...fields }: ErrorFields & ErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    Object.assign(this, fields);
  }
}

/** An option has a value that its cell does not accept, or the cell has no such option. */
export class OptionError extends SbdError {}

/** A TFRecord shard, or an image in it, cannot be read. */
export class RecordError extends SbdError {}

/** A data set cannot be fetched, verified or opened. */
export class DatasetError extends SbdError {}

/** No tfjs backend, or not the one asked for, can be used. */
export class BackendError extends SbdError {}

/** A training cannot start, go on or be resumed. */
export class TrainingError extends SbdError {}

/** Models cannot be evaluated on a data set. */
export class EvaluationError extends SbdError {}

/** A table of predictions is not complete or contradicts itself. */
export class PredictionsError extends SbdError {}

/** A file of people's answers cannot be read or written, or contradicts itself. */
export class AnnotationsError extends SbdError {}

/** A file, a folder or a bucket cannot be read or written. */
export class StoreError extends SbdError {}

/** A queue of work cannot be reached or used. */
export class QueueError extends SbdError {}

/** A table is not of the kind that is expected. */
export class TableError extends SbdError {
  /** The kind that was expected: the cell that makes it. */
  readonly expected: string;
  /** The columns that the table lacks. */
  readonly missing: readonly string[];

  /** The error for a table that lacks columns of the kind that was expected. */
  constructor(
    message: string,
    {
      expected,
      missing,
      ...fields
    }: ErrorFields & {
      /** The kind that was expected: the cell that makes it. */
      readonly expected: string;
      /** The columns that the table lacks. */
      readonly missing: readonly string[];
    },
  ) {
    super(message, fields);
    this.expected = expected;
    this.missing = missing;
  }
}
