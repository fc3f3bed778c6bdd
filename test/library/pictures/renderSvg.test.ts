import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JSDOM } from 'jsdom';
import sharp from 'sharp';
import { renderSvg } from '#library/pictures/renderSvg';
import { OptionError } from '#statistics/errors';
import type { Figure } from '#statistics/figures/figure';

const BARS: Figure = {
  data: [{ type: 'bar', x: ['a', 'b'], y: [1, 2], marker: { color: '#ff0000' } }],
  layout: { width: 300, height: 200, title: { text: 'R&D <b>now</b>, "then"' } },
};

/** The parser refuses what is not well-formed XML. */
function parsed(svg: string): Document {
  return new JSDOM(svg, { contentType: 'image/svg+xml' }).window.document;
}

test('is an SVG of the size of the layout, with its bars and texts', async () => {
  const document = parsed(await renderSvg(BARS));
  const { documentElement: root } = document;
  assert.equal(root.namespaceURI, 'http://www.w3.org/2000/svg');
  assert.deepEqual(
    ['width', 'height', 'viewBox'].map((name) => root.getAttribute(name)),
    ['300', '200', '0 0 300 200'],
  );
  assert.equal(document.querySelectorAll('.bars .point path').length, 2);
  const texts = [...document.querySelectorAll('text')].map((text) => text.textContent);
  for (const text of ['R&D now, "then"', 'a', 'b']) assert.ok(texts.includes(text), `${texts}`);
});

test('asks for nothing outside itself', async () => {
  const links = /(?:href|src)="(?!#|data:)|url\((?!["']?#|&quot;#)/;
  assert.doesNotMatch(await renderSvg(BARS), links);
});

test('a heatmap is a picture in it, a pixel per cell', async () => {
  const z = [
    [0, 1, 2],
    [2, 1, 0],
  ];
  const document = parsed(await renderSvg({ data: [{ type: 'heatmap', z }], layout: {} }));
  const [image, ...others] = document.querySelectorAll('.heatmaplayer image');
  assert.deepEqual(others, []);
  const [, base64] = image!.getAttribute('xlink:href')!.split('base64,');
  const { data, info } = await sharp(Buffer.from(base64!, 'base64'))
    .raw()
    .toBuffer({ resolveWithObject: true });
  assert.deepEqual([info.width, info.height, info.channels], [3, 2, 4]);
  const at = (x: number, y: number) => [...data.subarray(4 * (3 * y + x), 4 * (3 * y + x) + 4)];
  // The first row of z is drawn at the bottom.
  assert.deepEqual(at(0, 0), at(2, 1));
  assert.deepEqual(at(1, 0), at(1, 1));
  assert.notDeepEqual(at(0, 0), at(0, 1));
});

test('a table is an error that names the cell', async () => {
  await assert.rejects(renderSvg([] as never), (error: unknown) => {
    assert.ok(error instanceof OptionError);
    assert.match(error.message, /^renderSvg: expected a figure/);
    return true;
  });
});
