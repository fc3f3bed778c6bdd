import type { Data, Layout } from 'plotly.js';

/** What plotly.js draws: traces and how they are laid out. */
export interface Figure {
  readonly data: readonly Data[];
  readonly layout: Partial<Layout>;
}

export function isFigure(value: unknown): value is Figure {
  if (typeof value !== 'object' || value === null) return false;
  const { data, layout } = value as Partial<Figure>;
  return Array.isArray(data) && typeof layout === 'object' && layout !== null;
}
