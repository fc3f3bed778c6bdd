import { parseArgs } from 'node:util';
import { OptionError } from './errors';
import {
  installKernel,
  KERNEL_NAME,
  prefixDataFolder,
  uninstallKernel,
  userDataFolder,
} from './kernelspec';

const USAGE = `Tells Jupyter of the kernel, for the current user unless told otherwise. Needs no Python.

npm run kernel:install [-- options]
npm run kernel:uninstall [-- options]

  --prefix <folder>   for a Python, conda or system installation: --prefix "$VIRTUAL_ENV"
  --path <folder>     for Jupyters whose JUPYTER_PATH holds the folder`;

/** Returns what to tell of what was done. */
function main(argv: string[]): string {
  const { values } = parseArgs({
    args: argv,
    options: {
      prefix: { type: 'string' },
      path: { type: 'string' },
      uninstall: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return USAGE;
  const { prefix, path } = values;
  if (prefix !== undefined && path !== undefined)
    throw new OptionError('--prefix and --path: expected one of them.');
  const folder = path ?? (prefix === undefined ? userDataFolder() : prefixDataFolder(prefix));
  if (values.uninstall) return `Removed ${uninstallKernel(folder)}.`;
  return `Wrote ${installKernel(folder)}. In Jupyter the kernel is named ${KERNEL_NAME}.`;
}

try {
  console.log(main(process.argv.slice(2)));
} catch (error) {
  console.error(`${(error as Error).name}: ${(error as Error).message}\n\n${USAGE}`);
  process.exit(1);
}
