import { OptionError } from 'selective-brain-damage-statistics';

/** ONNX Runtime, as far as it is used here. */
export type OnnxRuntime = typeof import('onnxruntime-node');

/** @throws OptionError saying how to install it, where it is missing or cannot be loaded */
export async function importOnnxRuntime(): Promise<OnnxRuntime> {
  try {
    return require('onnxruntime-node') as OnnxRuntime;
  } catch (cause) {
    throw new OptionError(
      'ONNX networks need the package onnxruntime-node, which could not be loaded ' +
        `(${(cause as Error).message.split('\n')[0]}). Install it beside this package: ` +
        'npm i onnxruntime-node. Where its installation fails to download CUDA, set ' +
        'ONNXRUNTIME_NODE_INSTALL=skip in the environment first.',
      { cause },
    );
  }
}
