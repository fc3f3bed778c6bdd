// The vector of floats that every kernel is written with, as wide as the machine's registers.
// Kernels are templates over it: with smaller vectors, and with `float` itself, a vector of one, the
// same code processes the remaining channels.
#pragma once
#include <stddef.h>
#if defined(__AVX512F__)
#include <immintrin.h>
#endif

// TILE: pixels of a tile of two vectors of channels, as many as the sums that registers hold.
#if defined(__AVX512F__)
#define LANES 16
#define TILE 12
#elif defined(__AVX2__)
#define LANES 8
#define TILE 6
#elif defined(__wasm__)
#define LANES 4
#define TILE 4
#else
#define LANES 4
#define TILE 8
#endif

// Floats of a line of the cache.
constexpr int LINE = 16;

// Marks what TypeScript calls. Arguments are pointers, ints and floats.
#if defined(__wasm__)
#define KERNEL extern "C" __attribute__((visibility("default")))
#else
#define KERNEL inline
#endif

#if defined(__clang__)
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 32")
#endif

template <int COUNT>
struct VectorOf {
  typedef float type __attribute__((vector_size(4 * COUNT)));
};
typedef VectorOf<LANES>::type Vector;

template <class V>
constexpr int lanes = sizeof(V) / sizeof(float);

// What processes the channels that do not fill a vector: the vector of half its size, down to 4; after
// it single floats.
template <int COUNT>
struct HalfOf {
  typedef typename VectorOf<COUNT / 2>::type type;
};
template <>
struct HalfOf<4> {
  typedef float type;
};
template <class V>
using Half = typename HalfOf<lanes<V>>::type;

// From and to any float's address, however aligned.
template <class V>
inline V load(const float* from) {
  V value;
  __builtin_memcpy(&value, from, sizeof(V));
  return value;
}
template <class V>
inline void store(float* to, V value) {
  __builtin_memcpy(to, &value, sizeof(V));
}

// Whether a kernel's output leaves the caches before it is read again. It is then written past them,
// which spares reading from memory what is overwritten; so all its vectors have to fill lines.
inline bool isFar(const float* y, double floats, int channels) {
  constexpr double LARGE = 1 << 20;
  return LANES == LINE && floats >= LARGE && channels % LINE == 0 &&
         (size_t)y % (sizeof(float) * LINE) == 0;
}

template <class V>
inline void write(float* to, V value, bool) {
  store(to, value);
}
#if defined(__AVX512F__)
inline void write(float* to, Vector value, bool far) {
  if (far)
    _mm512_stream_ps(to, (__m512)value);
  else
    store(to, value);
}
#endif

template <class V>
inline V splat(float value) {
  return value - V{};
}

// a * b + c, in one rounding where the machine can (-ffp-contract=fast makes it so).
template <class V>
inline V fma(V a, V b, V c) {
#if defined(__wasm_relaxed_simd__)
  if constexpr (lanes<V> == 4) return __builtin_wasm_relaxed_madd_f32x4(a, b, c);
#endif
  return a * b + c;
}

// NaN stays NaN.
template <class V>
inline V reluOf(V x) {
  return x < 0 ? V{} : x;
}

// What a ReLU lets through of a gradient: 1 above 0, 0 below, NaN at NaN.
template <class V>
inline V gate(V x) {
  return x > 0 ? splat<V>(1) : x <= 0 ? V{} : x;
}

inline int min(int a, int b) { return a < b ? a : b; }
inline int max(int a, int b) { return a > b ? a : b; }
inline int ceilDivide(int a, int b) { return (a + b - 1) / b; }
inline int roundUp(int a, int b) { return ceilDivide(a, b) * b; }
inline int modulo(int a, int b) { return (a % b + b) % b; }

// f(V, c) for every vector of channels, and for what is left over, from channel c on.
template <class V = Vector, class F>
inline void forChannels(ptrdiff_t channels, F f, ptrdiff_t c = 0) {
  for (; c + lanes<V> <= channels; c += lanes<V>) f(V{}, c);
  if constexpr (lanes<V> > 1)
    if (c < channels) forChannels<Half<V>>(channels, f, c);
}

// f(V, i) for every i of a plain array.
template <class F>
inline void forElements(ptrdiff_t count, F f) {
  ptrdiff_t i = 0;
  for (; i + 4 * LANES <= count; i += 4 * LANES)
    UNROLL for (int q = 0; q < 4; q++) f(Vector{}, i + q * LANES);
  forChannels(count, f, i);
}

inline void fill(float* to, ptrdiff_t count, float value) {
  forElements(count, [&](auto zero, ptrdiff_t i) { store(to + i, splat<decltype(zero)>(value)); });
}

inline void copy(const float* from, float* to, ptrdiff_t count) {
  forElements(count,
              [&](auto zero, ptrdiff_t i) { store(to + i, load<decltype(zero)>(from + i)); });
}

// Two sums that one pass over memory gives.
template <class V>
struct Two {
  V first, second;
  void operator+=(Two other) {
    first += other.first;
    second += other.second;
  }
};

// The sum of f(at) over pixels that lie `step` apart; in four parts, since an addition takes longer
// than its turn.
template <class F>
inline auto sumOver(int pixels, ptrdiff_t step, F f) {
  decltype(f(0)) sums[4] = {};
  ptrdiff_t at = 0;
  int i = 0;
  for (; i + 4 <= pixels; i += 4, at += 4 * step)
    UNROLL for (int q = 0; q < 4; q++) sums[q] += f(at + q * step);
  for (; i < pixels; i++, at += step) sums[0] += f(at);
  sums[0] += sums[1];
  sums[2] += sums[3];
  sums[0] += sums[2];
  return sums[0];
}

// Hands out pieces of one block of memory, each at the beginning of a line of the cache. Without a
// block it only counts: a kernel that is called with `scratch` 0 returns the bytes that it needs and
// does nothing else.
class Scratch {
 public:
  explicit Scratch(float* block) : block(block) {}
  float* take(size_t floats) {
    float* piece = block + used;
    used += (floats + LINE - 1) / LINE * LINE;
    return piece;
  }
  bool counting() const { return block == nullptr; }
  double bytes() const { return sizeof(float) * (double)used; }

 private:
  float* block;
  size_t used = 0;
};
