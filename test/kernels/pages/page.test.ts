import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { JSDOM } from 'jsdom';
import type { Cell, CellOutput, Notebook } from '#kernels/notebook';
import { relativeLinks } from '#kernels/pages/links';
import { notebookPage } from '#kernels/pages/page';
import { notebookParts } from '#kernels/pages/parts';

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'pages-'));
});
after(() => rmSync(folder, { recursive: true }));

let ids = 0;
const text = (source: string, more: object = {}): Cell => ({
  ...{ cell_type: 'markdown', id: `t${ids++}`, metadata: {}, source },
  ...more,
});
const code = (source: string, outputs: readonly CellOutput[] = [], metadata = {}): Cell => ({
  ...{ cell_type: 'code', id: `c${ids++}`, metadata, source, outputs, execution_count: 1 },
});
const shown = (data: object, metadata = {}): CellOutput => ({
  ...{ output_type: 'display_data', data: data as Record<string, unknown>, metadata },
});
const notebook = (...cells: Cell[]): Notebook => ({ cells, metadata: {} });

async function render(...cells: Cell[]) {
  const parts = await notebookParts(notebook(...cells));
  const { document } = new JSDOM(parts.body).window;
  const all = (selector: string) => [...document.querySelectorAll(selector)];
  return { ...parts, document, all, one: (selector: string) => document.querySelector(selector)! };
}

test('the first heading of level 1 is the title, and headings are listed with their links', async () => {
  const cells = [
    text('## Before'),
    text('# What `p` *says*\n\n## Again & again\n\n## Again & again'),
  ];
  const { title, headings, all } = await render(...cells);
  assert.equal(title, 'What p says');
  assert.deepEqual(
    headings.map(({ level, id }) => [level, id]),
    [
      [2, 'Before'],
      [1, 'What-p-says'],
      [2, 'Again-&-again'],
      [2, 'Again-&-again-2'],
    ],
  );
  assert.deepEqual(
    all('h1, h2').map(({ id }) => id),
    headings.map(({ id }) => id),
  );
  const { document } = new JSDOM(await notebookPage(notebook(...cells))).window;
  assert.equal(document.title, 'What p says');
  const targets = [...document.querySelectorAll('nav a')].map((link) =>
    document.getElementById(decodeURIComponent(link.getAttribute('href')!.slice(1))),
  );
  assert.deepEqual(
    targets.map((heading) => heading?.textContent),
    ['Before', 'What p says', 'Again & again', 'Again & again'],
  );
});

test('a notebook without headings is called by its file', async () => {
  const page = await notebookPage(notebook(code('1')), { fallbackTitle: '<a> & b' });
  assert.equal(new JSDOM(page).window.document.title, '<a> & b');
});

test('pictures are named by their title, their text or the heading above', async () => {
  const figure = { data: [], layout: { title: { text: '<b>Recall</b><br>per class' } } };
  const png = { 'image/png': 'AAAA' };
  const { all } = await render(
    code('0', [shown(png)]),
    text('## What "p" says'),
    code('1', [
      shown({ ...png, 'text/plain': 'Figure', 'application/vnd.plotly.v1+json': figure }),
      shown({ ...png, 'text/plain': 'A cat\nof 32 pixels' }),
      shown({ ...png, 'text/plain': '<Figure size 640x480 with 1 Axes>' }),
      shown({ ...png, 'text/plain': 'image/png, 3 bytes' }),
      shown({
        'image/svg+xml': '<svg xmlns="http://www.w3.org/2000/svg"/>',
        'text/plain': 'SVG picture',
      }),
      shown({
        'text/html':
          '<img src="data:image/png;base64,AAAA"><img alt="" src="data:image/png;base64,AAAA">',
      }),
    ]),
  );
  assert.deepEqual(
    all('img').map((image) => image.getAttribute('alt')),
    ['', 'Recall per class', 'A cat', ...Array(4).fill('What "p" says'), ''],
  );
});

test('the size that a notebook states is the size of a picture, if it is one', async () => {
  const sized = (size: object) => shown({ 'image/png': 'AAAA' }, { 'image/png': size });
  const { all } = await render(
    code('1', [sized({ width: 20, height: 10 }), sized({ width: '1"x', height: -1 }), sized([])]),
  );
  assert.deepEqual(
    all('img').map((image) => [image.getAttribute('width'), image.getAttribute('height')]),
    [
      ['20', '10'],
      [null, null],
      [null, null],
    ],
  );
});

test('formulas are MathML, amounts and code are not', async () => {
  const { all } = await render(
    text('The value $p$, and $x_1 * y_1 * z$.\n\nIt costs $5 and $6, `$p$`, \\$q$ or $ r $.'),
    text(
      '$$\n\\frac{1}{2}\n\n= x_i\n$$\n\nText $$a^2$$ too:\n\\begin{align}\na &= b \\\\\n- c &= d\n\\end{align}',
    ),
    text('```\n$p$\n```\n\nWrong: $\\frac{1}$.'),
    code('1', [shown({ 'text/latex': '$\\alpha$' })]),
  );
  const formulas = all('math').map((math) => [math.getAttribute('display'), math.textContent]);
  assert.deepEqual(formulas, [
    [null, 'p'],
    [null, 'x1∗y1∗z'],
    ['block', '12=xi'],
    ['block', 'a2'],
    ['block', 'a=b−c=d'],
    [null, 'α'],
  ]);
  assert.equal(all('p')[1]!.textContent, 'It costs $5 and $6, $p$, $q$ or $ r $.');
  assert.match(all('.temml-error')[0]!.textContent!, /\\frac/);
});

