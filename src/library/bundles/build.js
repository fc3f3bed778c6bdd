// Bundles parts of other packages in dist/bundled, one file each:
//
//     node src/library/bundles/build.js
//
// gradients.js   tfjs's gradients and chained ops, which its CommonJS build has in the umbrella package
//                alone, beside WebGL, a converter and data sets (190 MB)
// danfo/         danfojs-node, whose dependencies are not all in the npm registry
const { createHash } = require('node:crypto');
const {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} = require('node:fs');
const { join } = require('node:path');
const { build: buildDanfo } = require('./danfo/build');
const { buildGradients } = require('./gradients');

const OUTPUT = join(__dirname, '../dist/bundled');
const STAMP = join(OUTPUT, 'stamp');
const PACKAGES = ['danfojs-node', '@tensorflow/tfjs-core', 'esbuild'];

/** A hash of everything that the bundles are made of. */
function stamp() {
  const scripts = readdirSync(__dirname, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const manifests = PACKAGES.map((name) => require.resolve(`${name}/package.json`));
  const hash = createHash('sha256');
  for (const file of [...scripts, ...manifests]) hash.update(readFileSync(file));
  return hash.digest('hex');
}

async function main() {
  const now = stamp();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === now) return;
  rmSync(OUTPUT, { recursive: true, force: true });
  mkdirSync(OUTPUT, { recursive: true });
  buildGradients(OUTPUT);
  await buildDanfo(join(OUTPUT, 'danfo'));
  writeFileSync(STAMP, now);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
