import type { Column } from './chunk';

/** Arrow's formats of numbers, and the arrays that view them. */
const NUMBERS: Readonly<Record<string, NumbersConstructor>> = {
  c: Int8Array,
  C: Uint8Array,
  s: Int16Array,
  S: Uint16Array,
  i: Int32Array,
  I: Uint32Array,
  l: BigInt64Array,
  L: BigUint64Array,
  f: Float32Array,
  g: Float64Array,
};

interface NumbersConstructor {
  new (memory: ArrayBuffer, address: number, length: number): ArrayLike<unknown>;
  readonly BYTES_PER_ELEMENT: number;
}

/**
 * Views columns of a record batch in WebAssembly memory, where Arrow's C data interface says that
 * they lie (https://arrow.apache.org/docs/format/CDataInterface.html, with pointers of 4 bytes).
 * Nothing is copied; the views end with the next call into the module.
 *
 * @param schema address of the batch's ArrowSchema
 * @param batch address of its ArrowArray
 * @returns with their names; undefined for columns of anything but numbers or lists of numbers, and for
 *   those with missing values
 */
export function viewColumns(
  memory: ArrayBuffer,
  schema: number,
  batch: number,
): [name: string, column: Column | undefined][] {
  const view = new DataView(memory);
  const pointer = (address: number) => view.getUint32(address, true);
  const long = (address: number) => Number(view.getBigInt64(address, true));
  const text = (address: number) => {
    const bytes = Buffer.from(memory, address);
    return bytes.toString('utf8', 0, bytes.indexOf(0));
  };
  const child = (children: number, index: number) => pointer(pointer(children) + 4 * index);

  const column = (field: number, array: number): Column | undefined => {
    const format = text(pointer(field));
    const [length, nulls, offset] = [long(array), long(array + 8), long(array + 16)];
    const content = pointer(pointer(array + 40) + 4);
    const Numbers = NUMBERS[format];
    const dictionary = pointer(field + 36);
    if (nulls !== 0 || dictionary !== 0) return undefined;
    if (Numbers) return new Numbers(memory, content + offset * Numbers.BYTES_PER_ELEMENT, length);
    if (format !== '+l') return undefined;
    const values = column(child(field + 32, 0), child(array + 44, 0));
    const offsets = new Int32Array(memory, content + offset * 4, length + 1);
    return values && !('offsets' in values) ? { values, offsets } : undefined;
  };

  const fields = Array.from({ length: long(schema + 24) }, (_, i) => i);
  return fields.map((i) => {
    const field = child(schema + 32, i);
    return [text(pointer(field + 4)), column(field, child(batch + 44, i))];
  });
}
