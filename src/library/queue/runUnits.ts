import { OptionError } from 'selective-brain-damage-statistics';
import { type FailedSpec, runInWorkers } from '../workers/runInWorkers';
import { workerModule } from '../workers/workerProcess';
import { type RunOnQueueOptions, runOnQueue } from './runOnQueue';

/** Options of {@link runUnits}. */
export interface RunUnitsOptions<Spec, Report>
  extends Omit<RunOnQueueOptions<Spec, Report>, 'queue'> {
  /** The URL of a queue whose workers do the units; undefined for processes of this machine. */
  readonly queue: string | undefined;
  /** Processes of this machine. */
  readonly processes: number;
}

/** Does units of work, here in processes or wherever a queue has workers; returns those that failed twice. */
export function runUnits<Spec, Report>(
  specs: readonly Spec[],
  { queue, ...options }: RunUnitsOptions<Spec, Report>,
): Promise<FailedSpec<Spec>[]> {
  if (queue !== undefined) return runOnQueue(specs, { ...options, queue });
  return runInWorkers(specs, { ...options, worker: workerModule(options.kind)! });
}

/** @throws OptionError where both are given: a queue's workers have processes of their own */
export function checkQueue(queue: string | undefined, processes: number | undefined): void {
  if (queue !== undefined && processes !== undefined)
    throw new OptionError(
      'processes: a queue is given too, whose workers have processes of their own; give one of the two.',
      { option: 'processes', value: processes },
    );
}
