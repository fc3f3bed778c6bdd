// Convolution of NHWC images, directly: a tile of output pixels by one or two vectors of output
// channels stays in registers while the filter passes over it. In a row of the filter the taps and
// their channels are adjacent in the image, so that the innermost loop runs over both at once.
#pragma once
#include "operands.h"

// Floats of the image that are worked on at a time, to stay in the second and in the first cache.
constexpr int FAR_BLOCK = 1 << 16, NEAR_BLOCK = 1 << 12;

// As few parts of a count as can be, none larger than a tile: some of `size`, before them some that
// are larger by one. None of a count that is not positive.
struct Parts {
  int size, larger, others;

  explicit Parts(int count) {
    const int parts = max(1, ceilDivide(count, TILE));
    size = count / parts;
    larger = count % parts;
    others = parts - larger;
  }
};

// Sizes of a convolution, as all three directions take them. TypeScript writes the fields by their
// names in ../kernels/layouts.ts; a test compares the two lists.
struct ConvShape {
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
  ConvShape flattened() const {
    const bool pointwise = rows == 1 && columns == 1 && strideRows == 1 && strideColumns == 1 &&
                           outHeight == height && outWidth == width;
    const int pixels = height * width;
    if (!pointwise || pixels > 1024) return *this;
    ConvShape flat = *this;
    flat.height = 1;
    while (flat.batch % 2 == 0 && 2 * flat.height * pixels <= 1024) flat.batch /= 2, flat.height *= 2;
    flat.outHeight = flat.height;
    flat.width = flat.outWidth = pixels;
    return flat;
  }
};
static_assert(sizeof(ConvShape) == 15 * sizeof(int), "ConvShape holds its 15 sizes alone");

enum Elements { FLOATS, OPERANDS };

// Images with a border of zeros, as floats or as operands, copied one at a time; without a copy where
// there is no border and the images consist of these elements already.
template <Elements ELEMENTS>
class Padded {
 public:
  const int width, pixel;  // in pixels; in elements

  Padded(Scratch& scratch, const float* images, int height, int width, int channels, int top,
         int left, int bottom, int right)
      : width(left + width + right), pixel(ELEMENTS == FLOATS ? channels : operands(channels)),
        images(images), height(height), inner(width), channels(channels), top(top), left(left),
        bottom(bottom), right(right) {
    if ((ELEMENTS == OPERANDS && PAIR > 1) || top || left || bottom || right)
      buffer = scratch.take((size_t)(top + height + bottom) * this->width * pixel);
    else
      copied = false;
  }

  const float* operator[](int n) const {
    const int row = inner * channels;
    const float* from = images + (size_t)n * height * row;
    if (!copied) return from;
    float* to = zeros(buffer, top * width);
    for (int i = 0; i < height; i++, from += row) {
      to = zeros(to, left);
      ELEMENTS == FLOATS ? copy(from, to, row) : copyRows(from, to, inner, channels);
      to = zeros(to + inner * pixel, right);
    }
    zeros(to, bottom * width);
    return buffer;
  }

 private:
  const float* images;
  const int height, inner, channels, top, left, bottom, right;
  bool copied = true;
  float* buffer = nullptr;

  float* zeros(float* to, int pixels) const {
    fill(to, pixels * pixel, 0);
    return to + pixels * pixel;
  }
};

// A filter [rows, columns, inputs, outputs] by the steps between its elements, so that it can be
// read flipped, transposed or in part.
struct Filter {
  const float* at;
  int rows, columns, inputs, outputs;
  ptrdiff_t row, column, input, output;

  size_t packedSize() const {
    return (size_t)rows * columns * operands(inputs) * roundUp(outputs, LANES);
  }

  // In the order in which tiles read it: blocks of two vectors of outputs, the last may have one.
  void pack(float* to) const {
    for (int k = 0, block; k < outputs; k += block) {
      block = outputs - k > LANES ? 2 * LANES : LANES;
      const int count = min(block, outputs - k);
      for (int r = 0; r < rows; r++)
        for (int s = 0; s < columns; s++)
          for (int c = 0; c < inputs; c++) {
            const float* from = at + r * row + s * column + c * input + k * output;
            const int half = c % PAIR;
            if (output == 1)
              forChannels(count, [&](auto zero, ptrdiff_t i) {
                storeHalf(to + i, load<decltype(zero)>(from + i), half);
              });
            else
              for (int i = 0; i < count; i++) storeHalf(to + i, from[i * output], half);
            if (half == 0) fill(to + count, block - count, 0);
            if (half == PAIR - 1 || c == inputs - 1) to += block;
          }
    }
  }
};

