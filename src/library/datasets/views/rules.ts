import {
  choice,
  count,
  either,
  listOf,
  type OptionRule,
  type OptionRules,
  required,
  SEED,
  TEXT,
} from 'selective-brain-damage-statistics/internal';
import { CORRUPTION, SCALE, SEVERITY } from '../../corruptions/names';
import type { DatasetView } from '../types';

type RulesOf<View> = View extends { readonly op: string } ? OptionRules<Omit<View, 'op'>> : never;

const ALTERNATING: OptionRule = {
  expected: 'an object { seed, epoch }',
  accepts: (value) => typeof value === 'object' && value !== null,
};

/** The rules of each view's members beside `op`, for views that a file lists. */
export const VIEW_RULES: {
  readonly [Op in DatasetView['op']]: RulesOf<Extract<DatasetView, { readonly op: Op }>>;
} = {
  take: { count: required(count(0)) },
  shard: { index: required(count(0)), of: required(count()) },
  shuffle: { seed: required(SEED) },
  augment: { seed: required(SEED), flip: either(choice(['none']), ALTERNATING), crop: count(0) },
  restrictTo: { classes: required(listOf(count(0))) },
  corrupt: {
    name: required(CORRUPTION),
    severity: required(SEVERITY),
    seed: required(SEED),
    scale: required(SCALE),
    frost: TEXT,
  },
};
