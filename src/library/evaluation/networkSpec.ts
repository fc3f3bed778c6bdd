import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { loadOnnx } from '../models/loadOnnx';
import { loadModel } from '../models/modelFolder';
import { isLayersNetwork, layersOf, type Network } from '../models/network';
import type { OnnxSpec } from '../models/onnxNetwork';
import { OnnxSession } from '../models/onnxSession';

/** A description from which another process opens a network: a model's folder or an ONNX file; JSON. */
export type NetworkSpec = { readonly folder: string } | { readonly onnx: OnnxSpec };

/** Opens the network that a spec describes; on the CPU with one thread, unless its options say more. */
export function openNetwork(spec: NetworkSpec): Promise<Network> {
  if ('folder' in spec) return loadModel(spec.folder);
  const { path, options } = spec.onnx;
  return loadOnnx(path, { threads: 1, ...options });
}

/** Frees a network that {@link openNetwork} opened. */
export async function closeNetwork(network: Network): Promise<void> {
  if (isLayersNetwork(network)) layersOf(network).dispose();
  if (network instanceof OnnxSession) await network.close();
}

/** The description of a network; undefined where other processes cannot open it. */
export function networkSpecOf(network: Network): NetworkSpec | undefined {
  return network instanceof OnnxSession ? { onnx: network.spec } : undefined;
}

/** The size of a network's weights; 0 where they are missing, which opening it tells. */
export async function weightBytes(spec: NetworkSpec): Promise<number> {
  const file = 'folder' in spec ? join(spec.folder, 'weights.bin') : spec.onnx.path;
  const { size } = await stat(file).catch(() => ({ size: 0 }));
  return size;
}
