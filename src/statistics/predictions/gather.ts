import { PredictionsError } from '../errors';
import {
  bytesOf,
  type Chunk,
  classes,
  classLists,
  groupValues,
  has,
  identifiers,
  integers,
  names,
  numbers,
  wrongValue,
} from './chunk';
import { ClassCodes } from './classCodes';
import type { ColumnName } from './columnNames';
import type { ImageId, ModelPredictions, Predictions } from './predictions';
import { type ModelPlace, resolveModels } from './resolveModels';

const ABSENT = -1;

/**
 * Puts rows of predictions together: any number of models in one file, a model over several, rows in
 * any order. What contradicts itself or is missing is an error.
 */
export class Gatherer {
  private readonly images: Images;
  private readonly models = new Map<string, Model>();
  private readonly codes: ClassCodes;
  /** Sources that are models of their own, in their order. */
  private readonly sources = new Map<string, number>();

  /**
   * @param classNames names whose index is their class
   * @param groups names of further columns, one value per image
   */
  constructor(
    private readonly classNames: readonly string[] | undefined,
    groups: readonly string[],
  ) {
    this.images = new Images(groups);
    this.codes = new ClassCodes(classNames, (codeOf) => {
      this.images.recode(codeOf);
      for (const model of this.models.values()) model.recode(codeOf);
    });
  }

  /** Takes a chunk's rows in. */
  add(chunk: Chunk): void {
    if (chunk.length === 0) return;
    const code = (name: ColumnName, column: ReturnType<typeof classes>) =>
      this.codes.encode(chunk, name, column);
    // Names that come up recode what is there, so that all columns are read before any is kept.
    const read = {
      true_class: classes(chunk, 'true_class'),
      predicted_class: classes(chunk, 'predicted_class'),
      ...(has(chunk, 'top5') && { top5: classLists(chunk, 'top5', 5) }),
    };
    for (const [name, column] of Object.entries(read)) code(name as ColumnName, column);
    const rows: Rows = {
      chunk,
      image: this.images.locate(chunk, code('true_class', read.true_class)),
      predicted: code('predicted_class', read.predicted_class),
      ...(has(chunk, 'confidence') && { confidence: shares(chunk, 'confidence') }),
      ...(read.top5 && { top5: code('top5', read.top5) }),
    };
    const identities = identitiesOf(chunk, this.sourceOf(chunk));
    for (let from = 0, to = 0; from < chunk.length; from = to) {
      to = identities.endOfRun(from);
      this.model(identities.at(from)).add(rows, from, to, this.images.ids.length);
    }
  }

  /** The whole, once all chunks are in: images by id, models by variant and replicate. */
  finish(source: string): Predictions {
    const resolved = resolveModels([...this.models.values()]);
    if (resolved.length === 0)
      throw new PredictionsError(`${source}: there are no rows.`, { file: source });
    const named = this.images.ids.some((id) => typeof id === 'string');
    const ids = named ? this.images.ids.map(String) : this.images.ids;
    for (const { model, place } of resolved) model.requireAll(ids, place);
    const order = sortedOrder(ids);
    const classOrder = this.codes.order();
    if (classOrder) {
      const classOf = (code: number) => classOrder.classOf[code]!;
      this.images.recode(classOf);
      for (const { model } of resolved) model.recode(classOf);
    }
    const classNames = classOrder?.names ?? this.classNames;
    const predictions: Predictions = {
      imageIds: order ? Array.from(order, (i) => ids[i]!) : ids,
      trueClass: inOrder(Int32Array.from(this.images.trueClass), ids.length, order),
      models: resolved.map(({ model, place }) => model.finish(place, ids.length, order)),
      ...(classNames && { classNames }),
      ...this.images.groupColumns(order),
    };
    if (classNames) requireClassesWithin(source, predictions, classNames.length);
    return predictions;
  }

  /** The number of a source that is a model of its own, as its place alone says the variant. */
  private sourceOf(chunk: Chunk): number | undefined {
    const isTold = chunk.columns.has('variant') || chunk.columns.has('sparsity');
    if (!chunk.isModel || isTold) return undefined;
    const number = this.sources.get(chunk.source) ?? this.sources.size;
    this.sources.set(chunk.source, number);
    return number;
  }

  private model(identity: Identity): Model {
    const { variant, sparsity, replicate, source } = identity;
    const key = JSON.stringify([variant, String(sparsity), replicate, source]);
    let model = this.models.get(key);
    if (!model) {
      model = new Model(variant, sparsity, replicate);
      this.models.set(key, model);
    }
    return model;
  }
}

/** What tells the models of rows apart. */
interface Identity {
  readonly variant: string | undefined;
  /** NaN where it is not told. */
  readonly sparsity: number;
  readonly replicate: number | undefined;
  /** Of a file that is a model of its own. */
  readonly source: number | undefined;
}

/** The identities of a chunk's rows. */
function identitiesOf(chunk: Chunk, source: number | undefined) {
  const variant = has(chunk, 'variant') ? names(chunk, 'variant') : undefined;
  const sparsity = has(chunk, 'sparsity') ? sparsities(chunk) : undefined;
  const replicate = has(chunk, 'replicate') ? integers(chunk, 'replicate') : undefined;
  const columns = [variant, sparsity, replicate].filter((column) => column !== undefined);
  return {
    at: (row: number): Identity => ({
      variant: variant?.[row],
      sparsity: sparsity?.[row] ?? Number.NaN,
      replicate: replicate?.[row],
      source: replicate ? undefined : source,
    }),
    /** The row after the last of those from `from` on that are of its model. */
    endOfRun(from: number): number {
      let to = from + 1;
      while (to < chunk.length && columns.every((column) => Object.is(column[to], column[from])))
        to++;
      return to;
    },
  };
}

