import { EvaluationError, OptionError } from 'selective-brain-damage-statistics';
import {
  checkOptions,
  count,
  FUNCTION,
  interruptible,
  type OptionRules,
  SIGNAL,
  TEXT,
} from 'selective-brain-damage-statistics/internal';
import { useBackend } from '../backend/backend';
import { checkDataset, type ImageDataset } from '../datasets/imageDataset';
import { checkNetwork, type Network } from '../models/network';
import { checkQueue } from '../queue/runUnits';
import { ImageMeter, type ImageProgress } from '../workers/imageMeter';
import { stoppedMessage } from '../workers/stoppedMessage';
import { type PredictedImages, predictAll } from './predictAll';
import { defaultShardProcesses, predictInWorkers } from './predictInWorkers';

/** Options of {@link predict}. */
export interface PredictOptions {
  /** Images at a time. Default: 250 of 32 × 32 pixels, fewer of larger ones. */
  readonly batchSize?: number;
  /**
   * Processes of one thread each, for a network in an ONNX file on the CPU and images that other processes
   * can open. Default: one per core for 200 images or more, else this process alone.
   */
  readonly processes?: number;
  /** Folder for the parts that are done, from which a rerun resumes. Default: none are kept. */
  readonly folder?: string;
  /**
   * A queue whose workers (`sbd worker`), on any machine, predict in place of this machine:
   * `redis://user:password@host:6379`; needs `folder`. Default: none.
   */
  readonly queue?: string;
  /** Called as the prediction progresses. Default: a line on the terminal. */
  readonly onProgress?: (progress: ImageProgress) => void;
  /** Stops between two batches. Interrupting a notebook does so too. */
  readonly signal?: AbortSignal | undefined;
}

const rules: OptionRules<PredictOptions> = {
  batchSize: count(),
  processes: count(),
  folder: TEXT,
  queue: TEXT,
  onProgress: FUNCTION,
  signal: SIGNAL,
};

/**
 * Runs a network over a data set. Where predictions are restricted to some of its classes
 * (`restrictTo`), the predicted class, its confidence and the five most probable classes are of those
 * only.
 *
 * @param model images `[n, height, width, channels]` to logits or probabilities `[n, classes]`; of a
 *   function or an ONNX file, the first batch tells which: rows of numbers from 0 whose sum is 1 are
 *   probabilities
 * @returns the predictions; `variant` and `sparsity` are those that the network was trained to, else its
 *   own name and NaN. `combinePredictions` makes those of several networks one table
 * @throws OptionError where the network does not take these images or has other classes, for a wrong
 *   option or value, and for `processes` or `folder` where other processes cannot open network or images
 * @throws EvaluationError where an output is not finite, a function gives too few or too many, an image
 *   cannot be read, or the prediction was stopped
 */
export async function predict(
  model: Network,
  data: ImageDataset,
  options: PredictOptions = {},
): Promise<PredictedImages> {
  checkNetwork('predict', model);
  checkDataset('predict', 'data', data);
  checkOptions('predict', options, rules);
  const { batchSize, onProgress, folder, queue } = options;
  checkQueue(queue, options.processes);
  if (queue !== undefined && folder === undefined)
    throw new OptionError('predict: a queue needs folder, where its workers write their parts.', {
      option: 'folder',
    });
  const backend = await useBackend();
  const processes = options.processes ?? defaultShardProcesses(model, data);
  const meter = new ImageMeter('predicted', data.size, onProgress);
  return interruptible(options.signal, async (signal) => {
    try {
      if (processes > 1 || folder !== undefined) {
        const how = { batchSize, signal, meter, processes, queue, folder, backend };
        return await predictInWorkers(model, data, how);
      }
      meter.expect(data.size ?? Number.NaN);
      const onImages = (images: number) => meter.count(images);
      const [predicted] = await predictAll([model], data, { batchSize, signal, onImages });
      return predicted!;
    } catch (error) {
      if (!signal.aborted) throw error;
      throw new EvaluationError(stoppedMessage('The prediction', folder), { cause: signal.reason });
    }
  }).finally(() => meter.close());
}
