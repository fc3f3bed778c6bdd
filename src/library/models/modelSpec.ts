import type { SmallCnnOptions } from './smallCnn';
import type { Topology } from './topology';
import type { WideResNetOptions } from './wideResNet';

/** A network to build; JSON, so that a run can record it and another process can build it. */
export type ModelSpec = SmallCnnSpec | WideResNetSpec | ResNet50Spec | TopologySpec;

/** A small convolutional network, with its options. */
export interface SmallCnnSpec extends SmallCnnOptions {
  /** Chooses this network. */
  readonly name: 'small-cnn';
}

/** A wide residual network (Zagoruyko & Komodakis 2016), with its options. */
export interface WideResNetSpec extends WideResNetOptions {
  /** Chooses this network. */
  readonly name: 'wide-resnet';
}

/** ResNet-50 (He et al. 2016). */
export interface ResNet50Spec {
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
