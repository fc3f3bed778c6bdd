/** One place where an output differs from the stored one. */
export interface Difference {
  /** Where it is: `output 2, text/plain, line 3`. */
  readonly place: string;
  /** What is stored there; missing where there is nothing. */
  readonly stored?: string;
  /** What the run shows there; missing where it shows nothing. */
  readonly run?: string;
  /** The two pictures, where pictures differ. */
  readonly pictures?: {
    /** Their type, as `image/png`. */
    readonly type: string;
    /** The stored one, in base64. */
    readonly stored: string;
    /** The one of the run, in base64. */
    readonly run: string;
  };
}

/** A difference within a part of something: its place begins with that part. */
export function within(part: string, difference: Difference): Difference {
  return { ...difference, place: difference.place ? `${part}, ${difference.place}` : part };
}
