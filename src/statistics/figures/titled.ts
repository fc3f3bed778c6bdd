import { type Figure, figure as figureOf } from './figure';

/** The figure under another title: what its data are, where that is not the models one would expect. */
export function titled(figure: Figure, text: string): Figure {
  return figureOf(figure.data, { ...figure.layout, title: { ...titleOf(figure), text } });
}

function titleOf({ layout }: Figure) {
  return typeof layout.title === 'object' ? layout.title : {};
}
