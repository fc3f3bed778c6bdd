import type { ImageId } from '../predictions/predictions';
import type { Audit, AuditedModel } from './audit';

/** An audit as JSON for programs; NaN is null. */
export interface AuditJson {
  /** The variant that the others are compared with. */
  readonly baseline: string;
  /** The gravest verdict of all models. */
  readonly verdict: string;
  /** What was acceptable. */
  readonly limits: Audit['limits'];
  /** Labels in which another run of the baseline differs; null without one. */
  readonly control_changed: number | null;
  /** One for each model that is not of the baseline. */
  readonly variants: readonly AuditedModelJson[];
  /** Mean changes of variants with several models. */
  readonly joint: Audit['joint'];
}

/** One model of an audit as JSON. */
export interface AuditedModelJson
  extends Pick<AuditedModel, 'variant' | 'verdict' | 'flips' | 'classes' | 'groups'> {
  /** Why, the gravest first. */
  readonly reasons: readonly string[];
  /** Ids of the images whose label differs. */
  readonly changed_images: readonly ImageId[];
}

/**
 * An audit as plain objects whose JSON is the file of `sbd audit --json`. `JSON.stringify` writes NaN as null.
 */
export function auditJson(audit: Audit): AuditJson {
  return {
    baseline: audit.baseline,
    verdict: audit.verdict,
    limits: audit.limits,
    control_changed: audit.controlChanged ?? null,
    variants: audit.variants.map(({ changed, reasons, ...model }) => ({
      ...{ variant: model.variant, verdict: model.verdict },
      reasons: reasons.map(({ text }) => text),
      ...{ flips: model.flips, classes: model.classes, groups: model.groups },
      changed_images: changed.map(({ image_id }) => image_id),
    })),
    joint: audit.joint,
  };
}
