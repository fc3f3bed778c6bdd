import ts from 'typescript-api';
import { builtPackages, indexOf, type Package, packageOf } from './packages';

/** A name that a package's index exports. */
export interface Exported {
  readonly name: string;
  readonly symbol: ts.Symbol;
  readonly declarations: readonly ts.Declaration[];
  /** The package that declares it; undefined for what another project declares. */
  readonly owner: Package | undefined;
}

/** Everything that a package's index exports. */
export interface PackageFace {
  readonly of: Package;
  /** By name. */
  readonly exports: readonly Exported[];
}

/** The public faces of all packages, read from their compiled declarations. */
export interface Face {
  readonly checker: ts.TypeChecker;
  readonly packages: readonly PackageFace[];
}

/** Reads the declarations that the packages' indexes lead to. */
export function readFace(packages: readonly Package[] = builtPackages()): Face {
  const program = ts.createProgram(packages.map(indexOf), COMPILER_OPTIONS);
  const checker = program.getTypeChecker();
  return {
    checker,
    packages: packages.map((of) => ({ of, exports: exportsOf(of, packages, program, checker) })),
  };
}

/** The options with which users of the packages compile. */
export const COMPILER_OPTIONS: ts.CompilerOptions = {
  module: ts.ModuleKind.Node16,
  moduleResolution: ts.ModuleResolutionKind.Node16,
  target: ts.ScriptTarget.ES2022,
  types: ['node'],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
};

function exportsOf(
  of: Package,
  packages: readonly Package[],
  program: ts.Program,
  checker: ts.TypeChecker,
): Exported[] {
  const file = program.getSourceFile(indexOf(of));
  const index = file && checker.getSymbolAtLocation(file);
  if (!index) throw new Error(`${indexOf(of)} exports nothing; build the packages first.`);
  return checker
    .getExportsOfModule(index)
    .map((named) => {
      const symbol = resolved(named, checker);
      const { declarations = [] } = symbol;
      return { name: named.name, symbol, declarations, owner: ownerOf(symbol, packages) };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The package that declares a symbol; undefined for what another project declares. */
export function ownerOf(
  { declarations = [] }: ts.Symbol,
  packages: readonly Package[],
): Package | undefined {
  const [first] = declarations;
  return first && packageOf(first.getSourceFile().fileName, packages);
}

/** The symbol that a name stands for in the end. */
export function resolved(symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** Whether there is something of that name when a program runs. */
export function isValue({ symbol }: Exported): boolean {
  return (symbol.flags & ts.SymbolFlags.Value) !== 0;
}

export function isFunction({ symbol }: Exported): boolean {
  return (symbol.flags & ts.SymbolFlags.Function) !== 0;
}

/** Whether only the package itself sees a member. */
export function isPrivate(node: ts.Node): boolean {
  if (!ts.isClassElement(node)) return false;
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
  const isHashed = node.name !== undefined && ts.isPrivateIdentifier(node.name);
  return isHashed || (ts.getCombinedModifierFlags(node) & hidden) !== 0;
}
