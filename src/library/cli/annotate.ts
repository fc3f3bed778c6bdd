import { once } from 'node:events';
import { Command, Option } from 'commander';
import { AnnotationsError, OptionError, readPredictions } from 'selective-brain-damage-statistics';
import { interruptible, runCommand } from 'selective-brain-damage-statistics/internal';
import { AnswerFile } from '../annotation/answerFile';
import { Interviews } from '../annotation/interviews';
import { serveAnnotations } from '../annotation/server';
import { openStudy } from '../annotation/study';
import { openImages } from './networkOptions';
import { from0, whole } from './whole';

const USAGE = `Usage: sbd annotate <predictions...> --images <place> [options]

Serves a page that asks people what they see in images: PIEs, as many random others, and others
that the baseline gets right as often as the PIEs, without telling which is which. It shows one
image at a time, in an order of its own for each person, and saves the answers after each. Stopped
and run again, it goes on. readAnnotations reads the answers, annotationFigure draws them. The page
is for this machine alone: it listens on 127.0.0.1, and its address holds the token that lets in.

  --images <folder | TFRecords | list.csv | cifar10>, --labels <list>, --classes <file | imagenet>
  --variant <name>     whose PIEs (default: the variant of the highest sparsity)
  --baseline <name>    what it is compared with (default: dense)
  --count <n>          images in all, a third of each set (default 150)
  --seed <n>           draws the images and the orders (default 0)
  --out <file.jsonl>   the answers (default annotations.jsonl)
  --port <n>           default: a free one

Exit status: 130 stopped by Ctrl-C, 143 by SIGTERM, 3 for input that it cannot use.
`;

interface Values {
  readonly images?: string;
  readonly labels?: string;
  readonly classes?: string;
  readonly variant?: string;
  readonly baseline?: string;
  readonly count: number;
  readonly seed: number;
  readonly out: string;
  readonly port: number;
}

/** People see pictures as they are stored; a size keeps the loader from choosing one for networks. */
const AS_STORED = { size: 224 } as const;

/** `sbd annotate`: the page of the human study. */
export function annotate(argv: readonly string[]): Promise<number> {
  const command = new Command('sbd annotate')
    .argument('<predictions...>')
    .option('--images <place>')
    .option('--labels <list>')
    .option('--classes <file>')
    .option('--variant <name>')
    .option('--baseline <name>')
    .addOption(new Option('--count <n>').argParser(whole).default(150))
    .addOption(new Option('--seed <n>').argParser(from0).default(0))
    .option('--out <file>', undefined, 'annotations.jsonl')
    .addOption(new Option('--port <n>').argParser(from0).default(0));
  return runCommand(command, argv, USAGE, () => run(command.args, command.opts()));
}

async function run(paths: readonly string[], values: Values): Promise<number> {
  const { images, variant, baseline, count, seed, out, port } = values;
  if (images === undefined)
    throw new OptionError(
      'Give the images that the predictions are of: --images <folder, TFRecords, list.csv or cifar10>.',
      { option: '--images' },
    );
  const predictions = await readPredictions(paths);
  const { classNames } = predictions;
  const dataset = await openImages(values, { pictures: AS_STORED, numClasses: classNames?.length });
  const study = await openStudy(predictions, dataset, {
    ...{ count, seed },
    ...(variant !== undefined && { variant }),
    ...(baseline !== undefined && { baseline }),
  });
  return interruptible(undefined, async (signal) => {
    const file = await AnswerFile.open(out);
    try {
      const server = await serveAnnotations(new Interviews(study, file), study.pictures, port);
      console.log(
        `${study.images.length} images; answers go to ${out}. Ctrl-C stops.\n${server.url}`,
      );
      if (!signal.aborted) await once(signal, 'abort');
      await server.close();
    } finally {
      await file.close();
    }
    throw new AnnotationsError(`The page was stopped; run it again to go on with ${out}.`, {
      file: out,
    });
  });
}
