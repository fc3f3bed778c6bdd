/** Statistics of what compression changes, from predictions alone. */

export {
  type AgreementRow,
  type AnnotationAgreementOptions,
  annotationAgreement,
} from './analysis/annotationAgreement';
export {
  type AnnotationPowerOptions,
  annotationPower,
  type PowerRow,
} from './analysis/annotationPower';
export {
  type AnnotationShareRow,
  type AnnotationSharesOptions,
  annotationShares,
} from './analysis/annotationShares';
export type { AnnotatedSet, AnnotationRow, Attribute } from './analysis/annotations';
export { type CalibrationOptions, type CalibrationRow, calibration } from './analysis/calibration';
export { type ChancePIEsOptions, type ChanceRow, chancePIEs } from './analysis/chancePIEs';
export { type ChurnOptions, type ChurnRow, churn } from './analysis/churn';
export {
  CORRUPTIONS,
  type CorruptionName,
  EXTRA_CORRUPTIONS,
  SEVERITIES,
} from './analysis/corruptionNames';
export { type EnrichmentOptions, type EnrichmentRow, enrichment } from './analysis/enrichment';
export { type EvalHardestOptions, evalHardest } from './analysis/evalHardest';
export { type EvalPIEsOptions, evalPIEs, type PIEAccuracyRow } from './analysis/evalPIEs';
export {
  type FindPIEsOptions,
  findPIEs,
  type PIERow,
} from './analysis/findPIEs';
export { type FlipRow, type FlipsOptions, flips } from './analysis/flips';
export { type ImageAccuracyOptions, imageAccuracy } from './analysis/imageAccuracy';
export {
  type CorruptionErrorInput,
  type CorruptionErrorRow,
  type MeanCorruptionErrorOptions,
  meanCorruptionError,
} from './analysis/meanCorruptionError';
export { type ModalLabelRow, type ModalLabelsOptions, modalLabels } from './analysis/modalLabels';
export { type ModelAccuracyRow, modelAccuracy } from './analysis/modelAccuracy';
export {
  type ClassFlipRow,
  type PerClassFlipsOptions,
  perClassFlips,
} from './analysis/perClassFlips';
export {
  type PerClassRatesOptions,
  perClassRates,
  type RatesRow,
} from './analysis/perClassRates';
export {
  type PerClassRow,
  type PerClassTTestOptions,
  perClassTTest,
} from './analysis/perClassTTest';
export {
  type PerCorruptionRow,
  type PerCorruptionTTestOptions,
  perCorruptionTTest,
} from './analysis/perCorruptionTTest';
export { readAnnotations } from './analysis/readAnnotations';
export { type StandardErrorsOptions, standardErrors } from './analysis/standardErrors';
export {
  type RobustnessRow,
  type ScoreRow,
  type SummarizeRobustnessOptions,
  summarizeRobustness,
} from './analysis/summarizeRobustness';
export {
  type SummarizeVariantsOptions,
  type SummaryRow,
  summarizeVariants,
} from './analysis/summarizeVariants';
export type { Baseline } from './analysis/variants';
export type { Verdict } from './analysis/verdict';
export type { Ties } from './analysis/votes';
export {
  type Audit,
  type AuditClassRow,
  type AuditedModel,
  type AuditOptions,
  audit,
  type ChangedImage,
  type JointChange,
} from './audit/audit';
export { auditCsv } from './audit/auditCsv';
export { type AuditedModelJson, type AuditJson, auditJson } from './audit/auditJson';
export { auditJUnit } from './audit/auditJUnit';
export { auditMarkdown } from './audit/auditMarkdown';
export { type AuditPageOptions, auditPage } from './audit/auditPage';
export { auditText } from './audit/auditText';
export { type AuditPolicy, readPolicy } from './audit/policy';
export type { Reason } from './audit/reasons';
export * from './errors';
export { type AnnotationFigureRow, annotationFigure } from './figures/annotationFigure';
export { type ClassRow, classFigure } from './figures/classFigure';
export { type CorruptionFigureRow, corruptionFigure } from './figures/corruptionFigure';
export type { Figure } from './figures/figure';
export { type HurtAndHelpedRow, hurtAndHelpedFigure } from './figures/hurtAndHelpedFigure';
export {
  type NaturalAdversarialRow,
  naturalAdversarialFigure,
} from './figures/naturalAdversarialFigure';
export { type PIEAccuracyFigureRow, pieAccuracyFigure } from './figures/pieAccuracyFigure';
export {
  type RobustnessFigureOptions,
  type RobustnessFigureRow,
  robustnessFigure,
} from './figures/robustnessFigure';
export { titled } from './figures/titled';
export { type TopOneRow, topOneFigure } from './figures/topOneFigure';
export type { TableLimits } from './predictions/limits';
export type { ImageId, ModelPredictions, Predictions } from './predictions/predictions';
export {
  type PredictionColumns,
  type PredictionRow,
  type PredictionsSource,
  type ReadPredictionsOptions,
  readPredictions,
} from './predictions/readPredictions';
export {
  type SimulatePredictionsOptions,
  simulatePredictions,
} from './predictions/simulatePredictions';
export { writePredictions } from './predictions/writePredictions';
export type {
  Column,
  Columns,
  ColumnType,
  Frame,
  RowOf,
  Schema,
  Table,
} from './tables/schema';
