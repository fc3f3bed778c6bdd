// Convolution of NHWC images and its two gradients. Where `block` is null, a kernel returns the bytes
// of scratch memory that it wants.
#pragma once
#include "tile.h"
#include "winograd.h"

// y = x * filter + bias, and a ReLU if asked for; bias may be null.
KERNEL double conv2d(const float* x, const float* filter, const float* bias, float* y,
                     const ConvShape* shape, int withRelu, float* block) {
  const ConvShape c = shape->flattened();
  Scratch scratch(block);
  if (suitsWinograd(c, WINOGRAD_CHANNELS))
    return winograd(x, filter, false, bias, y, c, withRelu, scratch);
  const Padded<OPERANDS> images(scratch, x, c.height, c.width, c.channels, c.top, c.left, c.bottom(),
                      c.right());
  const ptrdiff_t tap = (ptrdiff_t)c.channels * c.filters;
  const Filter weights{filter,          c.rows, c.columns, c.channels, c.filters,
                       c.columns * tap, tap,    c.filters, 1};
  float* packed = scratch.take(weights.packedSize());
  float* start = scratch.take(roundUp(c.filters, LANES));
  if (scratch.counting()) return scratch.bytes();

  weights.pack(packed);
  for (int k = 0; k < roundUp(c.filters, LANES); k++)
    start[k] = bias && k < c.filters ? bias[k] : 0;
  const bool adjacent = c.dilationColumns == 1;
  const ptrdiff_t rowStep = (ptrdiff_t)images.width * images.pixel;
  Sweep sweep;
  sweep.height = c.outHeight;
  sweep.width = c.outWidth;
  sweep.channels = c.filters;
  sweep.xRow = c.strideRows * rowStep;
  sweep.xPixel = (ptrdiff_t)c.strideColumns * images.pixel;
  sweep.yRow = (ptrdiff_t)c.outWidth * c.filters;
  sweep.yPixel = c.filters;
  sweep.rows = c.rows;
  sweep.columns = adjacent ? 1 : c.columns;
  sweep.depth = adjacent ? c.columns * images.pixel : images.pixel;
  sweep.tapRow = c.dilationRows * rowStep;
  sweep.tapColumn = (ptrdiff_t)c.dilationColumns * images.pixel;
  sweep.filter = packed;
  sweep.bias = start;
  sweep.withRelu = withRelu;
  sweep.far = isFar(y, (double)c.batch * c.outHeight * sweep.yRow, c.filters);
  for (int n = 0; n < c.batch; n++)
    convolve(sweep, images[n], y + (size_t)n * c.outHeight * sweep.yRow);
  return 0;
}

// dx from dy. For a stride of 1 it is a convolution of dy with the filter flipped and transposed;
// for a larger one there is such a convolution for each phase of x, with every stride-th tap.
KERNEL double conv2dInputGradient(const float* dy, const float* filter, float* dx,
                                  const ConvShape* shape, float* block) {
  const ConvShape c = shape->flattened();
  Scratch scratch(block);
  if (suitsWinograd(c, WINOGRAD_CHANNELS)) {
    ConvShape back = c;
    back.height = c.outHeight, back.width = c.outWidth, back.channels = c.filters;
    back.outHeight = c.height, back.outWidth = c.width, back.filters = c.channels;
    back.top = 2 - c.top, back.left = 2 - c.left;
    return winograd(dy, filter, true, nullptr, dx, back, false, scratch);
  }
  // Taps of the largest phase.
  const int rows = ceilDivide(c.rows, c.strideRows);
  const int columns = ceilDivide(c.columns, c.strideColumns);
  const Padded<OPERANDS> gradients(
      scratch, dy, c.outHeight, c.outWidth, c.filters, rows - 1, columns - 1,
      max(0, (c.height - 1 + c.top) / c.strideRows + 1 - c.outHeight),
      max(0, (c.width - 1 + c.left) / c.strideColumns + 1 - c.outWidth));
  Filter phase{filter, rows, columns, c.filters, c.channels, 0, 0, 1, c.filters};
  float* packed = scratch.take(phase.packedSize());
  float* zeros = scratch.take(roundUp(c.channels, LANES));
  if (scratch.counting()) return scratch.bytes();

  const size_t image = (size_t)c.height * c.width * c.channels;
  fill(zeros, roundUp(c.channels, LANES), 0);
  const bool missed = c.strideRows > c.rows || c.strideColumns > c.columns;
  if (missed) fill(dx, c.batch * image, 0);

  const ptrdiff_t column = (ptrdiff_t)c.channels * c.filters, row = c.columns * column;
  Sweep sweep;
  sweep.channels = c.channels;
  sweep.xPixel = gradients.pixel;
  sweep.xRow = gradients.width * sweep.xPixel;
  sweep.yRow = (ptrdiff_t)c.strideRows * c.width * c.channels;
  sweep.yPixel = (ptrdiff_t)c.strideColumns * c.channels;
  sweep.columns = 1;
  sweep.tapRow = sweep.xRow;
  sweep.tapColumn = 0;
  sweep.filter = packed;
  sweep.bias = zeros;
  sweep.withRelu = false;
  sweep.far = isFar(dx, (double)c.batch * image, c.channels);
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
      sweep.depth = phase.columns * gradients.pixel;
      for (int n = 0; n < c.batch; n++)
        convolve(sweep, gradients[n] + oi * sweep.xRow + oj * sweep.xPixel,
                 dx + n * image + ((size_t)i * c.width + j) * c.channels);
    }
  return 0;
}

