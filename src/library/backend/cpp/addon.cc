// The addon: an object of kernels for each instruction set that this machine has.
#include <node_api.h>

NAPI_MODULE_INIT() {
#define OFFER(variant)                                                 \
  {                                                                    \
    napi_value variant(napi_env);                                      \
    napi_set_named_property(env, exports, #variant, variant(env));     \
  }
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")) OFFER(avx512)
#if defined(WITH_avx512bf16)
  if (__builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512vl")) OFFER(avx512bf16)
#endif
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) OFFER(avx2)
#else
  OFFER(neon)
#endif
  return exports;
}
