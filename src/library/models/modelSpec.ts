import { OptionError } from 'selective-brain-damage-statistics';
import {
  checkChoice,
  checkOptions,
  choice,
  count,
  type OptionRule,
  type OptionRules,
  requireAwaited,
  required,
  shown,
} from 'selective-brain-damage-statistics/internal';
import { object, POSITIVE } from '../optionRules';
import type { AirbenchOptions } from './airbench';
import { INITS, type InitOptions } from './initializers';
import type { SmallCnnOptions } from './smallCnn';
import type { Topology } from './topology';
import type { WideResNetOptions } from './wideResNet';

/** A network to build; JSON, so that a run can record it and another process can build it. */
export type ModelSpec = SmallCnnSpec | WideResNetSpec | AirbenchSpec | ResNet50Spec | TopologySpec;

/** A small convolutional network, with its options. */
export interface SmallCnnSpec extends SmallCnnOptions, InitOptions {
  /** Chooses this network. */
  readonly name: 'small-cnn';
}

/** A wide residual network (Zagoruyko & Komodakis 2016), with its options. */
export interface WideResNetSpec extends WideResNetOptions, InitOptions {
  /** Chooses this network. */
  readonly name: 'wide-resnet';
}

/** A network of airbench's shape (Jordan 2024), with its options. */
export interface AirbenchSpec extends AirbenchOptions, InitOptions {
  /** Chooses this network. */
  readonly name: 'airbench';
}

/** ResNet-50 (He et al. 2016). */
export interface ResNet50Spec extends InitOptions {
  /** Chooses this network. */
  readonly name: 'resnet-50';
}

/** A network of any other shape. */
export interface TopologySpec {
  /** Chooses this network. */
  readonly name: 'topology';
  /** The network without its weights. */
  readonly topology: Topology;
}

const init = choice(INITS);

const WIDTHS: OptionRule = {
  expected: 'three whole numbers, as [32, 128, 128]',
  accepts: (value) =>
    Array.isArray(value) && value.length === 3 && value.every((width) => count().accepts(width)),
};

/** The options of each network, `name` among them. */
const RULES: { readonly [Name in ModelSpec['name']]: OptionRules<object> } = {
  'small-cnn': specRules<SmallCnnSpec>('small-cnn', { depth: count(), width: POSITIVE, init }),
  'wide-resnet': specRules<WideResNetSpec>('wide-resnet', {
    depth: count(),
    width: POSITIVE,
    init,
  }),
  airbench: specRules<AirbenchSpec>('airbench', { stem: count(), widths: WIDTHS, init }),
  'resnet-50': specRules<ResNet50Spec>('resnet-50', { init }),
  topology: specRules<TopologySpec>('topology', { topology: required(object('a topology')) }),
};

function specRules<Spec extends ModelSpec>(
  name: Spec['name'],
  rules: OptionRules<Omit<Spec, 'name'>>,
): OptionRules<object> {
  const named: OptionRule = { expected: `'${name}'`, accepts: (value) => value === name };
  return { name: named, ...rules };
}

/**
 * Checks the description of a network.
 *
 * @throws OptionError for a promise, an unknown network, or a wrong option or value
 */
export function checkModelSpec(cell: string, spec: unknown): asserts spec is ModelSpec {
  requireAwaited(cell, 'model', spec);
  const { name } = (spec ?? {}) as { readonly name?: unknown };
  if (typeof name !== 'string')
    throw new OptionError(
      `${cell}: model: expected a network by name, as { name: 'small-cnn' }, found ${shown(spec)}.`,
      { option: 'model', value: spec },
    );
  const names = Object.keys(RULES) as ModelSpec['name'][];
  checkChoice('model.name', name, names);
  checkOptions(cell, spec as object, RULES[name], 'model.');
}
