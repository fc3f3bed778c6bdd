import { BackendError } from 'selective-brain-damage-statistics';
import type { CompiledKernels } from '../compiledKernels';
import * as tf from '../tf';
import { LAYOUTS, type StructFields, type StructName } from './layouts';

/** The part of tfjs's WebAssembly backend that the kernels use. */
export interface WasmBackend extends tf.KernelBackend {
  readonly wasm: {
    _malloc: (bytes: number) => number;
    _free: (address: number) => void;
    readonly asm: {
      readonly memory: { readonly buffer: ArrayBuffer };
      malloc(bytes: number): number;
      free(address: number): void;
    };
  };
  readonly dataIdMap: { get(dataId: object): { memoryOffset: number } };
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  incRef(dataId: object): void;
}

/** Bytes of a line of the processor's cache, which fill one vector of AVX-512. */
const LINE = 64;

const LONGEST = Math.max(...Object.values(LAYOUTS).map((fields) => fields.length));

/**
 * The memory of tfjs's WebAssembly backend, where the compiled kernels read and write tensors in place.
 */
export class Arena {
  compiled!: CompiledKernels;
  private scratchAddress = 0;
  private scratchBytes = 0;
  private readonly structAddress: number;
  private structs = new Int32Array(0);

  constructor(readonly backend: WasmBackend) {
    alignAllocations(backend.wasm);
    this.structAddress = this.reserve(Int32Array.BYTES_PER_ELEMENT * LONGEST);
  }

  get memory(): { readonly buffer: ArrayBuffer } {
    return this.backend.wasm.asm.memory;
  }

  /** Reserves bytes for good and returns their address. */
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

  /** A float32 tensor for a kernel to fill. */
  output(shape: number[]): tf.TensorInfo {
    try {
      return this.backend.makeOutput(shape, 'float32');
    } catch (error) {
      // The backend does not check that it got the memory, and traps on its first use.
      throw outOfMemory(4 * tf.util.sizeFromShape(shape), error);
    }
  }

  /** The address of a struct for a kernel to read; its values stay until the next call. */
  struct<Name extends StructName>(name: Name, fields: StructFields<Name>): number {
    const { buffer } = this.memory;
    // Every op writes one: a view of the memory is made only when it has grown.
    if (this.structs.buffer !== buffer)
      this.structs = new Int32Array(buffer, this.structAddress, LONGEST);
    const names = LAYOUTS[name] as readonly (keyof StructFields<Name>)[];
    for (let i = 0; i < names.length; i++) this.structs[i] = fields[names[i]!];
    return this.structAddress;
  }

  /** Runs a kernel that needs scratch memory; called with address 0 it only returns how many bytes. */
  withScratch(kernel: (scratch: number) => number): void {
    const bytes = kernel(0);
    // Address 0 asks for the size, so a kernel that needs no memory gets some too.
    if (bytes > this.scratchBytes || this.scratchAddress === 0) {
      this.backend.wasm._free(this.scratchAddress);
      this.scratchAddress = this.scratchBytes = 0;
      this.scratchAddress = this.reserve(Math.max(bytes, 16));
      this.scratchBytes = bytes;
    }
    kernel(this.scratchAddress);
  }
}

/**
 * Makes an allocator give addresses at the beginning of a line. A vector that lies across two lines takes
 * two turns to be read or written.
 */
function alignAllocations(wasm: WasmBackend['wasm']): void {
  // tfjs's _malloc and _free are stubs: the first call of one sets its property to these, and with it what
  // would be set here.
  const { malloc, free } = wasm.asm;
  const blocks = new Map<number, number>();
  wasm._malloc = (bytes) => {
    const block = malloc(bytes + LINE) >>> 0;
    if (block === 0) return 0;
    const address = LINE * Math.ceil(block / LINE);
    blocks.set(address, block);
    return address;
  };
  // What was allocated before, or by tfjs's own kernels, has the address of its block.
  wasm._free = (address) => {
    free(blocks.get(address) ?? address);
    blocks.delete(address);
  };
}

function outOfMemory(bytes: number, cause?: unknown): BackendError {
  return new BackendError(
    `WebAssembly's memory (4 GB) has no room for ${Math.ceil(bytes / 1e6)} MB more. Use a smaller ` +
      'batchSize.',
    { cause },
  );
}
