import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, parse } from 'node:path';
import * as ts from '#typescript';
import { isOfPackage } from './missingPackage';

/** The language of the running Node, then what it has of later ones, each with a way to tell. */
const LIBRARIES: readonly (readonly [library: string, isThere: () => boolean])[] = [
  ['es2023', () => true],
  ['es2024.string', () => 'isWellFormed' in String.prototype],
  ['es2024.regexp', () => 'unicodeSets' in RegExp.prototype],
  ['es2024.sharedmemory', () => 'waitAsync' in Atomics],
  ['es2024.arraybuffer', () => 'transfer' in ArrayBuffer.prototype],
  ['es2024.collection', () => 'groupBy' in Map],
  ['es2024.object', () => 'groupBy' in Object],
  ['es2024.promise', () => 'withResolvers' in Promise],
  ['es2025.collection', () => 'union' in Set.prototype],
  ['es2025.iterator', () => 'Iterator' in globalThis],
  ['es2025.promise', () => 'try' in Promise],
  ['es2025.regexp', () => 'escape' in RegExp],
  ['es2025.float16', () => 'Float16Array' in globalThis],
  ['esnext.array', () => 'fromAsync' in Array],
  ['esnext.disposable', () => 'dispose' in Symbol],
  ['esnext.error', () => 'isError' in Error],
  ['esnext.typedarrays', () => 'fromBase64' in Uint8Array],
  ['esnext.temporal', () => 'Temporal' in globalThis],
  ['decorators', () => true],
];

/** Where the declarations of the language lie. */
const LIBRARY_FOLDER = dirname(require.resolve('typescript-api'));

/**
 * Modules of Node that few programs import and whose declarations, a fifth of all, are read once some text names
 * them: until then they would be memory of every kernel.
 */
const RARE = /[/\\]@types[/\\]node[/\\](inspector|http2|test)\b[^/\\]*\.d\.ts$/;
const OF_NODE = /[/\\]@types[/\\]node[/\\]/;
const NAMES_RARE = /\b(?:inspector|http2|node:test)\b/;

/** A message of the compiler. */
export interface Diagnostic {
  /** The file; undefined for the cell. */
  readonly file?: string;
  /** From 1. */
  readonly line: number;
  readonly code: number;
  readonly text: string;
}

/**
 * TypeScript's language service over texts in memory and the files of the disk. The files of installed
 * packages are read once, until something is installed; others are read again when they change.
 */
export class Language {
  readonly service: ts.LanguageService;
  private readonly texts = new Map<string, { readonly text: string; readonly version: number }>();
  private readonly ambient: readonly string[];
  private versions = 0;
  private roots: readonly string[] = [];
  /** Files with an import that was not found: it is looked for again. */
  private readonly unresolved = new Set<string>();
  private readonly extra = new Set<string>();
  private readonly options: ts.CompilerOptions;
  private isRareNamed = false;
  /** Files and imports of installed packages, read once. */
  private packages = newPackages('');

  /** @param folder where cells resolve their imports */
  constructor(readonly folder: string) {
    this.ambient = [join(__dirname, 'globals.d.ts')];
    this.options = compilerOptions(folder);
    this.service = ts.createLanguageService(
      this.host(),
      ts.createDocumentRegistry(
        ts.sys.useCaseSensitiveFileNames,
        folder,
        ts.JSDocParsingMode.ParseNone,
      ),
    );
  }

  /** Gives a file in memory its text. */
  put(path: string, text: string): void {
    if (this.texts.get(path)?.text === text) return;
    this.texts.set(path, { text, version: ++this.versions });
    this.isRareNamed ||= NAMES_RARE.test(text);
  }

  drop(path: string): void {
    this.texts.delete(path);
  }

  /** The program of these files and all that they import. */
  program(...roots: readonly string[]): ts.Program {
    this.roots = roots;
    const { isRareNamed } = this;
    const program = this.service.getProgram()!;
    return isRareNamed === this.isRareNamed ? program : this.service.getProgram()!;
  }

  /** The program with a file of the disk, and the file there; undefined where it cannot be read. */
  programOf(path: string): readonly [ts.Program, ts.SourceFile] | undefined {
    const roots = this.roots.filter((root) => this.texts.has(root));
    const known = this.program(...roots);
    const found = known.getSourceFile(path);
    if (found) return [known, found];
    this.extra.add(path);
    const program = this.program(...roots);
    const file = program.getSourceFile(path);
    return file && [program, file];
  }

