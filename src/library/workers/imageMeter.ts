import { ProgressMeter, type Speed } from './progressMeter';

/** The progress of work that handles each image of a data set once. */
export interface ImageProgress extends Speed {
  /** Images that this run has handled. */
  readonly images: number;
}

/** Counts images as work handles them, and reports every count. */
export class ImageMeter extends ProgressMeter<ImageProgress> {
  private images = 0;

  /**
   * @param handled what happens to images, as `predicted`
   * @param size number of all images, where it is known
   */
  constructor(
    handled: string,
    size: number | undefined,
    onProgress: ((progress: ImageProgress) => void) | undefined,
  ) {
    super(({ images }) => `${images} of ${size ?? '?'} images ${handled}`, onProgress);
  }

  /** Counts further images and reports. */
  count(more: number): void {
    this.images += more;
    this.add(more);
    this.report({ images: this.images });
  }
}
