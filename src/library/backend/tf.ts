/**
 * tfjs as this package uses it: core with its gradients and chained ops, layers, and the cpu backend.
 * The umbrella package would add WebGL, a converter and data sets, three times the size.
 */
import '../bundled/gradients';
import '@tensorflow/tfjs-backend-cpu';

export * from '@tensorflow/tfjs-core';
export * from '@tensorflow/tfjs-layers';
