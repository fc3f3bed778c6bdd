'use strict';

/**
 * Bundles danfojs-node into one CommonJS file with a tree of types, so that a package can ship
 * danfo without depending on it (and on its xlsx from outside the registry and its
 * `@tensorflow/tfjs-node`, which downloads a binary).
 *
 *     node build.js <output folder> [--from <folder>]
 *
 * The output folder gets
 *
 * - `index.js`: danfojs and all that it needs, but for Node's own modules and TensorFlow.js, which
 *   it requires as `../../backend/tf`;
 * - `index.d.ts` and `types/`: danfojs's types, which need no package but `@types/node`;
 * - `LICENSES.txt`: the licences of all packages in the bundle.
 *
 * danfojs-node and its dependencies are looked for as a module in `--from` would look for them;
 * without it, as this file would.
 *
 * Modules that are replaced as a whole are in `shims/` and `types/`, changes of danfojs's own files in
 * `patches.js`. The build fails where a file no longer has the text that a patch replaces.
 */

const fs = require('node:fs');
const { builtinModules } = require('node:module');
const path = require('node:path');
const { parseArgs } = require('node:util');
const esbuild = require('esbuild');
const { Patches } = require('./patcher');
const patches = require('./patches');

/** Where the bundle finds TensorFlow.js, as seen from the output folder. */
const BACKEND = '../../backend/tf';

const SHIMS = path.join(__dirname, 'shims');
const TYPES = path.join(__dirname, 'types');
const LICENSES = path.join(__dirname, 'licenses');

/** The namespace of modules that are made here. */
const MADE = 'made';

/** The options that all runs of esbuild share. */
const OPTIONS = {
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  logLevel: 'silent', // errors reject, and warnings are made errors
  metafile: true,
};

/** The output of a build. */
const OUTPUTS = ['index.js', 'index.d.ts', 'types', 'LICENSES.txt'];

/** Modules that danfojs requires, with the file in `shims/` that replaces each. */
const SHIM_OF = {
  'node-fetch': 'node-fetch.js',
  request: 'request.js',
  'danfo-bundle/sample': 'sample.js',
  './io.excel': 'io.excel.js',
};

/** Packages that danfojs's types import, with the file in `types/external/` that replaces each. */
const TYPES_OF = {
  'node-fetch': 'fetch',
  papaparse: 'papaparse',
  'plotly.js-dist-min': 'plotly',
  request: 'fetch',
  table: 'table',
  xlsx: 'xlsx',
};

/**
 * @param {string} outputFolder made if it is not there; what an earlier build left there goes
 * @param {string} [from] the folder from which danfojs-node is looked for
 */
async function build(outputFolder, from = __dirname) {
  const outdir = path.resolve(outputFolder);
  const danfo = findDanfo(from);
  for (const name of OUTPUTS) fs.rmSync(path.join(outdir, name), { recursive: true, force: true });
  fs.mkdirSync(outdir, { recursive: true });
  const inputs = await bundle(danfo, outdir);
  copyTypes(danfo, outdir);
  fs.writeFileSync(path.join(outdir, 'LICENSES.txt'), licenses(danfo, inputs));
}

/** A file of a package, which is looked for from a folder. */
function fileOf(name, file, from) {
  const manifest = require.resolve(`${name}/package.json`, { paths: [from] });
  return path.join(path.dirname(manifest), file);
}

/** danfojs-node's folder and its package.json. */
function findDanfo(from) {
  const file = fileOf('danfojs-node', 'package.json', path.resolve(from));
  return { root: fs.realpathSync(path.dirname(file)), ...readJSON(file) };
}

// Code

/** Writes `index.js`; gives the files that went into it. */
async function bundle(danfo, outdir) {
  const code = new Patches(patches.code, path.join(danfo.root, 'dist'));
  const mathjs = await bundleMathjs(danfo);
  const { metafile } = await run({
    stdin: { contents: "module.exports = require('.');", resolveDir: danfo.root },
    outfile: path.join(outdir, 'index.js'),
    absWorkingDir: danfo.root,
    minifyWhitespace: true,
    minifySyntax: true,
    keepNames: true, // Series and DataFrame, not Series2 and DataFrame2
    legalComments: 'eof',
    banner: { js: `/* ${danfo.name} ${danfo.version} with its dependencies; see LICENSES.txt */` },
    footer: { js: `0&&(module.exports={${namesOf(danfo).join(',')}});` },
    plugins: [redirect(danfo), load('mathjs', mathjs.text), patch(code, danfo)],
  });
  code.assertAllApplied();
  assertOnlyBackendIsExternal(metafile);
  return [...inputsOf(metafile, danfo), ...mathjs.inputs];
}

