// Batch normalisation over [pixels, channels], and the other sums over pixels.
#pragma once
#include "vector.h"

// Pixels that are read twice while they are in the first cache.
inline int pixelsAtATime(int channels) { return max(16, (1 << 12) / channels); }

// The sum of each channel over the pixels of each image, times `scale`: a bias's gradient where all
// is one image, global average pooling where it is not.
KERNEL void channelSums(const float* x, float* sums, int images, int pixels, int channels,
                        float scale) {
  const int block = pixelsAtATime(channels);
  fill(sums, (ptrdiff_t)images * channels, 0);
  for (int n = 0; n < images; n++, sums += channels, x += (ptrdiff_t)pixels * channels) {
    for (int i = 0; i < pixels; i += block)
      forChannels(channels, [&](auto zero, int c) {
        using V = decltype(zero);
        const float* from = x + (ptrdiff_t)i * channels + c;
        const V sum = sumOver(min(block, pixels - i), channels,
                              [&](ptrdiff_t at) { return load<V>(from + at); });
        store(sums + c, load<V>(sums + c) + sum);
      });
    for (int c = 0; c < channels; c++) sums[c] *= scale;
  }
}

// Mean and biased variance of each channel; block by block, joined by the formula of Chan, Golub
// and LeVeque (1979), so that a mean far from zero costs no digits.
KERNEL void channelMoments(const float* x, float* mean, float* variance, int pixels, int channels) {
  fill(mean, channels, 0);
  fill(variance, channels, 0);
  const int block = pixelsAtATime(channels);
  for (int i = 0; i < pixels; i += block, x += (ptrdiff_t)block * channels) {
    const int count = min(block, pixels - i);
    const float share = (float)count / (i + count);
    forChannels(channels, [&](auto zero, int c) {
      using V = decltype(zero);
      const V sum = sumOver(count, channels, [&](ptrdiff_t at) { return load<V>(x + c + at); });
      const V center = sum / (float)count;
      const V squares = sumOver(count, channels, [&](ptrdiff_t at) {
        const V distance = load<V>(x + c + at) - center;
        return distance * distance;
      });
      // Until the end, `variance` holds the sum of squares.
      const V before = load<V>(mean + c), shift = center - before;
      store(mean + c, before + shift * share);
      store(variance + c, load<V>(variance + c) + squares + shift * shift * (share * i));
    });
  }
  for (int c = 0; c < channels; c++) variance[c] /= pixels;
}

inline float inverseDeviation(float variance, float epsilon) {
  return 1 / __builtin_sqrtf(variance + epsilon);
}

template <class V>
inline V normalized(V x, V mean, V scale, V beta) {
  return fma(x - mean, scale, beta);
}

// y = gamma (x - mean) / deviation + beta, and a ReLU if asked for.
KERNEL double batchNorm(const float* x, const float* gamma, const float* beta, const float* mean,
                        const float* variance, float* y, int pixels, int channels, float epsilon,
                        int withRelu, float* block) {
  Scratch scratch(block);
  float* scale = scratch.take(channels);
  if (scratch.counting()) return scratch.bytes();

  for (int c = 0; c < channels; c++) scale[c] = gamma[c] * inverseDeviation(variance[c], epsilon);
  const bool far = isFar(y, (double)pixels * channels, channels);
  for (int i = 0; i < pixels; i++, x += channels, y += channels)
    forChannels(channels, [&](auto zero, int c) {
      using V = decltype(zero);
      const V z = normalized(load<V>(x + c), load<V>(mean + c), load<V>(scale + c),
                             load<V>(beta + c));
      write(y + c, withRelu ? reluOf(z) : z, far);
    });
  return 0;
}

// Gradients of x, gamma and beta where mean and variance are those of x itself.
KERNEL double batchNormGradient(const float* dy, const float* x, const float* gamma,
                                const float* beta, const float* mean, const float* variance,
                                float* dx, float* dgamma, float* dbeta, int pixels, int channels,
                                float epsilon, int withRelu, float* block) {
  Scratch scratch(block);
  float* scale = scratch.take(channels);
  float* slope = scratch.take(channels);
  float* start = scratch.take(channels);
  if (scratch.counting()) return scratch.bytes();

  for (int c = 0; c < channels; c++) scale[c] = gamma[c] * inverseDeviation(variance[c], epsilon);
  // The gradient of y before the ReLU.
  const auto dz = [&](auto zero, ptrdiff_t at, int c) {
    using V = decltype(zero);
    const V gradient = load<V>(dy + at);
    if (!withRelu) return gradient;
    return gradient * gate(normalized(load<V>(x + at), load<V>(mean + c), load<V>(scale + c),
                                      load<V>(beta + c)));
  };

  fill(dgamma, channels, 0);
  fill(dbeta, channels, 0);
  const int rows = pixelsAtATime(channels);
  for (int i = 0; i < pixels; i += rows)
    forChannels(channels, [&](auto zero, int c) {
      using V = decltype(zero);
      const int count = min(rows, pixels - i);
      const ptrdiff_t from = (ptrdiff_t)i * channels + c;
      const V center = load<V>(mean + c);
      const auto sums = sumOver(count, channels, [&](ptrdiff_t at) {
        const V gradient = dz(zero, from + at, c);
        return Two<V>{gradient, gradient * (load<V>(x + from + at) - center)};
      });
      store(dbeta + c, load<V>(dbeta + c) + sums.first);
      store(dgamma + c, load<V>(dgamma + c) + sums.second);
    });

  // dx = scale · (dz − mean of dz − x̂ · mean of dz x̂), with x̂ = (x − mean) / deviation.
  for (int c = 0; c < channels; c++) {
    const float inverse = inverseDeviation(variance[c], epsilon);
    dgamma[c] *= inverse;
    slope[c] = -scale[c] * inverse * dgamma[c] / pixels;
    start[c] = -scale[c] * dbeta[c] / pixels;
  }
  const bool far = isFar(dx, (double)pixels * channels, channels);
  ptrdiff_t at = 0;
  for (int i = 0; i < pixels; i++, at += channels)
    forChannels(channels, [&](auto zero, int c) {
      using V = decltype(zero);
      const V distance = load<V>(x + at + c) - load<V>(mean + c);
      write(dx + at + c,
            fma(dz(zero, at + c, c), load<V>(scale + c),
                fma(distance, load<V>(slope + c), load<V>(start + c))),
            far);
    });
  return 0;
}
