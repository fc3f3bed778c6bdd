/** A picture: 8-bit RGB, row by row. */
export interface RgbImage {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** `height × width × 3` bytes, 0–255. */
  readonly data: Uint8Array;
}

/** A rectangle of an image, in pixels. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}
