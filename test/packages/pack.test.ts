import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { after, before, test } from 'node:test';
import { extract } from 'tar';
import { temporaryFolder } from '../library/records/temporary';
import { packAll, ROOT, type Tarballs } from './npm';

const PACKAGES = ['statistics', 'library', 'notebooks'] as const;
const folder = temporaryFolder();

function filesOf(name: keyof Tarballs): string[] {
  return readdirSync(join(folder, name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, name).length + 1))
    .map((file) => file.replaceAll(sep, '/'));
}

const read = (name: string, file: string) => readFileSync(join(folder, name, file), 'utf8');

before(async () => {
  const tarballs = await packAll(folder);
  for (const name of PACKAGES) {
    mkdirSync(join(folder, name));
    await extract({ file: tarballs[name], cwd: join(folder, name), strip: 1 });
  }
});

for (const name of PACKAGES) {
  test(`${name}: the tarball holds what its package.json promises`, () => {
    const manifest = JSON.parse(read(name, 'package.json'));
    const promised = [
      manifest.main,
      manifest.types,
      ...Object.values<string>(manifest.bin ?? {}),
      ...Object.values<string | Record<string, string>>(manifest.exports).flatMap((target) =>
        typeof target === 'string' ? target : Object.values(target),
      ),
      'README.md',
      'LICENSE',
    ];
    const files = filesOf(name);
    assert.deepEqual(
      promised.filter((file) => !files.includes(file.replace(/^\.\//, ''))),
      [],
    );
    for (const field of ['description', 'repository', 'homepage', 'bugs', 'author', 'license'])
      assert.ok(manifest[field], field);
    assert.ok(manifest.keywords.length > 0);
  });

  test(`${name}: the tarball holds no test and nothing of the build`, () => {
    const stray = /(^|\/)(test|bench|node_modules)\/|\.test\.|tsbuildinfo|(^|\/)(tsconfig|stamp)/;
    assert.deepEqual(
      filesOf(name).filter((file) => stray.test(file)),
      [],
    );
  });

  test(`${name}: every source map leads to a source that is there`, () => {
    const files = filesOf(name);
    const maps = files.filter((file) => file.endsWith('.map'));
    assert.ok(maps.length > 0);
    for (const map of maps)
      for (const source of JSON.parse(read(name, map)).sources)
        assert.ok(existsSync(join(folder, name, dirname(map), source)), `${map}: ${source}`);
    for (const file of files.filter((file) => file.endsWith('.js')))
      for (const [, map] of read(name, file).matchAll(/^\/\/# sourceMappingURL=(.+\.map)\s*$/gm))
        assert.ok(files.includes(`${dirname(file)}/${map}`), `${file}: ${map}`);
  });

  test(`${name}: no file names a folder of the machine that built it`, () => {
    const folders = [ROOT, homedir(), tmpdir()].map((path) => path + sep);
    for (const file of filesOf(name)) {
      const text = read(name, file);
      // "/tmp/" may be meant as such, and not be where this machine builds.
      const found = folders.filter((path) => path.split(sep).length > 3 && text.includes(path));
      assert.deepEqual(found, [], file);
    }
  });
}

test('the library carries its ops in C++ and WebAssembly, danfo and the gradients, with licences', () => {
  const files = filesOf('library');
  for (const file of [
    'backend/cpp/build.js',
    'backend/cpp/addon.cc',
    'backend/cpp/simd.wasm',
    'backend/cpp/relaxed-simd.wasm',
    'dist/bundled/gradients.js',
    'dist/bundled/danfo/index.js',
    'dist/bundled/danfo/index.d.ts',
    'dist/bundled/danfo/LICENSES.txt',
  ])
    assert.ok(files.includes(file), file);
  assert.match(read('library', 'dist/bundled/danfo/LICENSES.txt'), /danfojs-node [\s\S]*MIT/);
  assert.match(read('library', 'dist/bundled/gradients.js'), /Apache License/);
});

test("the compiler's output of a deleted source is not packed", async () => {
  const stale = join(ROOT, 'kernels/dist/deletedLongAgo.js');
  writeFileSync(stale, '');
  after(() => rmSync(stale, { force: true }));
  await packAll(join(folder, 'again'));
  assert.equal(existsSync(stale), false);
});
