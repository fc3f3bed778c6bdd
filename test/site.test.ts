import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, posix } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import ts from 'typescript-api';
import { printsTheSame } from '../docs/tools/examplesRun';
import { COMPILER_OPTIONS } from '../docs/tools/face';
import { ROOT } from '../docs/tools/packages';
import { siteLink } from '../docs/tools/site/links';
import { anchorOf } from '../docs/tools/site/markdown';
import { SOURCE, TUTORIALS } from '../docs/tools/site/pages';
import { runTutorial, stepsOf, withPrinted, writeProgram } from '../docs/tools/site/tutorials';
import { launch, withoutBrowser } from './browser';

const read = (path: string) => readFileSync(join(ROOT, SOURCE, path), 'utf8');

describe('the site', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'sbd-site-'));
    const script = join(ROOT, 'dist/docs/tools/site/main.js');
    execFileSync(process.execPath, [script, folder], { cwd: ROOT, stdio: 'pipe' });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const htmlFiles = () =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((file) => file.replaceAll('\\', '/'))
      .filter((file) => file.endsWith('.html'));

  it('has pages for tutorials, background, every notebook and the whole reference', () => {
    const files = new Set(htmlFiles());
    const named = (path: string, from: RegExp) =>
      readdirSync(join(ROOT, path))
        .filter((name) => from.test(name))
        .map((name) => name.replace(from, '.html'));
    const expected = [
      ...['index.html', 'statistics.html', 'scaling.html', 'tensorflow.html', 'kernel.html'],
      ...TUTORIALS.map((path) => path.replace('.md', '.html')),
      ...named('notebooks', /\.ipynb$/).map((name) => `notebooks/${name}`),
      ...named('docs/reference', /\.md$/).map(
        (name) => `reference/${name.replace('README', 'index')}`,
      ),
    ];
    for (const file of expected) assert.ok(files.has(file), file);
  });

  it('has links that lead to a file, and to an anchor in it', () => {
    const contents = new Map(
      htmlFiles().map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
    );
    const broken = [...contents].flatMap(([file, html]) =>
      [...html.matchAll(/(?:href|src)="([^"]*)"/g)]
        .map(([, target]) => target!)
        .filter((target) => !/^(https?|data|mailto):/.test(target))
        .filter((target) => {
          const [path, anchor] = target.split('#');
          const to = path === '' ? file : posix.join(posix.dirname(file), path!);
          if (!existsSync(join(folder, to))) return true;
          return anchor !== undefined && !contents.get(to)?.includes(`id="${decodeURI(anchor)}"`);
        })
        .map((target) => `${file}: ${target}`),
    );
    assert.deepEqual([...new Set(broken)], []);
  });

  it('has links to files of the repository that are there', () => {
    const missing = htmlFiles().flatMap((file) =>
      [...readFileSync(join(folder, file), 'utf8').matchAll(/href="[^"]*\/blob\/main\/([^"#]*)/g)]
        .filter(([, path]) => !existsSync(join(ROOT, path!)))
        .map(([, path]) => `${file}: ${path}`),
    );
    assert.deepEqual(missing, []);
  });

  it('renders formulas', () => {
    const html = readFileSync(join(folder, 'statistics.html'), 'utf8');
    assert.ok([...html.matchAll(/<math[ >]/g)].length >= 8);
    assert.doesNotMatch(html, /class="temml-error"|\\frac(?![^<]*<\/annotation>)/);
  });

  const inBrowser = { skip: withoutBrowser };
  const open = async (width: number, work: (page: Page) => Promise<void>) => {
    const browser = await launch();
    try {
      const page = await browser.newPage({ viewport: { width, height: 900 } });
      const asked: string[] = [];
      page.on('request', (request) => asked.push(request.url()));
      await work(page);
      assert.deepEqual(
        asked.filter((url) => !/^(file|data):/.test(url)),
        [],
      );
    } finally {
      await browser.close();
    }
  };
  const url = (file: string) => pathToFileURL(join(folder, file)).href;

  for (const width of [500, 1400])
    it(`is as wide as a window of ${width} pixels, and asks no other computer`, inBrowser, () =>
      open(width, async (page) => {
        for (const file of [
          ...['index.html', 'statistics.html', 'kernel.html', 'tutorials/own.html'],
          ...['notebooks/03-class-changes.html', 'reference/perClassTTest.html'],
        ]) {
          await page.goto(url(file));
          const wider = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
          assert.ok(Number(wider) <= 0, `${file} is ${wider} pixels wider`);
        }
      }),
    );

  it('finds words from a disk, without a server, and goes there by Enter', inBrowser, () =>
    open(1400, async (page) => {
      await page.goto(url('tutorials/audit.html'));
      await page.fill('#search', 'permutation test PIEs');
      await page.waitForSelector('#found a');
      await page.fill('#search', 'chancePIEs');
      await page.waitForFunction(
        "document.querySelector('#found a')?.textContent.startsWith('chancePIEs')",
      );
      await page.press('#search', 'Enter');
      await page.waitForURL(/reference\/chancePIEs\.html/);
      await page.fill('#search', 'qqqqqq');
      await page.waitForSelector('#found:has-text("Nothing about")');
    }),
  );
});

describe('links of the site', () => {
  const places = new Map([
    ['docs/reference/README.md', 'reference/index.html'],
    ['notebooks/10-audit.ipynb', 'notebooks/10-audit.html'],
  ]);
  const from = { source: 'docs/site/tutorials/audit.md', place: 'tutorials/audit.html' };
  const link = (target: string) => siteLink(target, from, places);

  it('lead to the page that is made of a file, or of the README of a folder', () => {
    assert.equal(link('../../../notebooks/10-audit.ipynb'), '../notebooks/10-audit.html');
    assert.equal(link('../../reference/#figures'), '../reference/index.html#figures');
  });

  it('lead to the repository for other files, and stay where they name a place of their own', () => {
    assert.match(link('../../../LICENSE'), /^https:.*\/blob\/main\/LICENSE$/);
    for (const target of ['https://example.org/a.md', '#anchor', 'mailto:a@example.org'])
      assert.equal(link(target), target);
  });

  it('have the anchors that GitHub makes of headings', () => {
    assert.equal(anchorOf("Classes: Welch's t-test"), 'classes-welchs-t-test');
    assert.equal(anchorOf('PASS, WARN & BLOCK'), 'pass-warn--block');
  });
});

describe('tutorials', () => {
  const names = TUTORIALS.map((path) => [basename(path, '.md'), path] as const);

  it('have no block of code that is not run', () => {
    for (const [, path] of names) {
      const text = read(path);
      const languages = [...text.matchAll(/^```(\w*)\n[\s\S]*?^```$/gm)].map(([, name]) => name);
      const run = languages.filter((name) => name !== 'text');
      assert.deepEqual(
        stepsOf(text).map(({ language }) => language),
        run,
        path,
      );
      const told = stepsOf(text).filter(({ printed }) => printed !== '');
      assert.equal(told.length, languages.length - run.length, path);
    }
  });

  it('compile in a strict project', async () => {
    const files = await Promise.all(
      names.map(([name, path]) => writeProgram(name, stepsOf(read(path)))),
    );
    const program = ts.createProgram(files, COMPILER_OPTIONS);
    const found = files.flatMap((file) => {
      const source = program.getSourceFile(file)!;
      return [
        ...program.getSyntacticDiagnostics(source),
        ...program.getSemanticDiagnostics(source),
      ].map(
        ({ messageText }) =>
          `${basename(file)}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
      );
    });
    assert.deepEqual(found, []);
  });

  for (const [name, path] of names)
    it(`${name} prints what it says`, {
      skip: process.platform === 'win32' && 'its commands need a shell',
    }, async () => {
      const steps = stepsOf(read(path));
      const printed = await runTutorial(name, steps);
      steps.forEach((step, i) => {
        assert.ok(
          printsTheSame(printed[i]!, step.printed),
          `${path}: ${step.code}prints\n${printed[i]}instead of\n${step.printed}`,
        );
      });
    });

  it('are written with what they print, and otherwise stay', () => {
    const page = '# A\n\n```ts\nrun();\n```\n\n```text\nold\n```\n\nText.\n\n```sh\nls\n```\n';
    assert.equal(withPrinted(page, ['new\n', '']), page.replace('old', 'new'));
  });
});
