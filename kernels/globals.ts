declare global {
  /**
   * Shows a value below the cell, in the same forms as the value of the cell's last expression: a
   * table, a figure, a picture, or an object whose keys are MIME types
   * (`{ 'text/markdown': '# Title' }`).
   */
  var display: (value: unknown) => Promise<void>;
}

export {};
