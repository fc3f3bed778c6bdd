/** Runs a cell that never ends, prints the id of its process, and waits to be killed. */
import { KernelProcess } from '#kernels/kernelProcess';

const kernel = new KernelProcess(__dirname, {
  output: (output) => {
    if (output.output_type === 'stream') process.stdout.write(output.text);
  },
  log: () => {},
  progress: { update: () => {}, done: () => {} },
  idleError: () => {},
});
kernel.execute('console.log(process.pid);\nwhile (true) {}');
