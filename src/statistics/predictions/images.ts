import { bytesOf, type Chunk, wrongValue } from './chunk';
import { groupValues, imageIds } from './columnValues';
import { inOrder } from './order';
import type { ImageId, Predictions } from './predictions';

/** The images seen so far, numbered as they came, with what all models agree on. */
export class Images {
  private readonly ids: ImageId[] = [];
  private readonly trueClass: number[] = [];
  private readonly groups: ReadonlyMap<string, (string | number)[]>;
  private readonly numberOf = new Map<ImageId, number>();
  private hasNames = false;
  /** The image after the one that was found last. */
  private next = 0;
  private last?: { ids: ArrayLike<ImageId>; classes: Int32Array; images: Int32Array };

  /**
   * @param groups names of further columns, one value per image
   * @param nameOf a class by its code, for messages
   */
  constructor(
    groups: readonly string[],
    private readonly nameOf: (code: number) => string,
  ) {
    this.groups = new Map(groups.map((name) => [name, []]));
  }

  /** How many there are. */
  get count(): number {
    return this.ids.length;
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

  /** The ids by their numbers: all of them numbers, or all names. */
  allIds(): readonly ImageId[] {
    return this.hasNames ? this.ids.map(String) : this.ids;
  }

  /** The columns of the images in an order. */
  finish(order: Int32Array | undefined): Pick<Predictions, 'imageIds' | 'trueClass' | 'groups'> {
    const ids = this.allIds();
    const groups = [...this.groups].map(([name, values]) => [
      name,
      order ? Array.from(order, (i) => values[i]!) : values,
    ]);
    return {
      imageIds: order ? Array.from(order, (i) => ids[i]!) : ids,
      trueClass: inOrder(Int32Array.from(this.trueClass), ids.length, order),
      ...(groups.length > 0 && { groups: Object.fromEntries(groups) }),
    };
  }

  private number(chunk: Chunk, trueClass: Int32Array): Int32Array {
    const ids = imageIds(chunk);
    // Most populations come as one chunk per model, all with the same images in the same order.
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
          `image ${ids[row]} has class ${this.nameOf(trueClass[row]!)} here and ` +
            `${this.nameOf(this.trueClass[image]!)} in an earlier row. Evaluate all models on the ` +
            'same images with the same labels.',
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
      const key = keyOf(id);
      image = this.numberOf.get(key) ?? this.ids.length;
      if (image === this.ids.length) {
        this.numberOf.set(key, image);
        this.ids.push(id);
        this.trueClass.push(trueClass);
      }
      this.hasNames ||= typeof id === 'string';
    }
    this.next = image + 1;
    return image;
  }
}

/** The same for '7' in one file and 7 in another. */
function keyOf(id: ImageId): ImageId {
  const number = Number(id);
  return Number.isSafeInteger(number) && String(number) === id ? number : id;
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
