// Convolution by filters of 3 × 3 with a stride of 1, by the minimal filtering F(4 × 4, 3 × 3) of
// Winograd (Lavin and Gray 2016, whose matrices B, G and A are the transforms here). Squares of
// 6 × 6 pixels, which overlap by 2, and the filter are transformed, after which 36 products give 16
// outputs, where plain convolution takes 144. All products at one of the 36 places of a square make
// a product of matrices, [squares, channels] · [channels, filters].
#pragma once
#include "tile.h"

// Pixels of a square's side, and of those among them that are outputs.
constexpr int SIDE = 6, INNER = 4;
constexpr int PLACES = SIDE * SIDE;
// Squares that are worked on at a time.
constexpr int GROUP = 48;

// Floats from a place to the next: a line of the cache more than they hold, lest all fall on the
// same lines.
inline ptrdiff_t placeStep(ptrdiff_t size) { return size + LINE; }

// The transforms evaluate polynomials at 0, ±A, ±B and infinity. Of points whose squares are short,
// these lose the fewest digits: less than half of what the usual 0, ±1, ±2 and infinity lose.
constexpr float A = 0.70710678f, B = 1.41421356f;  // A² = 1/2, B² = 2

// c + a · factor
template <class V>
inline V plus(V c, V a, float factor) {
  return fma(a, splat<V>(factor), c);
}

// Each from FROM × FROM values in the corner of a square to TO × TO; `line` does it in one dimension,
// for values that lie `step` apart.
struct ImageTransform {
  static constexpr int FROM = 6, TO = 6;
  template <class V>
  static void line(V* d, int step) {
    const V x0 = d[0], x1 = d[step], x2 = d[2 * step], x3 = d[3 * step], x4 = d[4 * step];
    const V even = plus(x4, x2, -2), odd = plus(x3, x1, -2);
    const V even2 = plus(x4, x2, -0.5f), odd2 = plus(x3, x1, -0.5f);
    d[0] = plus(x0 + x4, x2, -2.5f);
    d[step] = plus(even, odd, A);
    d[2 * step] = plus(even, odd, -A);
    d[3 * step] = plus(even2, odd2, B);
    d[4 * step] = plus(even2, odd2, -B);
    d[5 * step] = plus(d[5 * step] + x1, x3, -2.5f);
  }
};

struct FilterTransform {
  static constexpr int FROM = 3, TO = 6;
  template <class V>
  static void line(V* d, int step) {
    const V x0 = d[0], x1 = d[step], x2 = d[2 * step];
    const V even = plus(x0, x2, 0.5f) * (-2 / 3.f), even2 = plus(x0, x2, 2) * (1 / 6.f);
    d[step] = plus(even, x1, -2 / 3.f * A);
    d[2 * step] = plus(even, x1, 2 / 3.f * A);
    d[3 * step] = plus(even2, x1, 1 / 6.f * B);
    d[4 * step] = plus(even2, x1, -1 / 6.f * B);
    d[5 * step] = x2;
  }
};

struct OutputTransform {
  static constexpr int FROM = 6, TO = 4;
  template <class V>
  static void line(V* d, int step) {
    const V sum = d[step] + d[2 * step], difference = d[step] - d[2 * step];
    const V sum2 = d[3 * step] + d[4 * step], difference2 = d[3 * step] - d[4 * step];
    d[0] += sum + sum2;
    d[step] = plus(difference * A, difference2, B);
    d[2 * step] = plus(sum * 0.5f, sum2, 2);
    d[3 * step] = plus(plus(d[5 * step], difference, A / 2), difference2, B * 2);
  }
};

// The adjoints of the last two.
struct FilterGradientTransform {
  static constexpr int FROM = 6, TO = 3;
  template <class V>
  static void line(V* d, int step) {
    const V sum = d[step] + d[2 * step], difference = d[step] - d[2 * step];
    const V sum2 = d[3 * step] + d[4 * step], difference2 = d[3 * step] - d[4 * step];
    d[0] = plus(plus(d[0], sum, -2 / 3.f), sum2, 1 / 6.f);
    d[step] = plus(difference * (-2 / 3.f * A), difference2, 1 / 6.f * B);
    d[2 * step] = plus(d[5 * step], sum2 - sum, 1 / 3.f);
  }
};

