import type { Audit, AuditedModel } from './audit';
import { signedPoints, whole } from './wording';

/** The verdict on a model in one sentence. */
export function auditSentence(audit: Audit, model: AuditedModel): string {
  const { verdict, flips } = model;
  const { variant, replicate, changed, n_images, lost, gained } = flips;
  const { change, change_low, change_high } = flips;
  const name = hasSeveral(audit, model) ? `${variant} (replicate ${replicate})` : variant;
  const interval = `(${signedPoints(change_low)} to ${signedPoints(change_high)})`;
  if (audit.agreement)
    return (
      `${verdict}: ${name} changes ${whole(changed)} of ${whole(n_images)} labels; agreement ` +
      `${signedPoints(change)} points ${interval}; true classes are unknown`
    );
  return (
    `${verdict}: ${name} changes ${whole(changed)} of ${whole(n_images)} labels, ${whole(lost)} lost, ` +
    `${whole(gained)} gained; top-1 ${signedPoints(change)} points ${interval}`
  );
}

/** Whether a variant has several models in an audit. */
export function hasSeveral({ joint }: Audit, { variant }: AuditedModel): boolean {
  return joint.some((change) => change.variant === variant);
}

/** How many labels change where nothing was compressed; undefined where nothing tells. */
export function chanceSentence(audit: Audit, { flips }: AuditedModel): string | undefined {
  const { baseline, controlChanged } = audit;
  if (controlChanged !== undefined)
    return `Another run of ${baseline} changes ${whole(controlChanged)} labels.`;
  if (Number.isNaN(flips.expected_changed)) return undefined;
  return `Two models of ${baseline} differ in ${whole(Math.round(flips.expected_changed))} labels.`;
}

/** What the audit could have seen. */
export function powerSentence({ agreement }: Audit, { flips }: AuditedModel): string | undefined {
  if (agreement) return undefined;
  const { min_detectable_change: least, n_images } = flips;
  return Number.isNaN(least)
    ? `${whole(n_images)} images and so few changes tell no change of top-1 from chance.`
    : `A true change of top-1 of ${(100 * least).toFixed(1)} points would be found with 80% power.`;
}
