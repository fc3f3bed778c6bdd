/** This package's version, as in its package.json, which lies one folder above the built module. */
export const VERSION = (require('../package.json') as { readonly version: string }).version;
