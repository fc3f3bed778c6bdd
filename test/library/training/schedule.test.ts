import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  learningRateAt,
  masksAreDue,
  paperSchedules,
  sparsityAt,
} from '#library/training/schedule';

describe('the pruning schedule', () => {
  it('gives the values of Zhu & Gupta, equation 1', () => {
    // s(t) = 0.9 − 0.9 · (1 − (t − 5000) / 3000)³, by hand.
    const schedule = { begin: 5_000, end: 8_000, frequency: 500 };
    const at = (step: number) => sparsityAt(step, 0.9, schedule);
    assert.equal(at(4_999), 0);
    assert.equal(at(5_000), 0);
    assert.ok(Math.abs(at(5_500) - 0.9 * (1 - 125 / 216)) < 1e-12);
    assert.ok(Math.abs(at(6_500) - 0.9 * (7 / 8)) < 1e-12);
    assert.equal(at(8_000), 0.9);
    assert.equal(at(31_999), 0.9);
  });

  it('rises from 0 to the final sparsity and reaches it with the last mask', () => {
    const schedules = fc.record({
      begin: fc.nat(100),
      length: fc.integer({ min: 1, max: 100 }),
      frequency: fc.integer({ min: 1, max: 60 }),
      final: fc.double({ min: 0.01, max: 0.99, noNaN: true }),
    });
    fc.assert(
      fc.property(schedules, ({ begin, length, frequency, final }) => {
        const schedule = { begin, end: begin + length, frequency };
        const due = Array.from({ length: 300 }, (_, step) => step).filter((step) =>
          masksAreDue(step, schedule),
        );
        const aims = due.map((step) => sparsityAt(step, final, schedule));
        assert.equal(due[0], begin);
        assert.equal(due.at(-1), schedule.end);
        assert.equal(aims.at(-1), final);
        aims.slice(1).forEach((aim, i) => {
          assert.ok(aim >= aims[i]!);
        });
      }),
    );
  });

  it("is the paper's at the paper's length", () => {
    const { pruning, learningRate } = paperSchedules(32_000);
    assert.deepEqual(pruning, { begin: 5_000, end: 8_000, frequency: 500 });
    assert.deepEqual(
      learningRate.decays.map(({ at }) => at),
      [10_667, 21_333, 28_444],
    );
  });
});

describe('the learning rate', () => {
  it('warms up linearly to rate · batch / 256 and decays by the factors', () => {
    const learningRate = { per256: 0.1, warmup: 10, decays: [{ at: 50, factor: 0.1 }] };
    const at = (step: number) =>
      learningRateAt(step, { steps: 90, batchSize: 4_096, learningRate });
    for (const [step, rate] of [
      [0, 0.16],
      [9, 1.6],
      [49, 1.6],
      [50, 0.16],
    ] as const)
      assert.ok(Math.abs(at(step) - rate) < 1e-12, `step ${step}: ${at(step)}`);
  });

  it('falls to 0 after warm-up, on a line or half a cosine', () => {
    const at = (step: number, shape: 'linear' | 'cosine') =>
      learningRateAt(step, {
        ...{ steps: 110, batchSize: 256 },
        learningRate: { per256: 0.4, warmup: 10, shape, decays: [] },
      });
    for (const [step, linear, cosine] of [
      [4, 0.2, 0.2],
      [10, 0.4, 0.4],
      [35, 0.3, 0.2 * (1 + Math.SQRT1_2)],
      [60, 0.2, 0.2],
      [110, 0, 0],
    ] as const) {
      assert.ok(Math.abs(at(step, 'linear') - linear) < 1e-12, `linear, step ${step}`);
      assert.ok(Math.abs(at(step, 'cosine') - cosine) < 1e-12, `cosine, step ${step}`);
    }
  });
});
