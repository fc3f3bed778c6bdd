import { Command } from 'commander';
import { groupBy, runCommand, toJson } from 'selective-brain-damage-statistics/internal';
import { type Finding, type Verification, verifyFolder } from '../verification/verifyFolder';

const USAGE = `Usage: sbd verify <folder> [options]

Compares what a folder holds with the checksums that were written with it: models, checkpoints,
predictions, scores and records, of a population, of one model or of several. Says what is damaged
or missing, what to delete, and what a rerun makes again. The folder may be s3://bucket/prefix.

  --json     all files as JSON: { folder, findings: [{ file, state, wayOut }] }; a state is whole,
             damaged, missing, not kept (a network whose predictions are there), or
             unchecked (older than checksums)

Exit status: 0 nothing is damaged or missing, 1 something is, 3 there is nothing to verify.
`;

/** `sbd verify`: compares a folder's files with their checksums. */
export function verify(argv: readonly string[]): Promise<number> {
  const command = new Command('sbd verify').argument('<folder>').option('--json');
  return runCommand(command, argv, USAGE, async () => {
    const verification = await verifyFolder(command.args[0]!);
    const { json } = command.opts<{ readonly json?: boolean }>();
    console.log(json ? toJson(verification).trimEnd() : asText(verification));
    return wrong(verification).length > 0 ? 1 : 0;
  });
}

function wrong({ findings }: Verification): Finding[] {
  return findings.filter(({ state }) => state === 'damaged' || state === 'missing');
}

/** Groups of files that are shown; all are in the JSON. */
const SHOWN = 20;

/** What is damaged or missing, grouped by what to do about it, then all states in numbers. */
function asText(verification: Verification): string {
  const { folder, findings } = verification;
  const states = ['whole', 'damaged', 'missing', 'not kept', 'unchecked'] as const;
  const counts = states
    .map((state) => [findings.filter((each) => each.state === state).length, state] as const)
    .filter(([count]) => count > 0)
    .map(([count, state]) => `${count} ${state}`);
  const isOld = findings.some(({ state }) => state === 'unchecked');
  const groups = [...groupBy(wrong(verification), ({ state, wayOut }) => `${state} ${wayOut}`)];
  return [
    folder,
    ...groups
      .slice(0, SHOWN)
      .flatMap(([, group]) => [
        `  ${group[0]!.state.padEnd(8)} ${group.map(({ file }) => file).join(', ')}`,
        `           ${group[0]!.wayOut}`,
      ]),
    ...(groups.length > SHOWN ? [`  and ${groups.length - SHOWN} more; --json lists all`] : []),
    `${counts.join(', ')}${isOld ? '; unchecked files were written before there were checksums' : ''}`,
  ].join('\n');
}
