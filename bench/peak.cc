// The most that one core can do: independent multiply-adds on registers. Prints GFLOP per processor
// second.
#include <cstdio>
#include <ctime>

#if defined(__AVX512F__)
constexpr int LANES = 16;
#elif defined(__AVX__)
constexpr int LANES = 8;
#else
constexpr int LANES = 4;
#endif
typedef float Vector __attribute__((vector_size(4 * LANES)));

int main() {
  constexpr int SUMS = 12, STEPS = 50000000;
  double best = 0;
  for (int round = 0; round < 5; round++) {
    Vector sums[SUMS];
    for (int k = 0; k < SUMS; k++) sums[k] = (float)k - Vector{};
    volatile float input = 0.999f;
    const Vector a = input - Vector{}, b = a * 0.5f;
    const std::clock_t start = std::clock();
    for (int i = 0; i < STEPS; i++)
      for (int k = 0; k < SUMS; k++) sums[k] = sums[k] * a + b;
    const double seconds = double(std::clock() - start) / CLOCKS_PER_SEC;
    volatile float sink = 0;
    for (int k = 0; k < SUMS; k++) sink = sink + sums[k][0];
    const double speed = 2e-9 * LANES * SUMS * STEPS / seconds;
    best = speed > best ? speed : best;
  }
  std::printf("%.1f\n", best);
}
