import type { Audit } from './audit';

/** An audit as JSON for programs; NaN is null. */
export interface AuditJson {
  readonly baseline: string;
  readonly verdict: string;
  readonly limits: Audit['limits'];
  readonly control_changed: number | null;
  readonly variants: readonly {
    readonly variant: string;
    readonly verdict: string;
    readonly reasons: readonly string[];
    readonly flips: Audit['variants'][number]['flips'];
    readonly classes: Audit['variants'][number]['classes'];
    readonly groups: Audit['variants'][number]['groups'];
    readonly changed_images: readonly (string | number)[];
  }[];
  readonly joint: Audit['joint'];
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
