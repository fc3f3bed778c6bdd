import { existsSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';

/** `./a`, `/a`, `#a`, `file:///a`, `C:\a`: no package's name. */
const OTHER_SPECIFIER = /^([./#]|[a-z]+:|[A-Za-z]:[\\/])/;
const NODE_MODULES = /[\\/]node_modules[\\/]/;

/**
 * Says how to install the package that an import does not find.
 *
 * @param specifier the text after `from`
 * @param folder the folder of the file that imports
 * @returns undefined where another thing than a package is missing: a file, a module of Node, or a part
 *   of a package that is installed
 */
export function missingPackage(specifier: string, folder: string): string | undefined {
  const name = packageOf(specifier);
  if (name === undefined || isInstalled(name, folder)) return undefined;
  return `Cannot find the package '${name}' from ${folder}. Install it there: npm install ${name}`;
}

/** {@link missingPackage} for an exception of Node's, but for those of an installed package's code. */
export function missingPackageOf(thrown: unknown): string | undefined {
  const { code, message, requireStack } = thrown as NodeJS.ErrnoException & {
    readonly requireStack?: readonly string[];
  };
  const isRequired = code === 'MODULE_NOT_FOUND';
  if (!isRequired && code !== 'ERR_MODULE_NOT_FOUND') return undefined;
  const [, specifier, importer] =
    /^Cannot find (?:module|package) '([^']+)'(?: imported from (.+))?/.exec(message) ?? [];
  const file = isRequired ? requireStack?.[0] : importer;
  if (specifier === undefined || file === undefined || NODE_MODULES.test(file)) return undefined;
  return missingPackage(specifier, dirname(file));
}

function packageOf(specifier: string): string | undefined {
  if (isBuiltin(specifier) || OTHER_SPECIFIER.test(specifier)) return undefined;
  return /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0];
}

function isInstalled(name: string, folder: string): boolean {
  if (existsSync(join(folder, 'node_modules', name))) return true;
  return folder !== dirname(folder) && isInstalled(name, dirname(folder));
}
