/** How {@link display} shows a value. */
export interface DisplayOptions {
  /** A name of the output, by which it can be replaced. */
  readonly display_id?: string;
  /** Whether the value replaces the outputs of that name, wherever they are. Default false. */
  readonly update?: boolean;
}

declare global {
  /**
   * Shows a value below the cell, in the same forms as the value of the cell's last expression: a
   * table, a figure, a picture, or an object whose keys are MIME types
   * (`{ 'text/markdown': '# Title' }`).
   */
  function display(value: unknown, options?: DisplayOptions): Promise<void>;
  /** Removes what the cell has shown; with `wait`, when something new is shown. */
  function clearOutput(options?: { readonly wait?: boolean }): void;
  /**
   * Asks the person at the notebook, and waits.
   *
   * @returns what was typed; `fallback` where that is nothing
   * @throws InputError where nobody can be asked
   */
  function prompt(message?: string, fallback?: string): string;
  /** Asks the person at the notebook for y or n; y is true. */
  function confirm(message?: string): boolean;
}
