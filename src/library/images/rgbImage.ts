/** A picture: 8-bit RGB, row by row. */
export interface RgbImage {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** `height × width × 3` bytes, 0–255. */
  readonly data: Uint8Array;
}
