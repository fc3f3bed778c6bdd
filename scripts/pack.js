// Packs the three packages as they would be published, and the native kernels for this platform where there is a
// C++ compiler:
//
//     npm run pack                      builds, and leaves the tarballs in dist/packages
//     node scripts/pack.js <folder>     packs what is built already
const { spawnSync } = require('node:child_process');
const {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} = require('node:fs');
const { tmpdir } = require('node:os');
const { join, relative, resolve } = require('node:path');
const { create, extract } = require('tar');
const { prebuiltPackage } = require('../src/library/backend/cpp/addonPath');
const { prebuild } = require('./prebuild');
const { workspaces } = require('../package.json');

const ROOT = join(__dirname, '..');
/** Made by bundles/build.js and kernels/bundle.js, not from a source file each. */
const BUNDLED = 'bundled';

/** Removes the compiler's output of source files that are gone: a package must not carry it. */
function removeStale(workspace) {
  const dist = join(ROOT, workspace, 'dist');
  for (const file of readdirSync(dist, { recursive: true })) {
    const source = file.replace(/(\.d\.ts|\.js|\.js\.map)$/, '.ts');
    if (source === file || file.startsWith(BUNDLED)) continue;
    if (!existsSync(join(ROOT, workspace, source))) rmSync(join(dist, file));
  }
}

function pack(folder) {
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(folder)) if (file.endsWith('.tgz')) rmSync(join(folder, file));
  for (const workspace of workspaces) removeStale(workspace);
  const { status } = spawnSync(
    'npm',
    ['pack', '--workspaces', '--silent', '--ignore-scripts', '--pack-destination', folder],
    // npm is a script of the shell on Windows.
    { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' },
  );
  if (status !== 0) throw new Error(`npm pack ended with ${status}.`);
  const tarballs = readdirSync(folder)
    .filter((file) => file.endsWith('.tgz'))
    .map((file) => join(folder, file));
  withPlatformPackages(tarballs.find((file) => /selective-brain-damage-\d[^/\\]*$/.test(file)));
  return hasCompiler() ? [...tarballs, prebuild(folder)] : tarballs;
}

/** Platforms for which native kernels are built. */
const PLATFORMS = [
  ['linux', 'x64'],
  ['linux', 'arm64'],
  ['darwin', 'arm64'],
];

/**
 * Adds the packages of native kernels to the library's optional dependencies, in its tarball alone: npm ci of
 * this workspace would miss them in the lockfile until they are published.
 */
function withPlatformPackages(tarball) {
  const place = mkdtempSync(join(tmpdir(), 'pack-'));
  try {
    extract({ file: tarball, cwd: place, sync: true });
    const file = join(place, 'package/package.json');
    const manifest = JSON.parse(readFileSync(file, 'utf8'));
    manifest.optionalDependencies = Object.fromEntries(
      PLATFORMS.map((platform) => [prebuiltPackage(...platform), manifest.version]),
    );
    writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
    create({ file: tarball, cwd: place, gzip: true, portable: true, sync: true }, ['package']);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

function hasCompiler() {
  return spawnSync(process.env.CXX ?? 'c++', ['--version']).status === 0;
}

const folder = resolve(process.argv[2] ?? join(ROOT, 'dist/packages'));
for (const tarball of pack(folder)) console.log(relative(process.cwd(), tarball));
