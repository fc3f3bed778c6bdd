const { writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { buildSync } = require('esbuild');

/**
 * Registers with tfjs what its CommonJS build leaves to the umbrella package. tfjs keeps its registries
 * and its Tensor class in a global, so that the copies of ops in here serve the one engine there is.
 */
const ENTRY = `
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
`;

exports.buildGradients = (folder) => {
  buildSync({
    stdin: { contents: ENTRY, resolveDir: __dirname },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minify: true,
    legalComments: 'eof',
    mainFields: ['module', 'main'],
    outfile: join(folder, 'gradients.js'),
  });
  // The types of the chained ops come from tfjs itself.
  const types = 'tfjs-core/dist/public/chained_ops/register_all_chained_ops';
  writeFileSync(join(folder, 'gradients.d.ts'), `import '@tensorflow/${types}';\n`);
};
