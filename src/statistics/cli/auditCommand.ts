import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type Audit, type AuditOptions, audit } from '../audit/audit';
import { auditJson } from '../audit/auditJson';
import { auditJUnit } from '../audit/auditJUnit';
import { auditMarkdown } from '../audit/auditMarkdown';
import { auditPage } from '../audit/auditPage';
import { auditText } from '../audit/auditText';
import { readPolicy } from '../audit/policy';
import { OptionError } from '../errors';
import { writeFileAtomic } from '../files';
import type { ImageId, Predictions } from '../predictions/predictions';
import { readPredictions } from '../predictions/readPredictions';
import { runCommand } from './command';
import { withGroups } from './readGroups';

/** What there is to audit. */
export interface AuditInput {
  readonly predictions: Predictions;
  /** The variant of the first input. */
  readonly baseline: string | undefined;
  /** How it was measured, for the page. */
  readonly measured: () => Promise<Readonly<Record<string, string>>>;
  /** Small pictures of images, for the page. */
  readonly imagesOf?: (ids: readonly ImageId[]) => Promise<ReadonlyMap<ImageId, Uint8Array>>;
}

/** How a program that can run networks adds them to the command. */
export interface AuditNetworks {
  /** Whether an input is a network. */
  isNetwork(path: string): boolean;
  /** Lines of help about them, each after a line break. */
  readonly usage: string;
  /** Adds options. */
  describe(command: Command): void;
  /** Runs the networks on the images that the options name. */
  predict(
    paths: readonly string[],
    options: Readonly<Record<string, unknown>>,
  ): Promise<AuditInput>;
}

/** How a program runs the command. */
export interface AuditCommandOptions {
  /** As the user types it: `sbd audit`. */
  readonly command: string;
  readonly networks?: AuditNetworks;
}

const EXIT = { PASS: 0, WARN: 0, BLOCK: 1, INCONCLUSIVE: 2 } as const;
/** Of a warning with `--strict`. */
const STRICT_WARNING = 1;

const usage = (
  command: string,
  networks: string | undefined,
) => `Usage: ${command} <baseline> <variant...> [options]

What did compression break, is it more than chance, may I ship it? Inputs: predictions (CSV, TSV,
Parquet), a population's folder${networks === undefined ? '.' : ', or ONNX networks with --images.'}
Exit status: 0 PASS or WARN, 1 BLOCK, 2 INCONCLUSIVE, 3 unusable input.

  --baseline <variant>    default: that of the first input
  --groups <csv>          groups of images: the column image_id, and one for each group
  --group <column...>     columns of the predictions that are groups
  --max-drop, --max-class-drop <share>  largest loss of top-1 (0.01), of a class or group (0.05)
  --alpha <p>             largest significant p-value (0.05)
  --policy <json>         file of these limits, for single classes and groups too
  --expect-top1 <share>   judge only where the baseline has this top-1
  --control <predictions> another run of the baseline, for what changes by chance
  --agreement             true classes are unknown: the baseline's labels stand for them
  --strict                a warning fails too
  --html, --markdown, --json, --junit <file>  write a page, Markdown, JSON, JUnit XML${networks ?? ''}
`;

interface Values {
  readonly baseline?: string;
  readonly groups?: string;
  readonly group?: readonly string[];
  readonly maxDrop?: number;
  readonly maxClassDrop?: number;
  readonly alpha?: number;
  readonly expectTop1?: number;
  readonly policy?: string;
  readonly control?: string;
  readonly agreement?: boolean;
  readonly strict?: boolean;
  readonly html?: string;
  readonly markdown?: string;
  readonly json?: string;
  readonly junit?: string;
}

/**
 * `sbd audit`: compares a baseline with its variants and says whether they may be shipped.
 *
 * @returns the exit status: 0 for PASS and WARN, 1 for BLOCK and with `--strict` for WARN, 2 for INCONCLUSIVE, 3
 *   for input that it cannot use
 */
export function auditCommand(
  argv: readonly string[],
  { command: name, networks }: AuditCommandOptions,
): Promise<number> {
  const command = commandOf(name, networks);
  const typed = `${name} ${argv.join(' ')}`;
  return runCommand(command, argv, usage(name, networks?.usage), () =>
    run(command.args, command.opts(), typed, networks),
  );
}

