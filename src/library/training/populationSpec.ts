import type { BackendName } from '../backend/backend';
import type { Quantization } from '../compression/quantization';
import type { DatasetSpec } from '../datasets/types';
import type { ModelSpec } from '../models/modelSpec';
import type { TrainingOptions } from './trainingOptions';

/** What the models of a population have in common; JSON, part of `population.json`. */
export interface PopulationSpec {
  readonly train: DatasetSpec;
  readonly test: DatasetSpec;
  readonly model: ModelSpec;
  readonly backend: BackendName;
  readonly training: TrainingOptions;
  /** What is made of every dense model besides. */
  readonly compress?: readonly Quantization[];
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
  /** The quantized models to make of it. */
  readonly quantized: readonly QuantizedSpec[];
}

/** A quantized version of a model of a population. */
export interface QuantizedSpec {
  readonly variant: string;
  readonly quantization: Quantization;
  readonly folder: string;
  readonly predictionsFile: string;
}
