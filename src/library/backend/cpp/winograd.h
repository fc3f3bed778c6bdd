// Convolution by filters of 3 × 3 with a stride of 1, by the minimal filtering F(2 × 2, 3 × 3) of
// Winograd (Lavin and Gray 2016, whose matrices B, G and A are the transforms here). Squares of
// 4 × 4 pixels, which overlap by 2, and the filter are transformed, after which 16 products give 4
// outputs, where plain convolution takes 36. All products at one of the 16 places of a square make
// a product of matrices, [squares, channels] · [channels, filters].
#pragma once
#include "tile.h"

constexpr int PLACES = 16;
// Squares that are worked on at a time.
constexpr int GROUP = 48;

// Floats from a place to the next: a line of the cache more than they hold, lest all 16 fall on the
// same lines.
inline ptrdiff_t placeStep(ptrdiff_t size) { return size + 16; }

// The transforms, each from FROM × FROM values in the corner of a square to TO × TO; `line` does it
// in one dimension, for values that lie `step` apart.
struct ImageTransform {
  static constexpr int FROM = 4, TO = 4;
  template <class V>
  static void line(V* d, int step) {
    const V a = d[0], b = d[step], c = d[2 * step], e = d[3 * step];
    d[0] = a - c;
    d[step] = b + c;
    d[2 * step] = c - b;
    d[3 * step] = b - e;
  }
};

struct FilterTransform {
  static constexpr int FROM = 3, TO = 4;
  template <class V>
  static void line(V* d, int step) {
    const V ends = d[0] + d[2 * step], middle = d[step];
    d[3 * step] = d[2 * step];
    d[step] = (ends + middle) * 0.5f;
    d[2 * step] = (ends - middle) * 0.5f;
  }
};

struct OutputTransform {
  static constexpr int FROM = 4, TO = 2;
  template <class V>
  static void line(V* d, int step) {
    const V sum = d[step] + d[2 * step], difference = d[step] - d[2 * step];
    d[0] += sum;
    d[step] = difference - d[3 * step];
  }
};

// The adjoints of the last two.
struct FilterGradientTransform {
  static constexpr int FROM = 4, TO = 3;
  template <class V>
  static void line(V* d, int step) {
    const V sum = (d[step] + d[2 * step]) * 0.5f, difference = (d[step] - d[2 * step]) * 0.5f;
    d[0] += sum;
    d[step] = difference;
    d[2 * step] = sum + d[3 * step];
  }
};

struct OutputGradientTransform {
  static constexpr int FROM = 2, TO = 4;
  template <class V>
  static void line(V* d, int step) {
    const V a = d[0], b = d[step];
    d[step] = a + b;
    d[2 * step] = a - b;
    d[3 * step] = -b;
  }
};

template <class Transform, class V>
inline void transform(V* square) {
  UNROLL for (int i = 0; i < Transform::FROM; i++) Transform::line(square + i, 4);
  UNROLL for (int i = 0; i < Transform::TO; i++) Transform::line(square + 4 * i, 1);
}

// Images as squares of which neighbours begin 2 pixels apart.
template <class T>
struct Squares {
  T* images;
  int height, width, channels;
  int top, left;      // how far outside the first square begins
  int rows, columns;  // of squares in an image

  // The SIZE × SIZE pixels in the corner of a square.
  struct Corner {
    T* at;
    ptrdiff_t row;                 // from a row of pixels to the next
    int top, left, bottom, right;  // which of them the image has
  };

  // f(corner) for some squares, in their order.
  template <int SIZE, class F>
  void forCorners(int first, int count, F f) const {
    int n = first / (rows * columns), i = first / columns % rows, j = first % columns;
    for (; count > 0; count--) {
      const int r = i * 2 - top, s = j * 2 - left;
      f(Corner{images + (((ptrdiff_t)n * height + r) * width + s) * channels,
               (ptrdiff_t)width * channels, max(0, -r), max(0, -s), min(SIZE, height - r),
               min(SIZE, width - s)});
      if (++j < columns) continue;
      j = 0;
      if (++i < rows) continue;
      i = 0;
      n++;
    }
  }
};

