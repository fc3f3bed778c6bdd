// The ops as functions of a Node-API addon. Compiled once for each instruction set; VARIANT is the
// name of the one function that this file then gives.
#include <node_api.h>
#include <stddef.h>

namespace {  // so that the linker never takes the ops of one variant for those of another

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

// The arguments of a call, from left to right, each as what the op wants.
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
  Call(void (*op)(T...), T... arguments) { op(arguments...); }
  template <class... T>
  Call(double (*op)(T...), T... arguments) : result(op(arguments...)) {}
};

template <class Result, class... T>
double call(Result (*op)(T...), Arguments arguments) {
  return Call{op, T(arguments)...}.result;
}

template <auto op>
napi_value entry(napi_env env, napi_callback_info info) {
  napi_value arguments[16], result;
  size_t count = 16;
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  napi_create_double(env, call(op, Arguments{env, arguments}), &result);
  return result;
}

}  // namespace

napi_value VARIANT(napi_env env) {
#define FUNCTION(op) {#op, nullptr, entry<op>, nullptr, nullptr, nullptr, napi_enumerable, nullptr}
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
      FUNCTION(rectify),
      FUNCTION(rectifyGradient),
      FUNCTION(updateWeights),
      FUNCTION(moveAverage),
  };
  napi_value ops;
  napi_create_object(env, &ops);
  napi_define_properties(env, ops, sizeof functions / sizeof *functions, functions);
  return ops;
}
