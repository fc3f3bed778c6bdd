import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { type AnnotationRow, ATTRIBUTES } from '#statistics/analysis/annotations';
import { readAnnotations } from '#statistics/analysis/readAnnotations';
import { launch, withoutBrowser } from '../../browser';
import { temporaryFolder } from '../records/temporary';
import { CLASSES, serve } from './smallStudy';

const folder = temporaryFolder();
const AXE = join(__dirname, '../../../../node_modules/axe-core/axe.min.js');
const withoutAxe = existsSync(AXE) ? false : 'no axe-core: npm install';

/** What a person answers: some of either, decided by image and question. */
const says = (picture: number, question: number) => (picture * 5 + question * 3) % 4 === 0;

describe('the page of questions', { skip: withoutBrowser }, () => {
  let browser: Browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());

  /** A study that is served until the test ends, however it ends. */
  async function studyFor(t: TestContext, name: string, count?: number) {
    const study = await serve(join(folder, `${name}.jsonl`), count);
    t.after(study.close);
    return { ...study, path: study.file.path };
  }

  /** A person's page, with the requests and errors that it makes. */
  async function open(
    t: TestContext,
    url: string,
    options: Parameters<Browser['newContext']>[0] = {},
  ) {
    const context = await browser.newContext({
      viewport: { width: 1400, height: 900 },
      ...options,
    });
    t.after(() => context.close());
    const page = await context.newPage();
    const requests: string[] = [];
    const errors: string[] = [];
    context.on('request', (request) => requests.push(request.url()));
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    await page.goto(url);
    return { page, requests, errors };
  }

  async function begin(page: Page, name: string): Promise<void> {
    await page.getByLabel('Your name').fill(name);
    await page.keyboard.press('Enter');
    await page.locator('#asking').waitFor({ state: 'visible' });
  }

  const pictureOf = async (page: Page) =>
    Number(/(\d+)\.png$/.exec((await page.locator('#picture').getAttribute('src'))!)![1]);

  const waitForCount = (page: Page, count: number) =>
    page.locator('#count', { hasText: new RegExp(`^${count} of `) }).waitFor();

  /** Answers the questions about one picture with the keys alone. */
  async function answer(page: Page, done: number): Promise<number> {
    const picture = await pictureOf(page);
    for (const question of ATTRIBUTES.keys())
      await page.keyboard.press(says(picture, question) ? 'y' : 'n');
    await waitForCount(page, done + 1);
    return picture;
  }

  const answersOf = (row: AnnotationRow) => ATTRIBUTES.map((attribute) => row[attribute]);
  const expected = (picture: number) => [...ATTRIBUTES.keys()].map((q) => says(picture, q));

  it('asks about twenty pictures by single keys, through a reload, and saves each answer', async (t) => {
    const { path, ...served } = await studyFor(t, 'session');
    const { page, requests, errors } = await open(t, served.url);
    assert.equal(new URL(page.url()).search, '', 'the token is not left in the address');
    await begin(page, 'Ada');
    const seen: number[] = [];
    for (let done = 0; done < 20; done++) {
      if (done === 8) {
        // Two questions of this picture are answered; they are not saved, and the picture comes again.
        const before = await pictureOf(page);
        await page.keyboard.press('y');
        await page.keyboard.press('y');
        await page.reload();
        await page.locator('#asking').waitFor({ state: 'visible' });
        assert.equal(await pictureOf(page), before);
        assert.equal(await page.locator('#list :checked').count(), 0);
      }
      seen.push(await answer(page, done));
      const rows = await readAnnotations(path);
      assert.equal(rows.length, done + 1);
      const { image_id } = served.study.images.find((one) => one.picture === seen.at(-1))!.sampled;
      assert.equal(rows.at(-1)!.image_id, image_id);
      assert.deepEqual(answersOf(rows.at(-1)!), expected(seen.at(-1)!));
    }
    await page.getByRole('heading', { name: 'That was the last picture' }).waitFor();
    assert.equal(new Set(seen).size, 20);
    const rows = await readAnnotations(path);
    assert.deepEqual(
      rows.map(({ position }) => position),
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
    assert.ok(rows.every(({ person, seconds }) => person === 'Ada' && seconds! >= 0));
    assert.deepEqual(errors, []);
    assert.deepEqual(
      [...new Set(requests.map((url) => new URL(url).host))],
      [new URL(served.url).host],
    );
  });

  it('asks two people at once, each in an order of their own', async (t) => {
    const { path, ...served } = await studyFor(t, 'two');
    const [ada, bo] = await Promise.all([open(t, served.url), open(t, served.url)]);
    await Promise.all([begin(ada.page, 'Ada'), begin(bo.page, 'Bo')]);
    const [ofAda, ofBo]: [number[], number[]] = [[], []];
    for (let done = 0; done < 6; done++) {
      const [a, b] = await Promise.all([answer(ada.page, done), answer(bo.page, done)]);
      ofAda.push(a);
      ofBo.push(b);
    }
    assert.notDeepEqual(ofAda, ofBo);
    const rows = await readAnnotations(path);
    for (const [person, pictures] of [
      ['Ada', ofAda],
      ['Bo', ofBo],
    ] as const)
      assert.deepEqual(
        rows.filter((row) => row.person === person).map(answersOf),
        pictures.map(expected),
      );
    await ada.page.getByRole('button', { name: 'Another person' }).click();
    await ada.page.getByRole('button', { name: 'Bo: 6 of 20' }).waitFor();
    await ada.page.getByRole('button', { name: 'Ada: 6 of 20' }).click();
    await waitForCount(ada.page, 6);
  });

  it('takes answers back, question by question and picture by picture, and pauses', async (t) => {
    const { path, ...served } = await studyFor(t, 'undo');
    const { page, errors } = await open(t, served.url);
    await begin(page, 'Ada');
    const first = await answer(page, 0);
    const second = await pictureOf(page);
    await page.keyboard.press('y');
    await page.keyboard.press('n');
    await page.keyboard.press('u');
    assert.equal(await page.locator('#list :checked').count(), 1);
    await page.keyboard.press('u');
    assert.equal(await page.locator('#list :checked').count(), 0);
    assert.equal(await pictureOf(page), second);
    await page.keyboard.press('u');
    await waitForCount(page, 0);
    assert.equal(await pictureOf(page), first);
    assert.deepEqual(await readAnnotations(path), []);

    await page.keyboard.press('y');
    await page.keyboard.press('p');
    assert.ok(!(await page.locator('#picture').isVisible()));
    assert.equal(await page.locator(':focus').innerText(), 'Go on');
    await page.keyboard.press('Enter');
    assert.ok(await page.locator('#picture').isVisible());
    for (let i = 1; i < ATTRIBUTES.length; i++) await page.keyboard.press('n');
    await waitForCount(page, 1);
    const [row] = await readAnnotations(path);
    assert.deepEqual(answersOf(row!), [true, false, false, false, false, false, false]);
    assert.deepEqual(errors, []);
  });

  it('says where answers could not be saved, keeps them, and saves them when it can', async (t) => {
    const { path, ...served } = await studyFor(t, 'failing');
    const { page } = await open(t, served.url);
    await begin(page, 'Ada');
    await page.route('**/answer', (route) =>
      route.fulfill({ status: 500, body: 'The disk is full.' }),
    );
    for (let i = 0; i < ATTRIBUTES.length; i++) await page.keyboard.press('y');
    await page.getByRole('alert').filter({ hasText: 'The disk is full.' }).waitFor();
    assert.equal(await page.locator('#list :checked').count(), ATTRIBUTES.length);
    assert.deepEqual(await readAnnotations(path), []);
    await page.unroute('**/answer');
    await page.getByRole('button', { name: 'Save and next' }).click();
    await waitForCount(page, 1);
    assert.ok(!(await page.getByRole('alert').isVisible()));
    assert.equal((await readAnnotations(path)).length, 1);
  });

  it('works with the mouse, and does not save half of the answers', async (t) => {
    const served = await studyFor(t, 'mouse');
    const { page } = await open(t, served.url);
    await begin(page, 'Ada');
    for (let i = 0; i < ATTRIBUTES.length - 1; i++)
      await page.locator('fieldset').nth(i).getByLabel('No').click();
    await page.getByRole('button', { name: 'Save and next' }).click();
    assert.equal(await page.locator('#list input:invalid').count(), 2, 'the last question is open');
    assert.deepEqual(served.file.all(), []);
    await page.locator('fieldset').last().getByLabel('Yes').click();
    await page.getByRole('button', { name: 'Save and next' }).click();
    await waitForCount(page, 1);
    assert.equal(served.file.all()[0]!.fine_grained, true);
  });

  it('shows the picture at a readable size, with its class and two others of it', async (t) => {
    const served = await studyFor(t, 'size');
    for (const width of [500, 1400]) {
      const { page } = await open(t, served.url, { viewport: { width, height: 900 } });
      await begin(page, `Ada ${width}`);
      const { image } = served.interviews.task(`Ada ${width}`);
      assert.equal(await page.locator('#label').innerText(), `Labelled as: ${image!.className}`);
      assert.ok(CLASSES.includes(image!.className));
      const box = (await page.locator('#picture').boundingBox())!;
      assert.ok(Math.min(box.width, box.height) >= 300, JSON.stringify(box));
      const examples = page.locator('#examples img');
      assert.equal(await examples.count(), 2);
      const loaded = await page.evaluate<boolean>(
        `Promise.all([...document.images].map((image) => image.decode())).then(() =>
          [...document.images].every((image) => image.naturalWidth === 32))`,
      );
      assert.ok(loaded);
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width);
    }
  });

  it('keeps the rules of accessibility in every state', { skip: withoutAxe }, async (t) => {
    const axe = readFileSync(AXE, 'utf8');
    for (const [width, colorScheme] of [
      [500, 'light'],
      [1400, 'dark'],
    ] as const) {
      const served = await studyFor(t, `rules-${width}`, 3);
      const { page } = await open(t, served.url, {
        ...{ viewport: { width, height: 900 }, colorScheme },
      });
      const check = async (state: string) => {
        await page.evaluate(axe);
        const found = await page.evaluate<string[]>(
          `axe.run(document, { resultTypes: ['violations', 'incomplete'] }).then(({ violations, passes, incomplete }) => {
            if (passes.length < 10) return ['only ' + passes.length + ' rules were checked'];
            return [...violations, ...incomplete].flatMap(({ id, nodes }) =>
              nodes.map(({ html, failureSummary }) => [id, html, failureSummary].join(' | ')));
          })`,
        );
        assert.deepEqual(found, [], `${state}, ${width}, ${colorScheme}`);
      };
      await page.getByLabel('Your name').waitFor();
      await check('start');
      await begin(page, 'Ada');
      await check('asking');
      // Focus goes to the first question, and the change is told to those who cannot see it.
      assert.match(await page.getByRole('status').innerText(), /^Picture 1 of 3, labelled as /);
      const focused = await page.locator(':focus').locator('xpath=ancestor::fieldset').innerText();
      assert.match(focused, /^Is the label wrong/);
      await page.keyboard.press('p');
      await check('pausing');
      await page.keyboard.press('Enter');
      for (let done = 0; done < 3; done++) await answer(page, done);
      await page.locator('#done').waitFor({ state: 'visible' });
      assert.equal(await page.locator(':focus').innerText(), 'That was the last picture');
      await check('done');
      await page.getByRole('button', { name: 'Another person' }).click();
      await page.getByRole('button', { name: 'Ada: 3 of 3' }).waitFor();
      await check('start again');
    }
  });
});
