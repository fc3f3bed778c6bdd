import { FIGURE_WIDTH } from './layout';

/** A panel of a {@link PanelGrid}. */
export interface Panel {
  /** What its axes' names end in: `` for the first, `2` for the second. */
  readonly suffix: string;
  /** Its share of the plot's width and height, from the left and from below. */
  readonly x: readonly [from: number, to: number];
  readonly y: readonly [from: number, to: number];
  /** Whether it is the first of its row. */
  readonly isFirst: boolean;
}

/** Panels of one size in rows, and the figure around them. */
export interface PanelGrid {
  readonly panels: readonly Panel[];
  /** CSS pixels. */
  readonly margin: {
    readonly t: number;
    readonly r: number;
    readonly b: number;
    readonly l: number;
  };
  /** CSS pixels. */
  readonly figureHeight: number;
}

/** CSS pixels. */
const GAP = 16;
const HEADING = 38;
const TICKS = 24;
const MARGIN = { t: 86, r: 16, b: 32, l: 16 };

/**
 * Panels side by side, as many in a row as are wide enough. Each has room for a heading of two lines above
 * it and for ticks below it.
 *
 * @param size in CSS pixels: the width that names take on the left, a panel's least width, and its height
 */
export function panelGrid(
  count: number,
  size: { readonly names: number; readonly minWidth: number; readonly height: number },
): PanelGrid {
  const margin = { ...MARGIN, l: MARGIN.l + size.names };
  const width = FIGURE_WIDTH - margin.l - margin.r;
  const fitting = Math.max(1, Math.floor((width + GAP) / (size.minWidth + GAP)));
  const rows = Math.ceil(count / fitting);
  const columns = Math.ceil(count / rows);
  const panelWidth = (width - GAP * (columns - 1)) / columns;
  const step = HEADING + size.height + TICKS;
  const height = rows * step;
  const panels = Array.from({ length: count }, (_, i): Panel => {
    const left = (i % columns) * (panelWidth + GAP);
    const top = Math.floor(i / columns) * step + HEADING;
    return {
      suffix: i === 0 ? '' : String(i + 1),
      x: [left / width, (left + panelWidth) / width],
      y: [1 - (top + size.height) / height, 1 - top / height],
      isFirst: i % columns === 0,
    };
  });
  return { panels, margin, figureHeight: margin.t + height + margin.b };
}
