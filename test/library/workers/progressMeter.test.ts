import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { ProgressMeter, type Speed } from '#library/workers/progressMeter';
import { setProgressSink } from '#statistics/progress';

const shown: string[] = [];
let before: ReturnType<typeof setProgressSink>;

beforeEach(() => {
  // The time of day counts for nothing: somebody may set it.
  mock.method(performance, 'now', () => now);
  shown.length = 0;
  before = setProgressSink({ update: (line) => shown.push(line), done() {} });
});

afterEach(() => {
  setProgressSink(before);
  mock.restoreAll();
});

let now = 0;

function meter() {
  return new ProgressMeter<Speed & { readonly done: number }>(
    ({ done }) => `${done} of 3`,
    undefined,
  );
}

test('says nothing of a speed and a remaining time that are not known yet', () => {
  const started = meter();
  started.expect(1000);
  started.report({ done: 0 });
  assert.deepEqual(shown, ['0 of 3']);
});

test('says both when images have been seen, and the speed alone where their number is unknown', () => {
  const known = meter();
  known.expect(1000);
  now += 10_000;
  known.add(400);
  known.report({ done: 1 });
  const unknown = meter();
  unknown.expect(Number.NaN);
  now += 10_000;
  unknown.add(4);
  unknown.report({ done: 2 });
  assert.deepEqual(shown, ['1 of 3, 40 images/s, 15 s left', '2 of 3, 0.4 images/s']);
});
