// Kernels on plain arrays.
#pragma once
#include "vector.h"

KERNEL void relu(const float* x, float* y, int count) {
  const bool far = isFar(y, count, LANES);
  forElements(count, [&](auto zero, ptrdiff_t i) {
    using V = decltype(zero);
    write(y + i, reluOf(load<V>(x + i)), far);
  });
}

KERNEL void reluGradient(const float* dy, const float* x, float* dx, int count) {
  const bool far = isFar(dx, count, LANES);
  forElements(count, [&](auto zero, ptrdiff_t i) {
    using V = decltype(zero);
    write(dx + i, load<V>(dy + i) * gate(load<V>(x + i)), far);
  });
}

KERNEL void add(const float* a, const float* b, float* y, int count) {
  const bool far = isFar(y, count, LANES);
  forElements(count, [&](auto zero, ptrdiff_t i) {
    using V = decltype(zero);
    write(y + i, load<V>(a + i) + load<V>(b + i), far);
  });
}

// Nesterov's step on masked weights, in place; without a mask, `variable` is the weights themselves
// and not written apart.
KERNEL void updateWeights(const float* gradient, float* velocity, float* weights, const float* mask,
                          float* variable, int count, float learningRate, float momentum,
                          float weightDecay) {
  forElements(count, [&](auto zero, ptrdiff_t i) {
    using V = decltype(zero);
    const V kept = mask ? load<V>(mask + i) : splat<V>(1);
    const V w = load<V>(weights + i);
    const V g = load<V>(gradient + i) * kept + w * weightDecay;
    const V v = load<V>(velocity + i) * momentum + g;
    const V next = w - (g + v * momentum) * learningRate;
    store(velocity + i, v);
    store(weights + i, next);
    if (mask) store(variable + i, next * kept);
  });
}

// average = momentum · average + (1 − momentum) · value, in place.
KERNEL void moveAverage(float* average, const float* value, int count, float momentum) {
  forElements(count, [&](auto zero, ptrdiff_t i) {
    using V = decltype(zero);
    const V to = load<V>(value + i);
    store(average + i, fma(load<V>(average + i) - to, splat<V>(momentum), to));
  });
}
