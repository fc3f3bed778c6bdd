// Convolution of NHWC images, directly: a tile of output pixels by one or two vectors of output
// channels stays in registers while the filter passes over it. In a row of the filter the taps and
// their channels are adjacent in the image, so that the innermost loop runs over both at once.
#pragma once
#include "vector.h"

// Floats of the image that are worked on at a time, to stay in the second and in the first cache.
constexpr int FAR_BLOCK = 1 << 16, NEAR_BLOCK = 1 << 12;

// The first of as few parts as can be, none larger than a tile; the next ones are never larger.
inline int evenShare(int count) { return ceilDivide(count, ceilDivide(count, TILE)); }

// Sizes of a convolution, as all three directions take them; the caller lays out the same struct.
struct Shape {
  int batch, height, width, channels;  // x: [batch, height, width, channels]
  int rows, columns, filters;          // filter: [rows, columns, channels, filters]
  int outHeight, outWidth;             // y: [batch, outHeight, outWidth, filters]
  int strideRows, strideColumns, dilationRows, dilationColumns;
  int top, left;  // zeros before x

  // Zeros after x that the last taps reach.
  int bottom() const {
    return max(0, (outHeight - 1) * strideRows + (rows - 1) * dilationRows + 1 - top - height);
  }
  int right() const {
    return max(0, (outWidth - 1) * strideColumns + (columns - 1) * dilationColumns + 1 - left -
                      width);
  }

  // Where a filter sees one pixel at a time, small images make better rows than their own.
  Shape flattened() const {
    const bool pointwise = rows == 1 && columns == 1 && strideRows == 1 && strideColumns == 1 &&
                           outHeight == height && outWidth == width;
    if (!pointwise || height * width > 1024) return *this;
    Shape flat = *this;
    flat.batch = 1;
    flat.height = flat.outHeight = batch;
    flat.width = flat.outWidth = height * width;
    return flat;
  }
};

// Images with a border of zeros, copied one at a time; the images themselves where there is none.
class Padded {
 public:
  const int width;

  Padded(Scratch& scratch, const float* images, int height, int width, int channels, int top,
         int left, int bottom, int right)
      : width(left + width + right), images(images), channels(channels), row(width * channels),
        size(height * row), top(top), left(left), bottom(bottom), right(right) {
    if (top || left || bottom || right)
      copy = scratch.take((size_t)(top + height + bottom) * this->width * channels);
    else
      bordered = false;
  }

  const float* operator[](int n) const {
    const float* from = images + (size_t)n * size;
    if (!bordered) return from;
    float* to = zeros(copy, top * width);
    for (const float* end = from + size; from < end; from += row) {
      to = zeros(to, left);
      __builtin_memcpy(to, from, sizeof(float) * row);
      to = zeros(to + row, right);
    }
    zeros(to, bottom * width);
    return copy;
  }

 private:
  const float* images;
  const int channels, row, size, top, left, bottom, right;
  bool bordered = true;
  float* copy = nullptr;

  float* zeros(float* to, int pixels) const {
    __builtin_memset(to, 0, sizeof(float) * pixels * channels);
    return to + pixels * channels;
  }
};

// A filter [rows, columns, inputs, outputs] by the steps between its elements, so that it can be
// read flipped, transposed or in part.
struct Filter {
  const float* at;
  int rows, columns, inputs, outputs;
  ptrdiff_t row, column, input, output;

  size_t packedSize() const { return (size_t)rows * columns * inputs * roundUp(outputs, LANES); }

  // In the order in which tiles read it: blocks of two vectors of outputs, the last may have one.
  void pack(float* to) const {
    for (int k = 0, block; k < outputs; k += block) {
      block = outputs - k > LANES ? 2 * LANES : LANES;
      const int count = min(block, outputs - k);
      for (int r = 0; r < rows; r++)
        for (int s = 0; s < columns; s++)
          for (int c = 0; c < inputs; c++, to += block) {
            const float* from = at + r * row + s * column + c * input + k * output;
            for (int i = 0; i < count; i++) to[i] = from[i * output];
            for (int i = count; i < block; i++) to[i] = 0;
          }
    }
  }
};

