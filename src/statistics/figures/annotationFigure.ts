import type { Data } from 'plotly.js';
import { type AnnotationShareRow, annotationSharesTable } from '../analysis/annotationShares';
import { ANNOTATED_SETS, ATTRIBUTES, type Attribute } from '../analysis/annotations';
import { rowsOf, type Table } from '../tables/schema';
import { type Figure, figure } from './figure';
import { baseLayout, LEGEND_ABOVE, VALUE_AXIS } from './layout';
import { PALETTE } from './palette';
import { byVariant, drawable, percent, range, rounded } from './rows';

const COLUMNS = [
  ...(['variant', 'sparsity', 'baseline', 'set', 'attribute'] as const),
  ...(['n_images', 'n_people', 'share', 'share_low', 'share_high', 'simulated'] as const),
] as const;

/** The columns of `annotationShares` that {@link annotationFigure} reads. */
export type AnnotationFigureRow = Pick<AnnotationShareRow, (typeof COLUMNS)[number]>;

const SETS = {
  pies: { name: 'PIEs', color: PALETTE.ink, symbol: 'circle' },
  matched: { name: 'as hard for the baseline', color: PALETTE.muted, symbol: 'diamond' },
  others: { name: 'random other images', color: PALETTE.muted, symbol: 'square-open' },
} as const;

const NAMES: Readonly<Record<Attribute, string>> = {
  wrong_label: 'wrong or inadequate label',
  multiple_objects: 'several objects',
  co_occurring: 'co-occurring object',
  poor_quality: 'poor image quality',
  abstract: 'abstract rendition',
  atypical: 'atypical example',
  fine_grained: 'fine-grained class',
};

/** CSS pixels. */
const MARGIN = { t: 104, r: 16, b: 56, l: 190 };
const ROW_HEIGHT = 44;
/** Between the sets of one attribute, in rows. */
const STEP = 0.24;

/**
 * How often people see each attribute in PIEs, in images that are as hard for the baseline and in random other
 * images: the paper's figure of its human study, with 95% intervals over images. One row per attribute.
 * Where answers are simulated, the title says so.
 *
 * @param table the table of `annotationShares`
 * @throws TableError for a table of another kind
 */
export function annotationFigure(table: Table<AnnotationFigureRow>): Figure {
  const rows = rowsOf('annotationFigure', annotationSharesTable, table, COLUMNS);
  const variants = byVariant(rows);
  const present = ANNOTATED_SETS.filter((set) => rows.some((row) => row.set === set));
  const attributes = variants.flatMap(([variant, ofVariant]) =>
    ATTRIBUTES.filter((attribute) => ofVariant.some((row) => row.attribute === attribute)).map(
      (attribute) => ({ variant, attribute }),
    ),
  );
  const place = (row: AnnotationFigureRow) =>
    attributes.findIndex(
      ({ variant, attribute }) => variant === row.variant && attribute === row.attribute,
    );
  const data = present.map((set, i): Data => {
    const ofSet = rows.filter((row) => row.set === set);
    const { name, color, symbol } = SETS[set];
    return {
      ...{ type: 'scatter', mode: 'markers', name },
      x: ofSet.map((row) => percent(row.share)),
      y: ofSet.map((row) => rounded(place(row) + (i - (present.length - 1) / 2) * STEP)),
      error_x: {
        type: 'data',
        symmetric: false,
        array: ofSet.map((row) => drawable(percent(row.share_high - row.share))),
        arrayminus: ofSet.map((row) => drawable(percent(row.share - row.share_low))),
        ...{ color, thickness: 1.5, width: 0 },
      },
      marker: { color, symbol, size: 9 },
      cliponaxis: false,
      text: ofSet.map((row) => NAMES[row.attribute]),
      customdata: ofSet.map((row) => row.n_images),
      hovertemplate: '%{text}: %{x:.1f}%, %{customdata} images<extra>%{fullData.name}</extra>',
    };
  });
  const severalVariants = variants.length > 1;
  return figure(data, {
    ...baseLayout(titleOf(rows), subtitleOf(rows), 'container'),
    height: MARGIN.t + ROW_HEIGHT * Math.max(1, attributes.length) + MARGIN.b,
    margin: MARGIN,
    xaxis: {
      title: { text: 'People who see it, mean over images (%)' },
      rangemode: 'tozero',
      ...VALUE_AXIS,
    },
    yaxis: {
      tickvals: attributes.map((_, i) => i),
      ticktext: attributes.map(({ variant, attribute }) =>
        severalVariants ? `${NAMES[attribute]}<br>${variant}` : NAMES[attribute],
      ),
      range: [attributes.length - 0.4, -0.6],
      ...{ gridcolor: '#eeeeee', zeroline: false },
    },
    legend: LEGEND_ABOVE,
  });
}

function titleOf(rows: readonly AnnotationFigureRow[]): string {
  const variants = [...new Set(rows.map((row) => row.variant))].join(', ');
  const title = `What people see in PIEs of ${variants || 'no variant'} and in other images`;
  return rows.some((row) => row.simulated) ? `SIMULATED ANSWERS: ${title}` : title;
}

function subtitleOf(rows: readonly AnnotationFigureRow[]): string {
  const images = range(rows.map((row) => row.n_images));
  const people = range(rows.map((row) => row.n_people));
  const simulated = rows.some((row) => row.simulated) ? 'people simulated by a program' : 'people';
  return `N = ${images} images of each set, ${people} ${simulated}; lines: 95% intervals over images`;
}
