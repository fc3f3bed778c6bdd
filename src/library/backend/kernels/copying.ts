import * as tf from '../tf';
import type { Arena } from './arena';
import type { Kernel, KernelCall } from './kernel';

/** tfjs's own kernel copies in JavaScript, which leaves as much garbage as it copies. */
const slice: Kernel = ({
  arena,
  inputs,
  attrs,
}: KernelCall<{ begin: number | number[]; size: number | number[] }>) => {
  const x = inputs.x!;
  if (x.dtype !== 'float32' || x.shape.length === 0) return undefined;
  const [begin, size] = tf.slice_util.parseSliceParams(x as tf.Tensor, attrs.begin, attrs.size) as [
    number[],
    number[],
  ];
  const y = arena.output(size);
  copyInner(arena, { outer: x, begin, inner: y }, 'outward');
  return y;
};

const pad: Kernel = ({
  arena,
  inputs,
  attrs,
}: KernelCall<{ paddings: [number, number][]; constantValue: number }>) => {
  const x = inputs.x!;
  const { paddings, constantValue } = attrs;
  if (x.dtype !== 'float32' || x.shape.length === 0) return undefined;
  const y = arena.output(
    x.shape.map((size, axis) => size + paddings[axis]![0] + paddings[axis]![1]),
  );
  arena.floats(y).fill(constantValue);
  copyInner(arena, { outer: y, begin: paddings.map(([before]) => before), inner: x }, 'inward');
  return y;
};

/** A tensor as a part of another, from an index on. */
interface Part {
  readonly outer: tf.TensorInfo;
  readonly begin: readonly number[];
  readonly inner: tf.TensorInfo;
}

/** Copies the inner tensor from the outer one (`outward`) or into it (`inward`). */
function copyInner(
  arena: Arena,
  { outer, begin, inner }: Part,
  direction: 'inward' | 'outward',
): void {
  if (inner.shape.includes(0)) return;
  const floats = new Float32Array(arena.memory.buffer);
  // From this axis on, the inner tensor lies in one piece in the outer one.
  let whole = inner.shape.length - 1;
  while (whole > 0 && inner.shape[whole] === outer.shape[whole]) whole--;
  const steps = [...tf.util.computeStrides(outer.shape), 1];
  const run = inner.shape[whole]! * steps[whole]!;
  let within = arena.at(inner) / Float32Array.BYTES_PER_ELEMENT;
  const copy = (axis: number, at: number) => {
    const from = at + begin[axis]! * steps[axis]!;
    if (axis < whole) {
      for (let i = 0; i < inner.shape[axis]!; i++) copy(axis + 1, from + i * steps[axis]!);
      return;
    }
    if (direction === 'outward') floats.copyWithin(within, from, from + run);
    else floats.copyWithin(from, within, within + run);
    within += run;
  };
  copy(0, arena.at(outer) / Float32Array.BYTES_PER_ELEMENT);
}

export const copying = { Slice: slice, PadV2: pad };
