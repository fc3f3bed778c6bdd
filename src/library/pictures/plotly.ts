import { readFileSync } from 'node:fs';
import { Pixels } from './pixels';
import { textWidth } from './rasterize';

/** Of DejaVu Sans, in units of the font size. */
const ASCENT = 0.928;
const DESCENT = 0.236;
const LINE_HEIGHT = 1.3;
const FONT_SIZE = 12;

/** plotly.js, as far as it is used here. */
export interface Plotly {
  toImage(figure: object, options: object): Promise<string>;
}

let loaded: Plotly | undefined;

/** plotly.js in a document of its own that can tell how large a text is. Takes a second, once. */
export function plotly(): Plotly {
  if (loaded) return loaded;
  // Loading takes a third of a second, so only drawing does it.
  const { JSDOM } = require('jsdom') as typeof import('jsdom');
  const { window } = new JSDOM('', { runScripts: 'outside-only', pretendToBeVisual: true });
  Object.assign(window.HTMLCanvasElement.prototype, {
    getContext(this: HTMLCanvasElement, kind: string) {
      return kind === '2d' ? pixelsOf(this) : null;
    },
    toDataURL(this: HTMLCanvasElement) {
      return `data:image/png;base64,${pixelsOf(this).png().toString('base64')}`;
    },
  });
  window.URL.createObjectURL = () => '';
  Object.assign(window.SVGElement.prototype, {
    getBBox(this: SVGElement) {
      return boxAround(this, this);
    },
    getBoundingClientRect(this: SVGElement) {
      return boxAround(this, null);
    },
    getComputedTextLength(this: SVGElement) {
      return boxAround(this, this).width;
    },
  });
  window.eval(readFileSync(require.resolve('plotly.js-cartesian-dist-min'), 'utf8'));
  loaded = window.Plotly as Plotly;
  return loaded;
}

type Point = readonly [x: number, y: number];

/**
 * The box around the texts in an element, in the coordinates of the elements in `frame` (null: of
 * the page). jsdom lays nothing out; plotly.js asks for no more than this.
 */
function boxAround(element: SVGElement, frame: SVGElement | null) {
  const texts = element.matches('text') ? [element] : [...element.querySelectorAll('text')];
  const corners = texts.flatMap((text) =>
    cornersOf(text).map((corner) => transformed(corner, text, frame)),
  );
  if (corners.length === 0) corners.push(transformed([0, 0], element, frame));
  const left = Math.min(...corners.map(([x]) => x));
  const right = Math.max(...corners.map(([x]) => x));
  const top = Math.min(...corners.map(([, y]) => y));
  const bottom = Math.max(...corners.map(([, y]) => y));
  const [width, height] = [right - left, bottom - top];
  return { x: left, y: top, left, top, right, bottom, width, height };
}

/** The corners of a text's box in its own coordinates; none for an empty text. */
function cornersOf(text: SVGElement): Point[] {
  if (text.textContent === '') return [];
  const size = Number.parseFloat(inherited(text, 'font-size') ?? '') || FONT_SIZE;
  const bold = /bold|[6-9]00/.test(inherited(text, 'font-weight') ?? '');
  const lines = [...text.querySelectorAll('tspan.line')];
  const contents = (lines.length > 0 ? lines : [text]).map((line) => line.textContent ?? '');
  const width = Math.max(...contents.map((line) => textWidth(line, size, bold)));
  const anchor = inherited(text, 'text-anchor');
  const x = Number(text.getAttribute('x') ?? 0);
  const y = Number(text.getAttribute('y') ?? 0);
  const left = x - (anchor === 'middle' ? width / 2 : anchor === 'end' ? width : 0);
  const top = y - ASCENT * size;
  const bottom = y + (DESCENT + LINE_HEIGHT * (contents.length - 1)) * size;
  return [
    [left, top],
    [left + width, top],
    [left, bottom],
    [left + width, bottom],
  ];
}

/** Takes a point of `element` through the transforms between it and `frame`. */
function transformed(point: Point, element: SVGElement, frame: SVGElement | null): Point {
  let [x, y] = point;
  for (let at: Element | null = element; at && at !== frame; at = at.parentElement) {
    const steps = [...(at.getAttribute('transform') ?? '').matchAll(/(\w+)\(([^)]*)\)/g)];
    for (const [, name, list] of steps.reverse()) {
      const [a = 0, b = 0, c = 0] = list!.split(/[\s,]+/).map(Number);
      if (name === 'translate') [x, y] = [x + a, y + b];
      if (name === 'scale') [x, y] = [x * a, y * (b || a)];
      if (name === 'rotate') {
        const [cos, sin] = [Math.cos((a * Math.PI) / 180), Math.sin((a * Math.PI) / 180)];
        [x, y] = [b + (x - b) * cos - (y - c) * sin, c + (x - b) * sin + (y - c) * cos];
      }
    }
  }
  return [x, y];
}

/** A CSS property where the element or one around it sets it. */
function inherited(element: Element | null, property: string): string | undefined {
  for (let at = element as SVGElement | null; at; at = at.parentElement as SVGElement | null) {
    const value = at.style?.getPropertyValue(property) || at.getAttribute(property);
    if (value) return value;
  }
  return undefined;
}

const canvases = new WeakMap<HTMLCanvasElement, Pixels>();

/** What is drawn on a canvas, of the size that it has when it is first drawn on. */
function pixelsOf(canvas: HTMLCanvasElement): Pixels {
  const known = canvases.get(canvas);
  if (known) return known;
  const made = new Pixels(canvas.width, canvas.height);
  canvases.set(canvas, made);
  return made;
}
