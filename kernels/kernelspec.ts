import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { version as typescriptVersion } from '@tslab/typescript-for-tslab';

/** How notebooks name their kernel. */
export const KERNEL_NAME = 'typescript-notebooks';
const DISPLAY_NAME = 'TypeScript';

/** What a kernel says of its language, and Jupyter stores in every notebook. */
export const LANGUAGE_INFO = {
  name: 'typescript',
  version: typescriptVersion,
  mimetype: 'text/typescript',
  file_extension: '.ts',
  codemirror_mode: 'typescript',
  pygments_lexer: 'typescript',
};

/** What Jupyter stores in a notebook that this kernel ran. */
export const NOTEBOOK_METADATA = {
  kernelspec: { display_name: DISPLAY_NAME, language: LANGUAGE_INFO.name, name: KERNEL_NAME },
  language_info: LANGUAGE_INFO,
};

/**
 * Tells Jupyter of the kernel in this folder of the package, run by this Node.
 *
 * @param dataFolder one of Jupyter's data folders
 * @returns the kernelspec's folder
 */
export function installKernel(dataFolder: string): string {
  const folder = kernelFolder(dataFolder);
  const spec = {
    argv: [
      process.execPath,
      '--enable-source-maps',
      join(__dirname, 'jupyter.js'),
      '{connection_file}',
    ],
    display_name: DISPLAY_NAME,
    language: LANGUAGE_INFO.name,
    interrupt_mode: 'message',
    metadata: { debugger: false },
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'kernel.json'), `${JSON.stringify(spec, null, 2)}\n`);
  return folder;
}

/** Undoes {@link installKernel}; does nothing where the kernel is not there. */
export function uninstallKernel(dataFolder: string): string {
  const folder = kernelFolder(dataFolder);
  rmSync(folder, { recursive: true, force: true });
  return folder;
}

/** Where Jupyter looks for the kernels of the one who is logged in. */
export function userDataFolder(
  platform: NodeJS.Platform = process.platform,
  env: NodeJS.ProcessEnv = process.env,
  home: string = homedir(),
): string {
  if (env.JUPYTER_DATA_DIR) return env.JUPYTER_DATA_DIR;
  if (platform === 'darwin') return join(home, 'Library', 'Jupyter');
  if (platform === 'win32') return join(env.APPDATA ?? join(home, 'AppData', 'Roaming'), 'jupyter');
  return join(env.XDG_DATA_HOME ?? join(home, '.local', 'share'), 'jupyter');
}

/** Where a Python, conda or system installation under `prefix` has its kernels. */
export function prefixDataFolder(prefix: string): string {
  return join(resolve(prefix), 'share', 'jupyter');
}

function kernelFolder(dataFolder: string): string {
  return join(resolve(dataFolder), 'kernels', KERNEL_NAME);
}
