/** The options with which Papa Parse, which is part of the bundle, reads CSV. */
export interface ParseConfig {
  /** Default: a comma where danfojs reads a whole file, else guessed by Papa Parse. */
  delimiter?: string | ((input: string) => string) | undefined;
  delimitersToGuess?: string[] | undefined;
  /** Default: guessed. */
  newline?: '\r' | '\n' | '\r\n' | undefined;
  /** Default: ". */
  quoteChar?: string | undefined;
  /** Default: `quoteChar`. */
  escapeChar?: string | undefined;
  /** Whether the first row names the columns. danfojs's default: true. */
  header?: boolean | undefined;
  transformHeader?(header: string, index: number): string;
  /** Whether numbers and booleans are read as such. danfojs's default: true. */
  dynamicTyping?:
    | boolean
    | { [column: string]: boolean; [column: number]: boolean }
    | ((field: string | number) => boolean)
    | undefined;
  /** At most this many rows are read. Default: 0, all. */
  preview?: number | undefined;
  /** The characters that start a comment. */
  comments?: false | string | undefined;
  /** 'greedy': also lines with nothing but white space. */
  skipEmptyLines?: boolean | 'greedy' | undefined;
  skipFirstNLines?: number | undefined;
  /** Faster, for files without quoted fields. */
  fastMode?: boolean | undefined;
  /** Changes a value before it is read as a number or boolean. */
  transform?(value: string, field: string | number): unknown;
  beforeFirstChunk?(chunk: string): string | undefined;
}
