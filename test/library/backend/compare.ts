import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BACKEND_NAMES, type BackendName, useBackend } from '#library/backend/backend';
import * as tf from '#library/backend/tf';
import { normals, type Random, randomFrom } from '#statistics/random';

/** Values with a shape, outside of any backend. */
export interface Values {
  readonly shape: number[];
  readonly data: Float32Array | Int32Array;
}

/** A differentiable function of tensors. */
export type Computation = (...inputs: tf.Tensor[]) => tf.Tensor;

/** What a backend says that a machine does not have; any other error is a fault of the backend. */
const ABSENT =
  /is not installed|no build of the kernels|no driver of an NVIDIA GPU|finds no GPU|addon module .* can not be found/;

/** Every backend of this machine but the slow one that the others are compared with. */
export async function backends(): Promise<BackendName[]> {
  const found: BackendName[] = [];
  for (const backend of BACKEND_NAMES)
    if (backend !== 'cpu')
      await useBackend({ backend }).then(
        () => found.push(backend),
        ({ message }: Error) => assert.match(message, ABSENT),
      );
  assert.ok(found.includes('wasm-simd'));
  return found;
}

/** What TensorFlow's ops refuse or answer otherwise than tfjs's cpu backend. */
type BeyondTensorFlow =
  /** A convolution's padding in pixels: tfjs-node takes `same` and `valid` only. */
  | 'padding by a number'
  /** A convolution without images, channels, filters or pixels. */
  | 'convolution of nothing';

/** The backends that define what TensorFlow does not. */
export function defining(_: BeyondTensorFlow, backends: readonly BackendName[]): BackendName[] {
  return backends.filter((name) => name !== 'tfjs-node' && name !== 'tfjs-node-gpu');
}

/**
 * How far results may be off, in proportion to the largest of them: bf16 has 8 bits of fraction, of which
 * Winograd's transforms lose some. What does not multiply in bf16 is compiled from the same source for
 * `native-avx512`, where it has to be exact.
 */
export function tolerance(backend: BackendName): number {
  return isBf16(backend) ? 4e-2 : 1e-4;
}

const isBf16 = (backend: BackendName) => backend === 'native-avx512-bf16';

/** Standard normal values. */
export function normal(shape: number[], random: Random): Values {
  return { shape, data: normals(random, tf.util.sizeFromShape(shape), 0, 1) };
}

/** What a computation gives on a backend: its value, and the gradients of its inputs by `weights`. */
export async function run(
  backend: BackendName,
  computation: Computation,
  inputs: Values[],
  weights?: Values,
): Promise<{ value: Values; gradients: Values[] }> {
  await useBackend({ backend });
  const tensors = inputs.map(tensor);
  const value = read(tf.tidy(() => computation(...tensors)));
  const gradients = weights
    ? tf.tidy(() => tf.grads(computation)(tensors, tensor(weights))).map(read)
    : [];
  tf.dispose(tensors);
  return { value, gradients };
}

/** Asserts that each backend gives what tfjs's own cpu backend gives, gradients included. */
export async function assertSameAsCpu(
  backends: BackendName[],
  computation: Computation,
  inputs: Values[],
  random: Random,
): Promise<void> {
  const { value } = await run('cpu', computation, inputs);
  const weights = normal(value.shape, random);
  const expected = await run('cpu', computation, inputs, weights);
  for (const backend of backends) {
    const actual = await run(backend, computation, inputs, weights);
    assertClose(actual.value, expected.value, `${backend}: value`, tolerance(backend));
    for (const [i, gradient] of actual.gradients.entries())
      assertClose(
        gradient,
        expected.gradients[i]!,
        `${backend}: gradient of input ${i}`,
        tolerance(backend),
      );
  }
}

/** Asserts that each backend gives the value that tfjs's own cpu backend gives. */
export async function assertSameValueAsCpu(
  backends: BackendName[],
  computation: Computation,
  inputs: Values[],
): Promise<void> {
  const expected = await run('cpu', computation, inputs);
  for (const backend of backends)
    assertClose(
      (await run(backend, computation, inputs)).value,
      expected.value,
      backend,
      tolerance(backend),
    );
}

/**
 * Asserts on each backend that the gradients agree with differences of the values, along the gradient
 * and along a random direction, to 1e-4 of the gradient's length; not on bf16, whose values are too
 * coarse to differentiate.
 *
 * @param step how far to go along a direction of length 1. The fourth-order formula is exact for
 *   polynomials up to degree 4, so that the ops that are linear in each input can take large steps,
 *   which drown float32's rounding.
 */
