import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { differences, keepStored } from '#kernels/compareNotebooks';
import { summarizeCell } from '#kernels/comparison/describe';
import type { CellOutput, MimeBundle, Notebook } from '#kernels/notebook';

function notebook(outputs: readonly CellOutput[], tags: string[] = []): Notebook {
  const cell = { cell_type: 'code', id: 'a', metadata: { tags }, source: 'x' } as const;
  return { cells: [{ ...cell, execution_count: 1, outputs }], metadata: {} };
}

function shown(data: MimeBundle): Notebook {
  return notebook([{ output_type: 'display_data', data, metadata: {} }]);
}

async function difference(stored: MimeBundle, run: MimeBundle): Promise<string | undefined> {
  const found = await differences(shown(stored), shown(run));
  assert.ok(found.length <= 1);
  return found[0] && summarizeCell(found[0]);
}

test('a number in a text may differ by one in its last digit, a whole number not at all', async () => {
  for (const [stored, run] of [
    ['recall 0.1235', 'recall 0.1236'],
    ['p 1.2e-9', 'p 1.3e-9'],
    ['-2.50  x', '-2.49 x'],
    ['12345678.5 and 3', '12345679.5 and 3'],
  ])
    assert.equal(await difference({ 'text/plain': stored }, { 'text/plain': run }), undefined);
  for (const [stored, run] of [
    ['582 of 1000 classes', '583 of 1000 classes'],
    ['recall 0.1235', 'recall 0.1237'],
    ['p 1.2e-9', 'p 1.2e-8'],
    ['cat', 'dog'],
    ['cell2', 'cell3'],
    ['a', 'a\nb'],
    ['0.5', '-0.5'],
    ['x NaN', 'x 1'],
  ])
    assert.match(
      (await difference({ 'text/plain': stored }, { 'text/plain': run })) ?? 'none',
      /^output 1, text\/plain, line \d: stored .*, run /,
      `${stored} → ${run}`,
    );
});

test('figures are compared by their data, to a millionth; their picture follows', async () => {
  const figure = (y: number, png = 'a', name?: string) => ({
    'application/vnd.plotly.v1+json': { data: [{ y: [0, y], ...(name && { name }) }], layout: {} },
    'image/png': png,
  });
  assert.equal(await difference(figure(0.5), figure(0.5 + 1e-8, 'b')), undefined);
  assert.equal(
    await difference(figure(0.5), figure(0.501)),
    'output 1, application/vnd.plotly.v1+json, data[0].y[1]: stored 0.5, run 0.501',
  );
  assert.match(
    (await difference(figure(0), figure(0, 'a', 'n')))!,
    /data\[0\]\.name: stored \(nothing\), run n/,
  );
});

test('pictures are compared by their pixels, less what smoothing makes of edges', async () => {
  const picture = async (text: string, blur = 0) => {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="300" height="60"><rect width="300"
      height="60" fill="white"/><text x="9" y="40" font-size="16">${text}</text></svg>`;
    const drawn = sharp(Buffer.from(svg));
    const png = await (blur ? drawn.blur(blur) : drawn).png().toBuffer();
    return { 'image/png': png.toString('base64') };
  };
  assert.equal(
    await difference(await picture('ship → cat'), await picture('ship → cat', 0.4)),
    undefined,
  );
  const other = await difference(await picture('ship → cat'), await picture('ship → dog'));
  assert.match(other!, /image\/png: stored .* run pixels that differ by up to \d+ of 255/);
  const small = await sharp({ create: { width: 9, height: 9, channels: 3, background: 'white' } })
    .png()
    .toBuffer();
  const size = await difference({ 'image/png': small.toString('base64') }, await picture('a'));
  assert.match(size!, /stored 9 × 9 pixels, run 300 × 60 pixels/);
});

test('another number or kind of outputs differs; a cell that varies is passed over', async () => {
  const stream = { output_type: 'stream', name: 'stdout', text: 'a' } as const;
  const [found] = await differences(notebook([stream]), notebook([]));
  assert.deepEqual(found, {
    ...{ id: 'a', number: 1, source: 'x' },
    differences: [{ place: 'kinds of outputs', stored: 'stream', run: 'none' }],
  });
  assert.deepEqual(
    await differences(notebook([stream]), notebook([], ['nbval-ignore-output'])),
    [],
  );
  assert.match(
    (await difference({ 'text/plain': '' }, { 'text/html': '' }))!,
    /types: stored text\/plain, run text\/html/,
  );
});

test('what does not differ stays as it is stored', async () => {
  const stored = shown({ 'text/plain': '0.1235' });
  assert.deepEqual(await keepStored(stored, shown({ 'text/plain': '0.1236' })), stored);
  const run = shown({ 'text/plain': '0.2' });
  assert.deepEqual(await keepStored(stored, run), run);
});
