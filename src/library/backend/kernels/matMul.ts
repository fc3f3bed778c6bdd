import type * as tf from '../tf';
import { emptyProduct, isEmpty, type Kernel, type KernelCall } from './kernel';

interface MatMulAttributes {
  transposeA: boolean;
  transposeB: boolean;
}

/** A product of matrices as a convolution of one row of pixels with a filter of one tap. */
function product(
  { arena, inputs, attrs }: KernelCall<MatMulAttributes>,
  relu: boolean,
): tf.TensorInfo | undefined {
  const { a, b, bias } = inputs as { a: tf.TensorInfo; b: tf.TensorInfo; bias?: tf.TensorInfo };
  const { transposeA, transposeB } = attrs;
  const simple = [a, b].every(
    ({ dtype, shape }) => dtype === 'float32' && shape.length === 3 && shape[0] === 1,
  );
  if (!simple || (transposeA && transposeB)) return undefined;
  if (bias && (transposeA || transposeB)) return undefined;
  const [rows, inner] = transposeA ? [a.shape[2]!, a.shape[1]!] : [a.shape[1]!, a.shape[2]!];
  const columns = transposeB ? b.shape[1]! : b.shape[2]!;
  if (isEmpty(a.shape, b.shape)) return emptyProduct(arena, [1, rows, columns], bias, relu);
  const y = arena.output([1, rows, columns]);
  // [pixels, channels, filters] of that convolution, and which of its three tensors y is.
  const shape = (pixels: number, channels: number, filters: number) =>
    arena.struct('ConvShape', {
      batch: 1,
      height: 1,
      width: pixels,
      channels,
      rows: 1,
      columns: 1,
      filters,
      outHeight: 1,
      outWidth: pixels,
      strideRows: 1,
      strideColumns: 1,
      dilationRows: 1,
      dilationColumns: 1,
      top: 0,
      left: 0,
    });
  const { conv2d, conv2dInputGradient, conv2dFilterGradient } = arena.compiled;
  const [atA, atB, atY] = [a, b, y].map((tensor) => arena.at(tensor)) as [number, number, number];
  arena.withScratch((scratch) => {
    if (transposeA)
      return conv2dFilterGradient(atA, atB, atY, shape(inner, rows, columns), scratch);
    if (transposeB) return conv2dInputGradient(atA, atB, atY, shape(rows, columns, inner), scratch);
    const atBias = bias ? arena.at(bias) : 0;
    return conv2d(atA, atB, atBias, atY, shape(rows, inner, columns), Number(relu), scratch);
  });
  return y;
}

const batchMatMul: Kernel = (call: KernelCall<MatMulAttributes>) => product(call, false);

const fusedMatMul: Kernel = (call: KernelCall<MatMulAttributes & { activation: string }>) => {
  const { activation, transposeA, transposeB } = call.attrs;
  const linear = activation === 'linear';
  if (!linear && (activation !== 'relu' || transposeA || transposeB)) return undefined;
  return product(call, !linear);
};

export const matMul = { BatchMatMul: batchMatMul, _FusedMatMul: fusedMatMul };
