import { PredictionsError } from '../errors';
import type { ImageId, ModelPredictions, Predictions } from './predictions';
import {
  bytesOf,
  type ColumnName,
  classLists,
  identifiers,
  integers,
  numbers,
  type Table,
  wrongValue,
} from './table';
import { variantOfSparsity } from './variantName';

const ABSENT = -1;

/**
 * Puts tables of predictions together: any number of models in one table, a model over several,
 * rows in any order. What contradicts itself or is missing is an error.
 */
export class Gatherer {
  private readonly images = new Images();
  private readonly models = new Map<number, Map<number, Model>>();

  /** Takes a table's rows in. */
  add(table: Table): void {
    const sparsity = numbers(table, 'sparsity');
    const replicate = integers(table, 'replicate');
    const rows: Rows = {
      table,
      image: this.images.locate(table),
      predicted: integers(table, 'predicted_class', 0),
      ...(table.columns.confidence && { confidence: shares(table, 'confidence') }),
      ...(table.columns.top5 && { top5: classLists(table, 'top5', 5) }),
    };
    for (let from = 0, to = 0; from < table.length; from = to) {
      to = endOfRun(sparsity, replicate, from);
      const model = this.model(table, from, sparsity[from]!, replicate[from]!);
      model.add(rows, from, to, this.images.ids.length);
    }
  }

  /** The whole, once all tables are in: images by id, models by sparsity and replicate. */
  finish(source: string, classNames?: readonly string[]): Predictions {
    const models = [...this.models.values()]
      .flatMap((level) => [...level.values()])
      .sort((a, b) => a.sparsity - b.sparsity || a.replicate - b.replicate);
    if (models.length === 0) throw new PredictionsError(`${source}: there are no rows.`);
    const named = this.images.ids.some((id) => typeof id === 'string');
    const ids = named ? this.images.ids.map(String) : this.images.ids;
    for (const model of models) model.requireAll(ids);
    const order = sortedOrder(ids);
    return {
      imageIds: order ? Array.from(order, (i) => ids[i]!) : ids,
      trueClass: inOrder(Int32Array.from(this.images.trueClass), ids.length, order),
      models: models.map((model) => model.finish(ids.length, order)),
      ...(classNames && { classNames }),
    };
  }

  private model(table: Table, row: number, sparsity: number, replicate: number): Model {
    let level = this.models.get(sparsity);
    if (!level) {
      if (!(sparsity >= 0 && sparsity <= 1))
        wrongValue(
          table,
          row,
          'sparsity',
          `expected the share of weights that are zero, 0–1, found ${sparsity}.` +
            (sparsity > 1 && sparsity <= 100
              ? ` Is it a percentage? Then give ${sparsity / 100}.`
              : ''),
        );
      level = new Map();
      this.models.set(sparsity, level);
    }
    let model = level.get(replicate);
    if (!model) {
      model = new Model(sparsity, replicate);
      level.set(replicate, model);
    }
    return model;
  }
}

/** The images seen so far, numbered as they came, with the true class that all models agree on. */
class Images {
  readonly ids: ImageId[] = [];
  readonly trueClass: number[] = [];
  private readonly numberOf = new Map<ImageId, number>();
  private next = 0;
  private last?: { ids: ArrayLike<ImageId>; classes: Int32Array; images: Int32Array };

  /** Every row's image number. */
  locate(table: Table): Int32Array {
    const ids = identifiers(table, 'image_id');
    const classes = integers(table, 'true_class', 0);
    // One table a model, all alike, is how most populations come.
    if (this.last && sameValues(this.last.ids, ids) && sameValues(this.last.classes, classes))
      return this.last.images;
    const images = new Int32Array(table.length);
    for (let row = 0; row < images.length; row++) {
      const image = this.find(ids[row]!, classes[row]!);
      if (this.trueClass[image] !== classes[row])
        wrongValue(
          table,
          row,
          'true_class',
          `image ${ids[row]} has class ${classes[row]} here and ${this.trueClass[image]} in an ` +
            'earlier row. Evaluate all models on the same images with the same labels.',
        );
      images[row] = image;
    }
    this.last = { ids: copied(ids), classes: classes.slice(), images };
    return images;
  }

  private find(id: ImageId, trueClass: number): number {
    // Models mostly list the images in one order: try the one after the last before searching.
    let image = this.next < this.ids.length ? this.next : 0;
    if (this.ids[image] !== id) {
      image = this.numberOf.get(id) ?? this.ids.length;
      if (image === this.ids.length) {
        this.numberOf.set(id, image);
        this.ids.push(id);
        this.trueClass.push(trueClass);
      }
    }
    this.next = image + 1;
    return image;
  }
}

/** The row after the last of those from `from` on that are of its model. */
function endOfRun(sparsity: Float64Array, replicate: Int32Array, from: number): number {
  let to = from + 1;
  while (
    to < replicate.length &&
    sparsity[to] === sparsity[from] &&
    replicate[to] === replicate[from]
  )
    to++;
  return to;
}

function copied<T>(column: ArrayLike<T>): ArrayLike<T> {
  return ArrayBuffer.isView(column)
    ? ((column as unknown as Int32Array).slice() as unknown as ArrayLike<T>)
    : column;
}

