import type { BackendName } from '../backend/backend';
import type { DatasetSpec } from '../datasets/types';
import type { ModelSpec } from '../models/modelSpec';
import type { TrainingOptions } from './trainingOptions';

/** The options that all models of a population share; JSON, part of `population.json`. */
export interface PopulationSpec {
  readonly train: DatasetSpec;
  readonly test: DatasetSpec;
  readonly model: ModelSpec;
  readonly backend: BackendName;
  readonly training: TrainingOptions;
}

/** One model of a population, for a process to train. */
export interface ReplicateSpec {
  readonly population: PopulationSpec;
  readonly sparsity: number;
  readonly replicate: number;
  readonly seed: number;
  /** Folder of the model. */
  readonly folder: string;
  /** File of its predictions; written last, so that its presence marks the model as complete. */
  readonly predictionsFile: string;
}
