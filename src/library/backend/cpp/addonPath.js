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

/** The name of the addon's file: that of these very sources, never of older ones. */
exports.addonName = () => `kernels-${exports.sourceHash()}.node`;

/** The package that brings the addon for a platform, where one is made for it. */
exports.prebuiltPackage = (platform = process.platform, arch = process.arch) =>
  `selective-brain-damage-${platform}-${arch}`;

/** Where the addon lies once it is compiled on this machine. */
exports.compiledPath = () => join(__dirname, 'build', exports.addonName());

/** Where the addon lies: in the package for this platform, else where it is compiled. */
exports.addonPath = () => {
  try {
    return require.resolve(`${exports.prebuiltPackage()}/${exports.addonName()}`);
  } catch {
    return exports.compiledPath();
  }
};
