/** The program that Jupyter starts: a kernel for the connection file given. */
import { JupyterKernel } from './jupyterKernel';
import { type Connection, readConnection } from './wire';

const PARENT_CHECK_MILLISECONDS = 1000;

const [connectionFile] = process.argv.slice(2);
if (connectionFile === undefined) {
  console.error(`Usage: node ${__filename} <connection file>. Jupyter starts the kernel with one.`);
  process.exit(1);
}
let connection: Connection;
try {
  connection = readConnection(connectionFile);
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
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
