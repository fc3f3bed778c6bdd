class NamedError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** An option of a command or a function has a value that it does not take. */
export class OptionError extends NamedError {}

/** A file is not a notebook that can be run, or a notebook does not take a parameter. */
export class NotebookError extends NamedError {}
