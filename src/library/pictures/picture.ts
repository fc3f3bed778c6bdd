/** A finished picture. Shown as such where it is the last expression of a notebook's cell. */
export class Picture {
  /**
   * @param png the file, drawn at twice its size with its density set accordingly
   * @param description what a reader sees who cannot see the picture
   */
  constructor(
    readonly png: Uint8Array,
    readonly description: string,
  ) {}

  [Symbol.for('Jupyter.display')](): Record<string, unknown> {
    return { 'image/png': this.png, 'text/plain': this.description };
  }
}
