/** An error that a user can mend; its `name` is that of its class. */
export class NamedError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A command or function was given an option that it does not have, or a value that it does not take. */
export class OptionError extends NamedError {}

/** A file is not a notebook that can be run, or a notebook does not take a parameter. */
export class NotebookError extends NamedError {}
