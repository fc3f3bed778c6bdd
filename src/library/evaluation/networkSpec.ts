import { createHash } from 'node:crypto';
import { joinPlace, storeOf } from 'selective-brain-damage-statistics/internal';
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

/** A network as other processes open it. */
export interface DescribedNetwork {
  readonly network: NetworkSpec;
  /** The hash of what decides its outputs. */
  readonly run: string;
}

/** Describes a network to other processes; undefined where it lives in this process alone. */
export function describedNetwork(network: Network): DescribedNetwork | undefined {
  if (!(network instanceof OnnxSession)) return undefined;
  const { hash, spec } = network;
  const { threads: _, variant: __, ...options } = spec.options;
  const identity = JSON.stringify([hash, options]);
  return { network: { onnx: spec }, run: createHash('sha256').update(identity).digest('hex') };
}

/** Whether a network computes on a GPU of its own, which one process uses best. */
export function isOnGpu(network: Network): boolean {
  return network instanceof OnnxSession && network.provider !== 'cpu';
}

/** The size of a network's weights; 0 where they are missing, which opening it tells. */
export async function weightBytes(spec: NetworkSpec): Promise<number> {
  const file = 'folder' in spec ? joinPlace(spec.folder, 'weights.bin') : spec.onnx.path;
  const found = await storeOf(file).list(file);
  return found.find(({ place }) => place === file)?.size ?? 0;
}
