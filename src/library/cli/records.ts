import { Command, Option } from 'commander';
import { runCommand } from 'selective-brain-damage-statistics/internal';
import { loadImageFolder } from '../datasets/loadImageFolder';
import { writeFolderRecords } from '../records/writeFolderRecords';
import { classNamesOf } from './networkOptions';
import { whole } from './whole';

const USAGE = `Usage: sbd records <folder> <out> [options]

Writes the images of a folder into TFRecord files, as loadImageNetRecords reads them: the files' own
bytes, class, name. The folder has one subfolder per class, or images and a list of their classes.
A rerun goes on with the files that are missing.

  --labels <list>               CSV with the columns file and class, or lines of a name and a class
  --classes <file | imagenet>   all classes in their order, a line each (default: those there)
  --shards <n>                  number of files (default: one for about 1,250 images)
  --name <name>                 of the files (default: the folder's)
  --processes <n>               default: one per core
`;

interface Values {
  readonly labels?: string;
  readonly classes?: string;
  readonly shards?: number;
  readonly name?: string;
  readonly processes?: number;
}

/** `sbd records`: TFRecords of a folder of images. */
export function records(argv: readonly string[]): Promise<number> {
  const command = new Command('sbd records')
    .argument('<folder>')
    .argument('<out>')
    .option('--labels <list>')
    .option('--classes <file>')
    .addOption(new Option('--shards <n>').argParser(whole))
    .option('--name <name>')
    .addOption(new Option('--processes <n>').argParser(whole));
  return runCommand(command, argv, USAGE, () => {
    const [folder, out] = command.args;
    return run(folder!, out!, command.opts());
  });
}

async function run(folder: string, out: string, options: Values): Promise<number> {
  const { labels, classes, ...how } = options;
  const images = await loadImageFolder(folder, {
    ...(labels !== undefined && { labels }),
    ...(classes !== undefined && { classNames: await classNamesOf(classes) }),
  });
  const files = await writeFolderRecords(images, out, how);
  console.log(
    `${images.size} images of ${images.numClasses} classes in ${files.length} files in ${out}`,
  );
  return 0;
}
