// Excel files are neither read nor written: the functions that take these options throw.

export interface ParsingOptions {
  [option: string]: unknown;
}

export interface WritingOptions {
  [option: string]: unknown;
}