// What the tiles of one convolution share.
struct Sweep {
  int height, width, channels;   // of the output
  ptrdiff_t xRow, xPixel;        // steps in the input from an output pixel to the next
  ptrdiff_t yRow, yPixel;        // steps in the output
  int rows, columns, depth;      // of taps; `depth` floats are adjacent
  ptrdiff_t tapRow, tapColumn;   // steps in the input from a tap to the next
  const float* filter;           // packed
  const float* bias;             // one float for each lane
  bool rectify;

  size_t taps() const { return (size_t)rows * columns * depth; }
};

template <int PIXELS, int VECTORS>
inline void tile(const Sweep& sweep, const float* x, const float* filter, const float* bias,
                 float* y, int channels) {
  Vector sums[PIXELS][VECTORS];
  UNROLL for (int p = 0; p < PIXELS; p++)
    UNROLL for (int v = 0; v < VECTORS; v++) sums[p][v] = load<Vector>(bias + v * LANES);

  const ptrdiff_t pixel = sweep.xPixel;
  for (int r = 0; r < sweep.rows; r++)
    for (int s = 0; s < sweep.columns; s++) {
      const float* from = x + r * sweep.tapRow + s * sweep.tapColumn;
      for (const float* end = from + sweep.depth; from < end; from++, filter += VECTORS * LANES)
        UNROLL for (int p = 0; p < PIXELS; p++)
          UNROLL for (int v = 0; v < VECTORS; v++)
            sums[p][v] = fma(splat<Vector>(from[p * pixel]), load<Vector>(filter + v * LANES),
                             sums[p][v]);
    }

  if (sweep.rectify)
    UNROLL for (int p = 0; p < PIXELS; p++)
      UNROLL for (int v = 0; v < VECTORS; v++) sums[p][v] = relu(sums[p][v]);
  UNROLL for (int p = 0; p < PIXELS; p++, y += sweep.yPixel) {
    float part[VECTORS * LANES];
    float* to = channels < VECTORS * LANES ? part : y;
    UNROLL for (int v = 0; v < VECTORS; v++) store(to + v * LANES, sums[p][v]);
    if (to == part) __builtin_memcpy(y, part, sizeof(float) * channels);
  }
}

// A row of output pixels, in as few tiles as can be, about equally large.
template <int PIXELS, int VECTORS>
inline void tiles(const Sweep& sweep, const float* x, const float* filter, const float* bias,
                  float* y, int channels, int width) {
  while (width > 0 && evenShare(width) == PIXELS) {
    tile<PIXELS, VECTORS>(sweep, x, filter, bias, y, channels);
    x += PIXELS * sweep.xPixel;
    y += PIXELS * sweep.yPixel;
    width -= PIXELS;
  }
  if constexpr (PIXELS > 1)
    if (width > 0) tiles<PIXELS - 1, VECTORS>(sweep, x, filter, bias, y, channels, width);
}

// One image.
inline void convolve(const Sweep& sweep, const float* x, float* y) {
  const int rowsAtATime = max(1, FAR_BLOCK / sweep.xRow);
  for (int from = 0; from < sweep.height; from += rowsAtATime) {
    const int to = min(sweep.height, from + rowsAtATime);
    const float* filter = sweep.filter;
    for (int k = 0, vectors; k < sweep.channels; k += vectors * LANES) {
      const int channels = sweep.channels - k;
      vectors = channels > LANES ? 2 : 1;
      for (int i = from; i < to; i++)
        (vectors == 2 ? tiles<TILE, 2> : tiles<TILE, 1>)(sweep, x + i * sweep.xRow, filter,
                                                         sweep.bias + k, y + i * sweep.yRow + k,
                                                         channels, sweep.width);
      filter += sweep.taps() * vectors * LANES;
    }
  }
}

