import type { VariantOf } from 'selective-brain-damage-statistics/internal';
import type { BackendName } from '../backend/backend';
import type { DatasetSpec } from '../datasets/types';
import type { NetworkSpec } from './networkSpec';

/** A model that any process can open. */
export interface RecordedModel extends VariantOf {
  readonly replicate: number;
  readonly network: NetworkSpec;
  /** The hash of what decides its outputs: of the record of its training, or of its ONNX file. */
  readonly run: string;
}

/** One set of images and the models that have no scores on it yet, for a process to evaluate; JSON. */
export interface ScoreSpec {
  readonly corruption: string;
  readonly severity: number;
  readonly data: DatasetSpec;
  readonly models: readonly RecordedModel[];
  /** File of the scores. */
  readonly file: string;
  readonly backend: BackendName;
  readonly batchSize?: number;
}

/** A process's report: images so far, times the models that saw them. */
export type ScoreReport = number;
