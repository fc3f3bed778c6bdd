import { readFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { compileFunction, constants, Script } from 'node:vm';
import type { Compiled, Compiler } from './compiler';
import { localFile, stampOf } from './language';
import { isOfPackage } from './missingPackage';
import type { Binding, Runtime } from './transform';

/** What the code of cells and of modules gets alike. */
export type Hooks = Pick<Runtime, 'mark' | 'until' | 'between' | 'thrown'>;

/** The members of a {@link Runtime} by which code imports. */
export type Importing = Pick<Runtime, 'import' | 'require' | 'meta'>;

/** A local file that has been imported. */
interface Module {
  readonly path: string;
  readonly stamp: string;
  /** Its exports, empty at first. */
  namespace: object;
  /** Resolves when it has run. */
  done: Promise<void>;
  /** The local files that it imports. */
  readonly dependencies: Set<string>;
  /** The modules that it waits for. */
  readonly awaited: Set<Module>;
}

type Import = (specifier: string, options?: ImportCallOptions) => Promise<object>;

const LOADER = constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;

/**
 * Loads what cells import: local files by compiling them, each once until it or a file that it imports is
 * edited; everything else as Node does.
 */
export class Modules {
  private readonly modules = new Map<string, Module>();
  private readonly loads = new Map<string, number>();
  private readonly packages = new Map<string, Import>();
  private readonly interops = new WeakMap<object, object>();
  /** The CommonJS files of the notebook's package that are loaded, as they were. */
  private readonly required = new Map<string, string>();
  /** The folder of the notebook's package. */
  private readonly home: string;

  constructor(
    private readonly compiler: Compiler,
    private readonly hooks: Hooks,
  ) {
    this.home = packageFolder(compiler.folder);
  }

  /** Forgets the local files that have been edited since they were loaded, and those that import them. */
  refresh(): void {
    const stale = new Set<string>();
    for (const [path, stamp] of this.required) if (stampOf(path) !== stamp) stale.add(path);
    for (const { path, stamp } of this.modules.values())
      if (stampOf(path) !== stamp) stale.add(path);
    if (stale.size === 0) return;
    for (let before = -1; before !== stale.size; ) {
      before = stale.size;
      for (const path of this.required.keys())
        if (require.cache[path]?.children.some(({ filename }) => stale.has(filename)))
          stale.add(path);
      for (const { path, dependencies } of this.modules.values())
        if ([...dependencies].some((dependency) => stale.has(dependency))) stale.add(path);
    }
    for (const path of stale) {
      this.modules.delete(path);
      this.required.delete(path);
      delete require.cache[path];
    }
  }

  /** What the code of a file imports by. */
  importing(file: string, importer?: Module): Importing {
    const required = createRequire(file);
    return {
      import: (specifier, options) => this.load(String(specifier), file, options, importer),
      require: Object.assign((id: string) => this.tracked(() => required(id)), required),
      meta: {
        url: pathToFileURL(file).href,
        filename: file,
        dirname: dirname(file),
        resolve: (specifier: string) => {
          if (isBuiltin(specifier)) return specifier;
          const local = isLocal(specifier) && localFile(pathOf(specifier, file));
          return pathToFileURL(local || required.resolve(specifier)).href;
        },
      },
    };
  }

  private async load(
    specifier: string,
    importer: string,
    options: ImportCallOptions | undefined,
    module: Module | undefined,
  ): Promise<object> {
    const path = this.localPath(specifier, importer);
    if (path === undefined) return this.interop(await this.fromNode(importer)(specifier, options));
    const url = pathToFileURL(path).href;
    if (isOfPackage(path)) return this.interop(await this.fromNode(importer)(url, options));
    module?.dependencies.add(path);
    return this.evaluated(path, module);
  }

  /** The local file that a specifier means; undefined where Node looks for it. */
  private localPath(specifier: string, importer: string): string | undefined {
    if (specifier.startsWith('#')) {
      const path = this.compiler.resolve(specifier, importer);
      return path !== undefined && /\.[cm]?tsx?$/.test(path) && !/\.d\.[cm]?ts$/.test(path)
        ? path
        : undefined;
    }
    if (!isLocal(specifier)) return undefined;
    const path = localFile(pathOf(specifier, importer));
    if (path !== undefined) return path;
    const error = new Error(`Cannot find module '${specifier}' imported from ${importer}`);
    throw Object.assign(error, { code: 'ERR_MODULE_NOT_FOUND' });
  }

  /** Node's own `import()`, as seen from a file. */
  private fromNode(importer: string): Import {
    const known = this.packages.get(importer);
    if (known) return known;
    const options = { filename: importer, importModuleDynamically: LOADER };
    const own = compileFunction(
      'return import(specifier, options);',
      ['specifier', 'options'],
      options,
    ) as Import;
    this.packages.set(importer, own);
    return own;
  }

  private async evaluated(path: string, importer: Module | undefined): Promise<object> {
    const module = this.modules.get(path) ?? this.started(path);
    // In a circle the module gets what there is so far, as in every ES module.
    if (importer && waitsFor(module, importer)) return module.namespace;
    importer?.awaited.add(module);
    try {
      await module.done;
    } finally {
      importer?.awaited.delete(module);
    }
    return module.namespace;
  }

  private started(path: string): Module {
    const module: Module = {
      ...{ path, stamp: stampOf(path), namespace: {}, done: Promise.resolve() },
      ...{ dependencies: new Set(), awaited: new Set() },
    };
    this.modules.set(path, module);
    module.done = this.run(module).catch((error) => {
      // A second attempt may find it mended.
      if (this.modules.get(path) === module) this.modules.delete(path);
      throw error;
    });
    module.done.catch(() => {});
    return module;
  }

  private async run(module: Module): Promise<void> {
    const { path } = module;
    const extension = extname(path);
    if (extension === '.json') {
      const value: unknown = JSON.parse(readFileSync(path, 'utf8').replace(/^\ufeff/, ''));
      module.namespace = namespace({ ...(isRecord(value) && value), default: value });
      return;
    }
    const isCommon = extension === '.cjs' || extension === '.node';
    const compiled = isCommon ? undefined : this.compiler.compileFile(path, this.nameOf(path));
    if (!compiled || (/^\.jsx?$/.test(extension) && !compiled.isModule && !isTypeModule(path))) {
      module.namespace = this.star(this.tracked(() => createRequire(path)(path)));
      return;
    }
    const own = namespace({});
    module.namespace = own;
    const common = { exports: {} as unknown };
    const { exports } = common;
    await functionOf(
      compiled,
      {
        ...this.hooks,
        ...this.importing(path, module),
        scope: {},
        names: (bindings) => define(own, bindings),
        reexport: (other) =>
          define(
            own,
            Object.fromEntries(
              Object.keys(other as object)
                .filter((name) => name !== 'default' && !(name in own))
                .map((name) => [name, [() => (other as Record<string, unknown>)[name]]] as const),
            ),
          ),
      },
      path,
      common,
    )();
    if (common.exports !== exports || Object.keys(exports as object).length > 0)
      module.namespace = this.star(common.exports);
  }

  /** A file's name in stack traces; that of an edited file differs, as its lines do. */
  private nameOf(path: string): string {
    const loads = (this.loads.get(path) ?? 0) + 1;
    this.loads.set(path, loads);
    return loads === 1 ? path : `${path}?${loads}`;
  }

  /** Notes the files of the notebook's package that CommonJS loads. */
  private tracked<T>(load: () => T): T {
    const before = new Set(Object.keys(require.cache));
    const loaded = load();
    for (const path of Object.keys(require.cache))
      if (!before.has(path) && !isOfPackage(path) && packageFolder(dirname(path)) === this.home)
        this.required.set(path, stampOf(path));
    return loaded;
  }

  /** A module as TypeScript sees it: the exports of a CommonJS module are members of it. */
  private interop(module: object): object {
    const exports = (module as { default?: unknown }).default;
    if (!isRecord(exports)) return module;
    const isCommon =
      'module.exports' in module ||
      Object.values(require.cache).some((loaded) => loaded?.exports === exports);
    return isCommon ? this.star(exports) : module;
  }

  private star(exports: unknown): object {
    if (!isRecord(exports)) return namespace({ default: exports });
    if (exports.__esModule) return exports;
    const known = this.interops.get(exports);
    const own =
      known ??
      new Proxy(exports, {
        get: (target, name) => (name === 'default' ? target : Reflect.get(target, name, target)),
        has: (target, name) => name === 'default' || name in target,
      });
    this.interops.set(exports, own);
    return own;
  }
}

/** The function of compiled code. */
export function functionOf(
  { code, file }: Compiled,
  runtime: Runtime,
  path: string,
  module: { exports: unknown },
): () => Promise<unknown> {
  const script = new Script(code, { filename: file, importModuleDynamically: LOADER });
  return script.runInThisContext()(
    runtime,
    runtime.require,
    module,
    module.exports,
    path,
    dirname(path),
  );
}

function isLocal(specifier: string): boolean {
  return /^(\.{0,2}\/|\.{1,2}$|file:|[A-Za-z]:[\\/])/.test(specifier);
}

function pathOf(specifier: string, importer: string): string {
  const path = specifier.startsWith('file:')
    ? fileURLToPath(specifier)
    : specifier.replace(/[?#].*$/, '');
  return resolve(dirname(importer), path);
}

function namespace(members: object): object {
  return Object.assign(Object.create(null, { [Symbol.toStringTag]: { value: 'Module' } }), members);
}

function define(target: object, bindings: Readonly<Record<string, Binding>>): void {
  for (const [name, [get]] of Object.entries(bindings)) defineName(target, name, [get]);
}

/** Makes a name a member that reads what it is bound to, and assigns to it where it can be assigned to. */
export function defineName(target: object, name: string, [get, set]: Binding): void {
  Object.defineProperty(target, name, {
    ...{ get, enumerable: true, configurable: true },
    ...(set && { set }),
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** Whether `module` waits, maybe by way of others, until `other` has run. */
function waitsFor(module: Module, other: Module, seen = new Set<Module>()): boolean {
  if (module === other) return true;
  if (seen.has(module)) return false;
  seen.add(module);
  return [...module.awaited].some((next) => waitsFor(next, other, seen));
}

/** The folder of the package that a folder belongs to. */
function packageFolder(folder: string): string {
  for (let at = folder; at !== dirname(at); at = dirname(at))
    if (stampOf(join(at, 'package.json')) !== 'none') return at;
  return '';
}

/** Whether the package of a file says that its files are ES modules. */
function isTypeModule(path: string): boolean {
  const folder = packageFolder(dirname(path));
  if (folder === '') return false;
  const { type } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    type?: unknown;
  };
  return type === 'module';
}
