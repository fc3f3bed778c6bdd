import { type FileHandle, open } from 'node:fs/promises';
import { type AnnotationRow, AnnotationsError } from 'selective-brain-damage-statistics';
import {
  keepLast,
  parseAnnotations,
  readIfThere,
  writeFileAtomic,
} from 'selective-brain-damage-statistics/internal';

/**
 * The file of a study's answers. A line is on the disk before its answer counts, and no line is ever changed:
 * taking answers back adds a line.
 */
export class AnswerFile {
  /** The answers that count, by person, variant and image; each person's in the order in which they were given. */
  private readonly answers = new Map<string, AnnotationRow>();
  private writing: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly path: string,
    private readonly handle: FileHandle,
    private size: number,
    lines: readonly AnnotationRow[],
  ) {
    for (const line of lines) keepLast(this.answers, line);
  }

  /**
   * Opens the file, or makes it. A last line that a crash left unfinished is cut off.
   *
   * @throws AnnotationsError where it cannot be read or written, naming the line
   */
  static async open(path: string): Promise<AnswerFile> {
    try {
      const content = await readIfThere(path);
      if (content === undefined) await writeFileAtomic(path, '');
      const text = content?.toString('utf8') ?? '';
      const { lines, torn } = parseAnnotations(path, text);
      const handle = await open(path, 'a');
      const size = (content?.length ?? 0) - Buffer.byteLength(torn);
      if (torn !== '') await handle.truncate(size);
      return new AnswerFile(path, handle, size, lines);
    } catch (cause) {
      if (cause instanceof AnnotationsError) throw cause;
      throw cannot(path, 'be opened', cause);
    }
  }

  /** The answers of all people that count. */
  all(): AnnotationRow[] {
    return [...this.answers.values()];
  }

  /** The answers of one person, in the order given. */
  of(person: string): AnnotationRow[] {
    return this.all().filter((row) => row.person === person);
  }

  /**
   * Adds answers, or with `taken_back` takes earlier ones back.
   *
   * @throws AnnotationsError where they could not be written; they then do not count
   */
  add(row: AnnotationRow): Promise<void> {
    const written = this.writing.then(() => this.write(row));
    this.writing = written.catch(() => {});
    return written;
  }

  private async write(row: AnnotationRow): Promise<void> {
    const line = Buffer.from(`${JSON.stringify(row)}\n`);
    const { size } = await this.handle.stat();
    if (size !== this.size)
      throw new AnnotationsError(
        `${this.path}: another program wrote to it; stop that one, and start this one again.`,
        { file: this.path },
      );
    try {
      await this.handle.appendFile(line);
      await this.handle.sync();
    } catch (cause) {
      // A part of the line may be there.
      await this.handle.truncate(this.size).catch(() => {});
      throw cannot(this.path, 'be written', cause);
    }
    this.size += line.length;
    keepLast(this.answers, row);
  }

  /** Closes the file after what is being written. */
  async close(): Promise<void> {
    await this.writing;
    await this.handle.close();
  }
}

function cannot(path: string, what: string, cause: unknown): AnnotationsError {
  return new AnnotationsError(
    `${path}: the answers cannot ${what} (${(cause as Error).message}).`,
    {
      cause,
      file: path,
    },
  );
}
