import { BackendError } from 'selective-brain-damage-statistics';
import * as tf from '../tf';
import type { Ops } from './ops';

/** What the ops use of tfjs's WebAssembly backend. */
export interface WasmBackend extends tf.KernelBackend {
  readonly wasm: {
    _malloc(bytes: number): number;
    _free(address: number): void;
    readonly asm: { readonly memory: { readonly buffer: ArrayBuffer } };
  };
  readonly dataIdMap: { get(dataId: object): { memoryOffset: number } };
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  incRef(dataId: object): void;
}

/** The ops on the memory of tfjs's WebAssembly backend, where tensors are read and written in place. */
export class Machine {
  ops!: Ops;
  private scratchAddress = 0;
  private scratchBytes = 0;
  private readonly integers: number;

  constructor(readonly backend: WasmBackend) {
    this.integers = this.reserve(4 * 32);
  }

  get memory(): { readonly buffer: ArrayBuffer } {
    return this.backend.wasm.asm.memory;
  }

  reserve(bytes: number): number {
    const address = this.backend.wasm._malloc(bytes) >>> 0;
    if (address === 0) throw outOfMemory(bytes);
    return address;
  }

  /** The address of a tensor's data. */
  at(tensor: tf.TensorInfo): number {
    return this.backend.dataIdMap.get(tensor.dataId).memoryOffset;
  }

  /** The data of a tensor, until the next allocation. */
  floats(tensor: tf.TensorInfo): Float32Array {
    return new Float32Array(
      this.memory.buffer,
      this.at(tensor),
      tf.util.sizeFromShape(tensor.shape),
    );
  }

  /** The data of an integer tensor, until the next allocation. */
  ints(tensor: tf.TensorInfo): Int32Array {
    return new Int32Array(this.memory.buffer, this.at(tensor), tf.util.sizeFromShape(tensor.shape));
  }

  /** A float32 tensor that an op is about to fill. */
  output(shape: number[]): tf.TensorInfo {
    try {
      return this.backend.makeOutput(shape, 'float32');
    } catch (error) {
      // The backend does not look whether it got the memory, and traps on its first use.
      throw outOfMemory(4 * tf.util.sizeFromShape(shape), error);
    }
  }

  /** The address of integers that an op reads; they stay until the next call. */
  struct(values: number[]): number {
    new Int32Array(this.memory.buffer, this.integers, values.length).set(values);
    return this.integers;
  }

  /** Runs an op that wants scratch memory; called with the address 0 it only says how much. */
  withScratch(op: (scratch: number) => number): void {
    const bytes = op(0);
    // An op that needs none still has to be told another address than 0.
    if (bytes > this.scratchBytes || this.scratchAddress === 0) {
      this.backend.wasm._free(this.scratchAddress);
      this.scratchAddress = this.scratchBytes = 0;
      this.scratchAddress = this.reserve(Math.max(bytes, 16));
      this.scratchBytes = bytes;
    }
    op(this.scratchAddress);
  }
}

function outOfMemory(bytes: number, cause?: unknown): BackendError {
  return new BackendError(
    `The memory of WebAssembly (4 GB) has no room for ${Math.ceil(bytes / 1e6)} MB more: ` +
      'use a smaller batch.',
    { cause },
  );
}
