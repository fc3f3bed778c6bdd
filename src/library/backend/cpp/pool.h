// Pooling of NHWC images, all channels of a pixel at once.
#pragma once
#include "vector.h"

// Sizes of a pooling; as for ConvShape, ../kernels/layouts.ts names the fields.
struct PoolShape {
  int batch, height, width, channels;
  int rows, columns;  // of the window
  int outHeight, outWidth;
  int strideRows, strideColumns, dilationRows, dilationColumns;
  int top, left;

  // f(offset in y, window) for each pixel of y. Where f adds to dx, dx is set to zero first, image by
  // image, so that the zeros are still in the cache.
  template <class F>
  void forOutputs(F f, float* dx = nullptr) const {
    const ptrdiff_t size = (ptrdiff_t)height * width * channels;
    ptrdiff_t y = 0;
    for (int n = 0; n < batch; n++) {
      if (dx) fill(dx + n * size, size, 0);
      for (int i = 0; i < outHeight; i++)
        for (int j = 0; j < outWidth; j++, y += channels)
          f(y, window(n, i * strideRows - top, j * strideColumns - left));
    }
  }

  // The part of a window that lies in the image.
  struct Window {
    ptrdiff_t at, row, column;  // its first pixel in x, and steps to the next
    int rows, columns;

    // f(offset in x) for each of its pixels.
    template <class F>
    void forPixels(F f) const {
      for (int r = 0; r < rows; r++)
        for (int s = 0; s < columns; s++) f(at + r * row + s * column);
    }
  };

 private:
  // Divisions are slow, and few windows are dilated.
  static int taps(int pixels, int dilation) {
    return dilation == 1 ? pixels : ceilDivide(pixels, dilation);
  }

  Window window(int n, int i, int j) const {
    const int before = max(0, taps(-i, dilationRows));
    const int beside = max(0, taps(-j, dilationColumns));
    const int r = i + before * dilationRows, s = j + beside * dilationColumns;
    return {(((ptrdiff_t)n * height + r) * width + s) * channels,
            (ptrdiff_t)dilationRows * width * channels,
            (ptrdiff_t)dilationColumns * channels,
            min(rows - before, taps(height - r, dilationRows)),
            min(columns - beside, taps(width - s, dilationColumns))};
  }
};
static_assert(sizeof(PoolShape) == 14 * sizeof(int), "PoolShape holds its 14 sizes alone");

// The largest of a window's values; NaN where it has one.
template <class V>
inline V largest(V a, V b) {
  return a >= b ? a : a != a ? a : b;
}

template <class V>
inline V largest(const float* x, const PoolShape::Window& window) {
  V most = splat<V>(-__builtin_inff());
  window.forPixels([&](ptrdiff_t at) { most = largest(most, load<V>(x + at)); });
  return most;
}

KERNEL void maxPool(const float* x, float* y, const PoolShape* shape) {
  shape->forOutputs([&](ptrdiff_t out, const PoolShape::Window& window) {
    forChannels(shape->channels, [&](auto zero, int c) {
      using V = decltype(zero);
      store(y + out + c, largest<V>(x + c, window));
    });
  });
}

// A window's gradient goes to the first of its largest values.
KERNEL void maxPoolGradient(const float* x, const float* dy, float* dx, const PoolShape* shape) {
  shape->forOutputs([&](ptrdiff_t out, const PoolShape::Window& window) {
    forChannels(shape->channels, [&](auto zero, int c) {
      using V = decltype(zero);
      const V most = largest<V>(x + c, window);
      V left = load<V>(dy + out + c);
      window.forPixels([&](ptrdiff_t at) {
        const V value = load<V>(x + at + c);
        // Where the largest is NaN, no value is less.
        const V share = value < most ? V{} : left;
        store(dx + at + c, load<V>(dx + at + c) + share);
        left = value < most ? left : V{};
      });
    });
  }, dx);
}

// A window's gradient is shared by those of its pixels that lie in the image.
KERNEL void avgPoolGradient(const float* dy, float* dx, const PoolShape* shape) {
  shape->forOutputs([&](ptrdiff_t out, const PoolShape::Window& window) {
    const float count = window.rows * window.columns;
    forChannels(shape->channels, [&](auto zero, int c) {
      using V = decltype(zero);
      const V share = load<V>(dy + out + c) / count;
      window.forPixels(
          [&](ptrdiff_t at) { store(dx + at + c, load<V>(dx + at + c) + share); });
    });
  }, dx);
}
