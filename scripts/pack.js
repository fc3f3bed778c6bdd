// Packs the three packages as they would be published:
//
//     npm run pack                      builds, and leaves the tarballs in dist/packages
//     node scripts/pack.js <folder>     packs what is built already
const { spawnSync } = require('node:child_process');
const { existsSync, mkdirSync, readdirSync, rmSync } = require('node:fs');
const { join, relative, resolve } = require('node:path');
const { workspaces } = require('../package.json');

const ROOT = join(__dirname, '..');
/** Made by bundles/build.js, not from a source file each. */
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
  return readdirSync(folder)
    .filter((file) => file.endsWith('.tgz'))
    .map((file) => join(folder, file));
}

const folder = resolve(process.argv[2] ?? join(ROOT, 'dist/packages'));
for (const tarball of pack(folder)) console.log(relative(process.cwd(), tarball));