// Pixels as operands that pair them, [operands(rows · columns), channels], of pixels that lie `row` and
// `step` floats apart.
inline void pairPixels(const float* from, float* to, int rows, int columns, ptrdiff_t row,
                       ptrdiff_t step, int channels) {
  int half = 0;
  for (int i = 0; i < rows; i++, from += row)
    for (int j = 0; j < columns; j++) {
      forElements(channels, [&](auto zero, ptrdiff_t c) {
        storeHalf(to + c, load<decltype(zero)>(from + j * step + c), half);
      });
      half = (half + 1) % PAIR;
      if (half == 0) to += channels;
    }
}

// Pixels whose products are added to a filter's gradient at a time, at least where there are as many.
constexpr int PIXELS_AT_A_TIME = 64, PAIRED_PIXELS_AT_A_TIME = 192;

// The gradient of the filter from x and dy.
KERNEL double conv2dFilterGradient(const float* x, const float* dy, float* dw,
                                   const ConvShape* shape, float* block) {
  const ConvShape c = shape->flattened();
  Scratch scratch(block);
  if (suitsWinograd(c, WINOGRAD_GRADIENT_CHANNELS))
    return winogradFilterGradient(x, dy, dw, c, scratch);
  const Padded<FLOATS> images(scratch, x, c.height, c.width, c.channels, c.top, c.left, c.bottom(),
                              c.right());
  const ptrdiff_t rowStep = (ptrdiff_t)images.width * c.channels;
  const int taps = c.columns * c.channels;
  Pixels pixels;
  pixels.width = c.outWidth;
  pixels.xRow = c.strideRows * rowStep;
  pixels.xPixel = (ptrdiff_t)c.strideColumns * c.channels;
  pixels.filters = c.filters;
  // To pair pixels pays where many channels share the work.
  const bool paired = PAIR > 1 && min(c.channels, c.filters) >= LANES;
  const int rowsAtATime =
      min(c.outHeight,
          max(ceilDivide(paired ? PAIRED_PIXELS_AT_A_TIME : PIXELS_AT_A_TIME, c.outWidth),
              NEAR_BLOCK / (pixels.xRow + c.outWidth * pixels.filters)));
  // Pairs of the rows at a time, and of as many small images as have enough of them together.
  const int part = operands(rowsAtATime * c.outWidth);
  const int room =
      paired ? part * min(c.batch, max(1, operands(PAIRED_PIXELS_AT_A_TIME) / part)) : 0;
  const ptrdiff_t tapSize = (ptrdiff_t)room * c.channels;
  float* xPairs = scratch.take(c.rows * c.columns * tapSize);
  float* dyPairs = scratch.take((size_t)room * c.filters);
  if (scratch.counting()) return scratch.bytes();

  fill(dw, c.rows * taps * c.filters, 0);
  int pairs = 0;
  for (int n = 0; n < c.batch; n++) {
    const float* image = images[n];
    for (int i = 0; i < c.outHeight; i += rowsAtATime) {
      pixels.height = min(rowsAtATime, c.outHeight - i);
      const float* gradients = dy + ((size_t)n * c.outHeight + i) * c.outWidth * c.filters;
      const float* first = image + i * pixels.xRow;
      if (!paired) {
        for (int r = 0; r < c.rows; r++)
          addFilterGradient<OfFloats>(pixels, first + r * rowStep, gradients,
                                      dw + (size_t)r * taps * c.filters, taps);
        continue;
      }
      pairPixels(gradients, dyPairs + (size_t)pairs * c.filters, pixels.height, c.outWidth,
                 (ptrdiff_t)c.outWidth * c.filters, c.filters, c.filters);
      for (int t = 0; t < c.rows * c.columns; t++)
        pairPixels(first + t / c.columns * rowStep + t % c.columns * c.channels,
                   xPairs + t * tapSize + (size_t)pairs * c.channels, pixels.height, c.outWidth,
                   pixels.xRow, pixels.xPixel, c.channels);
      pairs += operands(pixels.height * c.outWidth);
      const bool isLast = n == c.batch - 1 && i + rowsAtATime >= c.outHeight;
      if (pairs + part <= room && !isLast) continue;
      const Pixels all{1, pairs, 0, c.channels, c.filters};
      for (int t = 0; t < c.rows * c.columns; t++)
        addFilterGradient<OfOperands>(all, xPairs + t * tapSize, dyPairs,
                                      dw + (size_t)t * c.channels * c.filters, c.channels);
      pairs = 0;
    }
  }
  return 0;
}
