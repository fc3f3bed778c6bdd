#!/usr/bin/env node
import { closest, distance } from 'fastest-levenshtein';
import { VERSION } from '../version';
import { type Subcommand, UNUSABLE_INPUT } from './subcommand';

const USAGE = `Usage: sbd <command> [options]

  audit <baseline> <variant...>         says what compression broke, and whether it may be shipped
  predict <model.onnx> --out <file>     writes what a network predicts for images
  train <plan.json>                     trains the population that a plan describes
  plan <plan.json>                      says what of a plan is done, or prints jobs for a cluster
  status <folder or queue>              shows how far work has come
  worker <queue>                        does what others submit to a queue
  verify <folder>                       compares files with their checksums
  annotate <predictions...>             asks people what they see in PIEs and in other images
  records <folder> <out>                makes TFRecords of a folder of images
  notebooks [<notebook or folder>...]   executes notebooks and stores what they show
  kernel install | uninstall            adds the TypeScript kernel to Jupyter, or removes it

  sbd <command> --help                  the options of a command
  sbd --version                         the version of this package`;

// Loaded on demand, so that help appears at once.
const SUBCOMMANDS: Readonly<Record<string, () => Subcommand>> = {
  audit: () => (require('./audit') as typeof import('./audit')).audit,
  predict: () => (require('./predict') as typeof import('./predict')).predict,
  train: () => (require('./train') as typeof import('./train')).train,
  plan: () => (require('./plan') as typeof import('./plan')).plan,
  status: () => (require('./status') as typeof import('./status')).status,
  worker: () => (require('./worker') as typeof import('./worker')).worker,
  verify: () => (require('./verify') as typeof import('./verify')).verify,
  annotate: () => (require('./annotate') as typeof import('./annotate')).annotate,
  records: () => (require('./records') as typeof import('./records')).records,
  notebooks: () => (require('./notebooks') as typeof import('./notebooks')).notebooks,
  kernel: () => (require('./kernel') as typeof import('./kernel')).kernel,
};

async function main([name, ...argv]: readonly string[]): Promise<number> {
  if (name === '--help' || name === '-h') console.log(USAGE);
  else if (name === '--version') console.log(VERSION);
  else if (name !== undefined && Object.hasOwn(SUBCOMMANDS, name))
    return SUBCOMMANDS[name]!()(argv);
  else {
    console.error(name === undefined ? USAGE : unknownSubcommand(name));
    return UNUSABLE_INPUT;
  }
  return 0;
}

function unknownSubcommand(name: string): string {
  const near = closest(name, Object.keys(SUBCOMMANDS));
  const isNear = distance(name, near) <= Math.max(2, name.length / 3);
  return `sbd: unknown command ${name}${isNear ? `; did you mean ${near}?` : '.'} See sbd --help.`;
}

main(process.argv.slice(2)).then((status) => process.exit(status));
