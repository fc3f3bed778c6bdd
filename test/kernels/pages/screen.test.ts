import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import type { Cell } from '#kernels/notebook';
import { notebookPage } from '#kernels/pages/page';
import { launch, withoutBrowser } from '../../browser';

const PLOTLY = 'application/vnd.plotly.v1+json';
const MADE_FOR = 800;

/** A notebook with a figure, a wide table, wide code, a drawing, and an output that would cover the page. */
async function exampleCells(): Promise<Cell[]> {
  const white = {
    create: { width: 1600, height: 800, channels: 3, background: '#ffffff' },
  } as const;
  const png = (await sharp(white).png().toBuffer()).toString('base64');
  const layout = {
    width: MADE_FOR,
    height: 400,
    title: { text: 'Recall' },
    paper_bgcolor: '#ffffff',
  };
  const figure = { data: [{ type: 'bar', x: ['cat', 'dog'], y: [1, 2] }], layout };
  const cells = Array.from({ length: 30 }, (_, i) => `<td>column_number_${i}</td>`).join('');
  const outputs = [
    { 'image/png': png, [PLOTLY]: figure },
    { [PLOTLY]: figure, 'text/plain': 'without a picture' },
    { 'text/html': `<table><tr>${cells}</tr></table>` },
    { 'text/html': '<div style="position:fixed; inset:0; z-index:9; background:red">cover</div>' },
    { 'image/png': png },
  ].map((data) => ({ output_type: 'display_data', data, metadata: {} }) as const);
  const shared = { id: 'c', metadata: {} };
  return [
    { ...shared, cell_type: 'markdown', source: '# One\n\n## Two\n\n## Three\n\n$$\\sum_i x_i$$' },
    {
      ...{ ...shared, cell_type: 'code', execution_count: 1, outputs },
      source: `const wide = '${'x'.repeat(300)}';`,
    },
    { ...{ ...shared, cell_type: 'code', execution_count: 2, outputs: [] }, source: '2' },
  ];
}

describe('a page of a notebook on screens and paper', { skip: withoutBrowser }, () => {
  let browser: Browser;
  let folder: string;
  let file: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pages-'));
    file = join(folder, 'page.html');
    writeFileSync(file, await notebookPage({ cells: await exampleCells(), metadata: {} }));
    browser = await launch();
  });
  after(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  async function open(width: number, colorScheme: 'light' | 'dark' = 'light') {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    const troubles: string[] = [];
    page.on('pageerror', (error) => troubles.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') troubles.push(message.text());
    });
    page.on('request', (request) => {
      if (!/^(file|data):/.test(request.url())) troubles.push(request.url());
    });
    await page.goto(pathToFileURL(file).href);
    await page.locator('.figure.drawn .plot').nth(-1).waitFor();
    return { page, troubles };
  }

  const widthBeyondScreen = (page: Page) =>
    page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

  /** The colour of a pixel of a screenshot, as a mean of its channels from 0 to 255. */
  async function brightness(page: Page, selector: string): Promise<number> {
    const picture = await page.locator(selector).first().screenshot();
    const { channels } = await sharp(picture).stats();
    return channels.slice(0, 3).reduce((sum, { mean }) => sum + mean / 3, 0);
  }

  it('draws figures where they have their width', async () => {
    const { page, troubles } = await open(1400);
    const figure = page.locator('.figure').first();
    await page.locator('.figure.drawn').first().locator('.plot').waitFor();
    assert.equal(await figure.locator('img').isVisible(), false);
    assert.equal(await figure.locator('.gtitle').textContent(), 'Recall');
    assert.ok(((await figure.locator('.main-svg').first().boundingBox())?.width ?? 0) >= MADE_FOR);
    assert.equal(await widthBeyondScreen(page), 0);
    assert.deepEqual(troubles, []);
    await page.close();
  });

  it('shows figures as pictures, scaled down, where they have not', async () => {
    const { page, troubles } = await open(500);
    const [first, second] = [page.locator('.figure').nth(0), page.locator('.figure').nth(1)];
    const { width } = (await first.locator('img').boundingBox())!;
    assert.ok(width > 400 && width <= 500, String(width));
    assert.equal(await first.locator('.plot').isVisible(), false);
    // Without a picture it keeps its width, within its own scroll bar.
    assert.ok((await second.locator('.main-svg').first().boundingBox())!.width >= MADE_FOR);
    assert.equal(await widthBeyondScreen(page), 0);
    // A reader turns the screen.
    await page.setViewportSize({ width: 1000, height: 500 });
    await first.locator('.plot').waitFor();
    await page.setViewportSize({ width: 500, height: 900 });
    await first.locator('img').waitFor();
    assert.deepEqual(troubles, []);
    await page.close();
  });

  it('is dark where the system is, and no figure glares', async () => {
    for (const [scheme, isDark] of [
      ['light', false],
      ['dark', true],
    ] as const)
      for (const width of [500, 1400]) {
        const { page } = await open(width, scheme);
        const figure = await brightness(page, '.figure');
        assert.ok(isDark ? figure < 60 : figure > 200, `figure, ${scheme}, ${width}: ${figure}`);
        const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        assert.equal(ground, isDark ? 'rgb(13, 17, 23)' : 'rgb(255, 255, 255)');
        const picture = await brightness(page, '.output > .picture');
        assert.ok(isDark ? picture < 220 : picture > 250, `picture, ${scheme}: ${picture}`);
        await page.close();
      }
  });

  it('folds the code of one cell and of all', async () => {
    const { page } = await open(1400);
    const unfolded = () =>
      page.locator('details.source').evaluateAll((all) => all.map((d) => d.hasAttribute('open')));
    await page.locator('summary').first().click();
    assert.deepEqual(await unfolded(), [false, true]);
    assert.equal(await page.getByText('1 line of code').first().isVisible(), true);
    const button = page.locator('button.fold');
    assert.equal(await button.textContent(), 'Hide all code');
    await button.click();
    assert.deepEqual(await unfolded(), [false, false]);
    await page.getByText('Show all code').click();
    assert.deepEqual(await unfolded(), [true, true]);
    await page.close();
  });

  it('keeps outputs in their place', async () => {
    const { page } = await open(1400);
    const top = await page.evaluate(
      () =>
        document.elementFromPoint(200, 60)?.closest('.output') === null &&
        document.elementFromPoint(700, 60)?.closest('.output') === null,
    );
    assert.equal(top, true);
    await page.close();
  });

  it('prints pictures and the text, without its controls', async () => {
    const { page } = await open(1400, 'dark');
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    const figure = page.locator('.figure').first();
    assert.equal(await figure.locator('img').isVisible(), true);
    assert.equal(await figure.locator('.plot').isVisible(), false);
    assert.equal(await page.locator('nav').isVisible(), false);
    assert.equal(
      await page.evaluate(() => getComputedStyle(document.body).backgroundColor),
      'rgb(255, 255, 255)',
    );
    assert.equal(await figure.evaluate((element) => getComputedStyle(element).filter), 'none');
    await page.close();
  });
});
