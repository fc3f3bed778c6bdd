/** What a KernelProcess starts: one session, told what to execute by its parent. */
import { setProgressSink } from '../src/progress';
import type { FromHost, ToHost } from './kernelProcess';
import { Session } from './session';

const terminal = process.stderr.write.bind(process.stderr);
const send = (message: FromHost): void => {
  process.send!(message);
};

// Warnings carry the process id, which would make every run of a notebook differ.
process.removeAllListeners('warning');
process.on('warning', (warning) => {
  if (warning.name !== 'DeprecationWarning') terminal(`${warning.name}: ${warning.message}\n`);
});
process.on('disconnect', () => process.exit());
setProgressSink({
  update: (line) => send({ type: 'progress', line }),
  done: () => send({ type: 'progressDone' }),
});

const session = new Session((error) => send({ type: 'idleError', error }));
process.on('message', async ({ source }: ToHost) => {
  const error = await session.execute(source, (output) => send({ type: 'output', output }));
  send({ type: 'end', ...(error && { error }) });
});
