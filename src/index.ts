/** The cells of the library; everything else is detail. */
export { type FindPIEsOptions, findPIEs, type PIERow } from './analysis/findPIEs';
export { type ModelAccuracyRow, modelAccuracy } from './analysis/modelAccuracy';
export {
  type PerClassRow,
  type PerClassTTestOptions,
  perClassTTest,
} from './analysis/perClassTTest';
export {
  type LevelRow,
  type SummarizeLevelsOptions,
  summarizeLevels,
} from './analysis/summarizeLevels';
export * from './datasets/imageDataset';
export { type Cifar10Options, loadCifar10 } from './datasets/loadCifar10';
export { ENGINE_NAMES, type EngineInfo, type EngineName, useEngine } from './engine/engine';
export { BatchNorm } from './engine/ops/batchNormLayer';
export * from './errors';
export { classFigure } from './figures/classFigure';
export { imageGallery } from './figures/imageGallery';
export { pieGallery } from './figures/pieGallery';
export { renderPng } from './figures/renderPng';
export { topOneFigure } from './figures/topOneFigure';
export { buildModel, type ModelRecipe, type ModelShape } from './models/model';
export { loadModel, type TrainedModel } from './models/modelFolder';
export { type PredictedImages, predict } from './predictions/predict';
export type { ModelPredictions, Predictions } from './predictions/predictions';
export {
  type PredictionColumns,
  type PredictionRow,
  type PredictionsSource,
  readPredictions,
} from './predictions/readPredictions';
export { writePredictions } from './predictions/writePredictions';
export { loadImageNetRecords } from './records/loadImageNetRecords';
export { writeRecords } from './records/writeRecords';
export { type PruneModelOptions, pruneModel } from './training/pruneModel';
export type { PruningOptions, RunConfig, RunRecord, TrainingOptions } from './training/run';
export {
  type Population,
  type PopulationProgress,
  type TrainPopulationOptions,
  trainPopulation,
} from './training/trainPopulation';
export {
  type TrainingProgress,
  type TrainPrunedOptions,
  trainPruned,
} from './training/trainPruned';
