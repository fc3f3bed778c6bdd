import cephes from 'cephes';
import { mean, sampleStandardDeviation } from 'simple-statistics';
import { differing, type FlipRow, flips } from '../analysis/flips';
import { partsOf } from '../analysis/parts';
import {
  type ClassFlipRow,
  classFlipsOf,
  classFlipTable,
  pairsOf,
} from '../analysis/perClassFlips';
import { largest } from '../analysis/sums';
import { type Baseline, type Comparison, compareVariants } from '../analysis/variants';
import { VERDICTS, type Verdict, verdictOf } from '../analysis/verdict';
import { OptionError, PredictionsError } from '../errors';
import {
  checkOptions,
  checkPredictions,
  FLAG,
  type OptionRules,
  something,
  VARIANT,
} from '../options';
import type { ImageId, ModelPredictions, Predictions } from '../predictions/predictions';
import { UNIT } from '../tables/columns';
import { defineTable, double, type RowOf } from '../tables/schema';
import { type AuditPolicy, policyRules } from './policy';
import { type Reason, reasonsOf } from './reasons';
import { shrunk } from './shrink';

/** Options of {@link audit}. */
export interface AuditOptions extends AuditPolicy {
  /** The variant that the others are compared with. Default `dense`, else sparsity 0, else the first. */
  readonly baseline?: Baseline;
  /**
   * Predictions of another run of the baseline, from another seed or provider, on the same images: they tell
   * how many labels change where nothing was compressed.
   */
  readonly control?: Predictions;
  /**
   * Whether true classes are unknown, so that the baseline's own labels stand for them: changes are of
   * agreement with the baseline, whose recall is 1. Default false.
   */
  readonly agreement?: boolean;
}

const rules: OptionRules<AuditOptions> = {
  ...policyRules,
  baseline: VARIANT,
  control: something('predictions'),
  agreement: FLAG,
};

/** The table of an audit's classes and groups. */
export const auditClassTable = defineTable({
  name: 'audit',
  row: 'One class, or value of a group, of one model against one of the baseline.',
  columns: {
    ...classFlipTable.columns,
    shrunk_change: double(
      'The change, drawn towards that of all by as much as its error outweighs the differences between classes.',
      UNIT.change,
    ),
  },
});

/** One class, or value of a group, of an audit. */
export type AuditClassRow = RowOf<typeof auditClassTable>;

/** An image whose label differs. */
export interface ChangedImage {
  /** Its index in the data set, or its name. */
  readonly image_id: ImageId;
  /** Class, from 0. */
  readonly true_class: number;
  /** Label by the baseline. */
  readonly baseline_class: number;
  /** Label by the variant. */
  readonly variant_class: number;
  /** Confidence of the baseline in its label, 0–1, where it is known. */
  readonly baseline_confidence?: number;
  /** The variant's in its own. */
  readonly variant_confidence?: number;
}

/** What compression changed in one model. */
export interface AuditedModel {
  /** What was done to the network. */
  readonly variant: string;
  /** Whether it may replace the baseline. */
  readonly verdict: Verdict;
  /** Why, the gravest first. */
  readonly reasons: readonly Reason[];
  /** The comparison on all images. */
  readonly flips: FlipRow;
  /** By class, the worst `shrunk_change` first. */
  readonly classes: readonly AuditClassRow[];
  /** By the values of each group, likewise. */
  readonly groups: Readonly<Record<string, readonly AuditClassRow[]>>;
  /** In the order of the images. */
  readonly changed: readonly ChangedImage[];
}

/** The change of several models of a variant. */
export interface JointChange {
  /** What was done to the networks. */
  readonly variant: string;
  /** Pairs of a model and its baseline's. */
  readonly n_models: number;
  /** Mean change of top-1, a difference of shares. */
  readonly change: number;
  /** Its 95% interval over models: of the paired t-test. */
  readonly change_low: number;
  /** Upper end of the same. */
  readonly change_high: number;
}

/** What compression broke, whether it is more than chance, and whether it may be shipped. */
export interface Audit {
  /** The variant that the others are compared with. */
  readonly baseline: string;
  /** The gravest verdict of all models. */
  readonly verdict: Verdict;
  /** Whether true classes are unknown, and the baseline's labels stand for them. */
  readonly agreement: boolean;
  /** What was acceptable. */
  readonly limits: Required<Pick<AuditPolicy, 'maxDrop' | 'maxClassDrop' | 'alpha'>>;
  /** Number of classes. */
  readonly numClasses: number;
  /** Index = class, where the names are known. */
  readonly classNames?: readonly string[];
  /** One for each model that is not of the baseline. */
  readonly variants: readonly AuditedModel[];
  /** Of variants with several models. */
  readonly joint: readonly JointChange[];
  /** Labels that differ between the baseline and the control; undefined without one. */
  readonly controlChanged?: number;
}

