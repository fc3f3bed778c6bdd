/** A file in a store. */
export interface StoredFile {
  /** The path, or `s3://bucket/key`. */
  readonly place: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

/** Files that processes, on one machine or many, share. A file is there whole or not at all. */
export interface Store {
  /** A file's bytes; undefined where there is none. */
  read(place: string): Promise<Buffer | undefined>;
  /** Writes a file where there is none. Of several writers at once, one succeeds and is told so. */
  writeIfAbsent(place: string, data: string | Uint8Array): Promise<boolean>;
  /** Writes a file, in place of the one that is there. */
  replace(place: string, data: string | Uint8Array): Promise<void>;
  /** The file at a place, or all files below it, by name. */
  list(place: string): Promise<StoredFile[]>;
  /** Removes a file; none is no error. */
  remove(place: string): Promise<void>;
}
