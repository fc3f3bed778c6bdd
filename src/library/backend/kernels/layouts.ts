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

/** The name of a struct. */
export type StructName = keyof typeof LAYOUTS;

/** A struct's fields, by name. */
export type StructFields<Name extends StructName> = Readonly<
  Record<(typeof LAYOUTS)[Name][number], number>
>;