/** The sparsities of a chunk; NaN where a cell is empty and the variant is told otherwise. */
function sparsities(chunk: Chunk): Float64Array {
  const column = chunk.columns.get('sparsity');
  const mayLack = has(chunk, 'variant') && column && !('offsets' in column);
  const known = mayLack
    ? { ...chunk, columns: new Map(chunk.columns).set('sparsity', withNaN(column)) }
    : chunk;
  const values = numbers(known, 'sparsity', SHARE_OF_ZEROS);
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (row > 0 && Object.is(value, values[row - 1])) continue;
    if (!(value >= 0 && value <= 1) && !(mayLack && Number.isNaN(value)))
      wrongValue(
        chunk,
        row,
        'sparsity',
        `expected ${SHARE_OF_ZEROS}, found ${value}.` +
          (value > 1 && value <= 100 ? ` Is it a percentage? Then give ${value / 100}.` : ''),
      );
  }
  return values;
}

const SHARE_OF_ZEROS = 'the share of weights that are zero, 0–1';

function withNaN(column: ArrayLike<unknown>): ArrayLike<unknown> {
  if (ArrayBuffer.isView(column)) return column;
  return Array.from(column, (value) =>
    value === null || value === undefined || value === '' ? Number.NaN : value,
  );
}

/** The images seen so far, numbered as they came, with what all models agree on. */
class Images {
  readonly ids: ImageId[] = [];
  readonly trueClass: number[] = [];
  private readonly groups: ReadonlyMap<string, (string | number)[]>;
  private readonly numberOf = new Map<ImageId, number>();
  private next = 0;
  private last?: { ids: ArrayLike<ImageId>; classes: Int32Array; images: Int32Array };

  constructor(groups: readonly string[]) {
    this.groups = new Map(groups.map((name) => [name, []]));
  }

  /** Every row's image number. */
  locate(chunk: Chunk, trueClass: Int32Array): Int32Array {
    const images = this.number(chunk, trueClass);
    for (const [name, known] of this.groups) {
      const values = groupValues(chunk, name);
      for (let row = 0; row < images.length; row++) {
        const image = images[row]!;
        known[image] ??= values[row]!;
        if (known[image] !== values[row])
          wrongValue(
            chunk,
            row,
            name,
            `image ${this.ids[image]} has ${values[row]} here and ${known[image]} in an earlier row. ` +
              'A group has one value per image.',
          );
      }
    }
    return images;
  }

  /** Replaces the codes of classes. */
  recode(codeOf: (code: number) => number): void {
    for (let i = 0; i < this.trueClass.length; i++) this.trueClass[i] = codeOf(this.trueClass[i]!);
    delete this.last;
  }

  /** What the groups say, in an order of the images. */
  groupColumns(order: Int32Array | undefined): Pick<Predictions, 'groups'> {
    if (this.groups.size === 0) return {};
    const columns = [...this.groups].map(([name, values]) => [
      name,
      order ? Array.from(order, (i) => values[i]!) : values,
    ]);
    return { groups: Object.fromEntries(columns) };
  }

  private number(chunk: Chunk, trueClass: Int32Array): Int32Array {
    const ids = identifiers(chunk, 'image_id');
    // One chunk a model, all alike, is how most populations come.
    if (this.last && sameValues(this.last.ids, ids) && sameValues(this.last.classes, trueClass))
      return this.last.images;
    const images = new Int32Array(chunk.length);
    for (let row = 0; row < images.length; row++) {
      const image = this.find(ids[row]!, trueClass[row]!);
      if (this.trueClass[image] !== trueClass[row])
        wrongValue(
          chunk,
          row,
          'true_class',
          `image ${ids[row]} has class ${trueClass[row]} here and ${this.trueClass[image]} in an ` +
            'earlier row. Evaluate all models on the same images with the same labels.',
        );
      images[row] = image;
    }
    this.last = { ids: copied(ids), classes: trueClass.slice(), images };
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

/** A chunk's rows, checked one by one. */
interface Rows {
  readonly chunk: Chunk;
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
  /** Where the model's last row is; not the chunk, which would keep all its columns. */
  private last = { source: '', offset: 0 };

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

function shares(chunk: Chunk, name: ColumnName): Float64Array {
  const values = numbers(chunk, name, 'a share, 0–1');
  const wrong = values.findIndex((value) => !(value >= 0 && value <= 1));
  if (wrong >= 0) wrongValue(chunk, wrong, name, `expected a share, 0–1, found ${values[wrong]}.`);
  return values;
}

/** Throws where a class lies beyond the names. */
function requireClassesWithin(source: string, predictions: Predictions, count: number): void {
  const { imageIds, trueClass, models } = predictions;
  const check = (labels: Int32Array, column: string, whose: string) => {
    const i = labels.findIndex((label) => label >= count);
    if (i < 0) return;
    const image = imageIds[Math.floor((i * trueClass.length) / labels.length)];
    throw new PredictionsError(
      `${source}: image ${image} has ${column} ${labels[i]}${whose}, and there are names of ${count} ` +
        'classes. Give as many classNames as there are classes.',
      { file: source, column, value: labels[i] },
    );
  };
  check(trueClass, 'true_class', '');
  for (const { variant, replicate, predictedClass, top5 } of models) {
    const whose = ` by replicate ${replicate} of ${variant}`;
    check(predictedClass, 'predicted_class', whose);
    if (top5) check(top5, 'top5', whose);
  }
}

/** The array, or a copy with room for `length` elements and half as many again. */
function grown<T extends Int32Array | Float32Array>(array: T, length: number, fill = 0): T {
  if (array.length >= length) return array;
  // The first model meets the images one chunk at a time; the others know how many there are.
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
