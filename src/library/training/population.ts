import { type Predictions, TrainingError } from 'selective-brain-damage-statistics';
import type { BackendInfo } from '../backend/backend';

/** The predictions of a population, with the outcome of its training. */
export interface Population extends Predictions {
  /** Folder of models and predictions, absolute; or `s3://bucket/prefix`. */
  readonly folder: string;
  /** The backend of the models that were trained now. */
  readonly backend: BackendInfo;
  /** Models that failed twice; they are not among the predictions. */
  readonly failures: readonly PopulationFailure[];
}

/** A model that could not be trained. */
export interface PopulationFailure {
  /** `dense`, or as `pruned 0.9`, `int8`. */
  readonly variant: string;
  /** Share of the prunable weights that should be zero, 0 to below 1; NaN for a quantized model. */
  readonly sparsity: number;
  /** From 0. */
  readonly replicate: number;
  /** The error of the second attempt. */
  readonly reason: string;
}

/**
 * Some models of a population could not be trained. The others are in the folder and in `population`; a
 * rerun trains what is missing.
 */
export class PopulationError extends TrainingError {
  /** The models that succeeded, with the failures of the others. */
  declare readonly population: Population;

  /** The error with what succeeded. */
  constructor(message: string, population: Population) {
    super(message, { file: population.folder });
    // An error is shown with its own properties, and predictions fill screens.
    Object.defineProperty(this, 'population', { value: population });
  }
}