/** Runs esbuild. */
async function run(options) {
  const result = await esbuild.build({ ...OPTIONS, ...options });
  const warnings = result.warnings.map(({ text }) => text);
  if (warnings.length > 0) throw new Error(warnings.join('\n'));
  return result;
}

/**
 * The names that danfojs exports. The bundle repeats them in code that never runs, from which Node knows what an
 * ES module can import by name: it does not see that in the code that does.
 */
function namesOf(danfo) {
  const types = fs.readFileSync(path.join(danfo.root, danfo.types), 'utf8');
  const [, names] = types.match(/^export \{ ([\w, ]+) \};$/m) ?? [];
  if (!names) throw new Error(`${danfo.types} has no list of what it exports.`);
  return names.split(', ');
}

/**
 * The part of mathjs that danfojs uses, as one CommonJS module. esbuild leaves out unused exports of ES
 * modules that are imported, but not of those that are required, as danfojs requires mathjs.
 */
async function bundleMathjs(danfo) {
  const { outputFiles, metafile } = await run({
    entryPoints: [path.join(SHIMS, 'mathjs.mjs')],
    absWorkingDir: danfo.root,
    write: false,
    plugins: [redirect(danfo)],
  });
  return { text: outputFiles[0].text, inputs: inputsOf(metafile, danfo) };
}

/** The files of which there is something in the output. */
function inputsOf({ outputs }, danfo) {
  const [{ inputs }] = Object.values(outputs);
  return Object.keys(inputs)
    .filter((file) => inputs[file].bytesInOutput > 0 && !file.startsWith(`${MADE}:`))
    .map((file) => path.resolve(danfo.root, file));
}

/** Resolves TensorFlow.js to the backend and replaced modules to their shims. */
function redirect(danfo) {
  return {
    name: 'redirect',
    setup(build) {
      build.onResolve({ filter: /^@tensorflow\/tfjs-node$/ }, () => ({
        path: BACKEND,
        external: true,
      }));
      build.onResolve({ filter: /./ }, ({ path: request, importer, kind, pluginData }) => {
        if (pluginData === redirect) return undefined;
        if (isIn(SHIMS, importer)) {
          // A shim's imports resolve as danfojs's own would.
          const options = { kind, importer, resolveDir: danfo.root, pluginData: redirect };
          return build.resolve(request, options);
        }
        if (!isIn(danfo.root, importer)) return undefined;
        if (request === 'mathjs') return { path: request, namespace: MADE };
        if (request in SHIM_OF) return { path: path.join(SHIMS, SHIM_OF[request]) };
        return undefined;
      });
    },
  };
}

/** Gives a module that is made here its text. */
function load(name, contents) {
  return {
    name: 'load',
    setup(build) {
      build.onLoad({ filter: /./, namespace: MADE }, ({ path: request }) =>
        request === name ? { contents } : undefined,
      );
    },
  };
}

/** Applies the changes of `patches.js` to danfojs's own files. */
function patch(code, danfo) {
  return {
    name: 'patch',
    setup(build) {
      build.onLoad({ filter: /\.js$/ }, ({ path: file }) =>
        isIn(danfo.root, file)
          ? { contents: code.apply(file, fs.readFileSync(file, 'utf8')) }
          : undefined,
      );
    },
  };
}

/** All that the bundle requires is the backend and Node itself. */
function assertOnlyBackendIsExternal(metafile) {
  const required = Object.values(metafile.outputs)
    .flatMap(({ imports }) => imports)
    .map((one) => one.path);
  const others = required.filter((name) => name !== BACKEND && !isBuiltin(name));
  if (others.length > 0) throw new Error(`The bundle requires ${others.join(', ')}.`);
}

// Types

