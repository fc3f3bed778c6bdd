import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JSDOM } from 'jsdom';
import sharp from 'sharp';
import { DISPLAY, displayed } from '#kernels/display';
import { DataFrame } from '#library/bundled/danfo/index';
import { Picture } from '#library/pictures/picture';
import { renderPng } from '#library/pictures/renderPng';
import { figure, setFigureRenderer } from '#statistics/figures/figure';

const PLOTLY = 'application/vnd.plotly.v1+json';
const TRACE = { type: 'scatter', y: Float64Array.of(1, Number.NaN, 3) } as const;
const LAYOUT = { title: { text: 'Recall' }, width: 320, height: 200 };

test('a figure without a display of its own is data and its title, and no HTML that a code host would prefer', async () => {
  const { data, metadata } = await displayed({ data: [TRACE], layout: LAYOUT });
  assert.deepEqual(data, {
    [PLOTLY]: { data: [{ type: 'scatter', y: [1, null, 3] }], layout: LAYOUT },
    'text/plain': 'Recall',
  });
  assert.deepEqual(metadata, {});
  const untitled = await displayed({ data: [], layout: {} });
  assert.equal(untitled.data['text/plain'], 'plotly figure');
});

test("a figure of the library is drawn by the library's renderer", async () => {
  setFigureRenderer(renderPng);
  const { data, metadata } = await displayed(figure([TRACE], LAYOUT));
  assert.deepEqual(Object.keys(data), [PLOTLY, 'image/png']);
  assert.deepEqual(data[PLOTLY], {
    data: [{ type: 'scatter', y: [1, null, 3] }],
    layout: LAYOUT,
  });
  const png = Buffer.from(data['image/png'] as string, 'base64');
  assert.equal((await sharp(png).metadata()).width, 640);
  assert.deepEqual(metadata, { 'image/png': { width: 320, height: 200 } });
});

test('a danfo frame is a table in HTML and text', async () => {
  const { data } = await displayed(new DataFrame([[1, 2]], { columns: ['a', 'b'] }));
  assert.deepEqual(Object.keys(data).sort(), ['text/html', 'text/plain']);
  assert.match(data['text/html'] as string, /^<table/);
});

test('a value says itself how it is shown', async () => {
  const value = { [DISPLAY]: async () => ({ 'text/html': '<b>x</b>', 'text/plain': 'x' }) };
  assert.deepEqual(await displayed(value), {
    data: { 'text/html': '<b>x</b>', 'text/plain': 'x' },
    metadata: {},
  });
});

test('a picture is its file, with its description for who cannot see it', async () => {
  const channels = { width: 3, height: 2, channels: 3, background: 'red' } as const;
  const png = await sharp({ create: channels }).png().toBuffer();
  const { data, metadata } = await displayed(new Picture(png, 'red'));
  assert.deepEqual(data, { 'image/png': png.toString('base64'), 'text/plain': 'red' });
  assert.deepEqual(metadata, {});
});

test('an object of MIME types is shown as those', async () => {
  const { data } = await displayed({ 'text/markdown': '# A', 'text/plain': 'A' });
  assert.deepEqual(data, { 'text/markdown': '# A', 'text/plain': 'A' });
});

test('the bytes of a picture file, an element of a document and a specification of Vega are shown', async () => {
  const channels = { width: 3, height: 2, channels: 3, background: 'red' } as const;
  for (const [type, bytes] of [
    ['image/png', await sharp({ create: channels }).png().toBuffer()],
    ['image/jpeg', await sharp({ create: channels }).jpeg().toBuffer()],
    ['image/webp', await sharp({ create: channels }).webp().toBuffer()],
    ['image/gif', await sharp({ create: channels }).gif().toBuffer()],
  ] as const)
    assert.equal((await displayed(bytes)).data[type], bytes.toString('base64'));
  const { document } = new JSDOM('<p class="a">text</p><svg width="3"><rect/></svg>').window;
  const paragraph = await displayed(document.querySelector('p'));
  assert.equal(paragraph.data['text/html'], '<p class="a">text</p>');
  const svg = await displayed(document.querySelector('svg'));
  assert.equal(
    svg.data['image/svg+xml'],
    '<svg xmlns="http://www.w3.org/2000/svg" width="3"><rect></rect></svg>',
  );
  const spec = { $schema: 'https://vega.github.io/schema/vega-lite/v5.json', mark: 'bar' };
  assert.deepEqual((await displayed(spec)).data['application/vnd.vegalite.v5+json'], spec);
});

test('a value that throws where it is read is shown all the same', async () => {
  const get = () => {
    throw new Error('no');
  };
  assert.deepEqual((await displayed(new Proxy({}, { get, ownKeys: get, has: get }))).data, {
    'text/plain': '{}',
  });
  const { data } = await displayed(
    Object.defineProperty({ n: 1 }, 'data', { get, enumerable: true }),
  );
  assert.match(String(data['text/plain']), /n: 1/);
});

test('anything else is text', async () => {
  assert.deepEqual((await displayed([1, { a: 'b' }])).data, { 'text/plain': "[ 1, { a: 'b' } ]" });
  assert.deepEqual((await displayed({})).data, { 'text/plain': '{}' });
});
