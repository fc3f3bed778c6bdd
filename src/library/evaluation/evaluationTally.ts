import type { ImageDataset } from '../datasets/imageDataset';
import { ProgressMeter } from '../workers/progressMeter';

/** The progress of an evaluation. */
export interface EvaluationProgress {
  /** Sets of images that all models have seen. */
  readonly done: number;
  /** All sets, the clean one among them. */
  readonly sets: number;
  /** Of one model each, over all processes. */
  readonly imagesPerSecond: number;
  /** Infinity while nothing is known. */
  readonly secondsLeft: number;
}

/** Counts the images of an evaluation, those of one model each, and its sets. */
export class EvaluationTally {
  private readonly meter: ProgressMeter<EvaluationProgress>;
  private done = 0;

  constructor(
    private readonly sets: number,
    onProgress: ((progress: EvaluationProgress) => void) | undefined,
  ) {
    this.meter = new ProgressMeter(
      (now) => `${now.done} of ${now.sets} sets evaluated`,
      onProgress,
    );
  }

  /** Adds a set that `models` models have not seen yet. */
  expect(data: ImageDataset, models: number): void {
    if (models === 0) this.done++;
    else this.meter.expect(models * (data.size ?? Number.NaN));
  }

  /** Counts images that a number of models have seen. */
  add(images: number): void {
    this.meter.add(images);
    this.report();
  }

  /** Counts a set as done. */
  endSet(): void {
    this.done++;
    this.report();
  }

  /** Ends the line. */
  close(): void {
    this.meter.close();
  }

  private report(): void {
    this.meter.report({ done: this.done, sets: this.sets });
  }
}
