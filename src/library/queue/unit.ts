import { createHash } from 'node:crypto';
import type { WorkKind } from '../workers/workerProcess';

/** A unit of work for some worker on some machine, as a queue keeps it; JSON. */
export interface Unit {
  readonly kind: WorkKind;
  /** The version of this package that submitted it; another might make other results. */
  readonly version: string;
  /** The variant, or the set of images, for people. */
  readonly group: string;
  readonly spec: unknown;
}

/** The name of a unit: the same unit has the same one, whoever submits it. */
export function unitId({ kind, spec }: Unit): string {
  return createHash('sha256')
    .update(JSON.stringify([kind, spec]))
    .digest('hex')
    .slice(0, 32);
}
