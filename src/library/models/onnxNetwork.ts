import type { PictureOptions } from '../datasets/pictureOptions';

/** What runs an ONNX network. */
export type OnnxProvider = 'cpu' | 'webgpu' | 'cuda';

/** Options of `loadOnnx`: also how its pictures are made, as the loaders of images take it. */
export interface OnnxOptions extends PictureOptions {
  /** The network's variant in tables. Default: the file's name without `.onnx`. */
  readonly variant?: string;
  /** Threads of the CPU. Default: as many as ONNX Runtime chooses, one for each core. */
  readonly threads?: number;
  /** What runs the network. Default `'cpu'`. */
  readonly provider?: OnnxProvider;
  /** Order of the input's dimensions. Default: by the dimension of 1 or 3 channels. */
  readonly layout?: 'NCHW' | 'NHWC';
  /** What the network gives. Default: told apart by the first images. */
  readonly outputs?: 'logits' | 'probabilities';
  /** Leaves out output 0, the background class of networks with 1,001 outputs. Default false. */
  readonly backgroundClass?: boolean;
}

/** How an ONNX network is opened again. */
export interface OnnxSpec {
  /** Absolute path of the file. */
  readonly path: string;
  /** The options of `loadOnnx`. */
  readonly options: OnnxOptions;
}

/** A network that ONNX Runtime runs; what `loadOnnx` gives. */
export interface OnnxNetwork {
  /** Its variant in tables. */
  readonly variant: string;
  /** Its classes, without a background class; undefined where its file leaves them open. */
  readonly numClasses: number | undefined;
  /** The sha256 of its file. */
  readonly hash: string;
  /** What runs it. */
  readonly provider: OnnxProvider;
  /** How its pictures are made: the options of a loader of images. */
  readonly pictures: PictureOptions;
  /** How it is opened again; JSON. */
  readonly spec: OnnxSpec;
  /** Frees its memory. */
  close(): Promise<void>;
}