// What the tiles of one convolution share. Its input and filter consist of operands.
struct Sweep {
  int height, width, channels;   // of the output
  ptrdiff_t xRow, xPixel;        // steps in the input from an output pixel to the next
  ptrdiff_t yRow, yPixel;        // steps in the output
  int rows, columns, depth;      // of taps; `depth` operands are adjacent
  ptrdiff_t tapRow, tapColumn;   // steps in the input from a tap to the next
  const float* filter;           // packed
  const float* bias;             // one float for each lane
  bool withRelu, far;            // `far` as isFar says of the output

  size_t taps() const { return (size_t)rows * columns * depth; }
  // Whether a pixel of the input meets three taps of a row, for three outputs side by side.
  bool slides() const { return columns == 1 && depth == 3 * xPixel; }
};

// Writes a tile's sums.
template <int PIXELS, int VECTORS>
inline void finish(const Sweep& sweep, Vector (&sums)[PIXELS][VECTORS], float* y, int channels) {
  if (sweep.withRelu)
    UNROLL for (int p = 0; p < PIXELS; p++)
      UNROLL for (int v = 0; v < VECTORS; v++) sums[p][v] = reluOf(sums[p][v]);
  UNROLL for (int p = 0; p < PIXELS; p++, y += sweep.yPixel) {
    float part[VECTORS * LANES];
    float* to = channels < VECTORS * LANES ? part : y;
    UNROLL for (int v = 0; v < VECTORS; v++) write(to + v * LANES, sums[p][v], sweep.far);
    if (to == part) __builtin_memcpy(y, part, sizeof(float) * channels);
  }
}

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
            sums[p][v] = OfOperands::of(splat<Vector>(from[p * pixel]),
                                        load<Vector>(filter + v * LANES), sums[p][v]);
    }

  finish(sweep, sums, y, channels);
}

// The same for three taps that slide over the pixels. With one vector of channels, products wait for
// the pixels to be loaded; here a pixel that is loaded once meets all three taps.
template <int PIXELS>
inline void slidingTile(const Sweep& sweep, const float* x, const float* filter, const float* bias,
                        float* y, int channels) {
  Vector sums[PIXELS][1];
  UNROLL for (int p = 0; p < PIXELS; p++) sums[p][0] = load<Vector>(bias);

  const ptrdiff_t pixel = sweep.xPixel, tap = pixel * LANES;
  for (int r = 0; r < sweep.rows; r++, x += sweep.tapRow, filter += 3 * tap)
    for (ptrdiff_t c = 0; c < pixel; c++) {
      Vector taps[3];
      UNROLL for (int s = 0; s < 3; s++) taps[s] = load<Vector>(filter + s * tap + c * LANES);
      const float* from = x + c;
      UNROLL for (int i = 0; i < PIXELS + 2; i++, from += pixel) {
        const Vector value = splat<Vector>(*from);
        UNROLL for (int s = 0; s < 3; s++)
          if (i >= s && i - s < PIXELS)
            sums[i - s][0] = OfOperands::of(value, taps[s], sums[i - s][0]);
      }
    }
  finish(sweep, sums, y, channels);
}

// So many tiles of so many output pixels, side by side.
template <int PIXELS, int VECTORS, bool SLIDES>
inline void tiles(const Sweep& sweep, int count, int pixels, const float* x, const float* filter,
                  const float* bias, float* y, int channels) {
  if (pixels == PIXELS)
    for (; count > 0; count--, x += PIXELS * sweep.xPixel, y += PIXELS * sweep.yPixel)
      if constexpr (SLIDES)
        slidingTile<PIXELS>(sweep, x, filter, bias, y, channels);
      else
        tile<PIXELS, VECTORS>(sweep, x, filter, bias, y, channels);
  else if constexpr (PIXELS > 1)
    tiles<PIXELS - 1, VECTORS, SLIDES>(sweep, count, pixels, x, filter, bias, y, channels);
}

