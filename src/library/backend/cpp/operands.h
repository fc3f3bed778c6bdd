// What products take: floats, or two bf16 in the place of each float where the processor multiplies
// those in pairs and adds both products to a float. Either fills an operand of 32 bits.
#pragma once
#include "vector.h"

// The product of two floats, added to c.
struct OfFloats {
  template <class V>
  static V of(V a, V b, V c) { return fma(a, b, c); }
};

#if defined(__AVX512BF16__)
#define PAIR 2

typedef VectorOf<8>::type Vector8;
typedef VectorOf<4>::type Vector4;

// Products of the pairs of two operands, added to c.
struct OfOperands {
  static Vector of(Vector a, Vector b, Vector c) {
    return (Vector)_mm512_dpbf16_ps((__m512)c, (__m512bh)a, (__m512bh)b);
  }
  static Vector8 of(Vector8 a, Vector8 b, Vector8 c) {
    return (Vector8)_mm256_dpbf16_ps((__m256)c, (__m256bh)a, (__m256bh)b);
  }
  static Vector4 of(Vector4 a, Vector4 b, Vector4 c) {
    return (Vector4)_mm_dpbf16_ps((__m128)c, (__m128bh)a, (__m128bh)b);
  }
  static float of(float a, float b, float c) { return of(Vector4{a}, Vector4{b}, Vector4{c})[0]; }
};

template <int COUNT>
struct Bits {
  typedef unsigned short shorts __attribute__((vector_size(2 * COUNT)));
  typedef unsigned ints __attribute__((vector_size(4 * COUNT)));
};

// The nearest bf16, of two the even one.
inline Bits<16>::shorts bf16Of(Vector x) { return (Bits<16>::shorts)_mm512_cvtneps_pbh((__m512)x); }
inline Bits<8>::shorts bf16Of(Vector8 x) { return (Bits<8>::shorts)_mm256_cvtneps_pbh((__m256)x); }
inline Bits<4>::shorts bf16Of(Vector4 x) {
  const auto four = (Bits<8>::shorts)_mm_cvtneps_pbh((__m128)x);
  return Bits<4>::shorts{four[0], four[1], four[2], four[3]};
}
inline Bits<1>::shorts bf16Of(float x) { return Bits<1>::shorts{bf16Of(Vector4{x})[0]}; }

// Writes values to a row of operands, from its i-th on.
template <class V>
inline void storeRow(float* row, ptrdiff_t i, V values) {
  const auto bits = bf16Of(values);
  __builtin_memcpy((unsigned short*)row + i, &bits, sizeof bits);
}

// Writes values to the first or second halves of operands; the first come first.
template <class V>
inline void storeHalf(float* to, V values, int half) {
  typename Bits<lanes<V>>::ints bits, first = {};
  if (half == 1) __builtin_memcpy(&first, to, sizeof first);
  bits = __builtin_convertvector(bf16Of(values), decltype(bits));
  bits = bits << (16 * half) | first;
  __builtin_memcpy(to, &bits, sizeof bits);
}
#else
#define PAIR 1

typedef OfFloats OfOperands;
template <class V>
inline void storeRow(float* row, ptrdiff_t i, V values) { store(row + i, values); }
template <class V>
inline void storeHalf(float* to, V values, int) { store(to, values); }
#endif

// Operands that so many values fill.
inline int operands(int values) { return ceilDivide(values, PAIR); }

// Pixels as rows of operands.
inline void copyRows(const float* from, float* to, int pixels, int channels) {
  if (channels % PAIR == 0) channels *= pixels, pixels = 1;
  const int row = operands(channels);
  for (; pixels > 0; pixels--, from += channels, to += row) {
    if (channels % PAIR) to[row - 1] = 0;
    forElements(channels, [&](auto zero, ptrdiff_t i) {
      storeRow(to, i, load<decltype(zero)>(from + i));
    });
  }
}