struct OutputGradientTransform {
  static constexpr int FROM = 4, TO = 6;
  template <class V>
  static void line(V* d, int step) {
    const V x0 = d[0], x1 = d[step], x2 = d[2 * step], x3 = d[3 * step];
    const V even = plus(x0, x2, 0.5f), odd = plus(x1, x3, 0.5f);
    const V even2 = plus(x0, x2, 2), odd2 = plus(x1, x3, 2);
    d[step] = plus(even, odd, A);
    d[2 * step] = plus(even, odd, -A);
    d[3 * step] = plus(even2, odd2, B);
    d[4 * step] = plus(even2, odd2, -B);
    d[5 * step] = x3;
  }
};

template <class Transform, class V>
inline void transform(V* square) {
  UNROLL for (int i = 0; i < Transform::FROM; i++) Transform::line(square + i, SIDE);
  UNROLL for (int i = 0; i < Transform::TO; i++) Transform::line(square + SIDE * i, 1);
}

// Images as squares of which neighbours begin INNER pixels apart.
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
      const int r = i * INNER - top, s = j * INNER - left;
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

// What the operands of a place pair: channels of one square, or squares in one channel.
enum Paired { CHANNELS, SQUARES };

// Operands of a place for some squares.
inline ptrdiff_t placeSize(Paired paired, int count, int channels) {
  return paired == CHANNELS ? count * operands(channels) : operands(count) * channels;
}

// Transforms some squares to places[PLACES, count, channels]; `patch` has room for one square.
template <class Transform, Paired PAIRED>
inline void toPlaces(const Squares<const float>& squares, int first, int count, float* patch,
                     float* places) {
  constexpr int SIZE = Transform::FROM;
  const int channels = squares.channels;
  const ptrdiff_t step = placeStep(placeSize(PAIRED, count, channels));
  int half = 0;
  squares.forCorners<SIZE>(first, count, [&](auto corner) {
    if (corner.top || corner.left || corner.bottom < SIZE || corner.right < SIZE) {
      fill(patch, SIZE * SIZE * channels, 0);
      for (int r = corner.top; r < corner.bottom; r++)
        copy(corner.at + r * corner.row + corner.left * channels,
             patch + (r * SIZE + corner.left) * channels, (corner.right - corner.left) * channels);
      corner.at = patch;
      corner.row = SIZE * channels;
    }
    if (PAIRED == CHANNELS && channels % PAIR)
      for (int p = 0; p < PLACES; p++) places[p * step + operands(channels) - 1] = 0;
    forChannels(channels, [&](auto zero, ptrdiff_t c) {
      decltype(zero) d[PLACES];
      UNROLL for (int r = 0; r < SIZE; r++)
        UNROLL for (int s = 0; s < SIZE; s++)
          d[r * SIDE + s] = load<decltype(zero)>(corner.at + r * corner.row + s * channels + c);
      transform<Transform>(d);
      if (PAIRED == CHANNELS)
        UNROLL for (int p = 0; p < PLACES; p++) storeRow(places + p * step, c, d[p]);
      else
        UNROLL for (int p = 0; p < PLACES; p++) storeHalf(places + p * step + c, d[p], half);
    });
    if (PAIRED == CHANNELS)
      places += operands(channels);
    else if (half = (half + 1) % PAIR; half == 0)
      places += channels;
  });
}

// The other way, for outputs; `bias` has one float for each channel, `patch` room for one square.
inline void fromPlaces(const float* places, const Squares<float>& squares, int first, int count,
                       const float* bias, bool withRelu, bool far, float* patch) {
  const int channels = squares.channels;
  const ptrdiff_t step = placeStep(count * channels);
  squares.forCorners<INNER>(first, count, [&](auto corner) {
    const bool isWhole = corner.bottom == INNER && corner.right == INNER;
    const bool isFarSquare = far && isWhole;
    float* to = isWhole ? corner.at : patch;
    const ptrdiff_t row = isWhole ? corner.row : INNER * channels;
    forChannels(channels, [&](auto zero, int c) {
      using V = decltype(zero);
      V d[PLACES];
      UNROLL for (int p = 0; p < PLACES; p++) d[p] = load<V>(places + p * step + c);
      transform<OutputTransform>(d);
      const V start = load<V>(bias + c);
      UNROLL for (int r = 0; r < INNER; r++)
        UNROLL for (int s = 0; s < INNER; s++) {
          const V y = d[r * SIDE + s] + start;
          write(to + r * row + s * channels + c, withRelu ? reluOf(y) : y, isFarSquare);
        }
    });
    if (!isWhole)
      for (int r = 0; r < corner.bottom; r++)
        copy(patch + r * row, corner.at + r * corner.row, corner.right * channels);
    places += channels;
  });
}