  /** The file that a specifier means to TypeScript. */
  resolve(specifier: string, importer: string): string | undefined {
    const { resolvedModule } = ts.resolveModuleName(specifier, importer, this.options, ts.sys);
    return resolvedModule?.resolvedFileName;
  }

  /** What is wrong in a file and in the local files that it imports, the file itself first. */
  check(program: ts.Program, path: string, isChecked: boolean): readonly ts.Diagnostic[] {
    const found: ts.Diagnostic[] = [];
    const seen = new Set<ts.SourceFile>();
    const visit = (file: ts.SourceFile): void => {
      if (seen.has(file)) return;
      seen.add(file);
      const syntax = program.getSyntacticDiagnostics(file);
      const checked = syntax.length > 0 || (file.fileName === path && !isChecked);
      found.push(...syntax, ...(checked ? [] : program.getSemanticDiagnostics(file)));
      this.unresolved.delete(file.fileName);
      for (const target of importsOf(program, file)) {
        if (!target) this.unresolved.add(file.fileName);
        else if (
          !target.isDeclarationFile &&
          !isOfPackage(target.fileName) &&
          !this.texts.has(target.fileName)
        )
          visit(target);
      }
    };
    visit(program.getSourceFile(path)!);
    return found;
  }

  private host(): ts.LanguageServiceHost {
    const { texts, options } = this;
    const host: ts.LanguageServiceHost &
      Pick<ts.CompilerHost, 'hasInvalidatedResolutions' | 'getModuleResolutionCache'> = {
      getCompilationSettings: () => options,
      getScriptFileNames: () => [...this.ambient, ...this.roots, ...this.extra],
      getScriptVersion: (path) => {
        const text = texts.get(path);
        return text ? String(text.version) : this.versionOnDisk(path);
      },
      getScriptSnapshot: (path) => {
        if (isOfPackage(path)) return this.snapshotOfPackage(path);
        return this.snapshotOf(texts.get(path)?.text ?? ts.sys.readFile(path));
      },
      resolveModuleNameLiterals: (literals, importer, redirected, options, file) => {
        const resolve = () =>
          literals.map(
            (literal) =>
              this.inMemory(literal.text, importer) ??
              ts.resolveModuleName(
                literal.text,
                importer,
                options,
                host,
                undefined,
                redirected,
                ts.getModeForUsageLocation(file, literal, options),
              ),
          );
        return isOfPackage(importer)
          ? memoized(this.installed().imports, importer, resolve)
          : resolve();
      },
      getCurrentDirectory: () => this.folder,
      useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
      getDefaultLibFileName: (options) => join(LIBRARY_FOLDER, ts.getDefaultLibFileName(options)),
      fileExists: (path) => texts.has(path) || ts.sys.fileExists(path),
      readFile: (path, encoding) => texts.get(path)?.text ?? ts.sys.readFile(path, encoding),
      readDirectory: ts.sys.readDirectory,
      directoryExists: ts.sys.directoryExists,
      getDirectories: ts.sys.getDirectories,
      realpath: (path) => (texts.has(path) ? path : ts.sys.realpath!(path)),
      getModuleResolutionCache: () => this.installed().manifests,
      hasInvalidatedResolutions: (path) => this.unresolved.has(path),
      jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
    };
    return host;
  }

  /** A text in memory, found without the disk: each cell imports all cells before it. */
  private inMemory(
    specifier: string,
    importer: string,
  ): ts.ResolvedModuleWithFailedLookupLocations | undefined {
    if (!specifier.startsWith('./')) return undefined;
    const resolvedFileName = join(dirname(importer), specifier);
    if (!this.texts.has(resolvedFileName)) return undefined;
    return { resolvedModule: { resolvedFileName, extension: ts.Extension.Ts } };
  }

  private versionOnDisk(path: string): string {
    if (!isOfPackage(path)) return stampOf(path);
    return this.isLeftOut(path) ? 'left out' : this.installed().stamp;
  }

  private snapshotOfPackage(path: string): ts.IScriptSnapshot | undefined {
    if (this.isLeftOut(path)) return ts.ScriptSnapshot.fromString('');
    const read = () => this.snapshotOf(ts.sys.readFile(path), OF_NODE.test(path));
    return memoized(this.installed().snapshots, path, read);
  }

  private snapshotOf(text: string | undefined, isOfNode = false): ts.IScriptSnapshot | undefined {
    if (text === undefined) return undefined;
    this.isRareNamed ||= !isOfNode && NAMES_RARE.test(text);
    return ts.ScriptSnapshot.fromString(text);
  }

