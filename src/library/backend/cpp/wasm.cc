// The kernels as a WebAssembly module that works on another module's memory: it has no memory and
// no static data of its own, and the caller gives it a stack.
#include "conv.h"
#include "depthwise.h"
#include "elementwise.h"
#include "norm.h"
#include "pool.h"