test('code is highlighted in its language', async () => {
  const fenced = '```py\ndef f(): pass\n```\n\n```sh\nls | wc\n```\n\n```unknown\ndef <b>\n```';
  const { all } = await render(text(fenced), code('const x = 1'));
  assert.deepEqual(
    all('pre.code').map(
      (block) => block.querySelector('.hljs-keyword, .hljs-built_in')?.textContent,
    ),
    ['def', 'ls', undefined, 'const'],
  );
  assert.equal(all('pre.code')[2]!.textContent, 'def <b>');
  const python = {
    ...notebook(code('def f(): pass')),
    metadata: { language_info: { name: 'python' } },
  };
  assert.match((await notebookParts(python)).body, /hljs-keyword">def/);
});

test('code can be folded, and is where the notebook says so', async () => {
  const { all } = await render(
    code('1'),
    code('let a = 1;\na', [], { jupyter: { source_hidden: true } }),
    code('3', [], { tags: ['hide-input'] }),
    code(' ', [{ output_type: 'stream', name: 'stdout', text: 'shown' }]),
  );
  assert.deepEqual(
    all('details').map((details) => details.hasAttribute('open')),
    [true, false, false],
  );
  assert.match(all('summary')[1]!.textContent!, /2 lines of code/);
  assert.equal(all('.output')[0]!.textContent, 'shown');
});

test('attached pictures are shown', async () => {
  const attachments = { 'a b.png': { 'image/png': 'AAAA' } };
  const { one } = await render(text('![x](attachment:a%20b.png)', { attachments }));
  assert.equal(one('img').getAttribute('src'), 'data:image/png;base64,AAAA');
});

test('links lead from the page to the same files, pictures are part of it', async () => {
  const from = join(folder, 'my notebooks');
  mkdirSync(join(from, 'sub'), { recursive: true });
  writeFileSync(join(from, 'sub', 'a#1.png'), 'PNG');
  const links = relativeLinks({
    from,
    to: join(folder, 'results', 'deep'),
    pageOf: (file) =>
      file === join(from, 'b c.ipynb') ? join(folder, 'results', 'deep', 'b c.html') : undefined,
  });
  const linked = (url: string) => links.link(url);
  const there = '../../my%20notebooks';
  assert.equal(linked('data/x.csv?raw=1#L3'), `${there}/data/x.csv?raw=1#L3`);
  assert.equal(linked('../README.md'), '../../README.md');
  assert.equal(linked('other.ipynb'), `${there}/other.ipynb`);
  assert.equal(linked('b%20c.ipynb#There'), 'b%20c.html#There');
  assert.equal(linked('100%.md'), `${there}/100%25.md`);
  for (const url of ['#here', '', '?a', '/root', '//host/x', 'https://a.b/c', 'mailto:a@b'])
    assert.equal(linked(url), url);
  assert.equal(links.picture('sub/a%231.png'), 'data:image/png;base64,UE5H');
  assert.equal(links.picture('sub/none.png'), `${there}/sub/none.png`);
  assert.equal(links.picture('https://a.b/c.png'), 'https://a.b/c.png');

  const cells = [text('[x](data/x.csv) ![y](sub/a%231.png)\n\n<img src="sub/none.png">')];
  const { body } = await notebookParts(notebook(...cells), { links });
  assert.match(body, /<a href="\.\.\/\.\.\/my%20notebooks\/data\/x\.csv">/);
  assert.match(body, /src="data:image\/png;base64,UE5H"/);
  assert.match(body, /src="\.\.\/\.\.\/my%20notebooks\/sub\/none\.png"/);
});

test('what was taken out is told, tables and drawings stay whole', async () => {
  const table =
    '<table border="1" class="dataframe"><tbody><tr><td align="right">1_<wbr>2</td></tr></tbody></table>';
  const drawing =
    '<svg width="9" viewBox="0 0 9 9"><path d="M0 0L9 9" stroke="currentColor"></path></svg>';
  const kept = await render(
    code('1', [shown({ 'text/html': table }), shown({ 'text/html': drawing })]),
  );
  assert.ok(kept.body.includes(table) && kept.body.includes(drawing), kept.body);
  assert.equal(kept.all('.note').length, 0);
  const harmless = await render(
    text('<!-- a comment --><a href="x" target="_blank" data-x="1">x</a>'),
    code('1', [
      shown({
        'text/html': '<math><semantics><mi>x</mi><annotation>\\x</annotation></semantics></math>',
      }),
    ]),
  );
  assert.equal(harmless.one('.html').firstElementChild!.textContent, 'x');
  assert.equal(harmless.all('.note').length, 0);
  assert.equal(harmless.one('a').getAttribute('target'), '_blank');
  const cut = await render(code('1', [shown({ 'text/html': `${table}<script>1</script>` })]));
  assert.match(cut.one('.note').textContent!, /--trust/);
  const unknown = await render(code('1', [shown({ 'application/x-unknown': '1' })]));
  assert.match(unknown.one('.note').textContent!, /application\/x-unknown/);
});
