import type { SmallCnnOptions } from './smallCnn';
import type { Topology } from './topology';
import type { WideResNetOptions } from './wideResNet';

/** A network to build; JSON, so that a run can record it and another process can build it. */
export type ModelSpec =
  | ({ readonly name: 'small-cnn' } & SmallCnnOptions)
  | ({ readonly name: 'wide-resnet' } & WideResNetOptions)
  | { readonly name: 'resnet-50' }
  | { readonly name: 'topology'; readonly topology: Topology };
