import type { BackendInfo } from '../backend/backend';
import type { DatasetView } from '../datasets/types';
import type { ModelSpec } from './modelSpec';

/** How the weights to be masked are chosen; `'random'` is the control. */
export type PruningMethod = 'magnitude' | 'random';

/**
 * When and how far weights are pruned during training (Zhu & Gupta 2017). Options count in epochs, or in
 * steps where the run's length is given in `steps`; a run's record counts in steps.
 */
export interface PruningSchedule {
  /** Time of the first mask. Default 5/32 of the run. */
  readonly begin: number;
  /** Time of the last mask, which has the final sparsity and stays. Default 8/32 of the run. */
  readonly end: number;
  /** Time between masks, at least one step. Default 1/64 of the run. */
  readonly frequency: number;
}

/**
 * The learning rate during training (Goyal et al. 2017). Options count in epochs, or in steps where the
 * run's length is given in `steps`; a run's record counts in steps.
 */
export interface LearningRateSchedule {
  /** Rate after warm-up, for a batch of 256 images; a batch of b trains at rate · b / 256. Default 0.1. */
  readonly per256: number;
  /** Length of the linear warm-up from 0. Default 5/90 of the run. */
  readonly warmup: number;
  /**
   * How the rate falls after warm-up: by `steps`, which `decays` lists, as the paper's does; `linear`, to
   * 0 at the end of the run; or `cosine`, along half a cosine to 0 (Loshchilov & Hutter 2017). Default
   * `steps`.
   */
  readonly shape?: 'steps' | 'linear' | 'cosine';
  /** Decay steps, which accumulate. Default a tenth at 30/90, 60/90 and 80/90 of the run. */
  readonly decays: readonly LearningRateDecay[];
}

/** A decay step: from `at` on the rate is multiplied by `factor`. */
export interface LearningRateDecay {
  /** Time, in the schedule's unit. */
  readonly at: number;
  /** 0 or more; 0.1 divides the rate by ten. */
  readonly factor: number;
}

/** Everything that decides a model's weights; JSON. */
export interface RunSpec {
  /** The training images. */
  readonly data: DataRecord;
  /** The network. */
  readonly model: ModelSpec | GivenModel;
  /** Share of the prunable weights that is zero at the end, 0 to below 1. */
  readonly sparsity: number;
  /** Decides the initial weights, the order of the images, their crops and flips. */
  readonly seed: number;
  /** The training options, resolved. */
  readonly training: ResolvedTraining;
  /** Absent for a dense model. Counts in steps. */
  readonly pruning?: ResolvedPruning;
  /** The backend that trained the model. */
  readonly backend: BackendInfo;
  /** Versions of this package and of Node, by name. */
  readonly versions: Readonly<Record<string, string>>;
}

/** The training options of a run, with defaults filled in. */
export interface ResolvedTraining {
  /** Length of the run in batches. */
  readonly steps: number;
  /** Images per step. */
  readonly batchSize: number;
  /** Counts in steps. */
  readonly learningRate: LearningRateSchedule;
  /** Of Nesterov's accelerated gradient. */
  readonly momentum: number;
  /** λ of λ/2 · |w|², on all weights but those of batch norms. */
  readonly weightDecay: number;
  /** Share of the target spread over all classes. */
  readonly labelSmoothing: number;
  /** Whether images are cropped and mirrored at random, and how where not at even chances. */
  readonly augment: boolean | AugmentOptions;
}

/** How training images are varied. */
export interface AugmentOptions {
  /**
   * `random` mirrors each image at even chances, as the paper does; `alternating` in every other epoch,
   * so that two epochs show both versions once (Jordan 2024); `none` never, as digits and text want it.
   * Default `random`.
   */
  readonly flip?: 'random' | 'alternating' | 'none';
  /**
   * Pixels by which CIFAR's images are shifted at most, in either direction. Default 4; short trainings do
   * better with 2 (Jordan 2024). Other images are cropped to 8–100% of their area instead.
   */
  readonly crop?: number;
}

/** The pruning options of a run, with defaults filled in. */
export interface ResolvedPruning extends PruningSchedule {
  /** How the weights to be masked are chosen. */
  readonly method: PruningMethod;
  /** Whether the layer that gives the logits is pruned too. */
  readonly classifier: boolean;
  /** The weights to prune, by name; absent for all convolution and dense kernels. */
  readonly tensors?: readonly string[];
}

/** Images, as a run records them. */
export interface DataRecord {
  /** For people. */
  readonly name: string;
  /** Identifies the images. */
  readonly hash: string;
  /** `take`, `shard` and so on, in the order in which they apply. */
  readonly views: readonly DatasetView[];
  /** The loader's options of preprocessing and classes, where any were given. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** A user's own model that starts from the weights it has. */
export interface GivenModel {
  /** Tells it from a network that is built. */
  readonly name: 'given';
  /** The model's own name. */
  readonly title: string;
  /** SHA-256 of topology and weights. */
  readonly hash: string;
}

/** A point of the training curve. */
export interface HistoryEntry {
  /** Steps done. */
  readonly step: number;
  /** Mean training loss since the last entry, nats. */
  readonly loss: number;
  /** Learning rate of the last step. */
  readonly learningRate: number;
  /** Sparsity aimed at in the last step. */
  readonly sparsity: number;
}

/** A weight tensor that was pruned. */
export interface PrunedTensor {
  /** Within its model, as `conv1/kernel`. */
  readonly name: string;
  /** Number of weights. */
  readonly size: number;
  /** Number of weights that are kept. */
  readonly kept: number;
  /** Share of zeros, 0–1. */
  readonly sparsity: number;
}

/** The outcome of a run; JSON. */
export interface RunOutcome {
  /** The training curve, about 100 points. */
  readonly history: readonly HistoryEntry[];
  /** Share of zeros over all pruned weights; 0 for a dense model. */
  readonly sparsity: number;
  /** The sparsity reached, weight tensor by weight tensor. */
  readonly tensors: readonly PrunedTensor[];
  /** Seconds of training, summed over interruptions. */
  readonly seconds: number;
  /** Mean speed of the training. */
  readonly imagesPerSecond: number;
}

/** How a network was quantized, and its size; JSON. */
export interface QuantizationRecord {
  /** The type of the weights. */
  readonly weights: 'int8' | 'int4' | 'float16';
  /** The type of the activations; absent where they stay float32. */
  readonly activations?: 'int8';
  /** Whether each output channel of a weight tensor has a scale of its own. */
  readonly perChannel: boolean;
  /**
   * SHA-256 of the record of the network that was quantized, as its `run.json` has it but for `files` and
   * `checksum`; absent for one without a record.
   */
  readonly baseline?: string;
  /** Batch norms that could not be folded into a convolution before them, and stay float32. */
  readonly unfolded: readonly string[];
  /** The images that gave the ranges of activations. */
  readonly calibration?: DataRecord;
  /** Bytes of all weights with their scales and zero points. */
  readonly bytes: number;
  /** Bytes of the network that it was made of, in float32. */
  readonly float32Bytes: number;
}

/** `run.json` of a trained model. */
export interface RunRecord {
  /** Everything that decided the weights. */
  readonly spec: RunSpec;
  /** The training curve and the result. */
  readonly outcome: RunOutcome;
  /** Present where the network was quantized after its training. */
  readonly quantization?: QuantizationRecord;
}
