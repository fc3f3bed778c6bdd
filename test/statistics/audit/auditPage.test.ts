import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { audit } from '#statistics/audit/audit';
import { auditPage } from '#statistics/audit/auditPage';
import type { ImageId } from '#statistics/predictions/predictions';
import { readPredictions } from '#statistics/predictions/readPredictions';
import { launch, withoutBrowser } from '../../browser';
import { temporaryFolder } from '../../library/records/temporary';

const GOLDEN = join(__dirname, '../../../../test/statistics/analysis/golden/pair');
const folder = temporaryFolder();
const ATTACK = `<img src=x onerror="document.title='hacked'"><script>document.title='hacked'</script>"'&`;

/** A PNG of one pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

async function writePage(name: string, attack = false): Promise<string> {
  const read = await readPredictions(join(GOLDEN, 'pair.csv'));
  const classNames = Array.from({ length: 20 }, (_, c) =>
    attack && c === 3 ? ATTACK : `name ${c}`,
  );
  const predictions = {
    ...{ ...read, classNames },
    groups: { half: read.imageIds.map((_, i) => (attack && i % 2 ? ATTACK : `half ${i % 2}`)) },
    models: read.models.map((model) => ({
      ...model,
      variant: attack ? `${model.variant}${ATTACK}` : model.variant,
    })),
    imageIds: attack ? read.imageIds.map((id) => `${id}${ATTACK}`) : read.imageIds,
  };
  const result = audit(predictions, { baseline: predictions.models[0]!.variant });
  const ids = result.variants[0]!.changed.map(({ image_id }) => image_id);
  const images = new Map<ImageId, Uint8Array>(ids.map((id) => [id, PIXEL]));
  const file = join(folder, `${name}.html`);
  const measured = { Preprocessing: attack ? ATTACK : 'bicubic, 256, 224' };
  writeFileSync(file, auditPage(result, { images, measured }));
  return file;
}

describe('the page of an audit', { skip: withoutBrowser }, () => {
  let browser: Browser;
  let file: string;
  before(async () => {
    browser = await launch();
    file = await writePage('page');
  });
  after(() => browser.close());

  /** The page with the requests and errors that it makes. */
  async function open(path: string, width: number, colorScheme: 'light' | 'dark' = 'light') {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    const requests: string[] = [];
    const errors: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    await page.goto(pathToFileURL(path).href);
    return { page, requests, errors };
  }

  const firstCells = (page: Page, table = 0) =>
    page.locator('table').nth(table).locator('tbody tr td:first-child').allInnerTexts();

  it('sorts, filters, opens a class and asks nothing of anyone', async () => {
    const { page, requests, errors } = await open(file, 1400);
    assert.match(await page.locator('.model').innerText(), /BLOCK\s+int8 changes 370 of 4,000/);
    assert.equal((await firstCells(page))[0], 'name 3');
    await page.locator('th button', { hasText: 'lost' }).first().click();
    const lost = page.locator('table').first().locator('tbody tr td:nth-child(3)');
    const ascending = (await lost.allInnerTexts()).map(Number);
    assert.deepEqual(
      ascending,
      [...ascending].sort((a, b) => a - b),
    );
    await page.locator('th button', { hasText: 'lost' }).first().click();
    assert.equal((await firstCells(page))[0], 'name 3');

    const visible = page.locator('.gallery li:visible');
    assert.equal(await visible.count(), 370);
    await page.getByRole('button', { name: 'name 3', exact: true }).click();
    const ofClass = await visible.count();
    assert.ok(ofClass > 60 && ofClass < 100, `${ofClass}`);
    assert.equal(await page.locator('.shown').innerText(), String(ofClass));
    assert.match(await page.locator(':focus').innerText(), /true\s+name 3/);
    await page.keyboard.press('ArrowRight');
    const second = await visible.nth(1).innerText();
    assert.equal(await page.locator('.gallery li:focus').innerText(), second);
    await page.getByLabel('Class').selectOption('');
    await page.getByRole('button', { name: 'gained', exact: true }).last().click();
    assert.equal(await visible.count(), 5);

    assert.deepEqual(errors, []);
    assert.deepEqual(
      requests.filter((url) => !url.startsWith('data:')),
      [pathToFileURL(file).href],
    );
    await page.close();
  });

  it('hands out its data', async () => {
    const { page } = await open(file, 1400);
    for (const [name, check] of [
      ['audit.json', (text: string) => JSON.parse(text).variants[0].flips.lost === 283],
      ['classes.csv', (text: string) => text.startsWith('by,variant,')],
    ] as const) {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: `Download ${name}` }).click(),
      ]);
      assert.equal(download.suggestedFilename(), name);
      const path = join(folder, name);
      await download.saveAs(path);
      assert.ok(check(readFileSync(path, 'utf8')), name);
    }
    await page.close();
  });

  it('fits screens of 500 and 1,400 pixels, light and dark', async () => {
    for (const width of [500, 1400])
      for (const scheme of ['light', 'dark'] as const) {
        const { page } = await open(file, width, scheme);
        const [scrolls, ground, ink] = await page.evaluate<[number, string, string]>(`[
          document.documentElement.scrollWidth,
          getComputedStyle(document.body).backgroundColor,
          getComputedStyle(document.body).color,
        ]`);
        assert.equal(scrolls, width, `${width} ${scheme}`);
        const lightness = (color: string) =>
          (color.match(/\d+/g) ?? []).slice(0, 3).reduce((sum, part) => sum + Number(part), 0);
        assert.equal(lightness(ground) > lightness(ink), scheme === 'light');
        await page.close();
      }
  });

  it('shows names that are code as text', async () => {
    const { page, errors } = await open(await writePage('hostile', true), 500);
    assert.doesNotMatch(await page.title(), /^hacked/);
    assert.ok((await firstCells(page)).includes(ATTACK));
    assert.equal(await page.locator('[onerror]').count(), 0);
    assert.equal(await page.locator('script').count(), 1);
    assert.deepEqual(errors, []);
    await page.close();
  });
});