// filter[3, 3, channels, filters] as a packed filter of 1 × 1 for each place, `step` floats apart;
// flipped, its taps are read from last to first.
inline void packPlaces(const float* filter, bool flipped, int channels, int filters, ptrdiff_t step,
                       float* packed) {
  const ptrdiff_t size = (ptrdiff_t)channels * filters;
  if (filters % LANES || channels % PAIR) fill(packed, PLACES * step, 0);
  for (int k = 0, block; k < filters; k += block) {
    block = filters - k > LANES ? 2 * LANES : LANES;
    for (int c = 0; c < channels; c++) {
      const float* from = filter + (ptrdiff_t)c * filters + k;
      float* to = packed + (ptrdiff_t)k * operands(channels) + c / PAIR * block;
      forChannels(min(block, filters - k), [&](auto zero, ptrdiff_t i) {
        using V = decltype(zero);
        V d[PLACES];
        UNROLL for (int t = 0; t < 9; t++)
          d[t / 3 * SIDE + t % 3] = load<V>(from + (flipped ? 8 - t : t) * size + i);
        transform<FilterTransform>(d);
        UNROLL for (int p = 0; p < PLACES; p++) storeHalf(to + p * step + i, d[p], c % PAIR);
      });
    }
  }
}

inline void filterFromPlaces(const float* places, ptrdiff_t size, float* filter) {
  forElements(size, [&](auto zero, ptrdiff_t at) {
    using V = decltype(zero);
    V d[PLACES];
    UNROLL for (int p = 0; p < PLACES; p++) d[p] = load<V>(places + p * placeStep(size) + at);
    transform<FilterGradientTransform>(d);
    UNROLL for (int i = 0; i < 9; i++) store(filter + i * size + at, d[i / 3 * SIDE + i % 3]);
  });
}

// to[columns, rows] from [rows, columns].
inline void transpose(const float* from, int rows, int columns, float* to) {
  constexpr int BLOCK = 16;
  for (int i = 0; i < rows; i += BLOCK)
    for (int j = 0; j < columns; j++)
      for (int r = i; r < min(rows, i + BLOCK); r++)
        to[(ptrdiff_t)j * rows + r] = from[(ptrdiff_t)r * columns + j];
}

// Whether it pays: below some channels and squares the transforms cost more than they save.
inline bool suitsWinograd(const ConvShape& c, int channels) {
  return c.rows == 3 && c.columns == 3 && c.strideRows == 1 && c.strideColumns == 1 &&
         c.dilationRows == 1 && c.dilationColumns == 1 && min(c.channels, c.filters) >= channels &&
         c.batch * c.outHeight * c.outWidth >= 256;
}

// From so many channels on. Products of bf16 take half as long, so that one vector of channels saves
// too few; not of a gradient, whose pixels have to be paired.
constexpr int WINOGRAD_CHANNELS = PAIR > 1 ? LANES + 1 : 16, WINOGRAD_GRADIENT_CHANNELS = 16;

