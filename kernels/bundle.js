// Makes dist/bundled/typescript.js, TypeScript in a third of its size: V8 keeps the source of all that it
// loads, which is as much memory in every kernel.
//
//     node kernels/bundle.js
const { existsSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { buildSync, version } = require('esbuild');

const OUTPUT = join(__dirname, 'dist/bundled/typescript.js');
const PACKAGE = require('typescript-api/package.json');
const STAMP = `// typescript ${PACKAGE.version} by esbuild ${version}\n`;

if (!existsSync(OUTPUT) || !readFileSync(OUTPUT, 'utf8').startsWith(STAMP)) {
  mkdirSync(dirname(OUTPUT), { recursive: true });
  const { outputFiles } = buildSync({
    entryPoints: [require.resolve('typescript-api')],
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minify: true,
    legalComments: 'eof',
    write: false,
  });
  writeFileSync(OUTPUT, STAMP + outputFiles[0].text);
}