// Transforms some squares to places[PLACES, count, channels]; `patch` has room for one square.
template <class Transform>
inline void toPlaces(const Squares<const float>& squares, int first, int count, float* patch,
                     float* places) {
  constexpr int SIZE = Transform::FROM;
  const int channels = squares.channels;
  const ptrdiff_t step = placeStep(count * channels);
  squares.forCorners<SIZE>(first, count, [&](auto corner) {
    if (corner.top || corner.left || corner.bottom < SIZE || corner.right < SIZE) {
      fill(patch, SIZE * SIZE * channels, 0);
      for (int r = corner.top; r < corner.bottom; r++)
        copy(corner.at + r * corner.row + corner.left * channels,
             patch + (r * SIZE + corner.left) * channels, (corner.right - corner.left) * channels);
      corner.at = patch;
      corner.row = SIZE * channels;
    }
    forChannels(channels, [&](auto zero, int c) {
      decltype(zero) d[PLACES];
      UNROLL for (int r = 0; r < SIZE; r++)
        UNROLL for (int s = 0; s < SIZE; s++)
          d[r * 4 + s] = load<decltype(zero)>(corner.at + r * corner.row + s * channels + c);
      transform<Transform>(d);
      UNROLL for (int p = 0; p < PLACES; p++) store(places + p * step + c, d[p]);
    });
    places += channels;
  });
}

// The other way, for outputs; `bias` has one float for each channel.
inline void fromPlaces(const float* places, const Squares<float>& squares, int first, int count,
                       const float* bias, bool withRelu) {
  const int channels = squares.channels;
  const ptrdiff_t step = placeStep(count * channels);
  squares.forCorners<2>(first, count, [&](auto corner) {
    forChannels(channels, [&](auto zero, int c) {
      using V = decltype(zero);
      V d[PLACES];
      UNROLL for (int p = 0; p < PLACES; p++) d[p] = load<V>(places + p * step + c);
      transform<OutputTransform>(d);
      UNROLL for (int r = 0; r < 2; r++)
        UNROLL for (int s = 0; s < 2; s++) {
          const V y = d[r * 4 + s] + load<V>(bias + c);
          if (r < corner.bottom && s < corner.right)
            store(corner.at + r * corner.row + s * channels + c, withRelu ? reluOf(y) : y);
        }
    });
    places += channels;
  });
}

// filter[3, 3, size] to places[PLACES, size]; flipped, its taps are read from last to first.
inline void filterToPlaces(const float* filter, bool flipped, ptrdiff_t size, float* places) {
  forElements(size, [&](auto zero, ptrdiff_t at) {
    using V = decltype(zero);
    V d[PLACES];
    UNROLL for (int i = 0; i < 9; i++)
      d[i / 3 * 4 + i % 3] = load<V>(filter + (flipped ? 8 - i : i) * size + at);
    transform<FilterTransform>(d);
    UNROLL for (int p = 0; p < PLACES; p++) store(places + p * placeStep(size) + at, d[p]);
  });
}

inline void filterFromPlaces(const float* places, ptrdiff_t size, float* filter) {
  forElements(size, [&](auto zero, ptrdiff_t at) {
    using V = decltype(zero);
    V d[PLACES];
    UNROLL for (int p = 0; p < PLACES; p++) d[p] = load<V>(places + p * placeStep(size) + at);
    transform<FilterGradientTransform>(d);
    UNROLL for (int i = 0; i < 9; i++) store(filter + i * size + at, d[i / 3 * 4 + i % 3]);
  });
}

// Whether it pays: below some channels and squares the transforms cost more than they save.
inline bool suitsWinograd(const ConvShape& c) {
  return c.rows == 3 && c.columns == 3 && c.strideRows == 1 && c.strideColumns == 1 &&
         c.dilationRows == 1 && c.dilationColumns == 1 && min(c.channels, c.filters) >= 16 &&
         c.batch * c.outHeight * c.outWidth >= 256;
}

