// The kernels as functions of a Node-API addon. Compiled once for each instruction set; VARIANT is
// the name of the one function that this file then exports.
#include <node_api.h>
#include <stddef.h>
#if defined(__AVX512BF16__)
#include <immintrin.h>  // here, since not within a namespace
#endif

namespace {  // so that the linker never takes the kernels of one variant for those of another

#include "conv.h"
#include "depthwise.h"
#include "elementwise.h"
#include "norm.h"
#include "pool.h"

// What the offsets that stand for pointers count from.
thread_local char* memory = nullptr;

napi_value useMemory(napi_env env, napi_callback_info info) {
  napi_value buffer;
  size_t count = 1, size;
  napi_get_cb_info(env, info, &count, &buffer, nullptr, nullptr);
  napi_get_arraybuffer_info(env, buffer, (void**)&memory, &size);
  return nullptr;
}

// The arguments of a call, from left to right, each as what the kernel wants.
struct Arguments {
  napi_env env;
  const napi_value* next;

  double number() {
    double value = 0;
    napi_get_value_double(env, *next++, &value);
    return value;
  }
  operator int() { return (int)number(); }
  operator float() { return (float)number(); }
  template <class T>
  operator T*() {
    const double offset = number();
    return offset == 0 ? nullptr : (T*)(memory + (size_t)offset);
  }
};

// A constructor, since only within braces are arguments evaluated in their order.
struct Call {
  double result = 0;
  template <class... T>
  Call(void (*kernel)(T...), T... arguments) { kernel(arguments...); }
  template <class... T>
  Call(double (*kernel)(T...), T... arguments) : result(kernel(arguments...)) {}
};

template <class Result, class... T>
double call(Result (*kernel)(T...), Arguments arguments) {
  return Call{kernel, T(arguments)...}.result;
}

template <auto kernel>
napi_value entry(napi_env env, napi_callback_info info) {
  napi_value arguments[16], result;
  size_t count = 16;
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  napi_create_double(env, call(kernel, Arguments{env, arguments}), &result);
  return result;
}

}  // namespace

napi_value VARIANT(napi_env env) {
#define FUNCTION(kernel) \
  {#kernel, nullptr, entry<kernel>, nullptr, nullptr, nullptr, napi_enumerable, nullptr}
  const napi_property_descriptor functions[] = {
      {"useMemory", nullptr, useMemory, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      FUNCTION(conv2d),
      FUNCTION(conv2dInputGradient),
      FUNCTION(conv2dFilterGradient),
      FUNCTION(depthwiseInputGradient),
      FUNCTION(depthwiseFilterGradient),
      FUNCTION(channelSums),
      FUNCTION(channelMoments),
      FUNCTION(batchNorm),
      FUNCTION(batchNormGradient),
      FUNCTION(maxPool),
      FUNCTION(maxPoolGradient),
      FUNCTION(avgPoolGradient),
      FUNCTION(relu),
      FUNCTION(reluGradient),
      FUNCTION(add),
      FUNCTION(updateWeights),
      FUNCTION(moveAverage),
  };
  napi_value kernels;
  napi_create_object(env, &kernels);
  napi_define_properties(env, kernels, sizeof functions / sizeof *functions, functions);
  return kernels;
}
