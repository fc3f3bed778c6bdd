import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const ROOT = join(__dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'docs/dependencies.md'), 'utf8');
const WORKSPACES = {
  'selective-brain-damage-statistics': 'src/statistics',
  'selective-brain-damage': 'src/library',
  'typescript-notebooks': 'kernels',
} as const;

type Names = Readonly<Record<string, string>>;

/** What a package.json, or the lockfile of one, says. */
interface Manifest {
  readonly dependencies?: Names;
  readonly optionalDependencies?: Names;
  readonly peerDependencies?: Names;
  readonly license?: string;
  readonly deprecated?: string;
  /** Of the lockfile: where a link leads. */
  readonly resolved?: string;
  readonly link?: boolean;
}

const readJson = (file: string) => JSON.parse(readFileSync(join(ROOT, file), 'utf8'));
const locked: Readonly<Record<string, Manifest>> = readJson('package-lock.json').packages;

/** The rows of the tables in a section of the page: their cells. */
function rowsOf(heading: string): string[][] {
  const [, section] = PAGE.split(`\n## ${heading}\n`);
  assert.ok(section !== undefined, heading);
  return section
    .split('\n## ')[0]!
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .slice(2, -2)
        .split(' | ')
        .map((cell) => cell.replaceAll('`', '')),
    );
}

/** The package that another one's `require` finds, as the lockfile places it. */
function found(from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.replace(/(^|\/)[^/]*$/, '')) {
    const place = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    const entry = locked[place];
    if (entry) return entry.link ? entry.resolved! : place;
    if (folder === '') return undefined;
  }
}

/** All packages that installing the three brings. */
function brought(): string[] {
  const places = new Set<string>(Object.values(WORKSPACES));
  for (const place of places) {
    const { dependencies, optionalDependencies } = locked[place]!;
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const next = found(place, name);
      if (next !== undefined) places.add(next);
    }
  }
  return [...places];
}

const nameOf = (place: string): string => place.replace(/^.*node_modules\//, '');

/** The licence of a package that is installed, else of one in the lockfile. */
function licenceOf(workspace: string, name: string): string | undefined {
  const place = found(workspace, name);
  if (place === undefined) return undefined;
  const manifest = join(place, 'package.json');
  return existsSync(join(ROOT, manifest)) ? readJson(manifest).license : locked[place]!.license;
}

/** The sources of a workspace, in one text. */
function sourcesOf(workspace: string): string {
  return readdirSync(join(ROOT, workspace), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.[jt]s$/.test(file) && !/(^|[/\\])(dist|node_modules)[/\\]/.test(file))
    .map((file) => readFileSync(join(ROOT, workspace, file), 'utf8'))
    .join('\n');
}

describe('the list of dependencies', () => {
  for (const [name, workspace] of Object.entries(WORKSPACES)) {
    const manifest: Manifest = readJson(`${workspace}/package.json`);
    const { dependencies, peerDependencies } = manifest;
    const needed = Object.keys({ ...dependencies, ...peerDependencies });

    it(`of ${name} is that of its package.json, with the licences of what is installed`, () => {
      const rows = rowsOf(name);
      assert.deepEqual(rows.map(([listed]) => listed).sort(), needed.toSorted());
      for (const [listed, licence, why] of rows) {
        const installed = licenceOf(workspace, listed!);
        if (installed !== undefined) assert.equal(licence, installed, listed);
        assert.ok(why!.length > 3, listed);
      }
    });

    it(`of ${name} has no package that its sources do not use`, () => {
      const sources = sourcesOf(workspace);
      const isUsed = (dependency: string) =>
        dependency.startsWith('@types/') ||
        sources.includes(`'${dependency}'`) ||
        sources.includes(`'${dependency}/`);
      assert.deepEqual(
        needed.filter((dependency) => !isUsed(dependency)),
        [],
      );
    });
  }

  it('names every deprecated package that they bring, and only such as they do bring', () => {
    const listed = rowsOf('Deprecated').map(([name]) => name!);
    const places = brought();
    assert.ok(places.length > 50, `${places.length} packages`);
    const deprecated = places.filter((place) => locked[place]!.deprecated !== undefined);
    assert.deepEqual(
      deprecated.map(nameOf).filter((name) => !listed.includes(name)),
      [],
    );
    assert.deepEqual(
      listed.filter((name) => !places.some((place) => nameOf(place) === name)),
      [],
    );
  });
});

describe('xlsx', () => {
  it('is not installed with the packages', () => {
    assert.deepEqual(
      brought().filter((place) => /xlsx|sheetjs/i.test(nameOf(place))),
      [],
    );
    // danfojs-node, of which the package carries a part, asks for it: here it gets an empty package.
    const asked = readJson('node_modules/danfojs-node/node_modules/xlsx/package.json');
    assert.equal(asked.name, 'empty-npm-package');
  });

  it('does not load with the library, and no part of it is in what the library carries', () => {
    const library = require.resolve('selective-brain-damage');
    const program = `
      const { danfo } = require(${JSON.stringify(library)});
      new danfo.DataFrame([[1]]);
      console.log(JSON.stringify(Object.keys(require.cache)));`;
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' });
    assert.match(stdout, /^\[/, stderr);
    const loaded: string[] = JSON.parse(stdout);
    const bundle = loaded.find((file) => /bundled[/\\]danfo[/\\]index\.js$/.test(file));
    assert.ok(bundle, 'danfo was loaded');
    assert.deepEqual(
      loaded.filter((file) => /xlsx|sheetjs/i.test(file)),
      [],
    );
    assert.doesNotMatch(readFileSync(bundle, 'utf8'), /sheetjs|require\("xlsx"\)/i);
  });
});
