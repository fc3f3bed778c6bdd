/** A finished picture. Shown as such where it is the last expression of a notebook's cell. */
export class Picture {
  /**
   * A picture of a PNG file.
   *
   * @param png the file, drawn at twice its size with its density set accordingly
   * @param description the picture in words, for readers who cannot see it
   */
  constructor(
    /** The PNG file's bytes. */
    readonly png: Uint8Array,
    /** The picture in words. */
    readonly description: string,
  ) {}

  [Symbol.for('Jupyter.display')](): Record<string, unknown> {
    return { 'image/png': this.png, 'text/plain': this.description };
  }
}
