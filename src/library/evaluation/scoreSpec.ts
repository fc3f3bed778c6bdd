import type { BackendName } from '../backend/backend';
import type { DatasetSpec } from '../datasets/types';
import type { PopulationModel } from '../models/modelFolder';

/** A model of a population, with the hash of the record of its run. */
export interface RecordedModel extends PopulationModel {
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

/** A process's report: images since the last one, times the models that saw them. */
export type ScoreReport = number;
