import { type Figure, figure as figureOf } from './figure';

/** The figure under another title, for data other than the usual models. */
export function titled(figure: Figure, text: string): Figure {
  return figureOf(figure.data, { ...figure.layout, title: { ...titleOf(figure), text } });
}

function titleOf({ layout }: Figure) {
  return typeof layout.title === 'object' ? layout.title : {};
}
