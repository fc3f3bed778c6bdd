import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, it } from 'node:test';
import ts from 'typescript-api';
import { assertFindings } from './findings';

const ROOT = join(__dirname, '../..');

/** The packages, lower ones first, by the name that others import them by. */
const PACKAGES = {
  'selective-brain-damage-statistics': 'src/statistics',
  'selective-brain-damage': 'src/library',
  'typescript-notebooks': 'kernels',
} as const;

/**
 * The layers of the packages, upper ones first: a file imports from its own layer and from those
 * below it. A layer lists folders, and files without their extension; other files beside the index
 * are in the lowest.
 */
const LAYERS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'src/statistics': [
    ['index', 'internal', 'cli'],
    ['audit'],
    ['figures'],
    ['analysis'],
    ['predictions'],
    ['tables', 'store', 'untrusted'],
  ],
  'src/library': [
    ['index', 'cli'],
    ['plans', 'status', 'annotation', 'verification'],
    ['training', 'evaluation', 'pictures', 'compression'],
    ['models', 'backend'],
    ['datasets', 'corruptions', 'records'],
    ['queue'],
    ['frames', 'images', 'streams', 'workers'],
  ],
};

/** Files with the files that they import, types included; paths from the workspace's folder. */
type Graph = ReadonlyMap<string, readonly string[]>;

const SOURCE = /(?<!\.d)\.ts$|\.js$/;

/** Sources of a package; compiled and installed files are none. */
function sourcesOf(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => SOURCE.test(file) && !/(^|\/)(dist|node_modules|build)\//.test(file))
    .map((file) => join(folder, file))
    .sort();
}

function graphOf(files: readonly string[]): Graph {
  return new Map(files.map((file) => [file, importsOf(file)]));
}

/** The files of this workspace that a file imports. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return ts
    .preProcessFile(text, true, true)
    .importedFiles.map(({ fileName }) => resolve(fileName, file))
    .filter((found) => found !== undefined);
}

function resolve(name: string, from: string): string | undefined {
  const path = name.startsWith('.') ? join(dirname(from), name) : pathInPackage(name);
  return path === undefined
    ? undefined
    : [path, `${path}.ts`, `${path}.js`, `${path}/index.ts`].find(
        (file) => SOURCE.test(file) && existsSync(join(ROOT, file)),
      );
}

/** `name` or `name/entry` as the source of that entry. */
function pathInPackage(name: string): string | undefined {
  const [head, entry = 'index'] = name.split('/');
  const folder = PACKAGES[head as keyof typeof PACKAGES] as string | undefined;
  return folder && join(folder, entry);
}

/** One path per circle that a walk in depth meets; none where there is no circle. */
function circlesIn(graph: Graph): string[] {
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (done.has(file)) return;
    const start = path.indexOf(file);
    if (start >= 0) {
      circles.push([...path.slice(start), file].join(' → '));
      return;
    }
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return circles;
}

/** The imports of a package that lead to an upper layer, and its files that are in no layer. */
function upwardImports(folder: string, graph: Graph): string[] {
  const layers = LAYERS[folder]!;
  const layerOf = (file: string): number => {
    const [head = '', ...rest] = relative(folder, file).split('/');
    const found = layers.findIndex((names) => names.includes(head.replace(/\.ts$/, '')));
    return found < 0 && rest.length === 0 ? layers.length - 1 : found;
  };
  return [...graph].flatMap(([file, imports]) => {
    const layer = layerOf(file);
    if (layer < 0) return [`${file} is in no layer`];
    return imports
      .filter((other) => other.startsWith(`${folder}/`))
      .filter((other) => layerOf(other) >= 0 && layerOf(other) < layer)
      .map((other) => `${file} imports ${other}`);
  });
}

function assertNone(findings: readonly string[]): void {
  assert.equal(findings.length, 0, `\n  ${findings.join('\n  ')}\n`);
}

const graphs = Object.values(PACKAGES).map((folder) => ({
  folder,
  graph: graphOf(sourcesOf(folder).filter((file) => !/\/(bundles|cpp)\//.test(file))),
}));

describe('architecture', () => {
  for (const { folder, graph } of graphs) {
    it(`${folder} has no circle of imports, types included`, () => {
      assert.ok(graph.size > 10, `${folder} has sources`);
      assertFindings(`circles in ${folder}`, circlesIn(graph));
    });

    if (LAYERS[folder])
      it(`${folder} imports downwards only`, () => {
        assertFindings(`upward imports in ${folder}`, upwardImports(folder, graph));
      });
  }

  it('lower packages know nothing of upper ones, and the kernel nothing of either', () => {
    const allowed: Readonly<Record<string, readonly string[]>> = {
      'src/statistics': ['src/statistics'],
      // The command hands notebooks on to the kernel, where that is installed.
      'src/library': ['src/library', 'src/statistics', 'kernels/commands'],
      kernels: ['kernels'],
    };
    const foreign = graphs.flatMap(({ folder, graph }) =>
      [...graph].flatMap(([file, imports]) =>
        imports
          .filter((other) => !allowed[folder]!.some((one) => other.startsWith(`${one}/`)))
          .map((other) => `${file} imports ${other}`),
      ),
    );
    assertNone(foreign);
  });

  it('follows imports of values and types, re-exports, import types and packages', () => {
    const library = graphs.find(({ folder }) => folder === 'src/library')!.graph;
    const index = library.get('src/library/index.ts')!;
    assert.ok(index.includes('src/statistics/index.ts'), 'export * from a package');
    assert.ok(index.includes('src/statistics/internal.ts'), 'an entry of a package');
    const imports = ts.preProcessFile(
      "import type { A } from './a'; export * from './b'; type C = import('./c').C; import './d';",
      true,
      true,
    ).importedFiles;
    assert.deepEqual(imports.map(({ fileName }) => fileName).sort(), ['./a', './b', './c', './d']);
  });

  it('finds imports that lead upwards, and files that are in no layer', () => {
    const [low, high] = ['src/statistics/predictions/a.ts', 'src/statistics/analysis/b.ts'];
    const graph = new Map([
      [low, [high, 'src/statistics/options.ts']],
      [high, [low]],
      ['src/statistics/elsewhere/c.ts', [low]],
      ['src/statistics/options.ts', ['src/statistics/tables/d.ts', low]],
    ]);
    assert.deepEqual(upwardImports('src/statistics', graph), [
      `${low} imports ${high}`,
      'src/statistics/elsewhere/c.ts is in no layer',
      `src/statistics/options.ts imports ${low}`,
    ]);
  });

  it('shows circles as paths', () => {
    const graph = new Map([
      ['a', ['b', 'd']],
      ['b', ['c']],
      ['c', ['b']],
      ['d', ['a']],
      ['e', ['e']],
    ]);
    assert.deepEqual(circlesIn(graph), ['b → c → b', 'a → d → a', 'e → e']);
    assert.deepEqual(
      circlesIn(
        new Map([
          ['a', ['b']],
          ['b', []],
        ]),
      ),
      [],
    );
  });
});
