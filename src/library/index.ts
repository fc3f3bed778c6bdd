/** The cells of the library, those of the statistics among them; everything else is detail. */
import { setFigureRenderer } from 'selective-brain-damage-statistics/internal';
import { renderPng } from './pictures/renderPng';

export * from 'selective-brain-damage-statistics';
export type { Random, VariantOf } from 'selective-brain-damage-statistics/internal';
export {
  BACKEND_NAMES,
  type BackendInfo,
  type BackendName,
  type UseBackendOptions,
  useBackend,
} from './backend/backend';
export { BatchNorm, type BatchNormArgs, type LayerArgs } from './backend/ops/batchNormLayer';
export * as tf from './backend/tf';
export * as danfo from './bundled/danfo';
export { DataFrame, Series } from './bundled/danfo';
export type { Quantization } from './compression/quantization';
export {
  type QuantizedModel,
  type QuantizeModelOptions,
  quantizeModel,
} from './compression/quantizeModel';
export { type CorruptOptions, corrupt } from './corruptions/corrupt';
export type { CorruptionScale } from './corruptions/names';
export { ImageDataset } from './datasets/imageDataset';
export { type Cifar10Options, loadCifar10 } from './datasets/loadCifar10';
export { type Cifar10COptions, loadCifar10C } from './datasets/loadCifar10C';
export { type ImageFolderOptions, loadImageFolder } from './datasets/loadImageFolder';
export { type ImageNetAOptions, loadImageNetA } from './datasets/loadImageNetA';
export { type ImageNetCOptions, loadImageNetC } from './datasets/loadImageNetC';
export type { Normalization } from './datasets/normalization';
export { type NpyArray, readNpy } from './datasets/npy';
export type {
  Channels,
  PictureLimits,
  PictureOptions,
  Preprocessing,
} from './datasets/pictureOptions';
export {
  type CorruptedSetsOptions,
  type CorruptionChoice,
  corruptedSets,
  type ShiftedSet,
} from './datasets/shiftedSet';
export type {
  AlternatingFlip,
  Augmentation,
  AugmentView,
  BatchOptions,
  CorruptView,
  DatasetSpec,
  DatasetView,
  Example,
  ImageBatch,
  ImageSource,
  RestrictToView,
  ShardView,
  ShuffleView,
  TakeView,
} from './datasets/types';
export {
  combinePredictions,
  type ModelPredictedImages,
} from './evaluation/combinePredictions';
export { type EvalRobustnessOptions, evalRobustness } from './evaluation/evalRobustness';
export type { EvaluationProgress } from './evaluation/evaluationTally';
export { type PredictOptions, predict } from './evaluation/predict';
export type { PredictedImages } from './evaluation/predictAll';
export {
  type EvaluatedModel,
  type EvaluatedModels,
  type ScoreModelsOptions,
  scoreModels,
} from './evaluation/scoreModels';
export {
  type PIERecords,
  type WritePIERecordsOptions,
  writePIERecords,
} from './evaluation/writePIERecords';
export {
  annotationAgreement,
  annotationPower,
  annotationShares,
  calibration,
  chancePIEs,
  churn,
  enrichment,
  evalHardest,
  evalPIEs,
  findPIEs,
  flips,
  meanCorruptionError,
  modalLabels,
  modelAccuracy,
  perClassFlips,
  perClassRates,
  perClassTTest,
  perCorruptionTTest,
  readAnnotations,
  standardErrors,
  summarizeRobustness,
  summarizeVariants,
} from './frames/cells';
export type { RgbImage } from './images/rgbImage';
export type { AirbenchOptions } from './models/airbench';
export type { Init, InitOptions } from './models/initializers';
export { loadOnnx } from './models/loadOnnx';
export { buildModel } from './models/model';
export { loadModel, saveModel, type TrainedModel } from './models/modelFolder';
export type {
  AirbenchSpec,
  ModelSpec,
  ResNet50Spec,
  SmallCnnSpec,
  TopologySpec,
  WideResNetSpec,
} from './models/modelSpec';
export type { Answer, LayersNetwork, Network, NetworkFunction } from './models/network';
export type { OnnxNetwork, OnnxOptions, OnnxProvider, OnnxSpec } from './models/onnxNetwork';
export type {
  AugmentOptions,
  DataRecord,
  GivenModel,
  HistoryEntry,
  LearningRateDecay,
  LearningRateSchedule,
  PrunedTensor,
  PruningMethod,
  PruningSchedule,
  QuantizationRecord,
  ResolvedPruning,
  ResolvedTraining,
  RunOutcome,
  RunRecord,
  RunSpec,
} from './models/runRecord';
export type { NamedArray } from './models/safetensors';
export type { ModelShape } from './models/shape';
export type { SmallCnnOptions } from './models/smallCnn';
export type { Topology } from './models/topology';
export type { WideResNetOptions } from './models/wideResNet';
export { type CorruptionGalleryOptions, corruptionGallery } from './pictures/corruptionGallery';
export { type ImageGalleryOptions, imageGallery } from './pictures/imageGallery';
export { Picture } from './pictures/picture';
export { type PieGalleryOptions, type PieGalleryRow, pieGallery } from './pictures/pieGallery';
export { renderPdf } from './pictures/renderPdf';
export { renderPng } from './pictures/renderPng';
export { renderSvg } from './pictures/renderSvg';
export { type Plan, type PlanRobustness, readPlan } from './plans/readPlan';
export { type ImageNetRecordsOptions, loadImageNetRecords } from './records/loadImageNetRecords';
export type { RecordLimits } from './records/recordLimits';
export type { BytesFeature, Feature, FloatFeature, Int64Feature } from './records/tfExample';
export { type RecordInput, type WriteRecordsOptions, writeRecords } from './records/writeRecords';
export { type Population, PopulationError, type PopulationFailure } from './training/population';
export type { TrainPopulationOptions } from './training/populationOptions';
export type { PopulationProgress } from './training/populationTally';
export { type PruneModelOptions, pruneModel } from './training/pruneModel';
export type { TrainingProgress } from './training/trainingLoop';
export type { PruningOptions, TrainableModel, TrainingOptions } from './training/trainingOptions';
export { trainPopulation } from './training/trainPopulation';
export { type TrainPrunedOptions, trainPruned } from './training/trainPruned';
export type { ImageProgress } from './workers/imageMeter';
export type { Speed } from './workers/progressMeter';

setFigureRenderer(renderPng);