// One image.
inline void convolve(const Sweep& sweep, const float* x, float* y) {
  const int rowsAtATime = max(1, FAR_BLOCK / sweep.xRow);
  const Parts parts(sweep.width);
  const ptrdiff_t larger = (ptrdiff_t)parts.larger * (parts.size + 1);
  for (int from = 0; from < sweep.height; from += rowsAtATime) {
    const int to = min(sweep.height, from + rowsAtATime);
    const float* filter = sweep.filter;
    for (int k = 0, vectors; k < sweep.channels; k += vectors * LANES) {
      const int channels = sweep.channels - k;
      vectors = channels > LANES ? 2 : 1;
      const auto tilesOf = vectors == 2     ? tiles<TILE, 2, false>
                           : sweep.slides() ? tiles<TILE, 1, true>
                                            : tiles<TILE, 1, false>;
      for (int i = from; i < to; i++) {
        const float* xRow = x + i * sweep.xRow;
        float* yRow = y + i * sweep.yRow + k;
        tilesOf(sweep, parts.larger, parts.size + 1, xRow, filter, sweep.bias + k, yRow, channels);
        tilesOf(sweep, parts.others, parts.size, xRow + larger * sweep.xPixel, filter,
                sweep.bias + k, yRow + larger * sweep.yPixel, channels);
      }
      filter += sweep.taps() * vectors * LANES;
    }
  }
}

// Pixels of x and dy between which a filter's gradient is summed.
struct Pixels {
  int height, width;
  ptrdiff_t xRow, xPixel, filters;
};

// Adds to dw the products of TAPS adjacent elements of x and VECTORS vectors of filters; Product says
// whether they are floats or operands. GCC would not keep all sums in registers if this were inlined.
template <class Product, class V, int TAPS, int VECTORS>
__attribute__((noinline)) void gradientTile(const Pixels& pixels, const float* x, const float* dy,
                                            float* dw) {
  const ptrdiff_t filters = pixels.filters;
  V sums[TAPS][VECTORS];
  UNROLL for (int t = 0; t < TAPS; t++)
    UNROLL for (int v = 0; v < VECTORS; v++) sums[t][v] = load<V>(dw + t * filters + v * lanes<V>);
  for (int i = 0; i < pixels.height; i++) {
    const float* from = x + i * pixels.xRow;
    for (int j = 0; j < pixels.width; j++, from += pixels.xPixel, dy += filters)
      UNROLL for (int t = 0; t < TAPS; t++)
        UNROLL for (int v = 0; v < VECTORS; v++)
          sums[t][v] = Product::of(splat<V>(from[t]), load<V>(dy + v * lanes<V>), sums[t][v]);
  }
  UNROLL for (int t = 0; t < TAPS; t++)
    UNROLL for (int v = 0; v < VECTORS; v++) store(dw + t * filters + v * lanes<V>, sums[t][v]);
}

// So many tiles of so many taps, one below the other.
template <class Product, class V, int TAPS, int VECTORS>
inline void gradientTiles(const Pixels& pixels, int count, int taps, const float* x,
                          const float* dy, float* dw) {
  if (taps == TAPS)
    for (; count > 0; count--, x += TAPS, dw += TAPS * pixels.filters)
      gradientTile<Product, V, TAPS, VECTORS>(pixels, x, dy, dw);
  else if constexpr (TAPS > 1)
    gradientTiles<Product, V, TAPS - 1, VECTORS>(pixels, count, taps, x, dy, dw);
}

// Adds to dw[taps, filters] the products over a block of pixels, for filter k and those after it.
template <class Product, class V = Vector, int VECTORS = 2>
inline void addFilterGradient(const Pixels& pixels, const float* x, const float* dy, float* dw,
                              int taps, int k = 0) {
  constexpr int STEP = VECTORS * lanes<V>;
  const Parts parts(taps);
  const int larger = parts.larger * (parts.size + 1);
  for (; k + STEP <= pixels.filters; k += STEP) {
    gradientTiles<Product, V, TILE, VECTORS>(pixels, parts.larger, parts.size + 1, x, dy + k,
                                             dw + k);
    gradientTiles<Product, V, TILE, VECTORS>(pixels, parts.others, parts.size, x + larger, dy + k,
                                             dw + larger * pixels.filters + k);
  }
  if constexpr (STEP > 1)
    if (k < pixels.filters) {
      if constexpr (VECTORS > 1)
        addFilterGradient<Product, V, 1>(pixels, x, dy, dw, taps, k);
      else
        addFilterGradient<Product, Half<V>, 1>(pixels, x, dy, dw, taps, k);
    }
}
