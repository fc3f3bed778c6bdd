import type { LearningRateSchedule, PruningSchedule, ResolvedTraining } from '../models/runRecord';

/**
 * The paper's schedules for ResNet-50 (90 epochs, 32,000 steps) in proportion to the length of a
 * run: warm-up over 5 of 90 epochs, a tenth of the rate at 30, 60 and 80 of 90 epochs; masks from
 * step 5,000 to step 8,000 of 32,000, every 500 steps.
 *
 * @param steps length of the run
 * @returns schedules in steps
 */
export function paperSchedules(steps: number): {
  pruning: PruningSchedule;
  learningRate: LearningRateSchedule;
} {
  const atEpoch = (epoch: number) => Math.round((epoch / 90) * steps);
  const atStep = (step: number) => Math.round((step / 32_000) * steps);
  return {
    pruning: {
      begin: atStep(5_000),
      end: Math.max(atStep(8_000), atStep(5_000) + 1),
      frequency: Math.max(1, atStep(500)),
    },
    learningRate: {
      per256: 0.1,
      warmup: atEpoch(5),
      decays: [30, 60, 80].map((epoch) => ({ at: atEpoch(epoch), factor: 0.1 })),
    },
  };
}

/**
 * The sparsity that gradual pruning aims at:
 * s(t) = s_f + (s_i − s_f) · (1 − (t − t0) / (t1 − t0))³, from s_i = 0 (Zhu & Gupta 2017, eq. 1).
 *
 * @param schedule in steps
 * @returns 0 before `begin`, `final` from `end` on
 */
export function sparsityAt(step: number, final: number, { begin, end }: PruningSchedule): number {
  if (step < begin) return 0;
  if (step >= end) return final;
  return final * (1 - (1 - (step - begin) / (end - begin)) ** 3);
}

/** Whether new masks are due before `step`: every `frequency` steps from `begin`, and at `end`. */
export function masksAreDue(step: number, { begin, end, frequency }: PruningSchedule): boolean {
  return step === end || (step >= begin && step < end && (step - begin) % frequency === 0);
}

/** The learning rate of `step` (from 0). */
export function learningRateAt(
  step: number,
  {
    steps,
    batchSize,
    learningRate,
  }: Pick<ResolvedTraining, 'steps' | 'batchSize' | 'learningRate'>,
): number {
  const { per256, warmup, shape, decays } = learningRate;
  const peak = (per256 * batchSize) / 256;
  if (step < warmup) return (peak * (step + 1)) / warmup;
  const passed = (step - warmup) / (steps - warmup);
  if (shape === 'linear') return peak * (1 - passed);
  if (shape === 'cosine') return (peak * (1 + Math.cos(Math.PI * passed))) / 2;
  return decays.reduce((rate, { at, factor }) => (step >= at ? rate * factor : rate), peak);
}
