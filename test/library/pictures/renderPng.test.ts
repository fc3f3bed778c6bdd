import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { textWidth } from '#library/pictures/rasterize';
import { renderPng } from '#library/pictures/renderPng';
import type { Figure } from '#statistics/figures/figure';

const FIGURE: Figure = {
  data: [{ type: 'bar', x: ['a'], y: [1], marker: { color: '#ff0000' }, width: 1 } as never],
  layout: {
    width: 300,
    height: 200,
    margin: { l: 50, r: 50, t: 50, b: 50 },
    xaxis: { range: [-0.5, 0.5], visible: false },
    yaxis: { range: [0, 2], visible: false },
  },
};

async function pixels(png: Uint8Array) {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => {
    const offset = (y * info.width + x) * info.channels;
    return [...data.subarray(offset, offset + 3)];
  };
  const darkIn = (left: number, top: number, right: number, bottom: number) => {
    let count = 0;
    for (let y = top; y < bottom; y++)
      for (let x = left; x < right; x++) if (at(x, y).every((value) => value < 128)) count++;
    return count;
  };
  return { ...info, at, darkIn };
}

test('a bar stands where the scale puts it, at two image pixels per pixel', async () => {
  const picture = await pixels(await renderPng(FIGURE));
  assert.deepEqual([picture.width, picture.height], [600, 400]);
  // Half of the plot, which is 100–300 from above, is filled from below.
  assert.deepEqual(picture.at(300, 196), [255, 255, 255]);
  assert.deepEqual(picture.at(300, 204), [255, 0, 0]);
  assert.deepEqual(picture.at(104, 296), [255, 0, 0]);
  assert.deepEqual(picture.at(96, 296), [255, 255, 255]);
});

test('the file says that it is drawn for a dense screen', async () => {
  const { density } = await sharp(await renderPng(FIGURE)).metadata();
  assert.equal(density, 144);
});

test('texts are drawn without fonts of the machine', async () => {
  const title: Figure = {
    ...FIGURE,
    layout: { ...FIGURE.layout, title: { text: 'Title', x: 0, font: { family: 'Unknown' } } },
  };
  const inTitle = async (figure: Figure) =>
    (await pixels(await renderPng(figure))).darkIn(0, 0, 600, 100);
  assert.equal(await inTitle(FIGURE), 0);
  assert.ok((await inTitle(title)) > 100);
});

test('the ticks of an axis are labelled', async () => {
  const picture = await pixels(
    await renderPng({ ...FIGURE, layout: { ...FIGURE.layout, yaxis: { range: [0, 2] } } }),
  );
  assert.ok(picture.darkIn(0, 90, 98, 310) > 50);
});

test('the same figure gives the same bytes, and stays as it was', async () => {
  const before = structuredClone(FIGURE);
  const first = await renderPng(FIGURE);
  assert.ok(first.equals(await renderPng(FIGURE)));
  assert.deepEqual(FIGURE, before);
});

test('a heatmap is drawn cell by cell, without a smooth passage between them', async () => {
  const scale: [number, string][] = [
    [0, '#ff0000'],
    [1, '#0000ff'],
  ];
  const heatmap = { type: 'heatmap', z: [[0, 1]], colorscale: scale, showscale: false };
  const { layout } = FIGURE;
  const picture = await pixels(
    await renderPng({ data: [heatmap as never], layout: { ...layout, xaxis: {}, yaxis: {} } }),
  );
  // The plot is 100–500 from the left, so that the cells meet at 300.
  assert.deepEqual(picture.at(110, 200), [255, 0, 0]);
  assert.deepEqual(picture.at(296, 200), [255, 0, 0]);
  assert.deepEqual(picture.at(304, 200), [0, 0, 255]);
});

test('the width of a text is that of its glyphs', () => {
  // Advance widths of DejaVu Sans, in 2048ths of the font size: M 1767, i 569.
  const ems = (text: string) => textWidth(text, 2048);
  assert.ok(Math.abs(ems('MMMMMMMMMM') - 10 * 1767) < 250);
  assert.ok(Math.abs(ems('iiiiiiiiii') - 10 * 569) < 250);
  assert.equal(textWidth('', 12), 0);
});
