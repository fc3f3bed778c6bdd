/** This package's version, read from package.json, one folder above the built module. */
export const VERSION = (require('../package.json') as { readonly version: string }).version;
