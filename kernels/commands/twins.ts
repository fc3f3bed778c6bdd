import { OptionError } from '../errors';
import { type Form, type Step, Twin } from '../twins/twin';
import { parseArguments } from './command';
import { defaultFolder, notebooksAt } from './notebookOptions';

const KINDS = { twin: 'flag', check: 'flag', from: 'value' } as const;

/**
 * Brings notebooks and their twins in step, or tells with `--check` whether they are.
 *
 * @returns the exit status: 0, or 1 where they are not in step under `--check`
 */
export function bringInStep(argv: readonly string[], command: string): number {
  const { values, positionals } = parseArguments(argv, KINDS, `${command} --twin`);
  const from = formOf(values.from);
  const paths = positionals.length > 0 ? positionals : [defaultFolder()];
  const twins = paths
    .map((path) => path.replace(/\.ts$/, '.ipynb'))
    .flatMap(notebooksAt)
    .map((path) => new Twin(path.replace(/\.ipynb$/, '')));
  // Refuses what both were edited before anything is written.
  const steps = twins.map((twin) => [twin, twin.step(from)] as const);
  const behind = steps.filter(([, step]) => step !== 'in step');
  if (values.check) {
    for (const [twin, step] of behind) console.error(`${notInStep(twin, step)}.`);
    return behind.length > 0 ? 1 : 0;
  }
  for (const [twin, step] of steps) {
    twin.take(step);
    console.log(told(twin, step));
  }
  return 0;
}

function notInStep(twin: Twin, step: Step): string {
  const [newer, older] = filesOf(twin, step);
  return `${older} is not in step with ${newer}, which has been edited`;
}

function told(twin: Twin, step: Step): string {
  const [newer, older] = filesOf(twin, step);
  if (step === 'in step') return `${newer} and ${older}: in step.`;
  return `Wrote ${older} from ${newer}${step === 'ts' ? '; cells that were edited have no outputs' : ''}.`;
}

function filesOf(twin: Twin, step: Step): [newer: string, older: string] {
  const files: [string, string] = [twin.file('ipynb'), twin.file('ts')];
  return step === 'ts' ? [files[1], files[0]] : files;
}

function formOf(text: string | undefined): Form | undefined {
  if (text === undefined || text === 'ipynb' || text === 'ts') return text;
  throw new OptionError(`--from ${text}: expected ipynb or ts.`);
}
