import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BackendError } from 'selective-brain-damage-statistics';
import { compileBinding } from './binding';
import { fetchLibrary, findLibrary } from './library';
import { runProgram } from './runProgram';

const USAGE = `Installs TensorFlow for Node.js in the project of this folder, where npm cannot: tfjs-node
by npm without its scripts, TensorFlow's library from a folder or PyPI, and the binding between the
two by a C++ compiler. package.json and the lockfile stay as they are.

  --gpu              for an NVIDIA GPU (fetches CUDA too, 3 GB)
  --from <folder>    where TensorFlow's C library or Python's package tensorflow is, with its headers
  --help`;

const PACKAGES = { cpu: '@tensorflow/tfjs-node', gpu: '@tensorflow/tfjs-node-gpu' } as const;
const TFJS_VERSION = '4.22.0';

const say = (line: string) => console.log(`tensorflow: ${line}`);

function install(device: 'cpu' | 'gpu', from: string | undefined): void {
  if (process.platform !== 'linux' || (process.arch !== 'x64' && from === undefined))
    throw new BackendError(
      `This works on Linux (without --from on x86-64 only). On ${process.platform}-${process.arch}: npm install ${PACKAGES[device]}`,
    );
  const project = process.cwd();
  if (!existsSync(join(project, 'package.json')))
    throw new BackendError(`${project} has no package.json. Run this in your project's folder.`);
  const library = from === undefined ? fetchLibrary(device, say) : findLibrary(from);
  const name = PACKAGES[device];
  installWithoutScripts(project, device);
  say(`compiling the binding of ${name} with ${library.folder}`);
  compileBinding(join(project, 'node_modules', name), library);
  say(`${name} runs: ${opened(device)}`);
}

/** Has npm install tfjs-node's JavaScript, which its script's failure would undo. */
function installWithoutScripts(project: string, device: 'cpu' | 'gpu'): void {
  const name = `${PACKAGES[device]}@${TFJS_VERSION}`;
  say(`installing ${name} without its scripts`);
  const other = join(project, 'node_modules', PACKAGES[device === 'cpu' ? 'gpu' : 'cpu']);
  const hadOther = existsSync(other);
  const flags = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'];
  runProgram('npm', ['install', ...flags, name], 'This needs a way to the npm registry.');
  // Where the project names the other as optional, npm adds it too: of no use without its binding.
  if (!hadOther) rmSync(other, { recursive: true, force: true });
}

/** The backend, opened in a process of its own, where a library that does not fit can do no harm. */
function opened(device: 'cpu' | 'gpu'): string {
  const backend = JSON.stringify(PACKAGES[device].split('/')[1]);
  const script = `require(${JSON.stringify(join(__dirname, '../backend'))})
    .useBackend({ backend: ${backend} }).then(
      (info) => console.log(JSON.stringify(info)),
      ({ message }) => { console.error(message); process.exitCode = 1; })`;
  return runProgram(
    process.execPath,
    ['-e', script],
    'The library does not fit this machine.',
  ).trim();
}

function main(): void {
  const { values } = parseArgs({
    options: { gpu: { type: 'boolean' }, from: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help) console.log(USAGE);
  else install(values.gpu ? 'gpu' : 'cpu', values.from);
}

if (require.main === module)
  try {
    main();
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