/**
 * Compares compressed models with the baseline's, image by image: how many images were lost and gained, in
 * which classes and groups, whether that is more than the choice of images explains, and a verdict, as
 * `flips` and `perClassFlips` do. Classes and groups are ordered by an estimate of their change that is drawn
 * towards the change of all, since the worst of many raw changes are mostly noise.
 *
 * @param given predictions of the baseline and its variants
 * @returns one entry per model; of a variant with several models also their mean change with an interval over
 *   models
 * @throws OptionError for a wrong option or value, and for a limit of a class or group that there is not
 * @throws PredictionsError where there is only one variant, a model has no counterpart, the baseline's top-1
 *   differs from `expectTop1` by more than 1 point and more than its error, or the control is about other images
 */
export function audit(given: Predictions, options: AuditOptions = {}): Audit {
  checkPredictions('audit', given);
  const {
    baseline,
    control,
    expectTop1,
    agreement = false,
    classes = {},
    groups = {},
    ...told
  } = checkOptions('audit', options, rules);
  const limits = { maxDrop: 0.01, maxClassDrop: 0.05, alpha: 0.05, ...told };
  const comparison = compareVariants(given.models, baseline);
  const predictions = agreement ? agreeing(given, comparison) : given;
  const rows = flips(predictions, { ...limits, ...(baseline !== undefined && { baseline }) });
  if (expectTop1 !== undefined) checkTop1(comparison, rows, expectTop1);
  const limitOf = partLimits(predictions, { ...limits, classes, groups });
  const variants = pairsOf(comparison).map(({ model, reference }, i): AuditedModel => {
    const byPart = (by: string) =>
      shrunkRows(
        classFlipsOf(
          { model, reference },
          predictions,
          partsOf(predictions, by),
          limits.alpha,
          comparison.baseline,
        ),
      );
    const ofClasses = byPart('class');
    const ofGroups = Object.fromEntries(
      Object.keys(predictions.groups ?? {}).map((group) => [group, byPart(group)]),
    );
    const parts = [['class', ofClasses] as const, ...Object.entries(ofGroups)].flatMap(
      ([by, ofPart]) => ofPart.map((row) => ({ ...row, by, maxDrop: limitOf(by, row) })),
    );
    const row = rows[i]!;
    const verdict = verdictOf(row, parts, limits);
    return {
      ...{ variant: model.variant, verdict },
      reasons: reasonsOf(row, parts, limits, agreement ? 'agreement' : 'top-1'),
      ...{ flips: { ...row, verdict }, classes: ofClasses, groups: ofGroups },
      changed: changedImages(predictions, reference, model),
    };
  });
  return {
    baseline: comparison.baseline.variant,
    verdict: gravest(variants.map(({ verdict }) => verdict)),
    agreement,
    limits,
    numClasses: classCount(predictions),
    ...(predictions.classNames && { classNames: predictions.classNames }),
    variants,
    joint: jointChanges(rows),
    ...(control && { controlChanged: controlChanges(predictions, comparison, control) }),
  };
}

/** Predictions whose true classes are the labels of the baseline's only model. */
function agreeing(predictions: Predictions, { baseline }: Comparison): Predictions {
  const [model, another] = baseline.models;
  if (another)
    throw new PredictionsError(
      `agreement: ${baseline.variant} has ${baseline.models.length} models; expected one, whose labels stand ` +
        'for the true classes.',
    );
  return { ...predictions, trueClass: model!.predictedClass };
}

function classCount({ classNames, trueClass, models }: Predictions): number {
  const labels = [trueClass, ...models.map(({ predictedClass }) => predictedClass)];
  return classNames?.length ?? Math.max(...labels.map(largest)) + 1;
}

function gravest(verdicts: readonly Verdict[]): Verdict {
  return VERDICTS[Math.max(...verdicts.map((verdict) => VERDICTS.indexOf(verdict)))]!;
}

/** The rows with their shrunk changes, the worst first. */
function shrunkRows(rows: readonly ClassFlipRow[]): AuditClassRow[] {
  const changes = shrunk(
    rows.map(({ change, lost, gained, n_images }) => {
      // Bonett & Price's, which is never 0.
      const [f12, f21] = [(lost + 1) / (n_images + 2), (gained + 1) / (n_images + 2)];
      return { effect: change, variance: (f12 + f21 - (f12 - f21) ** 2) / (n_images + 2) };
    }),
  );
  return rows
    .map((row, i) => ({ ...row, shrunk_change: changes[i]! }))
    .sort((a, b) => a.shrunk_change - b.shrunk_change || a.change - b.change || a.class - b.class);
}

