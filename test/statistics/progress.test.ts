import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { progress, setProgressSink, terminalProgress, withoutProgress } from '#statistics/progress';

/** A stream that keeps what is written to it, and a clock that the test moves. */
function recorder(isTTY: boolean) {
  const written: string[] = [];
  const clock = { now: 0 };
  const stream = {
    ...{ isTTY, columns: 20 },
    write: (text: string | Uint8Array) => written.push(String(text)) > 0,
  };
  return { written, clock, sink: terminalProgress(stream, () => clock.now) };
}

describe('terminalProgress', () => {
  test('rewrites one line on a terminal, without the middle of what is wider', () => {
    const { written, sink } = recorder(true);
    sink.done();
    sink.update('1 of 2');
    sink.update('19 letters fit here');
    sink.update('2 of 2 networks, 40 images/s, 12 s left');
    sink.done();
    assert.deepEqual(written, [
      '\r\x1b[K1 of 2',
      '\r\x1b[K19 letters fit here',
      '\r\x1b[K2 of 2 ne…12 s left',
      '\n',
    ]);
  });

  test('writes nothing to a log for short work, and a line every ten seconds for long work', () => {
    const { written, clock, sink } = recorder(false);
    for (let second = 0; second < 9; second++) {
      clock.now = 1000 * second;
      sink.update(`short ${second}`);
    }
    sink.done();
    assert.deepEqual(written, []);
    for (let second = 20; second <= 45; second++) {
      clock.now = 1000 * second;
      sink.update(`long ${second}`);
    }
    sink.done();
    assert.deepEqual(written, ['long 30\n', 'long 40\n', 'long 45\n']);
    sink.done();
    assert.equal(written.length, 3);
  });
});

test('withoutProgress hides the progress of a step and restores the sink, after errors too', () => {
  const shown: string[] = [];
  const before = setProgressSink({ update: (line) => shown.push(line), done() {} });
  try {
    assert.equal(
      withoutProgress(() => {
        progress().update('inner');
        return 7;
      }),
      7,
    );
    assert.throws(() =>
      withoutProgress(() => {
        throw new Error('broken');
      }),
    );
    progress().update('outer');
  } finally {
    setProgressSink(before);
  }
  assert.deepEqual(shown, ['outer']);
});