/** Writes `types/` and the `index.d.ts` that exports what danfojs exports. */
function copyTypes(danfo, outdir) {
  const source = path.join(danfo.root, 'dist');
  const types = new Patches(patches.types, source);
  for (const name of typeFiles(source)) {
    const file = path.join(source, name);
    const text = types.apply(file, fs.readFileSync(file, 'utf8'));
    writeFile(path.join(outdir, 'types', name), redirectTypes(name, text));
  }
  types.assertAllApplied();
  const external = path.join(outdir, 'types/external');
  fs.cpSync(TYPES, external, { recursive: true });
  fs.copyFileSync(fileOf('table', 'dist/types/api.d.ts', danfo.root), `${external}/table.d.ts`);
  const main = path.posix.relative('dist', danfo.types.replace(/\.d\.ts$/, ''));
  writeFile(path.join(outdir, 'index.d.ts'), `export * from './types/${main}';\n`);
}

/** All `.d.ts` files in a folder, by their path in it. */
function typeFiles(folder) {
  return fs.readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.d.ts'));
}

/**
 * Sends the packages that a file of types imports to the file in `types/external` that stands in
 * for them, and TensorFlow.js to the backend.
 * @param {string} name the file's path in `types/`
 */
function redirectTypes(name, text) {
  const up = '../'.repeat(name.split(path.sep).length - 1);
  return text.replace(/^(import .* from\s+)(['"])([^'".][^'"]*)\2/gm, (_, start, quote, from) => {
    if (isBuiltin(from)) return `${start}${quote}${from}${quote}`;
    return `${start}${quote}${externalTypes(name, from, up)}${quote}`;
  });
}

function externalTypes(name, from, up) {
  if (/^@tensorflow\/tfjs(-node)?$/.test(from)) return `${up}../${BACKEND}`;
  if (from in TYPES_OF) return `${up}external/${TYPES_OF[from]}`;
  throw new Error(`${name} imports ${from}, for which there are no types here.`);
}

// Licences

/** The licences of danfojs and of all packages in the bundle, danfojs first. */
function licenses(danfo, inputs) {
  const roots = new Set([danfo.root, ...inputs.filter((file) => !isIn(SHIMS, file)).map(rootOf)]);
  const packages = [...roots].map((root) => ({
    root,
    ...readJSON(path.join(root, 'package.json')),
  }));
  packages.sort((a, b) => (b.name === danfo.name) - (a.name === danfo.name) || compare(a, b));
  const names = packages.map(({ name, version }) => `- ${name} ${version}`);
  return [
    `index.js holds ${danfo.name} and what it needs of these packages. The code of ${danfo.name}\n` +
      `is changed in a few places; that of the other packages is as they publish it.\n\n` +
      `${names.join('\n')}\n`,
    ...packages.map((one) => `${one.name} ${one.version}\n\n${licenseText(one)}\n`),
  ].join(`\n${'-'.repeat(80)}\n\n`);
}

/** A package's licence and notice; of a package that brings none, the text in `licenses/`. */
function licenseText({ root, name }) {
  const own = fs.readdirSync(root).filter((file) => /^(licen[cs]e|notice)\b/i.test(file));
  const files = own.map((file) => path.join(root, file));
  const kept = path.join(LICENSES, `${name}.txt`);
  if (!own.some((file) => /^licen/i.test(file)) && fs.existsSync(kept)) files.push(kept);
  if (files.length === 0) throw new Error(`No licence of ${name}: put its text at ${kept}.`);
  return files.map((file) => fs.readFileSync(file, 'utf8').trim()).join('\n\n');
}

/** The folder of the package that a file belongs to. */
function rootOf(file) {
  let folder = path.dirname(file);
  while (!isPackage(folder)) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error(`${file} is in no package.`);
    folder = parent;
  }
  return folder;
}

/** Whether a folder has a package.json that names a package; some only set a module's type. */
function isPackage(folder) {
  const file = path.join(folder, 'package.json');
  return fs.existsSync(file) && readJSON(file).name !== undefined;
}

// Files and names

function isIn(folder, file) {
  return file.startsWith(folder + path.sep);
}

function isBuiltin(name) {
  return name.startsWith('node:') || builtinModules.includes(name);
}

function compare(a, b) {
  return a.name < b.name ? -1 : 1;
}

function readJSON(file) {
  return JSON.parse(fs.readFileSync(file, 'utf8'));
}

function writeFile(file, text) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
}

function main() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { from: { type: 'string' } },
  });
  if (positionals.length !== 1) throw new Error('node build.js <output folder> [--from <folder>]');
  return build(positionals[0], values.from);
}

if (require.main === module) {
  main().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}

module.exports = { build };
