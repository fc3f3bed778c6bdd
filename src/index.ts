/** The cells of the library; everything else is detail. */
export { type BootstrapModelsOptions, bootstrapModels } from './analysis/bootstrapModels';
export { type ChancePIEsOptions, type ChanceRow, chancePIEs } from './analysis/chancePIEs';
export { type EvalHardestOptions, evalHardest } from './analysis/evalHardest';
export { type EvalPIEsOptions, evalPIEs, type PIEAccuracyRow } from './analysis/evalPIEs';
export {
  type EvalRobustnessOptions,
  type EvaluatedModel,
  type EvaluationProgress,
  evalRobustness,
} from './analysis/evalRobustness';
export { type FindPIEsOptions, findPIEs, type PIERow } from './analysis/findPIEs';
export {
  type CorruptionErrorRow,
  type MeanCorruptionErrorOptions,
  meanCorruptionError,
} from './analysis/meanCorruptionError';
export { type ModelAccuracyRow, modelAccuracy } from './analysis/modelAccuracy';
export {
  type PerClassRow,
  type PerClassTTestOptions,
  perClassTTest,
} from './analysis/perClassTTest';
export {
  type PerCorruptionRow,
  type PerCorruptionTTestOptions,
  perCorruptionTTest,
  type ScoreRow,
} from './analysis/perCorruptionTTest';
export type { RobustnessRow, Score } from './analysis/robustnessRows';
export {
  type LevelRow,
  type SummarizeLevelsOptions,
  summarizeLevels,
} from './analysis/summarizeLevels';
export {
  type PIERecords,
  type WritePIERecordsOptions,
  writePIERecords,
} from './analysis/writePIERecords';
export { type CorruptOptions, corrupt } from './corruptions/corrupt';
export {
  CORRUPTIONS,
  type CorruptionName,
  type CorruptionScale,
  EXTRA_CORRUPTIONS,
  SEVERITIES,
} from './corruptions/names';
export * from './datasets/imageDataset';
export { type Cifar10Options, loadCifar10 } from './datasets/loadCifar10';
export { type Cifar10COptions, loadCifar10C } from './datasets/loadCifar10C';
export { type ImageFolderOptions, loadImageFolder } from './datasets/loadImageFolder';
export { type ImageNetAOptions, loadImageNetA } from './datasets/loadImageNetA';
export { type ImageNetCOptions, loadImageNetC } from './datasets/loadImageNetC';
export type { Normalization } from './datasets/normalization';
export {
  type CorruptedSetsOptions,
  type CorruptionChoice,
  corruptedSets,
  type ShiftedSet,
} from './datasets/shiftedSet';
export { ENGINE_NAMES, type EngineInfo, type EngineName, useEngine } from './engine/engine';
export { BatchNorm } from './engine/ops/batchNormLayer';
export * from './errors';
export { classFigure } from './figures/classFigure';
export { type CorruptionFigureOptions, corruptionFigure } from './figures/corruptionFigure';
export { type CorruptionGalleryOptions, corruptionGallery } from './figures/corruptionGallery';
export { hurtAndHelpedFigure } from './figures/hurtAndHelpedFigure';
export { imageGallery } from './figures/imageGallery';
export { naturalAdversarialFigure } from './figures/naturalAdversarialFigure';
export { pieAccuracyFigure } from './figures/pieAccuracyFigure';
export { pieGallery } from './figures/pieGallery';
export { renderPng } from './figures/renderPng';
export { type RobustnessFigureOptions, robustnessFigure } from './figures/robustnessFigure';
export { titled } from './figures/titled';
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
export {
  type SimulatePredictionsOptions,
  simulatePredictions,
} from './predictions/simulatePredictions';
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
