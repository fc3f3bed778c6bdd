import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { keptCount, magnitudeMask, maskOf, randomMask, sparsityOf } from '#library/training/masks';
import { TrainingError } from '#statistics/errors';
import { randomFrom } from '#statistics/random';

const weights = fc
  .array(fc.float({ noNaN: true, min: -2, max: 2 }), { minLength: 1, maxLength: 200 })
  // Rounding makes ties, which an exact count has to break.
  .map((values) => Float32Array.from(values, (value) => Math.round(value * 4) / 4));
const sparsities = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const ones = (mask: Uint8Array) => mask.reduce((sum, bit) => sum + bit, 0);

describe('magnitudeMask', () => {
  it('keeps exactly round(size · (1 − sparsity)) weights, none smaller than a masked one', () => {
    fc.assert(
      fc.property(weights, sparsities, (values, sparsity) => {
        const mask = magnitudeMask(values, sparsity);
        assert.equal(ones(mask), Math.round(values.length * (1 - sparsity)));
        const kept = values.filter((_, i) => mask[i] === 1).map(Math.abs);
        const masked = values.filter((_, i) => mask[i] === 0).map(Math.abs);
        assert.ok(Math.min(...kept) >= Math.max(...masked));
      }),
    );
  });

  it('keeps the large ones of a known tensor', () => {
    assert.deepEqual(
      [...magnitudeMask(Float32Array.of(0.1, -3, 0, 2, -0.5), 0.6)],
      [0, 1, 0, 1, 0],
    );
  });
});

describe('maskOf', () => {
  const poisoned = Float32Array.of(1, Number.NaN, -2, 3);

  it('names the tensor whose weights are NaN, which have no order', () => {
    for (const sparsity of [0, 0.25, 0.5])
      assert.throws(
        () => maskOf('conv1/kernel', poisoned, sparsity, 'magnitude', 1),
        (error) => error instanceof TrainingError && /^conv1\/kernel holds NaN/.test(error.message),
      );
    assert.equal(ones(maskOf('conv1/kernel', poisoned, 0.5, 'random', 1)), 2);
  });

  it('ends with such weights too', () => {
    assert.equal(magnitudeMask(poisoned, 0.25).length, 4);
  });
});

describe('randomMask', () => {
  it('keeps the exact count, and at a higher sparsity only masks more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), sparsities, sparsities, (size, a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)].map((sparsity) =>
          randomMask(size, sparsity, randomFrom(7, 'mask')),
        ) as [Uint8Array, Uint8Array];
        assert.equal(ones(high), keptCount(size, Math.max(a, b)));
        assert.ok(high.every((bit, i) => bit <= low[i]!));
      }),
    );
  });

  it('chooses without regard to position', () => {
    const mask = randomMask(10_000, 0.5, randomFrom(1, 'mask'));
    const firstHalf = ones(mask.subarray(0, 5_000));
    // Hypergeometric, standard deviation 25: six of them.
    assert.ok(Math.abs(firstHalf - 2_500) < 150, `${firstHalf} of 5,000`);
    assert.equal(sparsityOf(mask), 0.5);
  });
});
