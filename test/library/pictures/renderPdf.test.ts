import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { renderPdf } from '#library/pictures/renderPdf';
import type { Figure } from '#statistics/figures/figure';

const BARS: Figure = {
  data: [{ type: 'bar', x: ['apples', 'pears'], y: [1, 2], marker: { color: '#ff0000' } }],
  layout: { width: 400, height: 300, title: { text: '<b>Fruits</b> in 2019' } },
};
const HEATMAP: Figure = {
  data: [
    {
      type: 'heatmap',
      z: [
        [0, 1],
        [1, 0],
      ],
      showscale: false,
    },
  ],
  layout: {},
};

const hasPoppler = spawnSync('pdftotext', ['-v']).error === undefined;
const poppler = { skip: !hasPoppler && 'needs pdftotext and pdfinfo of poppler-utils' };

/** The streams that hold drawing instructions or fonts, inflated. */
function streams(pdf: Buffer): string[] {
  const text = pdf.toString('latin1');
  return [...text.matchAll(/\/FlateDecode[^>]*>>\s*stream\r?\n([\s\S]*?)\r?\nendstream/g)].map(
    ([, deflated]) => inflateSync(Buffer.from(deflated!, 'latin1')).toString('latin1'),
  );
}

test('is one page of the size of the layout, drawn in vectors with a font of its own', async () => {
  const pdf = await renderPdf(BARS);
  const text = pdf.toString('latin1');
  assert.match(text, /^%PDF-1\.\d/);
  // 400 × 300 CSS pixels are 300 × 225 points.
  assert.match(text, /\/MediaBox \[0 0 300 225\]/);
  assert.equal(text.match(/\/Type \/Page\b/g)?.length, 1);
  assert.match(text, /\/FontFile2/);
  assert.doesNotMatch(text, /\/Subtype \/Image/);
  const [, at] = /startxref\s+(\d+)\s+%%EOF\s*$/.exec(text)!;
  assert.match(text.slice(Number(at)), /^xref/);
  // The bars' red fills more than one path.
  assert.ok(streams(pdf).some((stream) => /\b1 0 0 scn/.test(stream)));
});

test('holds a heatmap as a picture', async () => {
  assert.match((await renderPdf(HEATMAP)).toString('latin1'), /\/Subtype \/Image/);
});

test('the same figure gives the same bytes', async () => {
  assert.ok((await renderPdf(BARS)).equals(await renderPdf(BARS)));
});

test('another program reads its texts and its size', poppler, async () => {
  const input = await renderPdf(BARS);
  const texts = spawnSync('pdftotext', ['-', '-'], { input, encoding: 'utf8' });
  assert.equal(texts.stderr, '');
  for (const text of [/Fruits in 2019/, /apples/, /pears/]) assert.match(texts.stdout, text);
  const info = spawnSync('pdfinfo', ['-'], { input, encoding: 'utf8' });
  assert.match(info.stdout, /Page size: +300 x 225 pts/);
  assert.match(info.stdout, /Pages: +1\n/);
});

test('another program draws a heatmap cell by cell', poppler, async () => {
  const ppm = spawnSync('pdftoppm', ['-r', '96', '-'], { input: await renderPdf(HEATMAP) });
  const [head] = /^P6\s+800 450\s+255\s/.exec(ppm.stdout.subarray(0, 20).toString('latin1'))!;
  const at = (x: number, y: number) => {
    const from = head.length + 3 * (800 * y + x);
    return [...ppm.stdout.subarray(from, from + 3)];
  };
  // Four cells around the middle of the plot, which has margins of 80, 80, 100 and 80 pixels.
  const [x, y] = [400, 235];
  assert.deepEqual(at(x - 200, y - 80), at(x + 200, y + 80));
  assert.deepEqual(at(x + 200, y - 80), at(x - 200, y + 80));
  assert.notDeepEqual(at(x - 200, y - 80), at(x + 200, y - 80));
});
