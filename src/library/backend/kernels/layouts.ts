import type * as tf from '../tf';

/**
 * The fields of the structs that the compiled kernels read, all of them 32-bit integers, in the order
 * of the C++ sources. A test compares them with the headers.
 */
export const LAYOUTS = {
  /** Sizes of a convolution: `struct ConvShape` of tile.h. */
  ConvShape: [
    ...(['batch', 'height', 'width', 'channels', 'rows', 'columns', 'filters'] as const),
    ...(['outHeight', 'outWidth'] as const),
    ...(['strideRows', 'strideColumns', 'dilationRows', 'dilationColumns', 'top', 'left'] as const),
  ],
  /** Sizes of a pooling: `struct PoolShape` of pool.h. */
  PoolShape: [
    ...(['batch', 'height', 'width', 'channels', 'rows', 'columns'] as const),
    ...(['outHeight', 'outWidth'] as const),
    ...(['strideRows', 'strideColumns', 'dilationRows', 'dilationColumns', 'top', 'left'] as const),
  ],
} as const;

/** What tfjs knows of a convolution or a pooling, by the names of the structs' fields. */
export function sizesOf(info: tf.backend_util.Conv2DInfo): StructFields<'ConvShape'> {
  return {
    batch: info.batchSize,
    height: info.inHeight,
    width: info.inWidth,
    channels: info.inChannels,
    filters: info.outChannels,
    rows: info.filterHeight,
    columns: info.filterWidth,
    outHeight: info.outHeight,
    outWidth: info.outWidth,
    strideRows: info.strideHeight,
    strideColumns: info.strideWidth,
    dilationRows: info.dilationHeight,
    dilationColumns: info.dilationWidth,
    top: info.padInfo.top,
    left: info.padInfo.left,
  };
}

/** The name of a struct. */
export type StructName = keyof typeof LAYOUTS;

/** A struct's fields, by name. */
export type StructFields<Name extends StructName> = Readonly<
  Record<(typeof LAYOUTS)[Name][number], number>
>;