  private isLeftOut(path: string): boolean {
    return !this.isRareNamed && RARE.test(path);
  }

  /** The packages that are installed now; an installation empties what was read before. */
  private installed(): Packages {
    const stamp = `installed ${installation(this.folder)}`;
    if (this.packages.stamp !== stamp) this.packages = newPackages(stamp);
    return this.packages;
  }
}

/** The texts of installed packages' files, and the files that their imports lead to. */
interface Packages {
  readonly stamp: string;
  readonly snapshots: Map<string, ts.IScriptSnapshot | undefined>;
  readonly imports: Map<string, readonly ts.ResolvedModuleWithFailedLookupLocations[]>;
  /** Of this only what it knows of package.json files is used. */
  readonly manifests: ts.ModuleResolutionCache;
}

const newPackages = (stamp: string): Packages => ({
  stamp,
  snapshots: new Map(),
  imports: new Map(),
  manifests: ts.createModuleResolutionCache('/', (path) => path),
});

function memoized<T>(known: Map<string, T>, key: string, make: () => T): T {
  if (!known.has(key)) known.set(key, make());
  return known.get(key)!;
}

/** Changes whenever a file does. */
export function stampOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found ? `${found.mtimeMs} ${found.size}` : 'none';
}

/** A cell asks for thousands of versions at once; packages are not installed as often. */
const SECONDS_OF_AN_INSTALLATION = 0.5;
let installed = { at: Number.NEGATIVE_INFINITY, folder: '', stamp: '' };

/** Changes when npm installs something into the folder or one above it, or a package.json there is edited. */
function installation(folder: string): string {
  const now = performance.now();
  if (installed.folder === folder && now - installed.at < 1000 * SECONDS_OF_AN_INSTALLATION)
    return installed.stamp;
  const stamps: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    stamps.push(stampOf(join(at, 'node_modules', '.package-lock.json')));
    stamps.push(stampOf(join(at, 'package.json')));
    if (at === dirname(at)) break;
  }
  installed = { at: now, folder, stamp: stamps.join() };
  return installed.stamp;
}

/** The modules that a file imports, by static and dynamic imports of a literal; undefined for one not found. */
function importsOf(program: ts.Program, file: ts.SourceFile): (ts.SourceFile | undefined)[] {
  const checker = program.getTypeChecker();
  const found: (ts.SourceFile | undefined)[] = [];
  const add = (literal: ts.Node | undefined) => {
    if (literal && ts.isStringLiteralLike(literal))
      found.push(checker.getSymbolAtLocation(literal)?.declarations?.[0]?.getSourceFile());
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) add(node.moduleSpecifier);
    else if (ts.isExternalModuleReference(node)) add(node.expression);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0]);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function compilerOptions(folder: string): ts.CompilerOptions {
  return {
    // Later syntax, as `using` and decorators, is not yet in every Node.
    target: ts.ScriptTarget.ES2024,
    lib: LIBRARIES.filter(([, isThere]) => isThere()).map(([name]) => `lib.${name}.d.ts`),
    module: ts.ModuleKind.Preserve,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    customConditions: ['node'],
    allowImportingTsExtensions: true,
    resolveJsonModule: true,
    allowJs: true,
    esModuleInterop: true,
    strict: false,
    skipLibCheck: true,
    preserveConstEnums: true,
    sourceMap: true,
    // An output beside its source would overwrite it; nothing is written.
    rootDir: parse(folder).root,
    outDir: join(parse(folder).root, '.out'),
    types: [dirname(resolveFirst('@types/node/package.json', folder))],
  };
}

/** Resolves a module from a folder, else from this package. */
function resolveFirst(specifier: string, folder: string): string {
  try {
    return createRequire(join(folder, 'notebook.js')).resolve(specifier);
  } catch {
    return require.resolve(specifier);
  }
}

/** The file that a relative or absolute path of an import means; undefined where there is none. */
export function localFile(path: string): string | undefined {
  const isFile = (candidate: string) =>
    statSync(candidate, { throwIfNoEntry: false })?.isFile() ?? false;
  const extended = (base: string) => EXTENSIONS.map((extension) => base + extension);
  const written = path.replace(/\.([cm]?)js$/, '.$1ts');
  const candidates = [path, written, ...extended(path), ...extended(join(path, 'index'))];
  return candidates.find(isFile);
}

const EXTENSIONS = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json', '.node'];
