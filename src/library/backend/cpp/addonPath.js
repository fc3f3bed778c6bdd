const { createHash } = require('node:crypto');
const { readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

/** Tells versions of the kernels apart. */
exports.sourceHash = () => {
  const hash = createHash('sha256');
  for (const file of readdirSync(__dirname).sort())
    if (/\.(h|cc)$/.test(file)) hash.update(readFileSync(join(__dirname, file)));
  return hash.digest('hex').slice(0, 12);
};

/** Where the addon of these very sources lies once it is built: never one of older sources. */
exports.addonPath = () => join(__dirname, 'build', `kernels-${exports.sourceHash()}.node`);
