// Pooling of NHWC images, all channels of a pixel at once.
#pragma once
#include "vector.h"

// Sizes of a pooling; the caller lays out the same struct.
struct PoolShape {
  int batch, height, width, channels;
  int rows, columns;  // of the window
  int outHeight, outWidth;
  int strideRows, strideColumns, dilationRows, dilationColumns;
  int top, left;

  // f(output pixel, its place) for each; f gets the offsets of the output and of the images.
  template <class F>
  void forOutputs(F f) const {
    ptrdiff_t y = 0;
    for (int n = 0; n < batch; n++)
      for (int i = 0; i < outHeight; i++)
        for (int j = 0; j < outWidth; j++, y += channels)
          f(y, (ptrdiff_t)n * height * width * channels, i * strideRows - top,
            j * strideColumns - left);
  }

  // f(offset of the pixel) for each pixel of the window at (i, j) that lies in the image.
  template <class F>
  void forWindow(ptrdiff_t image, int i, int j, F f) const {
    for (int r = i; r < i + rows * dilationRows; r += dilationRows)
      for (int s = j; s < j + columns * dilationColumns; s += dilationColumns)
        if (r >= 0 && r < height && s >= 0 && s < width)
          f(image + ((ptrdiff_t)r * width + s) * channels);
  }

  size_t size() const { return (size_t)batch * height * width * channels; }
};

// The largest of a window; NaN where the window has one.
template <class V>
inline V largest(V a, V b) {
  return a >= b ? a : a != a ? a : b;
}

OP void maxPool(const float* x, float* y, const PoolShape* shape) {
  shape->forOutputs([&](ptrdiff_t out, ptrdiff_t image, int i, int j) {
    forChannels(shape->channels, [&](auto zero, int c) {
      using V = decltype(zero);
      V most = splat<V>(-__builtin_inff());
      shape->forWindow(image, i, j,
                       [&](ptrdiff_t at) { most = largest(most, load<V>(x + at + c)); });
      store(y + out + c, most);
    });
  });
}

// A window's gradient goes to the first of its largest values.
OP void maxPoolGradient(const float* x, const float* dy, float* dx, const PoolShape* shape) {
  __builtin_memset(dx, 0, sizeof(float) * shape->size());
  shape->forOutputs([&](ptrdiff_t out, ptrdiff_t image, int i, int j) {
    forChannels(shape->channels, [&](auto zero, int c) {
      using V = decltype(zero);
      V most = splat<V>(-__builtin_inff());
      shape->forWindow(image, i, j,
                       [&](ptrdiff_t at) { most = largest(most, load<V>(x + at + c)); });
      V left = load<V>(dy + out + c);
      shape->forWindow(image, i, j, [&](ptrdiff_t at) {
        const V value = load<V>(x + at + c);
        const V share = value >= most ? left : most != most ? left : V{};
        store(dx + at + c, load<V>(dx + at + c) + share);
        left = value >= most ? V{} : left;
      });
    });
  });
}

// A window's gradient is shared by those of its pixels that lie in the image.
OP void avgPoolGradient(const float* dy, float* dx, const PoolShape* shape) {
  __builtin_memset(dx, 0, sizeof(float) * shape->size());
  shape->forOutputs([&](ptrdiff_t out, ptrdiff_t image, int i, int j) {
    int count = 0;
    shape->forWindow(image, i, j, [&](ptrdiff_t) { count++; });
    forChannels(shape->channels, [&](auto zero, int c) {
      using V = decltype(zero);
      const V share = load<V>(dy + out + c) / (float)count;
      shape->forWindow(image, i, j, [&](ptrdiff_t at) {
        store(dx + at + c, load<V>(dx + at + c) + share);
      });
    });
  });
}
