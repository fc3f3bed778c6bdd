import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { JSDOM } from 'jsdom';
import type { Browser } from 'playwright-core';
import { notebookPage } from '#kernels/pages/page';
import { launch, withoutBrowser } from '../../browser';
import { ATTACKS, notebookOf } from './hostile';

const ACTIVE = 'iframe, object, embed, base, form, dialog, style, meta, link, template';
const SCRIPT_URL =
  /^[\s\0-\x20]*(?:j\s*a\s*v\s*a\s*s\s*c\s*r\s*i\s*p\s*t|vbscript|data:(?!image\/))/i;

/** What could run in a page that is not the page's own. */
function dangers(html: string): string[] {
  const { document } = new JSDOM(html).window;
  const allowed = document
    .querySelector('meta[http-equiv="Content-Security-Policy"]')!
    .getAttribute('content')!;
  const elements = [...document.querySelectorAll('*')];
  const scripts = elements.filter((element) => element.localName === 'script');
  return [
    // Data, and what folds the code; notebooks without figures have no more scripts.
    ...(scripts.length === 2 ? [] : [`${scripts.length} scripts`]),
    ...[...document.querySelectorAll(`body :is(${ACTIVE})`)].map(({ outerHTML }) => outerHTML),
    ...elements.flatMap(({ attributes }) =>
      [...attributes]
        .filter(
          ({ name, value }) =>
            /^on/i.test(name) || (name !== 'alt' && name !== 'title' && SCRIPT_URL.test(value)),
        )
        .map(({ name, value }) => `${name}="${value}"`),
    ),
    ...(/unsafe-eval|script-src[^;]*unsafe-inline/.test(allowed) ? [allowed] : []),
  ];
}

describe('a page of a hostile notebook', () => {
  for (const [name, attack] of Object.entries(ATTACKS))
    it(`holds nothing that runs: ${name}`, async () => {
      assert.deepEqual(dangers(await notebookPage(notebookOf(attack))), []);
    });

  it('holds nothing that runs, however the parts are joined', async () => {
    const glue = fc.constantFrom(
      '',
      ' ',
      '\n\n',
      '<',
      '>',
      '"',
      "'",
      '`',
      '$',
      '<!--',
      '<b>',
      '</p>',
      '<table><td>',
      '<svg>',
      '<math>',
      '\\',
    );
    const attack = fc.constantFrom(...Object.values(ATTACKS));
    const text = fc
      .array(fc.tuple(glue, attack, glue), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.flat().join(''));
    await fc.assert(
      fc.asyncProperty(text, async (joined) => {
        assert.deepEqual(dangers(await notebookPage(notebookOf(joined))), []);
      }),
      { numRuns: 30, seed: 16 },
    );
  });
});

describe('a page of a hostile notebook in Chromium', { skip: withoutBrowser }, () => {
  let browser: Browser;
  let folder: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pages-'));
    browser = await launch();
  });
  after(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  /** Opens a page, points at everything in it, follows its scripts' links, and tells whether foreign code ran. */
  async function isHacked(html: string, figures = 0): Promise<boolean> {
    const file = join(folder, 'page.html');
    writeFileSync(file, html);
    const page = await browser.newPage();
    try {
      let isShown = false;
      page.on('dialog', (dialog) => {
        isShown = true;
        void dialog.dismiss();
      });
      await page.goto(pathToFileURL(file).href);
      for (let i = 0; i < figures; i++)
        await page.locator('.figure').nth(i).and(page.locator('.drawn')).waitFor();
      return (await page.evaluate(provoke)) || isShown;
    } finally {
      await page.close();
    }
  }

  const notebook = {
    cells: Object.values(ATTACKS).flatMap((attack) => notebookOf(attack, true).cells),
    metadata: {},
  };
  const figures = Object.keys(ATTACKS).length;

  it('runs nothing', async () => {
    assert.equal(await isHacked(await notebookPage(notebook), figures), false);
  });

  it('runs nothing by the sanitiser alone', async () => {
    const page = await notebookPage(notebook);
    assert.equal(await isHacked(page.replace(POLICY, ''), figures), false);
  });

  it('runs nothing by the policy alone', async () => {
    const [policy] = POLICY.exec(await notebookPage(notebook))!;
    const trusted = await notebookPage(notebook, { trust: true });
    assert.equal(await isHacked(trusted.replace('<title>', `${policy}<title>`)), false);
  });

  it('runs what it holds where it is trusted', async () => {
    for (const name of ['script', 'an image that fails', 'svg that loads', 'a link', 'a frame']) {
      const page = await notebookPage(notebookOf(ATTACKS[name]!), { trust: true });
      assert.equal(await isHacked(page), true, name);
    }
  });
});

const POLICY = /<meta http-equiv="Content-Security-Policy"[^>]*>/;

/** Runs in the page. */
async function provoke(): Promise<boolean> {
  for (const element of Document.prototype.querySelectorAll.call(document, '*')) {
    for (const type of ['mouseover', 'focus', 'toggle', 'animationstart'])
      element.dispatchEvent(new Event(type));
    const link = element.getAttribute('href') ?? element.getAttribute('xlink:href');
    const leadsElsewhere = link !== null && !/script:/i.test(link);
    if (!leadsElsewhere && element.matches('a, button'))
      element.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
  }
  // Links with scripts run in a task of their own, behind the click.
  for (let i = 0; i < 3; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
  return 'hacked' in window;
}
