/** An error that the user can fix; its `name` is that of its class. */
export class NamedError extends Error {
  /**
   * Creates the error.
   *
   * @param message names the thing, the place and the way out
   * @param options the `cause`, if there is one
   */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** An unknown option of a command or function, or an invalid value of one. */
export class OptionError extends NamedError {}

/** A file that is not a valid notebook, or parameters for a notebook that takes none. */
export class NotebookError extends NamedError {}
