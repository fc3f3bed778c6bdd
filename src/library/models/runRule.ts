import {
  count,
  itemsOf,
  type JsonRule,
  maybe,
  NUMBER,
  objectOf,
  orNull,
  PROBABILITY,
  recordOf,
  SEED,
  SPARSITY,
  STRING,
  TEXT,
} from 'selective-brain-damage-statistics/internal';

const DATA: JsonRule = objectOf({
  name: STRING,
  hash: TEXT,
  views: itemsOf(objectOf({ op: TEXT })),
});

const TRAINING: JsonRule = objectOf({
  steps: count(0),
  batchSize: count(),
  learningRate: objectOf({ per256: NUMBER, warmup: NUMBER, decays: itemsOf(objectOf({})) }),
  momentum: NUMBER,
  weightDecay: NUMBER,
  labelSmoothing: NUMBER,
});

/** What decides a run's weights, in its record and in a checkpoint. */
export const RUN_SPEC: JsonRule = objectOf({
  data: DATA,
  model: objectOf({ name: TEXT }),
  sparsity: SPARSITY,
  seed: SEED,
  training: TRAINING,
  pruning: maybe(objectOf({ method: TEXT, begin: count(0), end: count(0), frequency: count() })),
  backend: objectOf({ name: TEXT }),
  versions: recordOf(STRING),
});

/** Points of a training curve. A loss that was no number is null in JSON. */
export const HISTORY: JsonRule = itemsOf(
  objectOf({ step: count(0), loss: orNull(NUMBER), learningRate: NUMBER, sparsity: PROBABILITY }),
);

/** `run.json` of a model. */
export const RUN_RECORD: JsonRule = objectOf({
  spec: RUN_SPEC,
  outcome: objectOf({
    history: HISTORY,
    sparsity: PROBABILITY,
    tensors: itemsOf(
      objectOf({ name: TEXT, size: count(0), kept: count(0), sparsity: PROBABILITY }),
    ),
    seconds: NUMBER,
    imagesPerSecond: orNull(NUMBER),
  }),
  quantization: maybe(
    objectOf({ weights: TEXT, baseline: maybe(TEXT), unfolded: itemsOf(STRING) }),
  ),
});
