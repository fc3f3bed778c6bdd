import { ProgressMeter } from '../workers/progressMeter';
import { modelsOf, type ReplicateSpec } from './populationSpec';

/** The progress of a population's training. */
export interface PopulationProgress {
  /** Models that are complete. */
  readonly done: number;
  /** Models that failed twice. */
  readonly failed: number;
  /** All models that were asked for, quantized ones included. */
  readonly models: number;
  /** Of the training, over all processes. */
  readonly imagesPerSecond: number;
  /** Infinity while nothing is known. */
  readonly secondsLeft: number;
}

/** The progress of all models. */
export class PopulationTally {
  private readonly meter: ProgressMeter<PopulationProgress>;
  /** Images that each network has been trained on. */
  private readonly reached = new Map<ReplicateSpec, number>();
  /** Complete models of each network. */
  private readonly complete: Map<ReplicateSpec, number>;
  private readonly models: number;
  private failed = 0;

  /**
   * @param incomplete how many models of each network are not there yet
   * @param imagesPerNetwork images that a network is trained on
   */
  constructor(
    incomplete: ReadonlyMap<ReplicateSpec, number>,
    private readonly imagesPerNetwork: number,
    onProgress: ((progress: PopulationProgress) => void) | undefined,
  ) {
    this.complete = new Map(
      [...incomplete].map(([spec, missing]) => [spec, modelsOf(spec).length - missing]),
    );
    this.models = [...incomplete.keys()].flatMap(modelsOf).length;
    this.meter = new ProgressMeter(
      ({ done, failed }) =>
        `${done} of ${this.models} models done${failed > 0 ? `, ${failed} failed` : ''}`,
      onProgress,
    );
    const waiting = [...incomplete.values()].filter((missing) => missing > 0).length;
    this.meter.expect(waiting * imagesPerNetwork);
  }

  /** @param images that the network has been trained on, those before this run included */
  reach(spec: ReplicateSpec, images: number, complete: number): void {
    this.count(spec, images);
    this.complete.set(spec, Math.max(complete, this.complete.get(spec)!));
    this.report();
  }

  end(spec: ReplicateSpec, failed: boolean): void {
    const rest = this.imagesPerNetwork - (this.reached.get(spec) ?? 0);
    // A network that failed has no images left, and neither had one that was complete before.
    this.meter.expect(-rest);
    this.reached.set(spec, this.imagesPerNetwork);
    const models = modelsOf(spec).length;
    if (failed) this.failed += models - this.complete.get(spec)!;
    else this.complete.set(spec, models);
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

  /** Models that are complete, of all: `3 of 15 models`. */
  get account(): string {
    return `${this.done} of ${this.models} models`;
  }

  private get done(): number {
    return [...this.complete.values()].reduce((sum, complete) => sum + complete, 0);
  }

  private report(): void {
    const { done, failed, models } = this;
    this.meter.report({ done, failed, models });
  }
}
