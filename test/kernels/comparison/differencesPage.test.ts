import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JSDOM } from 'jsdom';
import { differencesPage } from '#kernels/comparison/differencesPage';

const HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)">';

function pageOf(
  ...differences: Parameters<typeof differencesPage>[0][0]['cells'][0]['differences']
) {
  const cells = [{ id: 'a', number: 3, source: HOSTILE, differences }];
  const html = differencesPage([
    { path: HOSTILE, cells },
    { path: 'same.ipynb', cells: [] },
  ]);
  return { html, document: new JSDOM(html).window.document };
}

test('the page shows both sides with what differs marked, and links to each cell', () => {
  const { document } = pageOf({
    ...{ place: 'output 1, line 2', stored: 'a 0.1234 b 0.7504', run: 'a 0.1235 b 0.7604' },
  });
  assert.equal(document.querySelector('.stored pre')!.textContent, 'a 0.1234 b 0.7504');
  assert.deepEqual(
    [...document.querySelectorAll('del, ins')].map(({ textContent }) => textContent),
    ['0.7504', '0.7604'],
  );
  const target = document.querySelector('li a')!.getAttribute('href')!;
  assert.equal(
    document.querySelector(target)!.querySelector('h4')!.textContent,
    'output 1, line 2',
  );
  assert.match(document.body.textContent!, /1 of 2 notebooks differ/);
});

test('nothing that a notebook holds becomes markup, and the page loads nothing', () => {
  const { html, document } = pageOf(
    { place: HOSTILE, stored: HOSTILE, run: `${HOSTILE}2` },
    { place: 'p', pictures: { type: 'image/png', stored: `iVBO"${HOSTILE}`, run: 'iVBO' } },
  );
  assert.equal(document.querySelectorAll('script').length, 0);
  const [first, second] = document.querySelectorAll('img');
  assert.match(first!.getAttribute('src')!, /^data:image\/png;base64,iVBO[A-Za-z0-9+/=]*$/);
  assert.equal(second!.getAttribute('src'), 'data:image/png;base64,iVBO');
  for (const { attributes } of document.querySelectorAll('*'))
    for (const { name } of attributes) assert.doesNotMatch(name, /^on/);
  assert.doesNotMatch(html, /(src|href)="(https?:)?\/\/|@import|url\(/);
});
