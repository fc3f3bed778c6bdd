import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { DatasetError } from 'selective-brain-damage-statistics';
import { type Random, shuffleInPlace } from 'selective-brain-damage-statistics/internal';
import { decodeImage } from './decodePicture';
import type { ImageFile, ImageFiles } from './imageFiles';
import type { Normalization } from './normalization';
import type { PictureSettings } from './pictureOptions';
import { inputOf } from './preprocess';
import type { DatasetSpec, Example, ImageSource } from './types';

/** The images of a folder as a source. */
export class FolderSource implements ImageSource {
  readonly name: string;
  readonly imageShape: readonly [number, number, number];
  readonly normalization: Normalization;
  readonly size: number;
  readonly hash: string;

  constructor(
    private readonly folder: string,
    private readonly images: ImageFiles,
    private readonly settings: PictureSettings,
    readonly classNames: readonly string[],
    readonly spec: DatasetSpec,
  ) {
    this.name = basename(resolve(folder));
    this.imageShape = [settings.size, settings.size, 3];
    this.normalization = settings.normalization;
    this.size = images.size;
    this.hash = images.hash;
  }

  async *examples(random?: Random): AsyncGenerator<Example> {
    let count = 0;
    for await (const file of random ? await this.shuffled(random) : this.images.files()) {
      count++;
      yield this.exampleOf(file);
    }
    if (count !== this.size)
      throw new DatasetError(
        `${this.folder}: holds ${count} images, ${this.size} when it was opened; open it again.`,
        { file: this.folder },
      );
  }

  private async shuffled(random: Random): Promise<ImageFile[]> {
    const files: ImageFile[] = [];
    for await (const file of this.images.files()) files.push(file);
    return shuffleInPlace(files, random);
  }

  private exampleOf({ id, label }: ImageFile): Example {
    const path = join(this.folder, id);
    const failed = (cause: Error): never => {
      throw new DatasetError(
        `${path}: the image cannot be read (${cause.message}); expected JPEG, PNG or WebP.`,
        { cause, file: path },
      );
    };
    return {
      id,
      label,
      file: path,
      image: () =>
        readFile(path)
          .then((encoded) => decodeImage(encoded, this.settings))
          .catch(failed),
      pixels: (augment, into) =>
        readFile(path)
          .then((encoded) => inputOf(encoded, this.settings, augment, into))
          .catch(failed),
    };
  }
}