export async function assertFiniteDifferences(
  backends: BackendName[],
  computation: Computation,
  inputs: Values[],
  random: Random,
  step = 0.5,
): Promise<void> {
  for (const backend of backends.filter((backend) => !isBf16(backend))) {
    const { value } = await run(backend, computation, inputs);
    const weights = normal(value.shape, random);
    const { gradients } = await run(backend, computation, inputs, weights);
    for (const [i, gradient] of gradients.entries()) {
      const length = Math.sqrt(dot(gradient.data, gradient.data));
      for (const direction of [gradient, normal(gradient.shape, random)]) {
        const unit = direction.data.map(
          (x) => x / Math.max(1e-30, Math.sqrt(dot(direction.data, direction.data))),
        );
        const along = async (steps: number) => {
          const moved = inputs.map((input, k) =>
            k === i ? shifted(input, unit, steps * step) : input,
          );
          return dot((await run(backend, computation, moved)).value.data, weights.data);
        };
        const difference =
          (8 * ((await along(1)) - (await along(-1))) - ((await along(2)) - (await along(-2)))) /
          (12 * step);
        const error = Math.abs(difference - dot(gradient.data, unit));
        assert.ok(
          error <= 1e-4 * length,
          `${backend}: gradient of input ${i} of ${JSON.stringify(inputs.map(({ shape }) => shape))}: ` +
            `off by ${error} of ${length}`,
        );
      }
    }
  }
}

/** Asserts that NaN and infinity reach every output that they reach on tfjs's cpu backend. */
export async function assertPropagates(
  backends: BackendName[],
  computation: Computation,
  inputs: Values[],
  random: Random,
): Promise<void> {
  const { value } = await run('cpu', computation, inputs);
  const weights = normal(value.shape, random);
  for (const poison of [Number.NaN, Number.POSITIVE_INFINITY])
    for (const i of [...inputs.keys(), -1]) {
      const all = [...inputs, weights].map(({ shape, data }) => ({ shape, data: data.slice() }));
      const { data } = all.at(i === -1 ? -1 : i)!;
      data[Math.floor(random() * data.length)] = poison;
      const poisoned = all.slice(0, -1);
      const expected = await run('cpu', computation, poisoned, all.at(-1));
      for (const backend of backends) {
        const actual = await run(backend, computation, poisoned, all.at(-1));
        const pairs = [
          [actual.value, expected.value],
          ...actual.gradients.map((gradient, k) => [gradient, expected.gradients[k]]),
        ] as [Values, Values][];
        for (const [got, wanted] of pairs)
          for (const [k, x] of wanted.data.entries())
            assert.ok(
              Number.isFinite(x) || !Number.isFinite(got.data[k]!),
              `${backend}: ${poison} in input ${i} gives ${got.data[k]} in place of ${x}`,
            );
      }
    }
}

/** Runs a test on shapes and a seed that fast-check draws, always the same ones. */
export async function forShapes<T>(
  shapes: fc.Arbitrary<T>,
  numRuns: number,
  check: (shape: T, random: Random) => Promise<void>,
): Promise<void> {
  const property = fc.asyncProperty(shapes, fc.nat(), (shape, seed) =>
    check(shape, randomFrom(seed, 'values')),
  );
  await fc.assert(property, { numRuns, seed: 20191113 });
}

export function assertClose(
  actual: Values,
  expected: Values,
  what: string,
  tolerance = 1e-4,
): void {
  assert.deepEqual(actual.shape, expected.shape, what);
  let scale = 1e-6;
  for (const x of expected.data) scale = Math.max(scale, Math.abs(x));
  for (let i = 0; i < expected.data.length; i++)
    if (!(Math.abs(actual.data[i]! - expected.data[i]!) <= tolerance * scale))
      assert.fail(
        `${what}[${i}] of [${expected.shape}] is ${actual.data[i]}, not ${expected.data[i]}`,
      );
}

function tensor({ shape, data }: Values): tf.Tensor {
  return tf.tensor(data, shape, data instanceof Int32Array ? 'int32' : 'float32');
}

function read(tensor: tf.Tensor): Values {
  const data = tensor.dataSync() as Float32Array;
  tensor.dispose();
  return { shape: tensor.shape, data };
}

function shifted({ shape, data }: Values, unit: ArrayLike<number>, by: number): Values {
  return { shape, data: Float32Array.from(data, (x, i) => x + unit[i]! * by) };
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