/** Whether two columns are one, or hold the same bytes. */
function sameValues(a: ArrayLike<unknown>, b: ArrayLike<unknown>): boolean {
  return (
    a === b || (ArrayBuffer.isView(a) && ArrayBuffer.isView(b) && bytesOf(a).equals(bytesOf(b)))
  );
}

/** A table's rows, checked one by one. */
interface Rows {
  readonly table: Table;
  /** Every row's image number. */
  readonly image: Int32Array;
  readonly predicted: Int32Array;
  readonly confidence?: Float64Array;
  readonly top5?: Int32Array;
}

/** One model's rows, scattered to the images' numbers. */
class Model {
  private predicted = new Int32Array(0);
  private confidence = new Float32Array(0);
  private top5 = new Int32Array(0);
  /** Classes in each of the lists in `top5`. */
  private width = 0;
  private readonly count = { rows: 0, confidence: 0, top5: 0 };
  /** Where the model's last row is; not the table, which would keep all its columns. */
  private last = { source: '', offset: 0 };

  constructor(
    readonly sparsity: number,
    readonly replicate: number,
  ) {}

  private get name(): string {
    return `the model with sparsity ${this.sparsity} and replicate ${this.replicate}`;
  }

  /** Takes the rows `from` up to, not including, `to`. */
  add(rows: Rows, from: number, to: number, images: number): void {
    const { table, image, predicted, confidence, top5 } = rows;
    this.predicted = grown(this.predicted, images, ABSENT);
    if (confidence) this.confidence = grown(this.confidence, images);
    const width = top5 ? top5.length / table.length : 0;
    if (top5) this.top5 = grown(this.top5, images * width);
    for (let row = from; row < to; row++) {
      const i = image[row]!;
      if (this.predicted[i] !== ABSENT)
        wrongValue(
          table,
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
      wrongValue(table, from, 'top5', `lists of ${width}, and of ${this.width} in earlier rows.`);
    this.width = width;
    this.count.rows += to - from;
    if (confidence) this.count.confidence += to - from;
    if (top5) this.count.top5 += to - from;
    this.last = { source: table.source, offset: table.offset + to - 1 };
  }

  /** Throws unless the model has a row for every image, and all optional columns or none of each. */
  requireAll(ids: readonly ImageId[]): void {
    if (this.count.rows < ids.length) {
      const missing = ids[grown(this.predicted, ids.length, ABSENT).indexOf(ABSENT)];
      wrongValue(
        this.last,
        0,
        'image_id',
        `this is the last row of ${this.name}, and image ${missing} had none: the model has ` +
          `${this.count.rows} of ${ids.length} images. Evaluate it on all of them, or leave it out.`,
      );
    }
    for (const name of ['confidence', 'top5'] as const)
      if (this.count[name] > 0 && this.count[name] < this.count.rows)
        wrongValue(
          this.last,
          0,
          name,
          `${this.name} has it for ${this.count[name]} of ${this.count.rows} rows. Give it for ` +
            'all or for none.',
        );
  }

  finish(images: number, order: Int32Array | undefined): ModelPredictions {
    const { sparsity, replicate, count } = this;
    return {
      variant: variantOfSparsity(sparsity),
      sparsity,
      replicate,
      predictedClass: inOrder(this.predicted, images, order),
      ...(count.confidence > 0 && { confidence: inOrder(this.confidence, images, order) }),
      ...(count.top5 > 0 && { top5: inOrder(this.top5, images, order, this.width) }),
    };
  }
}

function shares(table: Table, name: ColumnName): Float64Array {
  const values = numbers(table, name);
  const wrong = values.findIndex((value) => !(value >= 0 && value <= 1));
  if (wrong >= 0) wrongValue(table, wrong, name, `expected a share, 0–1, found ${values[wrong]}.`);
  return values;
}

/** The array, or a copy with room for `length` elements and half as many again. */
function grown<T extends Int32Array | Float32Array>(array: T, length: number, fill = 0): T {
  if (array.length >= length) return array;
  // The first model meets the images one table at a time; the others know how many there are.
  const longer = new (array.constructor as new (length: number) => T)(
    array.length === 0 ? length : Math.ceil(length * 1.5),
  );
  longer.set(array);
  return longer.fill(fill, array.length) as T;
}

/** For every place among the sorted ids, the image that belongs there; undefined if all are there. */
function sortedOrder(ids: readonly ImageId[]): Int32Array | undefined {
  if (ids.every((id, i) => i === 0 || ids[i - 1]! < id)) return undefined;
  return Int32Array.from(ids.keys()).sort((a, b) => (ids[a]! < ids[b]! ? -1 : 1));
}

/** The array's groups of `width` elements in an order; without a copy where they are in it. */
function inOrder<T extends Int32Array | Float32Array>(
  array: T,
  images: number,
  order: Int32Array | undefined,
  width = 1,
): T {
  if (!order)
    return array.length === images * width ? array : (array.slice(0, images * width) as T);
  const result = array.slice(0, images * width) as T;
  for (let i = 0; i < images; i++)
    for (let k = 0; k < width; k++) result[i * width + k] = array[order[i]! * width + k]!;
  return result;
}
