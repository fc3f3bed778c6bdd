// Makes the package that brings the native kernels for this platform, for machines without a C++ compiler:
//
//     node scripts/prebuild.js <folder>     leaves its tarball there
//
// The addon needs nothing but glibc 2.14 on Linux; objdump -T shows it. The same compiler makes the same bytes.
const { spawnSync } = require('node:child_process');
const { copyFileSync, mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join, resolve } = require('node:path');
const { addonName, prebuiltPackage } = require('../src/library/backend/cpp/addonPath');
const { compileNative } = require('../src/library/backend/cpp/build');
const library = require('../src/library/package.json');

const ROOT = join(__dirname, '..');

/** The manifest of the package for this platform. */
function manifest() {
  const { version, license, author, repository, homepage } = library;
  return {
    ...{ name: prebuiltPackage(), version, license, author, repository, homepage },
    description: `Native kernels of selective-brain-damage for ${process.platform}, ${process.arch}.`,
    os: [process.platform],
    cpu: [process.arch],
    ...(process.platform === 'linux' && { libc: ['glibc'] }),
    files: ['*.node'],
  };
}

function prebuild(folder) {
  const place = mkdtempSync(join(tmpdir(), 'prebuilt-'));
  try {
    const content = join(place, 'package');
    compileNative(join(content, addonName()));
    writeFileSync(join(content, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);
    writeFileSync(
      join(content, 'README.md'),
      `# ${prebuiltPackage()}\n\nNative kernels for selective-brain-damage, which installs this where it fits.\n`,
    );
    copyFileSync(join(ROOT, 'LICENSE'), join(content, 'LICENSE'));
    const { status, stdout } = spawnSync(
      'npm',
      ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder],
      { cwd: content, encoding: 'utf8', shell: process.platform === 'win32' },
    );
    if (status !== 0) throw new Error(`npm pack ended with ${status}.`);
    return join(folder, stdout.trim());
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

module.exports = { prebuild };

if (require.main === module) console.log(prebuild(resolve(process.argv[2] ?? '.')));
