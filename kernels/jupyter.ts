/** The program that Jupyter starts: a kernel for the connection file given. */
import { readFileSync } from 'node:fs';
import { JupyterKernel } from './jupyterKernel';

const PARENT_CHECK_MILLISECONDS = 1000;

const [connectionFile] = process.argv.slice(2);
if (connectionFile === undefined) {
  console.error(`Usage: node ${__filename} <connection file>. Jupyter starts the kernel with one.`);
  process.exit(1);
}
const connection = JSON.parse(readFileSync(connectionFile, 'utf8'));
const kernel = new JupyterKernel(connection, process.cwd(), () => process.exit());

process.on('SIGINT', () => kernel.interrupt());
process.on('SIGTERM', () => kernel.close());
if (process.env.JPY_PARENT_PID) {
  // When Jupyter is killed, nothing tells its kernels to end.
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) kernel.close();
  }, PARENT_CHECK_MILLISECONDS).unref();
}
kernel.listen();
