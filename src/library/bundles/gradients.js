const { writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { buildSync } = require('esbuild');

const PACKAGE = '@tensorflow/tfjs-core';
const GRADIENTS = `${PACKAGE}/dist/register_all_gradients`;
const CHAINED_OPS = `${PACKAGE}/dist/public/chained_ops/register_all_chained_ops`;

/**
 * Registers the parts of tfjs that its CommonJS build leaves to the umbrella package. tfjs keeps its
 * registries and its Tensor class in a global, so that the copies of ops in here work on tfjs's one
 * runtime; the first copy that loads creates them, which has to be tfjs's own.
 */
const ENTRY = [PACKAGE, GRADIENTS, CHAINED_OPS]
  .map((name) => `import ${JSON.stringify(name === PACKAGE ? name : require.resolve(name))};`)
  .join('\n');

exports.buildGradients = (folder) => {
  buildSync({
    stdin: { contents: ENTRY, resolveDir: __dirname },
    bundle: true,
    external: [PACKAGE],
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minify: true,
    legalComments: 'eof',
    mainFields: ['module', 'main'],
    outfile: join(folder, 'gradients.js'),
  });
  // The types of the chained ops come from tfjs itself.
  writeFileSync(join(folder, 'gradients.d.ts'), `import '${CHAINED_OPS}';\n`);
};
