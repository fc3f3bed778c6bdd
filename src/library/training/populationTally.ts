import { ProgressMeter } from '../workers/progressMeter';
import type { ReplicateSpec } from './populationSpec';

/** The progress of a population's training. */
export interface PopulationProgress {
  /** Models that are complete. */
  readonly done: number;
  /** Models that failed twice. */
  readonly failed: number;
  /** All models that were asked for. */
  readonly models: number;
  /** Over all processes. */
  readonly imagesPerSecond: number;
  /** Infinity while nothing is known. */
  readonly secondsLeft: number;
}

/** The progress of all models. */
export class PopulationTally {
  private readonly meter: ProgressMeter<PopulationProgress>;
  /** Images that each model has been trained on. */
  private readonly reached = new Map<ReplicateSpec, number>();
  private done: number;
  private failed = 0;

  constructor(
    private readonly models: number,
    waiting: number,
    private readonly imagesPerModel: number,
    onProgress: ((progress: PopulationProgress) => void) | undefined,
  ) {
    this.done = models - waiting;
    this.meter = new ProgressMeter(
      ({ done, failed }) =>
        `${done} of ${models} models done${failed > 0 ? `, ${failed} failed` : ''}`,
      onProgress,
    );
    this.meter.expect(waiting * imagesPerModel);
  }

  /** @param images that the model has been trained on, those before this run included */
  reach(spec: ReplicateSpec, images: number): void {
    this.count(spec, images);
    this.report();
  }

  end(spec: ReplicateSpec, failed: boolean): void {
    const rest = this.imagesPerModel - (this.reached.get(spec) ?? 0);
    // A model that failed has no images left, and neither had one that was complete before.
    this.meter.expect(-rest);
    this.reached.set(spec, this.imagesPerModel);
    if (failed) this.failed++;
    else this.done++;
    this.report();
  }

  close(): void {
    this.meter.close();
  }

  private count(spec: ReplicateSpec, images: number): void {
    const before = this.reached.get(spec);
    // The first report may come from a resumed model, whose earlier images this run does not see.
    if (before === undefined) this.meter.expect(-images);
    else this.meter.add(images - before);
    this.reached.set(spec, images);
  }

  private report(): void {
    const { done, failed, models } = this;
    this.meter.report({ done, failed, models });
  }
}