function commandOf(name: string, networks: AuditNetworks | undefined): Command {
  const share = (text: string) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= 0 && value <= 1))
      throw new InvalidArgumentError('Expected a share, 0 to 1.');
    return value;
  };
  const command = new Command(name)
    .argument('<input...>')
    .option('--baseline <variant>')
    .option('--groups <csv>')
    .option('--group <column...>')
    .addOption(new Option('--max-drop <share>').argParser(share))
    .addOption(new Option('--max-class-drop <share>').argParser(share))
    .addOption(new Option('--alpha <p>').argParser(share))
    .addOption(new Option('--expect-top1 <share>').argParser(share))
    .option('--policy <json>')
    .option('--control <predictions>')
    .option('--agreement')
    .option('--strict')
    .option('--html <file>')
    .option('--markdown <file>')
    .option('--json <file>')
    .option('--junit <file>');
  networks?.describe(command);
  return command;
}

async function run(
  paths: readonly string[],
  values: Values,
  typed: string,
  networks: AuditNetworks | undefined,
): Promise<number> {
  const input = await inputOf(paths, values, networks);
  const predictions = values.groups
    ? await withGroups(input.predictions, values.groups)
    : input.predictions;
  const result = audit(predictions, await optionsOf(values, input));
  await writePages(result, values, input, typed);
  const { html, markdown, json, junit, strict } = values;
  const pages = [html, markdown, json, junit].filter((page) => page !== undefined);
  console.log(auditText(result, pages));
  return strict && result.verdict === 'WARN' ? STRICT_WARNING : EXIT[result.verdict];
}

async function inputOf(
  paths: readonly string[],
  values: Values,
  networks: AuditNetworks | undefined,
): Promise<AuditInput> {
  const isNetwork = (path: string) => networks?.isNetwork(path) ?? /\.onnx$/i.test(path);
  if (!paths.some(isNetwork)) return readInput(paths, values);
  if (networks === undefined)
    throw new OptionError(
      `${paths.find(isNetwork)}: networks need the package selective-brain-damage, whose command is sbd audit.`,
    );
  const stray = paths.find((path) => !isNetwork(path));
  if (stray !== undefined)
    throw new OptionError(`${stray}: expected networks alone, or predictions alone.`);
  return networks.predict(paths, values as Readonly<Record<string, unknown>>);
}

async function readInput(
  paths: readonly string[],
  { group, agreement }: Values,
): Promise<AuditInput> {
  const options = { ...(group && { groups: group }), ...(agreement && { unlabelled: true }) };
  const predictions = await readPredictions(paths.length === 1 ? paths[0]! : paths, options);
  const first = paths.length > 1 ? await readPredictions(paths[0]!, options) : undefined;
  return { predictions, baseline: first?.models[0]?.variant, measured: () => hashesOf(paths) };
}

async function hashesOf(paths: readonly string[]): Promise<Record<string, string>> {
  const hashes = await Promise.all(paths.map(hashOf));
  return Object.fromEntries(
    paths.map((path, i) => [basename(path), hashes[i] ? `sha256 ${hashes[i]}` : 'a folder']),
  );
}

async function hashOf(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) return undefined;
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

async function optionsOf(values: Values, input: AuditInput): Promise<AuditOptions> {
  const { policy, control, agreement, maxDrop, maxClassDrop, alpha, expectTop1 } = values;
  const limits = { maxDrop, maxClassDrop, alpha, expectTop1 };
  const told = Object.entries(limits).filter(([, value]) => value !== undefined);
  const baseline = values.baseline ?? input.baseline;
  return {
    ...(policy !== undefined && (await readPolicy(policy))),
    ...Object.fromEntries(told),
    ...(baseline !== undefined && { baseline }),
    ...(agreement && { agreement }),
    ...(control !== undefined && { control: await readPredictions(control) }),
  };
}

async function writePages(
  result: Audit,
  { html, markdown, json, junit }: Values,
  { measured, imagesOf }: AuditInput,
  typed: string,
): Promise<void> {
  if (json !== undefined)
    await writeFileAtomic(json, `${JSON.stringify(auditJson(result), null, 2)}\n`);
  if (markdown !== undefined) await writeFileAtomic(markdown, auditMarkdown(result));
  if (junit !== undefined) await writeFileAtomic(junit, auditJUnit(result));
  if (html === undefined) return;
  const ids = result.variants.flatMap(({ changed }) => changed.map(({ image_id }) => image_id));
  const images = await imagesOf?.([...new Set(ids)]);
  const page = auditPage(result, {
    measured: { ...(await measured()), Command: typed },
    ...(images && { images }),
  });
  await writeFileAtomic(html, page);
}
