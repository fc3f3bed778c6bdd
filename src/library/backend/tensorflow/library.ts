import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { BackendError } from 'selective-brain-damage-statistics';
import { cacheFolder } from '../../cacheFolder';
import { runProgram } from './runProgram';

/** TensorFlow's library on disk. */
export interface TensorFlowLibrary {
  /** The folder of the shared libraries. */
  readonly folder: string;
  /** The file names of the shared libraries to link, `libtensorflow_cc.so.2` for one. */
  readonly files: readonly string[];
  /** The folder of the C headers. */
  readonly include: string;
}

/** The version that is fetched: the newest whose wheels' libraries fit tfjs-node 4.22's binding. */
const VERSION = '2.19.1';

const WHEELS = { cpu: 'tensorflow-cpu', gpu: 'tensorflow' } as const;

/** Any Python can fetch these wheels; only the libraries and headers are taken out of them. */
const PLATFORM = [
  ...['--no-deps', '--only-binary=:all:', '--python-version', '3.11', '--implementation', 'cp'],
  ...['--platform', 'manylinux2014_x86_64', '--platform', 'manylinux_2_17_x86_64'],
];

const WITHOUT_PIP =
  'Fetching TensorFlow needs a Python 3 with pip (SBD_PYTHON names another than python3) and a way to ' +
  'PyPI. Without them, give a folder that holds libtensorflow: --from <folder>.';

/** Unpacks what is needed of a wheel; prints the packages that its CUDA libraries are in. */
const UNPACK = `
import re, sys, zipfile
wheel, folder = sys.argv[1:]
needed = re.compile(r'tensorflow/(libtensorflow_\\w+\\.so\\.2|include/(tensorflow|tsl|xla)/.*\\.h)$')
with zipfile.ZipFile(wheel) as files:
    names = files.namelist()
    files.extractall(folder, [name for name in names if needed.match(name)])
    metadata = files.read(next(n for n in names if n.endswith('.dist-info/METADATA'))).decode()
for package, version in re.findall(r'Requires-Dist: (nvidia-\\S+) ?\\(?==([\\d.]+)', metadata):
    print(f'{package}=={version}')
`;

/**
 * The library in a folder: where TensorFlow's C library was unpacked, or Python's `tensorflow` package.
 *
 * @throws BackendError where the folder holds no such library or no headers
 */
export function findLibrary(from: string): TensorFlowLibrary {
  const root = resolve(from);
  const include = join(root, 'include');
  for (const folder of [join(root, 'lib'), root]) {
    const names = existsSync(folder) ? readdirSync(folder) : [];
    const framework = names.find((name) => /^libtensorflow_framework\.so\.\d+$/.test(name));
    const main = names.find((name) => /^libtensorflow(_cc)?\.so\.\d+$/.test(name));
    if (!framework || !main) continue;
    if (!existsSync(join(include, 'tensorflow/c/eager/c_api.h')))
      throw new BackendError(
        `${include} has no tensorflow/c/eager/c_api.h: ${root} needs the headers too.`,
      );
    return { folder, files: [main, framework], include };
  }
  throw new BackendError(
    `${root} holds no TensorFlow: expected libtensorflow.so.2 or libtensorflow_cc.so.2 with ` +
      'libtensorflow_framework.so.2, in it or in its folder lib, and the headers in include.',
  );
}

/**
 * The library out of PyPI's wheel, fetched on first use and kept in the cache; for a GPU with the CUDA
 * libraries that it names.
 *
 * @param say is told of a fetch
 * @throws BackendError where there is no pip or no way to PyPI
 */
export function fetchLibrary(
  device: 'cpu' | 'gpu',
  say: (line: string) => void,
): TensorFlowLibrary {
  const wheel = `${WHEELS[device]}==${VERSION}`;
  const home = cacheFolder(`${WHEELS[device]}-${VERSION}`);
  if (existsSync(home)) say(`${wheel} is in ${home}`);
  else {
    say(`fetching ${wheel} from PyPI into ${home}`);
    fetchInto(home, wheel, device);
  }
  return findLibrary(join(home, 'tensorflow'));
}

function fetchInto(home: string, wheel: string, device: 'cpu' | 'gpu'): void {
  const python = process.env.SBD_PYTHON || 'python3';
  const pip = (...args: string[]) =>
    runProgram(python, ['-m', 'pip', ...args, '-q', ...PLATFORM], WITHOUT_PIP);
  mkdirSync(dirname(home), { recursive: true });
  const incoming = mkdtempSync(`${home}-`);
  try {
    pip('download', wheel, '--dest', incoming);
    const file = join(incoming, readdirSync(incoming)[0]!);
    const cuda = runProgram(python, ['-c', UNPACK, file, incoming], WITHOUT_PIP);
    rmSync(file);
    // The library looks for CUDA in the folder nvidia beside its own, as in Python's site-packages.
    if (device === 'gpu') pip('install', ...cuda.trim().split('\n'), '--target', incoming);
    renameSync(incoming, home);
  } catch (error) {
    rmSync(incoming, { recursive: true, force: true });
    // Another process may have been faster.
    if (!existsSync(home)) throw error;
  }
}
