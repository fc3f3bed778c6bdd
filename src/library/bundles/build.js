// Makes what this package carries of others in one file each, in dist/bundled:
//
//     node src/library/bundles/build.js
//
// gradients.js   tfjs's gradients and chained ops, which its CommonJS build has in the umbrella package
//                alone, beside WebGL, a converter and data sets (190 MB)
// danfo          danfojs-node, whose dependencies are not all in the npm registry
const { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { createHash } = require('node:crypto');
const { join } = require('node:path');
const { buildDanfo } = require('./danfo');
const { buildGradients } = require('./gradients');

const OUTPUT = join(__dirname, '../dist/bundled');
const STAMP = join(OUTPUT, 'stamp');

/** Changes with whatever changes the bundles. */
function stamp() {
  const hash = createHash('sha256');
  for (const script of ['build.js', 'danfo.js', 'gradients.js'])
    hash.update(readFileSync(join(__dirname, script)));
  for (const name of ['danfojs-node', '@tensorflow/tfjs-core', 'esbuild'])
    hash.update(readFileSync(require.resolve(`${name}/package.json`)));
  return hash.digest('hex');
}

const now = stamp();
if (!existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== now) {
  rmSync(OUTPUT, { recursive: true, force: true });
  mkdirSync(OUTPUT, { recursive: true });
  buildGradients(OUTPUT);
  buildDanfo(join(OUTPUT, 'danfo'));
  writeFileSync(STAMP, now);
}
