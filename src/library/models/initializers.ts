import { Dirac } from '../backend/ops/dirac';
import type { Topology } from './topology';

/** How the weights of a named network are initialised. */
export type Init = 'heNormal' | 'glorotUniform' | 'dirac' | 'authors';

/** All of them. */
export const INITS: readonly Init[] = ['heNormal', 'glorotUniform', 'dirac', 'authors'];

/** What every named network takes beside its own options. */
export interface InitOptions {
  /**
   * Initial weights of convolutions and dense layers. Default `'heNormal'` (He et al. 2015);
   * `'glorotUniform'` is Keras's default (Glorot & Bengio 2010); `'dirac'` lets the first output channels of
   * a convolution repeat its input channels, and initialises all other weights as `'heNormal'` does (Jordan
   * 2024, section 3.3, with another distribution); `'authors'` is what the code of Hooker et al. 2019 does:
   * variance scaling of scale 1 in convolutions, a deviation of 0.01 in the classifier.
   */
  readonly init?: Init;
}

interface Initializer {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

const scaling = (scale: number, mode: string, distribution: string): Initializer => {
  return { class_name: 'VarianceScaling', config: { scale, mode, distribution, seed: null } };
};

/** TensorFlow makes up for the tails that it cuts off at two deviations; tfjs, whose scale this is, does not. */
const UNCUT = 1 / 0.87962566103423978 ** 2;

const CONVOLUTION: Readonly<Record<Init, Initializer>> = {
  heNormal: scaling(2, 'fan_in', 'normal'),
  glorotUniform: scaling(1, 'fan_avg', 'uniform'),
  dirac: { class_name: Dirac.className, config: { seed: null } },
  authors: scaling(UNCUT, 'fan_in', 'normal'),
};

const DENSE: Readonly<Record<Init, Initializer>> = {
  ...CONVOLUTION,
  dirac: CONVOLUTION.heNormal,
  authors: { class_name: 'RandomNormal', config: { mean: 0, stddev: 0.01, seed: null } },
};

/** The topology with its convolutions and dense layers initialised so. */
export function initialized(topology: Topology, init: Init = 'heNormal'): Topology {
  const copy = structuredClone(topology) as {
    config: { layers: { class_name: string; config: Record<string, unknown> }[] };
  };
  for (const { class_name, config } of copy.config.layers)
    if ('kernel_initializer' in config)
      config.kernel_initializer = (class_name === 'Dense' ? DENSE : CONVOLUTION)[init];
  return copy as unknown as Topology;
}
