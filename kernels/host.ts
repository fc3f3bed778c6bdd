/** The program that a KernelProcess starts: one session that does what the parent's messages ask. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Blocking } from './asking';
import { Flag, type FromGuard, newShared, type ToGuard } from './guarded';
import {
  END_OF_CELL,
  FINISH_MILLISECONDS,
  type FromHost,
  MALLOC,
  type ToHost,
} from './kernelProcess';
import { showProgress, watchWorks } from './libraries';
import { Session } from './session';

// What was set for this process is not for those that its cells start.
if (process.env[MALLOC.name] === MALLOC.value) delete process.env[MALLOC.name];

// The session captures everything else that this process writes.
const stdout: (text: string) => boolean = process.stdout.write.bind(process.stdout);
const stderr: (text: string) => boolean = process.stderr.write.bind(process.stderr);
const send = (message: FromHost): void => {
  // The parent may be gone already; without a callback, the error would end this process.
  if (process.connected) process.send!(message, () => {});
};

// Node's own warnings hold the process id, which would make every run of a notebook differ.
process.removeAllListeners('warning');
process.on('warning', (warning) => {
  const isOwn = warning.message.includes('vm.USE_MAIN_CONTEXT_DEFAULT_LOADER');
  if (warning.name !== 'DeprecationWarning' && !isOwn)
    stderr(`${warning.name}: ${warning.message}\n`);
});
showProgress({
  update: (line) => send({ type: 'progress', line }),
  done: () => send({ type: 'progressDone' }),
});

const shared = newShared();
const setFlag = (flag: Flag, value: boolean) => Atomics.store(shared.flags, flag, value ? 1 : 0);
const session = new Session(
  (error) => send({ type: 'idleError', error }),
  (isKernel) => setFlag(Flag.IsKernel, isKernel),
);
watchWorks((isWorking) => setFlag(Flag.IsWorking, isWorking));
const guard = new Worker(join(__dirname, 'guard.js'), { workerData: shared });
const blocking = new Blocking(guard, shared);
const HEARD: ToGuard = { type: 'heard' };
guard.on('message', (told: FromGuard) => {
  guard.postMessage(HEARD);
  if (told.type === 'interrupt') session.interrupt(told.file).then(() => blocking.forget());
  else if (told.type === 'brokenOff') session.breakOff();
  else if (told.type === 'answer') blocking.answer(told.text);
  else session.interrupt().finally(() => process.exit());
});
// After adding the listener, which refs the worker again: the process may end while the guard runs.
guard.unref();
// Interrupts come from the parent, not from the terminal.
process.on('SIGINT', () => {});

send({ type: 'ready' });
process.on('message', async (message: ToHost) => {
  if (message.type === 'ask') {
    const { id, question, code, position } = message;
    try {
      send({ type: 'answer', id, answer: session.ask(question, code, position) });
    } catch (error) {
      send({ type: 'answer', id, error: String(error) });
    }
    return;
  }
  if (message.type === 'finish') {
    process.channel!.unref();
    // By this process's clock: timers that are due earlier fire first, however busy the machine is.
    setTimeout(() => process.exit(), FINISH_MILLISECONDS).unref();
    return;
  }
  const error = await session.execute(message.cell, (output) => send({ type: 'output', output }));
  // The mark follows everything that child processes wrote to the same pipes during the cell.
  stdout(END_OF_CELL);
  stderr(END_OF_CELL);
  send({ type: 'end', ...(error && { error }) });
});
