import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { PredictionsError } from '#statistics/errors';
import { count, TEXT } from '#statistics/options';
import { itemsOf, type JsonRule, maybe, objectOf, parseJson } from '#statistics/untrusted/json';

const RULE: JsonRule = objectOf({
  name: TEXT,
  sizes: itemsOf(objectOf({ n: count() })),
  seed: maybe(count(0)),
});
const FILE = {
  ...{ file: 'a/record.json', what: 'the record', rule: RULE },
  ...{ Failure: PredictionsError, wayOut: 'Delete it.' },
};

function assertRefused(json: string, problem: RegExp): void {
  assert.throws(
    () => parseJson(FILE, json),
    (error: Error) =>
      error instanceof PredictionsError &&
      error.file === 'a/record.json' &&
      /^a\/record\.json: the record .* Delete it\.$/s.test(error.message) &&
      problem.test(error.message),
    json.slice(0, 100),
  );
}

describe('parseJson', () => {
  const good = { name: 'x', sizes: [{ n: 1 }, { n: 2, other: null }], more: 'kept' };

  it('gives the value as it stands, with members of no rule', () => {
    assert.deepEqual(parseJson(FILE, JSON.stringify(good)), good);
    assert.deepEqual(parseJson(FILE, `\ufeff${JSON.stringify(good)}`), good);
  });

  it('names the member that is wrong, what it is and what is expected', () => {
    assertRefused(JSON.stringify({ ...good, name: 7 }), /damaged: name is 7, expected a string/);
    assertRefused(JSON.stringify({ ...good, seed: -1 }), /seed is -1, expected a whole number, 0/);
    assertRefused(JSON.stringify({ ...good, sizes: [{ n: 1 }, { n: 0 }] }), /sizes\[1\]\.n is 0/);
    assertRefused(
      JSON.stringify({ ...good, sizes: [null] }),
      /sizes\[0\] is null, expected an obj/,
    );
    assertRefused(JSON.stringify({ name: 'x' }), /sizes is missing, expected a list/);
    assertRefused('[]', /damaged: it is \[\], expected an object/);
    assertRefused('null', /damaged: it is null/);
  });

  it('refuses every beginning of a file', () => {
    const json = JSON.stringify(good);
    for (let length = 0; length < json.length; length++)
      assertRefused(json.slice(0, length), /is not JSON \(/);
  });

  it('refuses what would overflow the stack, and counts no brackets in strings', () => {
    assertRefused(`${'['.repeat(100_000)}`, /more than 500 objects and lists/);
    assertRefused(`{"name":${'{"a":'.repeat(1000)}`, /more than 500 objects and lists/);
    const name = '[{"\\'.repeat(2000);
    assert.equal(parseJson<typeof good>(FILE, JSON.stringify({ ...good, name })).name, name);
  });

  it('throws nothing but errors of the class of its file', () => {
    const anything = fc.oneof(fc.json(), fc.string());
    fc.assert(
      fc.property(anything, (json) => {
        try {
          parseJson(FILE, json);
        } catch (error) {
          assert.ok(error instanceof PredictionsError);
          assert.equal(error.file, 'a/record.json');
        }
      }),
    );
  });
});