// y = x * filter + bias, rectified if asked for; bias may be null.
OP double conv2d(const float* x, const float* filter, const float* bias, float* y,
                     const Shape* shape, int rectify, float* block) {
  const Shape c = shape->flattened();
  Scratch scratch(block);
  const Padded images(scratch, x, c.height, c.width, c.channels, c.top, c.left, c.bottom(),
                      c.right());
  const ptrdiff_t tap = (ptrdiff_t)c.channels * c.filters;
  const Filter weights{filter,    c.rows,          c.columns, c.channels, c.filters,
                       c.columns * tap, tap, c.filters, 1};
  float* packed = scratch.take(weights.packedSize());
  float* start = scratch.take(roundUp(c.filters, LANES));
  if (scratch.counting()) return scratch.bytes();

  weights.pack(packed);
  for (int k = 0; k < roundUp(c.filters, LANES); k++)
    start[k] = bias && k < c.filters ? bias[k] : 0;
  const bool adjacent = c.dilationColumns == 1;
  const ptrdiff_t rowStep = (ptrdiff_t)images.width * c.channels;
  Sweep sweep;
  sweep.height = c.outHeight;
  sweep.width = c.outWidth;
  sweep.channels = c.filters;
  sweep.xRow = c.strideRows * rowStep;
  sweep.xPixel = (ptrdiff_t)c.strideColumns * c.channels;
  sweep.yRow = (ptrdiff_t)c.outWidth * c.filters;
  sweep.yPixel = c.filters;
  sweep.rows = c.rows;
  sweep.columns = adjacent ? 1 : c.columns;
  sweep.depth = adjacent ? c.columns * c.channels : c.channels;
  sweep.tapRow = c.dilationRows * rowStep;
  sweep.tapColumn = (ptrdiff_t)c.dilationColumns * c.channels;
  sweep.filter = packed;
  sweep.bias = start;
  sweep.rectify = rectify;
  for (int n = 0; n < c.batch; n++)
    convolve(sweep, images[n], y + (size_t)n * c.outHeight * sweep.yRow);
  return 0;
}

// dx from dy. For a stride of 1 it is a convolution of dy with the filter flipped and transposed;
// for a larger one there is such a convolution for each phase of x, with every stride-th tap.
OP double conv2dInputGradient(const float* dy, const float* filter, float* dx,
                                  const Shape* shape, float* block) {
  const Shape c = shape->flattened();
  Scratch scratch(block);
  // Taps of the largest phase.
  const int rows = ceilDivide(c.rows, c.strideRows);
  const int columns = ceilDivide(c.columns, c.strideColumns);
  const Padded gradients(scratch, dy, c.outHeight, c.outWidth, c.filters, rows - 1, columns - 1,
                         max(0, (c.height - 1 + c.top) / c.strideRows + 1 - c.outHeight),
                         max(0, (c.width - 1 + c.left) / c.strideColumns + 1 - c.outWidth));
  Filter phase{filter, rows, columns, c.filters, c.channels, 0, 0, 1, c.filters};
  float* packed = scratch.take(phase.packedSize());
  float* zeros = scratch.take(roundUp(c.channels, LANES));
  if (scratch.counting()) return scratch.bytes();

  const size_t image = (size_t)c.height * c.width * c.channels;
  __builtin_memset(zeros, 0, sizeof(float) * roundUp(c.channels, LANES));
  const bool missed = c.strideRows > c.rows || c.strideColumns > c.columns;
  if (missed) __builtin_memset(dx, 0, sizeof(float) * c.batch * image);

  const ptrdiff_t column = (ptrdiff_t)c.channels * c.filters, row = c.columns * column;
  Sweep sweep;
  sweep.channels = c.channels;
  sweep.xPixel = c.filters;
  sweep.xRow = gradients.width * sweep.xPixel;
  sweep.yRow = (ptrdiff_t)c.strideRows * c.width * c.channels;
  sweep.yPixel = (ptrdiff_t)c.strideColumns * c.channels;
  sweep.columns = 1;
  sweep.tapRow = sweep.xRow;
  sweep.tapColumn = 0;
  sweep.filter = packed;
  sweep.bias = zeros;
  sweep.rectify = false;
  for (int a = 0; a < min(c.strideRows, c.rows); a++)
    for (int b = 0; b < min(c.strideColumns, c.columns); b++) {
      phase.rows = ceilDivide(c.rows - a, c.strideRows);
      phase.columns = ceilDivide(c.columns - b, c.strideColumns);
      phase.row = -c.strideRows * row;
      phase.column = -c.strideColumns * column;
      phase.at = filter + a * row + b * column - (phase.rows - 1) * phase.row -
                 (phase.columns - 1) * phase.column;
      phase.pack(packed);

      // The first row and column of x in this phase, and what its first tap meets in dy.
      const int i = modulo(a - c.top, c.strideRows), j = modulo(b - c.left, c.strideColumns);
      const int oi = (i + c.top - a) / c.strideRows + rows - phase.rows;
      const int oj = (j + c.left - b) / c.strideColumns + columns - phase.columns;
      sweep.height = ceilDivide(c.height - i, c.strideRows);
      sweep.width = ceilDivide(c.width - j, c.strideColumns);
      sweep.rows = phase.rows;
      sweep.depth = phase.columns * c.filters;
      for (int n = 0; n < c.batch; n++)
        convolve(sweep, gradients[n] + oi * sweep.xRow + oj * sweep.xPixel,
                 dx + n * image + ((size_t)i * c.width + j) * c.channels);
    }
  return 0;
}

