/**
 * The statistics' cells with danfo data frames for their tables. Their documentation is that of the
 * functions of the same names in selective-brain-damage-statistics, and is copied from there into this
 * package's declarations when it is built.
 */
import type {
  AnnotationAgreementOptions,
  AnnotationPowerOptions,
  AnnotationRow,
  AnnotationSharesOptions,
  CalibrationOptions,
  ChancePIEsOptions,
  ChurnOptions,
  CorruptionErrorInput,
  EnrichmentOptions,
  EvalHardestOptions,
  EvalPIEsOptions,
  FindPIEsOptions,
  FlipsOptions,
  ImageId,
  MeanCorruptionErrorOptions,
  ModalLabelsOptions,
  PerClassFlipsOptions,
  PerClassRatesOptions,
  PerClassTTestOptions,
  PerCorruptionTTestOptions,
  PIERow,
  Predictions,
  ScoreRow,
  StandardErrorsOptions,
  SummarizeRobustnessOptions,
  SummarizeVariantsOptions,
  Table,
} from 'selective-brain-damage-statistics';
import * as statistics from 'selective-brain-damage-statistics/internal';
import type { DataFrame } from '../bundled/danfo';
import { frameOf, frameOfRows } from './frame';

/** {@inheritDoc standardErrors} */
export function standardErrors(
  predictions: Predictions,
  statistic: (population: Predictions) => Table<object>,
  options: StandardErrorsOptions,
): DataFrame {
  return frameOfRows(statistics.standardErrors(predictions, statistic, options));
}

/** {@inheritDoc annotationAgreement} */
export function annotationAgreement(
  annotations: Table<AnnotationRow>,
  options?: AnnotationAgreementOptions,
): DataFrame {
  return frameOf(statistics.agreementTable, statistics.annotationAgreement(annotations, options));
}

/** {@inheritDoc annotationPower} */
export function annotationPower(options?: AnnotationPowerOptions): DataFrame {
  return frameOf(statistics.powerTable, statistics.annotationPower(options));
}

/** {@inheritDoc annotationShares} */
export function annotationShares(
  annotations: Table<AnnotationRow>,
  options?: AnnotationSharesOptions,
): DataFrame {
  return frameOf(
    statistics.annotationSharesTable,
    statistics.annotationShares(annotations, options),
  );
}

/** {@inheritDoc calibration} */
export function calibration(predictions: Predictions, options?: CalibrationOptions): DataFrame {
  return frameOf(statistics.calibrationTable, statistics.calibration(predictions, options));
}

/** {@inheritDoc chancePIEs} */
export function chancePIEs(predictions: Predictions, options?: ChancePIEsOptions): DataFrame {
  return frameOf(statistics.chanceTable, statistics.chancePIEs(predictions, options));
}

/** {@inheritDoc churn} */
export function churn(predictions: Predictions, options?: ChurnOptions): DataFrame {
  return frameOf(statistics.churnTable, statistics.churn(predictions, options));
}

/** {@inheritDoc enrichment} */
export function enrichment(
  pies: Table<Pick<PIERow, 'variant' | 'sparsity' | 'baseline' | 'image_id'>>,
  outcome: ReadonlyMap<ImageId, boolean>,
  options?: EnrichmentOptions,
): DataFrame {
  return frameOf(statistics.enrichmentTable, statistics.enrichment(pies, outcome, options));
}

/** {@inheritDoc evalHardest} */
export function evalHardest(predictions: Predictions, options?: EvalHardestOptions): DataFrame {
  return frameOf(statistics.robustnessTable, statistics.evalHardest(predictions, options));
}

/** {@inheritDoc evalPIEs} */
export function evalPIEs(predictions: Predictions, options?: EvalPIEsOptions): DataFrame {
  return frameOf(statistics.pieAccuracyTable, statistics.evalPIEs(predictions, options));
}

/** {@inheritDoc findPIEs} */
export function findPIEs(predictions: Predictions, options?: FindPIEsOptions): DataFrame {
  return frameOf(statistics.pieTable, statistics.findPIEs(predictions, options));
}

/** {@inheritDoc flips} */
export function flips(predictions: Predictions, options?: FlipsOptions): DataFrame {
  return frameOf(statistics.flipTable, statistics.flips(predictions, options));
}

/** {@inheritDoc meanCorruptionError} */
export function meanCorruptionError(
  table: Table<CorruptionErrorInput>,
  options?: MeanCorruptionErrorOptions,
): DataFrame {
  return frameOf(statistics.corruptionErrorTable, statistics.meanCorruptionError(table, options));
}

/** {@inheritDoc modalLabels} */
export function modalLabels(predictions: Predictions, options?: ModalLabelsOptions): DataFrame {
  return frameOf(statistics.modalLabelTable, statistics.modalLabels(predictions, options));
}

/** {@inheritDoc modelAccuracy} */
export function modelAccuracy(predictions: Predictions): DataFrame {
  return frameOf(statistics.modelAccuracyTable, statistics.modelAccuracy(predictions));
}

/** {@inheritDoc perClassFlips} */
export function perClassFlips(predictions: Predictions, options?: PerClassFlipsOptions): DataFrame {
  return frameOf(statistics.classFlipTable, statistics.perClassFlips(predictions, options));
}

/** {@inheritDoc perClassRates} */
export function perClassRates(predictions: Predictions, options?: PerClassRatesOptions): DataFrame {
  return frameOf(statistics.ratesTable, statistics.perClassRates(predictions, options));
}

/** {@inheritDoc perClassTTest} */
export function perClassTTest(predictions: Predictions, options?: PerClassTTestOptions): DataFrame {
  return frameOf(statistics.perClassTable, statistics.perClassTTest(predictions, options));
}

/** {@inheritDoc perCorruptionTTest} */
export function perCorruptionTTest(
  scores: Table<ScoreRow>,
  options?: PerCorruptionTTestOptions,
): DataFrame {
  return frameOf(statistics.perCorruptionTable, statistics.perCorruptionTTest(scores, options));
}

/** {@inheritDoc readAnnotations} */
export async function readAnnotations(files: string | readonly string[]): Promise<DataFrame> {
  return frameOf(statistics.annotationTable, await statistics.readAnnotations(files));
}

/** {@inheritDoc summarizeRobustness} */
export function summarizeRobustness(
  scores: Table<ScoreRow>,
  options?: SummarizeRobustnessOptions,
): DataFrame {
  return frameOf(statistics.robustnessTable, statistics.summarizeRobustness(scores, options));
}

/** {@inheritDoc summarizeVariants} */
export function summarizeVariants(
  predictions: Predictions,
  options?: SummarizeVariantsOptions,
): DataFrame {
  return frameOf(statistics.summaryTable, statistics.summarizeVariants(predictions, options));
}
