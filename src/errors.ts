/**
 * Everything that a user can cause to go wrong. A message names the thing, the place, what was
 * expected there, and, where there is one, the way out.
 */
class NamedError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** An option of a cell has a value that it does not take. */
export class OptionError extends NamedError {}

/** A TFRecord shard, or an image in it, cannot be read. */
export class RecordError extends NamedError {}

/** A data set cannot be fetched, verified or opened. */
export class DatasetError extends NamedError {}

/** No tfjs backend, or not the one asked for, can be used. */
export class EngineError extends NamedError {}

/** A training cannot start, go on or be resumed. */
export class TrainingError extends NamedError {}

/** Models cannot be evaluated on a data set. */
export class EvaluationError extends NamedError {}

/** A table of predictions is not complete or contradicts itself. */
export class PredictionsError extends NamedError {}

/** A file is not a notebook that can be run, or a notebook does not take a parameter. */
export class NotebookError extends NamedError {}
