import { rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { writeFileAtomic } from './writeFileAtomic';

// Read from the manifest, since loading TypeScript takes a third of a second.
const { version: typescriptVersion } = require('typescript-api/package.json') as {
  readonly version: string;
};

/** The kernel's name in the metadata of notebooks. */
export const KERNEL_NAME = 'typescript-notebooks';
const DISPLAY_NAME = 'TypeScript';

/** The kernel's language, as Jupyter stores it in every notebook. */
export const LANGUAGE_INFO = {
  name: 'typescript',
  version: typescriptVersion,
  mimetype: 'text/typescript',
  file_extension: '.ts',
  codemirror_mode: 'typescript',
  pygments_lexer: 'typescript',
};

/** The metadata of a notebook that this kernel ran. */
export const NOTEBOOK_METADATA = {
  kernelspec: { display_name: DISPLAY_NAME, language: LANGUAGE_INFO.name, name: KERNEL_NAME },
  language_info: LANGUAGE_INFO,
};

/**
 * Adds this installation of the kernel to Jupyter, with the Node that runs this.
 *
 * @param dataFolder one of Jupyter's data folders, as {@link userDataFolder} or
 *   {@link prefixDataFolder} gives it
 * @returns the folder of the kernelspec written
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
  writeFileAtomic(join(folder, 'kernel.json'), `${JSON.stringify(spec, null, 2)}\n`);
  return folder;
}

/**
 * Removes the kernel from Jupyter; does nothing if it is not installed.
 *
 * @param dataFolder the folder that {@link installKernel} was given
 * @returns the folder of the kernelspec removed
 */
export function uninstallKernel(dataFolder: string): string {
  const folder = kernelFolder(dataFolder);
  rmSync(folder, { recursive: true, force: true });
  return folder;
}

/**
 * The data folder in which Jupyter looks for the current user's kernels.
 *
 * @param platform default: this platform
 * @param env the environment; `JUPYTER_DATA_DIR`, `XDG_DATA_HOME` and `APPDATA` count
 * @param home the user's home folder
 */
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

/**
 * The data folder in which a Python, conda or system installation looks for kernels.
 *
 * @param prefix the installation's folder, such as `$VIRTUAL_ENV` or `/usr/local`
 */
export function prefixDataFolder(prefix: string): string {
  return join(resolve(prefix), 'share', 'jupyter');
}

function kernelFolder(dataFolder: string): string {
  return join(resolve(dataFolder), 'kernels', KERNEL_NAME);
}
