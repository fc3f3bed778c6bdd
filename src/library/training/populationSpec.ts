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
  /** The quantized versions of every dense model. */
  readonly compress?: readonly Quantization[];
  readonly checkpointSeconds?: number;
}

/** The place of a model and its predictions in a population's folder. */
export interface ModelPlace {
  readonly variant: string;
  /** NaN for a quantized model. */
  readonly sparsity: number;
  readonly folder: string;
  readonly predictionsFile: string;
}

/** One network of a population, for a process to train and quantize. */
export interface ReplicateSpec extends ModelPlace {
  readonly population: PopulationSpec;
  readonly replicate: number;
  readonly seed: number;
  /** The quantized models to make of it. */
  readonly quantized: readonly QuantizedSpec[];
}

/** A quantized version of a network. */
export interface QuantizedSpec extends ModelPlace {
  readonly quantization: Quantization;
}

/** A worker's report. */
export interface ReplicateReport {
  /** Steps of the training done. */
  readonly step: number;
  /** Models complete: the trained one, and those made of it. */
  readonly complete: number;
}

/** The network's own model and those that are made of it. */
export function modelsOf(spec: ReplicateSpec): ModelPlace[] {
  return [spec, ...spec.quantized];
}
