/** The images and classes that a network is built for. */
export interface ModelShape {
  /** `[height, width, channels]`. */
  readonly imageShape: readonly [number, number, number];
  /** Number of logits. */
  readonly numClasses: number;
}
