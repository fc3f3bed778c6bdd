import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JSDOM } from 'jsdom';
import { junitOf } from '#kernels/reports/junit';
import { REPORTS } from './reports';

test('JUnit XML has a suite per notebook and a case per cell, and holds any text', () => {
  const { window } = new JSDOM('');
  const xml = new window.DOMParser().parseFromString(junitOf(REPORTS), 'text/xml');
  assert.equal(xml.querySelector('parsererror'), null);
  const attributes = (element: Element) =>
    Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value]));
  assert.deepEqual(attributes(xml.documentElement), {
    ...{ name: 'notebooks', tests: '3', failures: '1', skipped: '1', time: '15.500' },
  });
  assert.deepEqual([...xml.querySelectorAll('testsuite')].map(attributes), [
    {
      ...{ name: 'notebooks/a.ipynb', errors: '0', tests: '2', failures: '0', skipped: '1' },
      time: '12.500',
    },
    {
      ...{ name: 'notebooks/b, "c".ipynb', errors: '0', tests: '1', failures: '1', skipped: '0' },
      time: '3.000',
    },
  ]);
  assert.deepEqual([...xml.querySelectorAll('testcase')].map(attributes), [
    { classname: 'notebooks/a.ipynb', name: 'cell 1: const a = 1;', time: '9.500' },
    { classname: 'notebooks/a.ipynb', name: 'cell c2: a < 2', time: '0.000' },
    { classname: 'notebooks/b, "c".ipynb', name: 'cell 1: f()', time: '2.250' },
  ]);
  assert.equal(xml.querySelector('skipped')!.getAttribute('message'), 'tagged "x"');
  const failure = xml.querySelector('failure')!;
  assert.equal(failure.getAttribute('type'), 'RangeError');
  assert.match(failure.textContent!, /^a < b && "c", 100%: red `x` \| \]\]>\ufffd\r?\nnext ```$/);
});
