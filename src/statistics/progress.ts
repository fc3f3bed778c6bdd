import { processWide } from './processWide';

/** A place that shows the progress of long work: a terminal, a notebook's output, a test's array. */
export interface ProgressSink {
  /** Replaces the line shown. */
  update(line: string): void;
  /** Keeps the line shown; the next update starts another line. */
  done(): void;
}

const MILLISECONDS_BETWEEN_PLAIN_LINES = 10_000;

/**
 * Rewrites one line in place on a terminal. Writes a line every ten seconds to a log, and none for shorter
 * work.
 */
export function terminalProgress(
  stream: Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'write'> = process.stderr,
  now: () => number = () => performance.now(),
): ProgressSink {
  return stream.isTTY ? rewrittenLine(stream) : lineByLine(stream, now);
}

function rewrittenLine(stream: Pick<NodeJS.WriteStream, 'columns' | 'write'>): ProgressSink {
  let isShown = false;
  return {
    update(line) {
      stream.write(`\r\x1b[K${shortened(line, (stream.columns ?? 80) - 1)}`);
      isShown = true;
    },
    done() {
      if (isShown) stream.write('\n');
      isShown = false;
    },
  };
}

/** Leaves out the middle of a line that is too long: what it is about stands first, the time left last. */
function shortened(line: string, width: number): string {
  if (line.length <= width) return line;
  const end = Math.floor((width - 1) / 2);
  return `${line.slice(0, width - 1 - end)}…${line.slice(line.length - end)}`;
}

function lineByLine(stream: Pick<NodeJS.WriteStream, 'write'>, now: () => number): ProgressSink {
  let before: number | undefined;
  let isLong = false;
  let last = '';
  return {
    update(line) {
      before ??= now();
      last = line;
      if (now() - before < MILLISECONDS_BETWEEN_PLAIN_LINES) return;
      before = now();
      isLong = true;
      stream.write(`${line}\n`);
    },
    done() {
      if (isLong) stream.write(`${last}\n`);
      before = undefined;
      isLong = false;
    },
  };
}

const current = processWide<{ sink: ProgressSink }>('progress', () => ({
  sink: terminalProgress(),
}));

/** Where progress goes now: a notebook's output, or the terminal. */
export function progress(): ProgressSink {
  return current.sink;
}

/** Sends progress elsewhere; returns the sink that was there before. */
export function setProgressSink(sink: ProgressSink): ProgressSink {
  const before = current.sink;
  current.sink = sink;
  return before;
}

/** Runs work whose own progress is not shown, because it is one step of many. */
export function withoutProgress<T>(work: () => T): T {
  const before = setProgressSink({ update() {}, done() {} });
  try {
    return work();
  } finally {
    setProgressSink(before);
  }
}

/** `2 m 05 s`, `41 s`; `?` for a duration that is not known. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} m ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} m`;
}
