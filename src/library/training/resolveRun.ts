import { version as nodeVersion } from 'node:process';
import { OptionError } from 'selective-brain-damage-statistics';
import { checkOption } from 'selective-brain-damage-statistics/internal';
import type { BackendInfo } from '../backend/backend';
import type { ImageDataset } from '../datasets/imageDataset';
import type {
  AugmentOptions,
  LearningRateSchedule,
  ResolvedPruning,
  RunSpec,
} from '../models/runRecord';
import { VERSION } from '../version';
import { recordOf } from './dataRecord';
import { paperSchedules } from './schedule';
import type { TrainingOptions } from './trainingOptions';

/**
 * Fills in the defaults of a run and turns its schedules into steps.
 *
 * @param options of the right names and types
 * @throws OptionError naming the option, its value and the values it takes
 */
export function resolveRun(
  data: ImageDataset,
  model: RunSpec['model'],
  sparsity: number,
  seed: number,
  backend: BackendInfo,
  options: TrainingOptions,
): RunSpec {
  const {
    batchSize = 128,
    momentum = 0.9,
    weightDecay = 1e-4,
    labelSmoothing = 0.1,
    augment = true,
  } = options;
  const length = resolveLength(data, batchSize, options);
  const learningRate = resolveLearningRate(options.learningRate, length);
  const pruning = sparsity > 0 ? resolvePruning(options.pruning ?? {}, length) : undefined;
  return {
    data: recordOf(data),
    model,
    sparsity,
    seed,
    training: {
      ...{ steps: length.steps, batchSize, learningRate },
      ...{ momentum, weightDecay, labelSmoothing, augment: resolveAugment(augment) },
    },
    ...(pruning && { pruning }),
    backend,
    versions: { 'selective-brain-damage': VERSION, node: nodeVersion },
  };
}

/** The length of a run, and the unit of its schedules. */
interface RunLength {
  readonly steps: number;
  /** In words, in the unit that the options count in. */
  readonly words: string;
  /** From the unit that the options count in. */
  toSteps(time: number): number;
}

function resolveLength(
  data: ImageDataset,
  batchSize: number,
  { epochs, steps }: TrainingOptions,
): RunLength {
  if (steps !== undefined) {
    if (epochs !== undefined)
      throw new OptionError(`epochs (${epochs}) and steps (${steps}) are both given; give one.`, {
        option: 'epochs',
        value: epochs,
      });
    return { steps, words: `${steps} steps`, toSteps: (time) => time };
  }
  if (data.size === undefined)
    throw new OptionError(
      `The number of images in ${data.name} is not known; give steps in place of epochs.`,
      { option: 'epochs', value: epochs },
    );
  const stepsPerEpoch = Math.floor(data.size / batchSize);
  const enough = `at most the ${data.size} images of ${data.name}`;
  checkOption('batchSize', batchSize, stepsPerEpoch > 0, enough);
  const passes = epochs ?? 90;
  return {
    steps: Math.max(1, Math.round(passes * stepsPerEpoch)),
    words: `${passes} epochs`,
    toSteps: (time) => Math.round(time * stepsPerEpoch),
  };
}

function resolveAugment(
  augment: NonNullable<TrainingOptions['augment']>,
): boolean | AugmentOptions {
  if (typeof augment === 'boolean') return augment;
  const { flip = 'random', crop } = augment;
  if (crop !== undefined) return { flip, crop };
  return flip === 'random' ? true : { flip };
}

function resolveLearningRate(
  options: TrainingOptions['learningRate'],
  { steps, toSteps }: RunLength,
): LearningRateSchedule {
  const paper = paperSchedules(steps).learningRate;
  const {
    per256 = paper.per256,
    warmup,
    shape = 'steps',
    decays,
  } = typeof options === 'number' ? { per256: options } : (options ?? {});
  checkOption(
    'learningRate.decays',
    decays,
    shape === 'steps' || !decays?.length,
    `none where learningRate.shape is ${shape}`,
  );
  return {
    per256,
    warmup: warmup === undefined ? paper.warmup : toSteps(warmup),
    ...(shape !== 'steps' && { shape }),
    decays:
      shape !== 'steps'
        ? []
        : (decays?.map(({ at, factor }) => ({ at: toSteps(at), factor })) ?? paper.decays),
  };
}

function resolvePruning(
  options: NonNullable<TrainingOptions['pruning']>,
  { steps, words, toSteps }: RunLength,
): ResolvedPruning {
  checkOption('steps', steps, steps > 1, 'at least 2 to prune in');
  const paper = paperSchedules(steps).pruning;
  const time = (name: keyof typeof paper): number => {
    const given = options[name];
    if (given === undefined) return paper[name];
    const step = toSteps(given);
    checkOption(`pruning.${name}`, given, Number.isSafeInteger(step), 'a whole number of steps');
    return step;
  };
  const [begin, end, frequency] = [time('begin'), time('end'), Math.max(1, time('frequency'))];
  const lastMask = options.end ?? `step ${end}`;
  checkOption(
    'pruning.begin',
    options.begin ?? begin,
    begin < end,
    `less than pruning.end, ${lastMask}`,
  );
  // A mask is drawn before a step, the last of which is `steps - 1`.
  checkOption('pruning.end', options.end ?? end, end < steps, `less than the run's ${words}`);
  const { method = 'magnitude', classifier = false, tensors } = options;
  return { method, classifier, begin, end, frequency, ...(tensors && { tensors }) };
}
