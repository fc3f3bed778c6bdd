import { STOPPED } from 'selective-brain-damage-statistics/internal';
import type { PlannedJob } from './plannedJob';

/** A plan's units as Slurm's arrays. */
export interface SlurmJob extends PlannedJob {
  /** The program and the first arguments that make `sbd`, at the same place on every node. */
  readonly command: readonly string[];
  /** The plan's file, absolute. */
  readonly plan: string;
  /** Further arguments of `sbd train` and `sbd plan`. */
  readonly args: readonly string[];
}

/** Seconds before the end of a task's time in which it saves its state. */
const SECONDS_TO_SAVE = 120;

/**
 * A script that submits a plan's units to Slurm: an array of the networks, then one of the sets of images, then
 * a job that says what is done. A task that fails does not stop the others.
 */
export function slurmScript({ name, networks, sets, command, plan, args }: SlurmJob): string {
  const array = (units: number) => `--array=0-${units - 1}`;
  return `#!/bin/bash
# ${networks} networks, then ${sets} sets of images. Run it by bash, with options of sbatch (--partition, --time, --mem, --array=…%N),
# and again to go on with what is missing. A task whose time is over, or whose node is lost, goes on from its checkpoint.
#SBATCH --job-name=${name}
#SBATCH --cpus-per-task=1
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=B:USR1@${SECONDS_TO_SAVE}
sbd=(${command.map(quoted).join(' ')})
plan=(${[plan, ...args].map(quoted).join(' ')})

# Does a unit, and asks for another turn where its time is over. Slurm itself requeues a task that it preempts.
unit() {
  local status=0 over=
  "\${sbd[@]}" train "\${plan[@]}" "$@" &
  trap "over=1; kill -TERM $!" USR1
  trap "kill -TERM $!" TERM
  # A signal ends a wait, not the unit.
  while kill -0 $! 2> /dev/null; do wait $!; done
  wait $! || status=$?
  if [ -n "$over" ] && [ $status = ${STOPPED.SIGTERM} ]; then
    scontrol requeue "\${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
  fi
  exit $status
}

case "\${1:-}" in
  network | set) unit "--$1" "$SLURM_ARRAY_TASK_ID" ;;
  status) exec "\${sbd[@]}" plan "\${plan[@]}" --status ;;
esac
set -e
after=$(sbatch --parsable ${array(networks)} "$@" "$0" network)
echo "$after: ${networks} networks"
${
  sets === 0
    ? ''
    : `after=$(sbatch --parsable ${array(sets)} --dependency="afterany:$after" "$@" "$0" set)
echo "$after: ${sets} sets of images"
`
}status=$(sbatch --parsable --dependency="afterany:$after" "$@" "$0" status)
echo "$status: says what is done, in slurm-$status.out"
`;
}

/** A word of a shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
