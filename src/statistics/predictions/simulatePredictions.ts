import { checkOptions, count, listOf, type OptionRules, SEED, SPARSITY } from '../options';
import { normals, randomFrom } from '../random';
import type { Predictions } from './predictions';
import { variantOfSparsity } from './variantName';

/** Options of {@link simulatePredictions}. */
export interface SimulatePredictionsOptions {
  /** Default 1,000, as ImageNet. */
  readonly numClasses?: number;
  /** Default 50, as ImageNet's validation set. */
  readonly imagesPerClass?: number;
  /** Default 0, 0.1, 0.3, 0.5, 0.7 and 0.9, as the paper. */
  readonly sparsities?: readonly number[];
  /** Models of each variant. Default 30, as the paper. */
  readonly replicates?: number;
  /** Default 0. */
  readonly seed?: number;
}

const RULES: OptionRules<SimulatePredictionsOptions> = {
  numClasses: count(),
  imagesPerClass: count(),
  sparsities: listOf(SPARSITY),
  replicates: count(),
  seed: SEED,
};

/** Standard deviation of a margin between models; between images it is 1. */
const BETWEEN_MODELS = 0.5;
/** At 90% sparsity: the mean loss of margin of a class, and its standard deviation between images. */
const LOSS_AT_90 = 0.144;
const IMAGE_SHIFT_AT_90 = 0.25;
/** The average margin at which dense models have the paper's 76.7% top-1. */
const MEAN_MARGIN = 0.815;
/** Share of the wrong answers that go to one class, the image's rival. */
const RIVAL_SHARE = 0.7;

/**
 * Simulated predictions, in the shape and with about the top-1 accuracies of the paper's ImageNet models:
 * for trying an analysis at that size before there are models, not for conclusions. Some classes are hurt
 * far more than the rest because the simulation says so.
 *
 * Every image has a normally distributed margin that varies between models; a model is right where its
 * margin is above 0. Pruning lowers margins with the cube of the sparsity, by an amount for each class
 * (exponentially distributed) and one for each image (normally distributed).
 *
 * @returns classes × images per class, variants × replicates; without confidence and top-5
 * @throws OptionError for a value that an option does not take
 */
export function simulatePredictions(options: SimulatePredictionsOptions = {}): Predictions {
  const {
    numClasses = 1000,
    imagesPerClass = 50,
    sparsities = [0, 0.1, 0.3, 0.5, 0.7, 0.9],
    replicates = 30,
    seed = 0,
  } = checkOptions('simulatePredictions', options, RULES);
  const images = numClasses * imagesPerClass;
  const random = (name: string) => randomFrom(seed, name);
  const [loss, invited] = [random('loss'), random('rival')];
  const trueClass = Int32Array.from({ length: images }, (_, i) => Math.floor(i / imagesPerClass));
  const margin = normals(random('margin'), images, MEAN_MARGIN, 1);
  const imageShift = normals(random('shift'), images, 0, IMAGE_SHIFT_AT_90);
  const classLoss = Float64Array.from(
    { length: numClasses },
    () => -LOSS_AT_90 * Math.log(1 - loss()),
  );
  const rival = Int32Array.from(trueClass, () => Math.floor(invited() * numClasses));
  const models = sparsities.flatMap((sparsity) => {
    const strength = (sparsity / 0.9) ** 3;
    return Array.from({ length: replicates }, (_, replicate) => {
      const luck = normals(random(`model/${sparsity}/${replicate}`), images, 0, BETWEEN_MODELS);
      const answer = random(`answer/${sparsity}/${replicate}`);
      const predictedClass = Int32Array.from(trueClass, (label, i) => {
        const lost = strength * (classLoss[label]! + imageShift[i]!);
        if (margin[i]! + luck[i]! > lost) return label;
        return answer() < RIVAL_SHARE ? rival[i]! : Math.floor(answer() * numClasses);
      });
      return { variant: variantOfSparsity(sparsity), sparsity, replicate, predictedClass };
    });
  });
  return { imageIds: Array.from(trueClass.keys()), trueClass, models };
}
