import { Command } from 'commander';
import { OptionError } from 'selective-brain-damage-statistics';
import { runCommand, writeModelPredictions } from 'selective-brain-damage-statistics/internal';
import { predict as predictImages } from '../evaluation/predict';
import {
  describeNetworks,
  NETWORK_USAGE,
  type NetworkOptions,
  openImages,
  openNetworkFile,
} from './networkOptions';

const USAGE = `Usage: sbd predict <model.onnx> --images <place> --out <file.parquet> [options]

Runs a network over images and writes what it predicts: label, confidence and the five most
probable classes of each image, as readPredictions and sbd audit read them.

  --out <file.parquet>    the predictions
  --variant <name>        what was done to the network (default: the file's name)
  --replicate <n>         tells the models of a variant apart (default 0)${NETWORK_USAGE}
`;

interface Values extends NetworkOptions {
  readonly out?: string;
  readonly variant?: string;
  readonly replicate?: string;
}

/** `sbd predict`: predictions of an ONNX network as a Parquet file. */
export function predict(argv: readonly string[]): Promise<number> {
  const command = new Command('sbd predict')
    .argument('<model.onnx>')
    .option('--out <file>')
    .option('--variant <name>')
    .option('--replicate <n>');
  describeNetworks(command);
  return runCommand(command, argv, USAGE, () => run(command.args[0]!, command.opts()));
}

async function run(path: string, options: Values): Promise<number> {
  const { out, variant, replicate = '0', processes, keep } = options;
  if (out === undefined || !/\.parquet$/i.test(out))
    throw new OptionError('Give the file of the predictions: --out <file.parquet>.', {
      option: '--out',
      value: out,
    });
  if (!/^\d+$/.test(replicate))
    throw new OptionError('--replicate: expected a whole number, 0 or more.', {
      option: '--replicate',
      value: replicate,
    });
  const network = await openNetworkFile(path, options);
  try {
    const { classNames: _, ...predicted } = await predictImages(
      network,
      await openImages(options, network),
      {
        ...(processes !== undefined && { processes }),
        ...(keep !== undefined && { folder: keep }),
      },
    );
    await writeModelPredictions(out, {
      ...predicted,
      ...(variant !== undefined && { variant }),
      replicate: Number(replicate),
    });
    console.log(`${out}: ${predicted.imageIds.length} images, ${variant ?? predicted.variant}`);
    return 0;
  } finally {
    await network.close();
  }
}
