import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  activationQuantizer,
  roundHalfEven,
  symmetricScale,
  symmetricValue,
  toFloat16,
} from '#library/compression/arithmetic';

const tiny = fc.float({ min: -1000, max: 1000, noNaN: true });
/** Without numbers whose scale would be a coarse float32. */
const float = tiny.map((x) => (Math.abs(x) < 1e-30 ? 0 : x));
const bits = fc.constantFrom(4, 8);

describe('the arithmetic of quantization', () => {
  it('rounds halves to the even neighbour, on both sides of 0', () => {
    const rounded = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.4, 2.6, -2.4, -2.6].map(roundHalfEven);
    assert.deepEqual(
      rounded.map((x) => x + 0),
      [-2, -2, 0, 0, 2, 2, 2, 3, -2, -3],
    );
  });

  it('errs by half a step at most within the range, keeps 0, and changes nothing twice', () =>
    fc.assert(
      fc.property(fc.array(float, { minLength: 1 }), bits, (weights, n) => {
        const largest = Math.max(...weights.map(Math.abs));
        const scale = symmetricScale(largest, n);
        for (const x of weights) {
          const value = symmetricValue(x, scale, n);
          assert.ok(Math.abs(value - x) <= (scale / 2) * (1 + 1e-5), `${x} became ${value}`);
          assert.equal(symmetricValue(value, scale, n), value);
        }
        assert.equal(symmetricValue(0, scale, n) + 0, 0);
        const most = 2 ** (n - 1) - 1;
        assert.equal(symmetricValue(10 * scale * most, scale, n), Math.fround(most * scale));
        assert.equal(symmetricValue(-10 * scale * most, scale, n), Math.fround(-most * scale));
      }),
    ));

  it('takes finer steps for a channel than for the tensor that it lies in', () =>
    fc.assert(
      fc.property(fc.array(tiny, { minLength: 2 }), bits, (weights, n) => {
        const largest = (values: number[]) => Math.max(...values.map(Math.abs));
        const ofTensor = symmetricScale(largest(weights), n);
        const ofChannel = symmetricScale(largest(weights.slice(1)), n, ofTensor);
        assert.ok(ofChannel > 0 && ofChannel <= ofTensor, `${ofChannel}, ${ofTensor}`);
      }),
    ));

  it('holds 0 exactly among activations, and both ends to half a step', () =>
    fc.assert(
      fc.property(float, float, (a, b) => {
        const [least, most] = [Math.min(a, b), Math.max(a, b)];
        const { scale, zeroPoint } = activationQuantizer(least, most);
        assert.ok(Number.isInteger(zeroPoint) && zeroPoint >= -128 && zeroPoint <= 127);
        assert.ok(scale > 0 && Math.fround(scale) === scale);
        const slack = scale * (0.5 + 1e-4);
        assert.ok(scale * (-128 - zeroPoint) <= Math.min(0, least) + slack);
        assert.ok(scale * (127 - zeroPoint) >= Math.max(0, most) - slack);
      }),
    ));

  it('takes a range of 0 alone', () => {
    assert.deepEqual(activationQuantizer(0, 0), { scale: 1, zeroPoint: -128 });
    assert.equal(symmetricScale(0, 8), 1);
  });

  // Of IEEE 754 binary16: the least subnormal is 2⁻²⁴, the greatest number 65,504.
  it('gives the nearest float16', () => {
    for (const [x, expected] of [
      [1 + 2 ** -11, 1],
      [1 + 3 * 2 ** -11, 1 + 2 ** -9],
      [-1 - 2 ** -10, -1 - 2 ** -10],
      [2 ** -24, 2 ** -24],
      [2 ** -25, 0],
      [1.5 * 2 ** -24, 2 ** -23],
      [65_519, 65_504],
      [65_520, Number.POSITIVE_INFINITY],
      [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
    ] as const)
      assert.equal(toFloat16(x) + 0, expected, `${x}`);
  });
});
