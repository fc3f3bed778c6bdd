// Gradients of a depthwise convolution, plainly: filter [rows, columns, channels, multiplier], and
// y's channel c · multiplier + m is channel c of x filtered by filter m.
#pragma once
#include "conv.h"

// f(offset in x, offset in the filter, offset in y) for each product of the convolution.
template <class F>
inline void forProducts(const ConvShape& c, F f) {
  const int multiplier = c.filters / c.channels;
  ptrdiff_t y = 0;
  for (int n = 0; n < c.batch; n++)
    for (int i = 0; i < c.outHeight; i++)
      for (int j = 0; j < c.outWidth; j++, y += c.filters)
        for (int r = 0; r < c.rows; r++)
          for (int s = 0; s < c.columns; s++) {
            const int row = i * c.strideRows + r * c.dilationRows - c.top;
            const int column = j * c.strideColumns + s * c.dilationColumns - c.left;
            if (row < 0 || row >= c.height || column < 0 || column >= c.width) continue;
            const ptrdiff_t x = (((ptrdiff_t)n * c.height + row) * c.width + column) * c.channels;
            const ptrdiff_t filter = (ptrdiff_t)(r * c.columns + s) * c.filters;
            for (int k = 0; k < c.filters; k++) f(x + k / multiplier, filter + k, y + k);
          }
}

KERNEL void depthwiseInputGradient(const float* dy, const float* filter, float* dx,
                                   const ConvShape* shape) {
  const ConvShape& c = *shape;
  fill(dx, c.batch * c.height * c.width * c.channels, 0);
  forProducts(c, [&](ptrdiff_t x, ptrdiff_t w, ptrdiff_t y) { dx[x] += dy[y] * filter[w]; });
}

KERNEL void depthwiseFilterGradient(const float* x, const float* dy, float* dw,
                                    const ConvShape* shape) {
  const ConvShape& c = *shape;
  fill(dw, c.rows * c.columns * c.filters, 0);
  forProducts(c, [&](ptrdiff_t at, ptrdiff_t w, ptrdiff_t y) { dw[w] += dy[y] * x[at]; });
}
