/** The headers that Node's fetch takes: an object, pairs, or a `Headers`. */
export type HeadersInit = Record<string, string> | Iterable<readonly [string, string]>;

/** A request that reads a URL. */
export interface RequestOptions {
  /** Default: GET. */
  method?: string;
  headers?: Record<string, string>;
  /** Options of the frames, which danfojs takes here too. */
  frameConfig?: object;
}
