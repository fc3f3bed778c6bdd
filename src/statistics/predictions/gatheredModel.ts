import { type Chunk, wrongValue } from './chunk';
import { grown, inOrder } from './order';
import type { ImageId, ModelPredictions } from './predictions';
import type { ModelIdentity, ModelPlace } from './resolveModels';

const ABSENT = -1;

/** A chunk's rows, checked one by one. */
export interface Rows {
  readonly chunk: Chunk;
  /** Every row's image number. */
  readonly image: Int32Array;
  readonly predicted: Int32Array;
  readonly confidence?: Float64Array;
  readonly top5?: Int32Array;
}

/** One model's rows, scattered to the images' numbers. */
export class GatheredModel implements ModelIdentity {
  private predicted = new Int32Array(0);
  private confidence = new Float32Array(0);
  private top5 = new Int32Array(0);
  /** Classes in each of the lists in `top5`. */
  private width = 0;
  private readonly count = { rows: 0, confidence: 0, top5: 0 };
  /** Where the model's last row is; not the chunk, which would keep all its columns. */
  last = { source: '', offset: 0 };

  constructor(
    readonly variant: string | undefined,
    readonly sparsity: number,
    readonly replicate: number | undefined,
  ) {}

  /** Takes the rows `from` up to, not including, `to`. */
  add(rows: Rows, from: number, to: number, images: number): void {
    const { chunk, image, predicted, confidence, top5 } = rows;
    this.predicted = grown(this.predicted, images, ABSENT);
    if (confidence) this.confidence = grown(this.confidence, images);
    const width = top5 ? top5.length / chunk.length : 0;
    if (top5) this.top5 = grown(this.top5, images * width);
    for (let row = from; row < to; row++) {
      const i = image[row]!;
      if (this.predicted[i] !== ABSENT)
        wrongValue(
          chunk,
          row,
          'image_id',
          `the image comes a second time for ${this.name}. Give every model a replicate number ` +
            'of its own, and read every file once.',
        );
      this.predicted[i] = predicted[row]!;
      if (confidence) this.confidence[i] = confidence[row]!;
      if (top5) for (let k = 0; k < width; k++) this.top5[width * i + k] = top5[width * row + k]!;
    }
    if (top5 && this.count.top5 > 0 && width !== this.width)
      wrongValue(chunk, from, 'top5', `lists of ${width}, and of ${this.width} in earlier rows.`);
    this.width = width;
    this.count.rows += to - from;
    if (confidence) this.count.confidence += to - from;
    if (top5) this.count.top5 += to - from;
    this.last = { source: chunk.source, offset: chunk.offset + to - 1 };
  }

  /** Replaces the codes of classes. */
  recode(codeOf: (code: number) => number): void {
    for (let i = 0; i < this.predicted.length; i++)
      if (this.predicted[i] !== ABSENT) this.predicted[i] = codeOf(this.predicted[i]!);
    if (this.count.top5 === 0) return;
    for (let i = 0; i < this.predicted.length; i++)
      if (this.predicted[i] !== ABSENT)
        for (let k = i * this.width; k < (i + 1) * this.width; k++)
          this.top5[k] = codeOf(this.top5[k]!);
  }

  /** Throws unless the model has a row for every image, and all optional columns or none of each. */
  requireAll(ids: readonly ImageId[], { variant, replicate }: ModelPlace): void {
    const name = `replicate ${replicate} of ${variant}`;
    if (this.count.rows < ids.length) {
      const missing = ids[grown(this.predicted, ids.length, ABSENT).indexOf(ABSENT)];
      wrongValue(
        this.last,
        0,
        'image_id',
        `this is the last row of ${name}, and image ${missing} had none: the model has ` +
          `${this.count.rows} of ${ids.length} images. Evaluate it on all of them, or leave it out.`,
      );
    }
    for (const column of ['confidence', 'top5'] as const)
      if (this.count[column] > 0 && this.count[column] < this.count.rows)
        wrongValue(
          this.last,
          0,
          column,
          `${name} has it for ${this.count[column]} of ${this.count.rows} rows. Give it for ` +
            'all or for none.',
        );
  }

  /** The model's predictions for the images in an order. */
  finish(place: ModelPlace, images: number, order: Int32Array | undefined): ModelPredictions {
    const { count } = this;
    return {
      ...{ variant: place.variant, sparsity: place.sparsity, replicate: place.replicate },
      predictedClass: inOrder(this.predicted, images, order),
      ...(count.confidence > 0 && { confidence: inOrder(this.confidence, images, order) }),
      ...(count.top5 > 0 && { top5: inOrder(this.top5, images, order, this.width) }),
    };
  }

  /** As far as it is known while rows come in. */
  private get name(): string {
    const variant = this.variant ?? `sparsity ${this.sparsity}`;
    return this.replicate === undefined
      ? `the model of ${variant}`
      : `replicate ${this.replicate} of ${variant}`;
  }
}
