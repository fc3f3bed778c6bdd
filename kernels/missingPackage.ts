import { existsSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';

/** Specifiers that do not name a package: `./a`, `/a`, `#a`, `file:///a`, `C:\a`. */
const OTHER_SPECIFIER = /^([./#]|[a-z]+:|[A-Za-z]:[\\/])/;
const NODE_MODULES = /[\\/]node_modules[\\/]/;

/** Whether a file belongs to an installed package. */
export function isOfPackage(path: string): boolean {
  return NODE_MODULES.test(path);
}

/**
 * Returns the message for an import of a package that is not installed: its name and how to install it.
 *
 * @param specifier the text after `from`
 * @param folder the folder of the file that imports
 * @returns undefined if no package is missing: for a file, a module of Node, or a subpath of an
 *   installed package
 */
export function missingPackage(specifier: string, folder: string): string | undefined {
  const name = packageOf(specifier);
  if (name === undefined || isInstalled(name, folder)) return undefined;
  return `Cannot find the package '${name}' from ${folder}. Install it there: npm install ${name}`;
}

/** {@link missingPackage} for an exception of Node's; undefined if an installed package's code threw it. */
export function missingPackageOf(thrown: unknown): string | undefined {
  const { code, message, requireStack } = thrown as NodeJS.ErrnoException & {
    readonly requireStack?: readonly string[];
  };
  const isRequired = code === 'MODULE_NOT_FOUND';
  if (!isRequired && code !== 'ERR_MODULE_NOT_FOUND') return undefined;
  const [, specifier, importer] =
    /^Cannot find (?:module|package) '([^']+)'(?: imported from (.+))?/.exec(message) ?? [];
  const file = isRequired ? requireStack?.[0] : importer;
  if (specifier === undefined || file === undefined || isOfPackage(file)) return undefined;
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
