/** What an error says of its place besides its message; whatever applies is there. */
export interface ErrorFields {
  /** The option that has a wrong value. */
  readonly option?: string;
  /** The wrong value. */
  readonly value?: unknown;
  /** The file that is concerned. */
  readonly file?: string;
  /** Row of the file, from 1, a CSV's header not counted. */
  readonly row?: number;
  /** Column of the table. */
  readonly column?: string;
}

/**
 * Everything that a user can cause to go wrong. A message names the thing, the place, what was
 * expected there, and, where there is one, the way out. Fields hold the same for programs.
 */
export class SbdError extends Error implements ErrorFields {
  declare readonly option?: string;
  declare readonly value?: unknown;
  declare readonly file?: string;
  declare readonly row?: number;
  declare readonly column?: string;

  constructor(message: string, { cause, ...fields }: ErrorFields & ErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    Object.assign(this, fields);
  }
}

/** An option of a cell has a value that it does not take, or there is no such option. */
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

/** A table is not of the kind that is expected. */
export class TableError extends SbdError {
  /** The kind that was expected: the cell that makes it. */
  readonly expected: string;
  /** The columns that the table lacks. */
  readonly missing: readonly string[];

  constructor(
    message: string,
    {
      expected,
      missing,
      ...fields
    }: ErrorFields & {
      readonly expected: string;
      readonly missing: readonly string[];
    },
  ) {
    super(message, fields);
    this.expected = expected;
    this.missing = missing;
  }
}
