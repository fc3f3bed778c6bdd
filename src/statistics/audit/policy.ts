import { checkOptions, numberIn, type OptionRule, type OptionRules, PROBABILITY } from '../options';
import { readSettings } from '../settingsFile';

/** What a variant may cost: the limits of an audit, as a policy file holds them. */
export interface AuditPolicy {
  /** Largest acceptable loss of top-1, a share 0–1. Default 0.01. */
  readonly maxDrop?: number;
  /** Largest acceptable loss of the recall of a class or a group, a share 0–1. Default 0.05. */
  readonly maxClassDrop?: number;
  /** Largest p-value that counts as significant, 0–1. Default 0.05. */
  readonly alpha?: number;
  /** Top-1 that the baseline is known to have, a share 0–1. */
  readonly expectTop1?: number;
  /** `maxClassDrop` of single classes, by name, or by number where they have none. */
  readonly classes?: Readonly<Record<string, number>>;
  /** `maxClassDrop` of single values of groups: `{ sex: { f: 0.02 } }`. */
  readonly groups?: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

const SHARE = numberIn(0, 1, 'a share, 0–1');

function recordOf(rule: OptionRule): OptionRule {
  return {
    expected: `an object whose values are each ${rule.expected}`,
    accepts: (value) =>
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      Object.values(value).every(rule.accepts),
  };
}

/** The rules of a policy, which the options of `audit` share. */
export const policyRules: OptionRules<AuditPolicy> = {
  maxDrop: SHARE,
  maxClassDrop: SHARE,
  alpha: PROBABILITY,
  expectTop1: SHARE,
  classes: recordOf(SHARE),
  groups: recordOf(recordOf(SHARE)),
};

/**
 * Reads a policy file: JSON with the members of {@link AuditPolicy}, and `$schema`, which is ignored. The schema
 * is `audit/policy.schema.json` of this package.
 *
 * @throws OptionError where the file is not JSON, or has an unknown member or a wrong value
 */
export function readPolicy(file: string): Promise<AuditPolicy> {
  return readSettings<AuditPolicy>(file, 'the policy', (policy) =>
    checkOptions(file, policy, policyRules),
  );
}