// y = x * filter + bias. Transposed, the filter is [3, 3, filters, channels] and flipped, as the
// gradient of x takes it.
inline double winograd(const float* x, const float* filter, bool transposed, const float* bias,
                       float* y, const ConvShape& c, bool withRelu, Scratch& scratch) {
  const int rows = ceilDivide(c.outHeight, 2), columns = ceilDivide(c.outWidth, 2);
  const int squares = c.batch * rows * columns, lanes = roundUp(c.filters, LANES);
  const ptrdiff_t size = (ptrdiff_t)c.channels * c.filters;
  const size_t packedSize = (size_t)c.channels * lanes;
  float* zeros = scratch.take(lanes);
  float* patch = scratch.take(PLACES * c.channels);
  float* places = scratch.take(PLACES * placeStep(size));
  float* packed = scratch.take(PLACES * packedSize);
  float* from = scratch.take(PLACES * placeStep(GROUP * c.channels));
  float* to = scratch.take(PLACES * placeStep(GROUP * c.filters));
  if (scratch.counting()) return scratch.bytes();

  fill(zeros, lanes, 0);
  filterToPlaces(filter, transposed, size, places);
  Filter place{places, 1, 1, c.channels, c.filters, 0, 0, c.filters, 1};
  if (transposed) place.input = 1, place.output = c.channels;
  for (int p = 0; p < PLACES; p++, place.at += placeStep(size)) place.pack(packed + p * packedSize);

  const Squares<const float> inputs{x, c.height, c.width, c.channels, c.top, c.left, rows, columns};
  const Squares<float> outputs{y, c.outHeight, c.outWidth, c.filters, 0, 0, rows, columns};
  Sweep sweep;
  sweep.height = sweep.rows = sweep.columns = 1;
  sweep.channels = c.filters;
  sweep.xPixel = sweep.depth = c.channels;
  sweep.yPixel = c.filters;
  sweep.yRow = sweep.tapRow = sweep.tapColumn = 0;
  sweep.bias = zeros;
  sweep.withRelu = false;
  for (int first = 0; first < squares; first += GROUP) {
    const int count = min(GROUP, squares - first);
    toPlaces<ImageTransform>(inputs, first, count, patch, from);
    sweep.width = count;
    sweep.xRow = (ptrdiff_t)count * c.channels;
    for (int p = 0; p < PLACES; p++) {
      sweep.filter = packed + p * packedSize;
      convolve(sweep, from + p * placeStep(count * c.channels),
               to + p * placeStep(count * c.filters));
    }
    fromPlaces(to, outputs, first, count, bias ? bias : zeros, withRelu);
  }
  return 0;
}

// The gradient of the filter from x and dy.
inline double winogradFilterGradient(const float* x, const float* dy, float* dw, const ConvShape& c,
                                     Scratch& scratch) {
  const int rows = ceilDivide(c.outHeight, 2), columns = ceilDivide(c.outWidth, 2);
  const int squares = c.batch * rows * columns;
  const ptrdiff_t size = (ptrdiff_t)c.channels * c.filters;
  float* patch = scratch.take(PLACES * max(c.channels, c.filters));
  float* places = scratch.take(PLACES * placeStep(size));
  float* from = scratch.take(PLACES * placeStep(GROUP * c.channels));
  float* to = scratch.take(PLACES * placeStep(GROUP * c.filters));
  if (scratch.counting()) return scratch.bytes();

  fill(places, PLACES * placeStep(size), 0);
  const Squares<const float> inputs{x, c.height, c.width, c.channels, c.top, c.left, rows, columns};
  const Squares<const float> outputs{dy, c.outHeight, c.outWidth, c.filters, 0, 0, rows, columns};
  for (int first = 0; first < squares; first += GROUP) {
    const int count = min(GROUP, squares - first);
    toPlaces<ImageTransform>(inputs, first, count, patch, from);
    toPlaces<OutputGradientTransform>(outputs, first, count, patch, to);
    const Pixels pixels{1, count, 0, c.channels, c.filters};
    for (int p = 0; p < PLACES; p++)
      addFilterGradient(pixels, from + p * placeStep(count * c.channels),
                        to + p * placeStep(count * c.filters), places + p * placeStep(size),
                        c.channels);
  }
  filterFromPlaces(places, size, dw);
  return 0;
}