// Pixels of x and dy between which a filter's gradient is summed.
struct Pixels {
  int height, width;
  ptrdiff_t xRow, xPixel, filters;
};

// Adds to dw the products of TAPS adjacent floats of x and VECTORS vectors of filters.
template <class V, int TAPS, int VECTORS>
inline void gradientTile(const Pixels& pixels, const float* x, const float* dy, float* dw) {
  const ptrdiff_t filters = pixels.filters;
  V sums[TAPS][VECTORS];
  UNROLL for (int t = 0; t < TAPS; t++)
    UNROLL for (int v = 0; v < VECTORS; v++) sums[t][v] = load<V>(dw + t * filters + v * lanes<V>);
  for (int i = 0; i < pixels.height; i++) {
    const float* from = x + i * pixels.xRow;
    for (int j = 0; j < pixels.width; j++, from += pixels.xPixel, dy += filters)
      UNROLL for (int t = 0; t < TAPS; t++)
        UNROLL for (int v = 0; v < VECTORS; v++)
          sums[t][v] = fma(splat<V>(from[t]), load<V>(dy + v * lanes<V>), sums[t][v]);
  }
  UNROLL for (int t = 0; t < TAPS; t++)
    UNROLL for (int v = 0; v < VECTORS; v++) store(dw + t * filters + v * lanes<V>, sums[t][v]);
}

// A row of the filter, likewise.
template <class V, int TAPS, int VECTORS>
inline void gradientTiles(const Pixels& pixels, const float* x, const float* dy, float* dw,
                          int taps) {
  while (taps > 0 && evenShare(taps) == TAPS) {
    gradientTile<V, TAPS, VECTORS>(pixels, x, dy, dw);
    x += TAPS;
    dw += TAPS * pixels.filters;
    taps -= TAPS;
  }
  if constexpr (TAPS > 1)
    if (taps > 0) gradientTiles<V, TAPS - 1, VECTORS>(pixels, x, dy, dw, taps);
}

// The gradient of the filter from x and dy.
OP double conv2dFilterGradient(const float* x, const float* dy, float* dw, const Shape* shape,
                                   float* block) {
  const Shape c = shape->flattened();
  Scratch scratch(block);
  const Padded images(scratch, x, c.height, c.width, c.channels, c.top, c.left, c.bottom(),
                      c.right());
  if (scratch.counting()) return scratch.bytes();

  const ptrdiff_t rowStep = (ptrdiff_t)images.width * c.channels;
  const int taps = c.columns * c.channels;
  __builtin_memset(dw, 0, sizeof(float) * c.rows * taps * c.filters);
  Pixels pixels;
  pixels.width = c.outWidth;
  pixels.xRow = c.strideRows * rowStep;
  pixels.xPixel = (ptrdiff_t)c.strideColumns * c.channels;
  pixels.filters = c.filters;
  const int rowsAtATime = max(ceilDivide(64, c.outWidth),
                              NEAR_BLOCK / (pixels.xRow + c.outWidth * pixels.filters));
  for (int n = 0; n < c.batch; n++) {
    const float* image = images[n];
    for (int i = 0; i < c.outHeight; i += rowsAtATime) {
      pixels.height = min(rowsAtATime, c.outHeight - i);
      const float* gradients = dy + ((size_t)n * c.outHeight + i) * c.outWidth * c.filters;
      for (int r = 0; r < c.rows; r++) {
        const float* from = image + i * pixels.xRow + r * rowStep;
        float* to = dw + (size_t)r * taps * c.filters;
        int k = 0;
        for (; k + 2 * LANES <= c.filters; k += 2 * LANES)
          gradientTiles<Vector, TILE, 2>(pixels, from, gradients + k, to + k, taps);
        for (; k + LANES <= c.filters; k += LANES)
          gradientTiles<Vector, TILE, 1>(pixels, from, gradients + k, to + k, taps);
        for (; k < c.filters; k++)
          gradientTiles<float, TILE, 1>(pixels, from, gradients + k, to + k, taps);
      }
    }
  }
  return 0;
}
