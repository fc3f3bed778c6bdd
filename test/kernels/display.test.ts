import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DataFrame } from 'danfojs-node';
import sharp from 'sharp';
import { DISPLAY, displayed } from '#kernels/display';
import { Picture } from '#library/pictures/picture';

test('a figure is plotly and a picture, and no HTML that a code host would prefer', async () => {
  const layout = { width: 320, height: 200 };
  const { data, metadata } = await displayed({
    data: [{ type: 'scatter', y: Float64Array.of(1, Number.NaN, 3) }],
    layout,
  });
  assert.deepEqual(Object.keys(data).sort(), ['application/vnd.plotly.v1+json', 'image/png']);
  assert.deepEqual(data['application/vnd.plotly.v1+json'], {
    data: [{ type: 'scatter', y: [1, null, 3] }],
    layout,
  });
  const png = Buffer.from(data['image/png'] as string, 'base64');
  assert.equal((await sharp(png).metadata()).width, 640);
  assert.deepEqual(metadata, { 'image/png': layout });
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

test('anything else is text', async () => {
  assert.deepEqual((await displayed([1, { a: 'b' }])).data, { 'text/plain': "[ 1, { a: 'b' } ]" });
  assert.deepEqual((await displayed({})).data, { 'text/plain': '{}' });
});
