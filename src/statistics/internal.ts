/**
 * The code that the packages of this project share. It is not public: it may change with every
 * version.
 */

export { agreementTable } from './analysis/annotationAgreement';
export { powerTable } from './analysis/annotationPower';
export {
  type AnnotationSample,
  type AnnotationSampleOptions,
  annotationSample,
  orderFor,
  type SampledImage,
} from './analysis/annotationSample';
export { annotationSharesTable } from './analysis/annotationShares';
export { ATTRIBUTES, annotationTable } from './analysis/annotations';
export { calibrationTable } from './analysis/calibration';
export { chanceTable } from './analysis/chancePIEs';
export { churnTable } from './analysis/churn';
export { enrichmentTable } from './analysis/enrichment';
export { pieAccuracyTable } from './analysis/evalPIEs';
export { pieTable } from './analysis/findPIEs';
export { flipTable } from './analysis/flips';
export { corruptionErrorTable } from './analysis/meanCorruptionError';
export { modalLabelTable } from './analysis/modalLabels';
export { modelAccuracyTable } from './analysis/modelAccuracy';
export { classFlipTable } from './analysis/perClassFlips';
export { ratesTable } from './analysis/perClassRates';
export { perClassTable } from './analysis/perClassTTest';
export { perCorruptionTable } from './analysis/perCorruptionTTest';
export { keepLast, parseAnnotations } from './analysis/readAnnotations';
export { standardErrors } from './analysis/standardErrors';
export { CLEAN, robustnessTable, scoresBySet, scoreTable } from './analysis/summarizeRobustness';
export { summaryTable } from './analysis/summarizeVariants';
export { shareCorrect } from './analysis/sums';
export {
  baselineOf,
  compareVariants,
  type Variant,
  variantsOf,
} from './analysis/variants';
export { byText } from './byText';
export {
  type AuditInput,
  type AuditNetworks,
  auditCommand,
} from './cli/auditCommand';
export { runCommand } from './cli/command';
export { setFigureRenderer } from './figures/figure';
export { FIGURE_WIDTH, FONT_FAMILY } from './figures/layout';
export { PALETTE } from './figures/palette';
export { byVariant, spaced } from './figures/rows';
export * from './files';
export { groupBy } from './groupBy';
export * from './index';
export * from './interruption';
export * from './options';
export { byNumeral } from './predictions/classCodes';
export { matchIds } from './predictions/matchIds';
export { type Population, populationFile, readPopulation } from './predictions/population';
export { bySparsity, type VariantOf, variantOfSparsity } from './predictions/variantName';
export {
  predictionsFile,
  writeModelPredictions,
  writeNewModelPredictions,
} from './predictions/writePredictions';
export * from './progress';
export * from './random';
export { readSettings } from './settingsFile';
export { STOPPED } from './stopSignals';
export * from './store/checkedJson';
export * from './store/checksum';
export * from './store/names';
export * from './store/store';
export type { StoredFile } from './store/types';
export * from './systemErrors';
export * from './tables/schema';
export { removeLeftovers, removeTemporaries, temporaryPath } from './temporaries';
export * from './untrusted/bytes';
export * from './untrusted/gzip';
export * from './untrusted/json';
