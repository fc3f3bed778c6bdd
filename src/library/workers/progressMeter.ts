import { formatDuration, progress } from 'selective-brain-damage-statistics/internal';

/** The speed of long work on images. */
export interface Speed {
  /** Over all processes. */
  readonly imagesPerSecond: number;
  /** Infinity while nothing is known. */
  readonly secondsLeft: number;
}

/**
 * Measures the speed of long work, and reports its progress: to the caller's `onProgress` where there
 * is one, else as a line on the terminal or below a notebook's cell.
 */
export class ProgressMeter<Progress extends Speed> {
  private readonly started = performance.now();
  private expected = 0;
  private seen = 0;

  /**
   * @param describe the first part of the line; speed and remaining time follow
   */
  constructor(
    private readonly describe: (now: Omit<Progress, keyof Speed>) => string,
    private readonly onProgress: ((progress: Progress) => void) | undefined,
  ) {}

  /** Adds images to those that this run still has to process; NaN where their number is unknown. */
  expect(images: number): void {
    this.expected += images;
  }

  /** Counts images as processed. */
  add(images: number): void {
    this.seen += images;
  }

  report(now: Omit<Progress, keyof Speed>): void {
    const speed = this.speed();
    if (this.onProgress) {
      this.onProgress({ ...now, ...speed } as Progress);
      return;
    }
    progress().update([this.describe(now), ...inWords(speed)].join(', '));
  }

  /** Ends the line. */
  close(): void {
    if (!this.onProgress) progress().done();
  }

  private speed(): Speed {
    const seconds = (performance.now() - this.started) / 1000;
    const imagesPerSecond = this.seen / Math.max(1e-3, seconds);
    const secondsLeft = Math.max(0, (this.expected - this.seen) / imagesPerSecond);
    return {
      imagesPerSecond,
      secondsLeft: Number.isFinite(secondsLeft) ? secondsLeft : Number.POSITIVE_INFINITY,
    };
  }
}

/** Leaves out what is not known yet. */
function inWords({ imagesPerSecond, secondsLeft }: Speed): string[] {
  const digits = imagesPerSecond < 10 ? 1 : 0;
  return [
    ...(imagesPerSecond > 0 ? [`${imagesPerSecond.toFixed(digits)} images/s`] : []),
    ...(Number.isFinite(secondsLeft) ? [`${formatDuration(secondsLeft)} left`] : []),
  ];
}