// y = x * filter + bias. Transposed, the filter is [3, 3, filters, channels] and flipped, as the
// gradient of x takes it.
inline double winograd(const float* x, const float* filter, bool transposed, const float* bias,
                       float* y, const ConvShape& c, bool withRelu, Scratch& scratch) {
  const int rows = ceilDivide(c.outHeight, INNER), columns = ceilDivide(c.outWidth, INNER);
  const int squares = c.batch * rows * columns, lanes = roundUp(c.filters, LANES);
  const ptrdiff_t size = (ptrdiff_t)c.channels * c.filters;
  const ptrdiff_t step = placeStep((ptrdiff_t)operands(c.channels) * lanes);
  float* zeros = scratch.take(lanes);
  float* patch = scratch.take(PLACES * max(c.channels, c.filters));
  float* turned = scratch.take(transposed ? 9 * size : 0);
  float* packed = scratch.take(PLACES * step);
  float* from = scratch.take(PLACES * placeStep(placeSize(CHANNELS, GROUP, c.channels)));
  float* to = scratch.take(PLACES * placeStep(GROUP * c.filters));
  if (scratch.counting()) return scratch.bytes();

  fill(zeros, lanes, 0);
  if (transposed) {
    for (int i = 0; i < 9; i++)
      transpose(filter + i * size, c.filters, c.channels, turned + i * size);
    filter = turned;
  }
  packPlaces(filter, transposed, c.channels, c.filters, step, packed);

  const Squares<const float> inputs{x, c.height, c.width, c.channels, c.top, c.left, rows, columns};
  const Squares<float> outputs{y, c.outHeight, c.outWidth, c.filters, 0, 0, rows, columns};
  const bool far = isFar(y, (double)c.batch * c.outHeight * c.outWidth * c.filters, c.filters);
  Sweep sweep;
  sweep.height = sweep.rows = sweep.columns = 1;
  sweep.channels = c.filters;
  sweep.xPixel = sweep.depth = operands(c.channels);
  sweep.yPixel = c.filters;
  sweep.yRow = sweep.tapRow = sweep.tapColumn = 0;
  sweep.bias = zeros;
  sweep.withRelu = sweep.far = false;
  for (int first = 0; first < squares; first += GROUP) {
    const int count = min(GROUP, squares - first);
    toPlaces<ImageTransform, CHANNELS>(inputs, first, count, patch, from);
    sweep.width = count;
    sweep.xRow = placeSize(CHANNELS, count, c.channels);
    for (int p = 0; p < PLACES; p++) {
      sweep.filter = packed + p * step;
      convolve(sweep, from + p * placeStep(sweep.xRow), to + p * placeStep(count * c.filters));
    }
    fromPlaces(to, outputs, first, count, bias ? bias : zeros, withRelu, far, patch);
  }
  return 0;
}

// The gradient of the filter from x and dy.
inline double winogradFilterGradient(const float* x, const float* dy, float* dw, const ConvShape& c,
                                     Scratch& scratch) {
  const int rows = ceilDivide(c.outHeight, INNER), columns = ceilDivide(c.outWidth, INNER);
  const int squares = c.batch * rows * columns;
  const ptrdiff_t size = (ptrdiff_t)c.channels * c.filters;
  // Each group reads and writes all places of the filter, so that few squares make one group.
  const int group = squares <= 2 * GROUP ? squares : GROUP;
  float* patch = scratch.take(PLACES * max(c.channels, c.filters));
  float* places = scratch.take(PLACES * placeStep(size));
  float* from = scratch.take(PLACES * placeStep(placeSize(SQUARES, group, c.channels)));
  float* to = scratch.take(PLACES * placeStep(placeSize(SQUARES, group, c.filters)));
  if (scratch.counting()) return scratch.bytes();

  fill(places, PLACES * placeStep(size), 0);
  const Squares<const float> inputs{x, c.height, c.width, c.channels, c.top, c.left, rows, columns};
  const Squares<const float> outputs{dy, c.outHeight, c.outWidth, c.filters, 0, 0, rows, columns};
  for (int first = 0; first < squares; first += group) {
    const int count = min(group, squares - first);
    toPlaces<ImageTransform, SQUARES>(inputs, first, count, patch, from);
    toPlaces<OutputGradientTransform, SQUARES>(outputs, first, count, patch, to);
    const Pixels pixels{1, operands(count), 0, c.channels, c.filters};
    for (int p = 0; p < PLACES; p++)
      addFilterGradient<OfOperands>(
          pixels, from + p * placeStep(placeSize(SQUARES, count, c.channels)),
          to + p * placeStep(placeSize(SQUARES, count, c.filters)), places + p * placeStep(size),
          c.channels);
  }
  filterFromPlaces(places, size, dw);
  return 0;
}