/** The largest acceptable loss of a class or a value of a group. */
function partLimits(
  predictions: Predictions,
  { maxClassDrop, classes = {}, groups = {} }: AuditPolicy & { readonly maxClassDrop: number },
): (by: string, row: ClassFlipRow) => number {
  const named: Readonly<Record<string, Readonly<Record<string, number>>>> = {
    ...groups,
    class: classes,
  };
  for (const [by, limits] of Object.entries(named)) {
    if (by !== 'class' && !(by in (predictions.groups ?? {})))
      throw new OptionError(
        `audit: groups.${by}: the predictions have no such group; they have ` +
          `${Object.keys(predictions.groups ?? {}).join(', ') || 'none'}.`,
        { option: 'groups', value: by },
      );
    const { names, sizes } = partsOf(predictions, by);
    const known = names ?? Array.from(sizes.keys(), String);
    const stray = Object.keys(limits).find((name) => !known.includes(name));
    if (stray !== undefined)
      throw new OptionError(
        `audit: ${by === 'class' ? 'classes' : `groups.${by}`}: there is no '${stray}'; expected one of ` +
          `${known.slice(0, 5).join(', ')}${known.length > 5 ? ', …' : ''}.`,
        { option: by === 'class' ? 'classes' : 'groups', value: stray },
      );
  }
  return (by, row) => named[by]?.[row.class_name ?? String(row.class)] ?? maxClassDrop;
}

/** How far top-1 may be off the expected one: 1 point, or its own error where that is larger. */
const TOP1_TOLERANCE = 0.01;

function checkTop1({ baseline }: Comparison, rows: readonly FlipRow[], expected: number): void {
  for (const { baseline_recall: found, n_images } of rows) {
    const error = 1.96 * Math.sqrt((expected * (1 - expected)) / n_images);
    if (Math.abs(found - expected) <= Math.max(TOP1_TOLERANCE, error)) continue;
    throw new PredictionsError(
      `The baseline ${baseline.variant} gets ${(100 * found).toFixed(1)}% of ${n_images} images right, ` +
        `expected ${(100 * expected).toFixed(1)}%: it is not itself here, so nothing is judged. Check how its ` +
        'images are made (mean, std, resize, preprocessing), the order of its classes, and the images.',
      { value: found },
    );
  }
}

function changedImages(
  { imageIds, trueClass }: Predictions,
  reference: ModelPredictions,
  model: ModelPredictions,
): ChangedImage[] {
  const changed: ChangedImage[] = [];
  for (const [i, image_id] of imageIds.entries()) {
    const [baseline_class, variant_class] = [
      reference.predictedClass[i]!,
      model.predictedClass[i]!,
    ];
    if (baseline_class === variant_class) continue;
    changed.push({
      ...{ image_id, true_class: trueClass[i]!, baseline_class, variant_class },
      ...(reference.confidence && { baseline_confidence: reference.confidence[i]! }),
      ...(model.confidence && { variant_confidence: model.confidence[i]! }),
    });
  }
  return changed;
}

function jointChanges(rows: readonly FlipRow[]): JointChange[] {
  const byVariant = new Map<string, number[]>();
  for (const { variant, change } of rows)
    byVariant.set(variant, [...(byVariant.get(variant) ?? []), change]);
  return [...byVariant]
    .filter(([, changes]) => changes.length > 1)
    .map(([variant, changes]) => {
      const n = changes.length;
      const change = mean(changes);
      const half = (cephes.stdtri(n - 1, 0.975) * sampleStandardDeviation(changes)) / Math.sqrt(n);
      return {
        ...{ variant, n_models: n, change },
        ...{ change_low: change - half, change_high: change + half },
      };
    });
}

/** Labels in which the first models of baseline and control differ. */
function controlChanges(
  predictions: Predictions,
  { baseline }: Comparison,
  control: Predictions,
): number {
  checkPredictions('audit', control);
  const { imageIds } = predictions;
  const isSame =
    control.imageIds.length === imageIds.length &&
    control.imageIds.every((id, i) => id === imageIds[i]);
  if (!isSame)
    throw new PredictionsError(
      `The control has ${control.imageIds.length} images, the baseline ${imageIds.length}; expected the same.`,
      { column: 'image_id' },
    );
  return differing(baseline.models[0]!.predictedClass, control.models[0]!.predictedClass);
}
