/** What a KernelProcess starts: one session, told what to do by its parent. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FromGuard } from './guard';
import { END_OF_CELL, type FromHost, type ToHost } from './kernelProcess';
import { showProgress } from './libraries';
import { Session } from './session';

// The session takes what else this process writes.
const stdout: (text: string) => boolean = process.stdout.write.bind(process.stdout);
const stderr: (text: string) => boolean = process.stderr.write.bind(process.stderr);
const send = (message: FromHost): void => {
  // The parent may be gone without this process knowing: an error without a callback ends it.
  if (process.connected) process.send!(message, () => {});
};

// Warnings carry the process id, which would make every run of a notebook differ.
process.removeAllListeners('warning');
process.on('warning', (warning) => {
  if (warning.name !== 'DeprecationWarning') stderr(`${warning.name}: ${warning.message}\n`);
});
showProgress({
  update: (line) => send({ type: 'progress', line }),
  done: () => send({ type: 'progressDone' }),
});

const session = new Session((error) => send({ type: 'idleError', error }));
const guard = new Worker(join(__dirname, 'guard.js'));
guard.on('message', (told: FromGuard) => {
  guard.postMessage('heard');
  if (told.type === 'interrupt') session.interrupt(told.file);
  else if (told.type === 'brokenOff') session.breakOff();
  else session.interrupt().finally(() => process.exit());
});
// After its listener, which would hold it again: a process that is to finish may end.
guard.unref();
// Comes by the parent, not from the terminal.
process.on('SIGINT', () => {});

process.on('message', async (message: ToHost) => {
  if (message.type === 'ask') {
    const { id, question, code, position } = message;
    try {
      send({ type: 'answer', id, answer: session[question](code, position) });
    } catch (error) {
      send({ type: 'answer', id, error: String(error) });
    }
    return;
  }
  if (message.type === 'finish') {
    session.close();
    process.channel!.unref();
    return;
  }
  const error = await session.execute(message.cell, (output) => send({ type: 'output', output }));
  // What other processes wrote to the same pipes for this cell is before the mark.
  stdout(END_OF_CELL);
  stderr(END_OF_CELL);
  send({ type: 'end', ...(error && { error }) });
});
