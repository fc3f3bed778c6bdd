// Builds the kernels:
//
//     node src/library/backend/cpp/build.js native          the addon for this machine, if it has a C++
//                                                  compiler; else WebAssembly has to do. npm runs it
//     node src/library/backend/cpp/build.js wasm [folder]   the two WebAssembly modules that are checked in
const { spawnSync } = require('node:child_process');
const { existsSync, mkdirSync, renameSync, rmSync } = require('node:fs');
const { join } = require('node:path');
const { addonPath, compiledPath } = require('./addonPath');

const COMMON = [
  '-std=c++17',
  '-O3',
  '-ffp-contract=fast',
  '-fno-exceptions',
  '-fvisibility=hidden',
];
const AVX2 = ['-mavx2', '-mfma'];
const AVX512 = ['-mavx512f', '-mavx512dq', ...AVX2];
const VARIANTS = {
  x64: { avx2: AVX2, avx512: AVX512, avx512bf16: [...AVX512, '-mavx512vl', '-mavx512bf16'] },
  arm64: { neon: [] },
};

function run(command, ...args) {
  const { status, stderr, error } = spawnSync(command, args, { cwd: __dirname, encoding: 'utf8' });
  if (status !== 0) throw error ?? new Error(`${command} failed:\n${stderr}`);
}

/**
 * Makes `simd.wasm` and `relaxed-simd.wasm` in a folder. Needs clang and lld of version 19: older ones
 * have other opcodes for relaxed SIMD, and the same version gives the same bytes.
 */
function buildWasm(folder) {
  const compiler = process.env.WASM_CXX ?? 'clang++-19';
  const link = ['--no-entry', '--import-memory', '--export-dynamic', '--export=__stack_pointer'];
  for (const [name, flags] of [
    ['simd', ['-msimd128']],
    ['relaxed-simd', ['-msimd128', '-mrelaxed-simd']],
  ])
    run(
      compiler,
      ...['--target=wasm32', '-nostdlib', '-mbulk-memory', ...COMMON, ...flags],
      ...link.map((option) => `-Wl,${option}`),
      '-Wl,--strip-debug',
      ...['-o', join(folder, `${name}.wasm`), 'wasm.cc'],
    );
}

/** Makes the addon, unless it is there already, compiled or in a package. */
function buildNative() {
  if (!existsSync(addonPath())) compileNative(compiledPath());
}

/**
 * Compiles the addon for this machine's platform, all variants of its processors in one.
 *
 * @param {string} addon its path; its folder is emptied first
 */
function compileNative(addon) {
  const variants = VARIANTS[process.arch];
  if (variants === undefined) throw new Error(`No native kernels for ${process.arch}.`);
  const compiler = process.env.CXX ?? 'c++';
  const include = `-I${require('node-api-headers').include_dir}`;
  const folder = join(addon, '..');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const compile = (source, object, ...flags) => {
    run(compiler, '-c', '-fPIC', ...COMMON, include, ...flags, source, '-o', join(folder, object));
    return join(folder, object);
  };
  const objects = [];
  const made = [];
  for (const [name, flags] of Object.entries(variants))
    try {
      objects.push(compile('native.cc', `${name}.o`, `-DVARIANT=${name}`, ...flags));
      made.push(`-DWITH_${name}`);
    } catch (error) {
      // GCC before 10 does not know bf16.
      if (name !== 'avx512bf16') throw error;
    }
  objects.push(compile('addon.cc', 'addon.o', ...made));
  const shared =
    process.platform === 'darwin' ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared'];
  const unnamed = join(folder, 'addon.node');
  run(compiler, ...shared, '-o', unnamed, ...objects);
  for (const object of objects) rmSync(object);
  renameSync(unnamed, addon);
}

module.exports = { buildWasm, buildNative, compileNative };

if (require.main === module) {
  const [what, folder = __dirname] = process.argv.slice(2);
  if (what === 'wasm') buildWasm(folder);
  else
    try {
      buildNative();
    } catch (error) {
      // WebAssembly does the work then; an installation must not fail for it.
      if (process.env.SBD_VERBOSE) console.error(error);
    }
}
