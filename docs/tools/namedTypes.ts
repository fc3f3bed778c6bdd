import ts from 'typescript-api';
import { type Face, isPrivate, ownerOf, type PackageFace, resolved } from './face';
import type { Package } from './packages';

/** A type of one of our packages that another public declaration names. */
export interface NamedType {
  readonly name: string;
  readonly symbol: ts.Symbol;
  readonly owner: Package;
  /** The declarations that name it, in the order in which they are met. */
  readonly namedBy: readonly string[];
  readonly isExported: boolean;
}

/**
 * The types of our packages that a package's own exports name, and those that these name in turn.
 */
export function namedTypes({ of, exports }: PackageFace, face: Face): NamedType[] {
  const packages = face.packages.map((one) => one.of);
  const exported = new Set(exports.map(({ symbol }) => symbol));
  const namers = new Map<ts.Symbol, string[]>();
  const waiting = exports
    .filter(({ owner }) => owner === of)
    .map(({ name, symbol }) => ({ name, symbol }));
  for (const { name, symbol } of waiting)
    for (const named of typesNamedBy(symbol, face.checker)) {
      if (!ownerOf(named, packages) || named === symbol) continue;
      const namedBy = namers.get(named);
      if (namedBy) {
        namedBy.push(name);
        continue;
      }
      namers.set(named, [name]);
      if (!exported.has(named)) waiting.push({ name: named.name, symbol: named });
    }
  return [...namers].map(([symbol, namedBy]) => ({
    name: symbol.name,
    symbol,
    owner: ownerOf(symbol, packages)!,
    namedBy,
    isExported: exported.has(symbol),
  }));
}

function typesNamedBy(symbol: ts.Symbol, checker: ts.TypeChecker): Set<ts.Symbol> {
  const found = new Set<ts.Symbol>();
  const visit = (node: ts.Node): void => {
    if (isPrivate(node)) return;
    const name = nameOfType(node);
    const named = name && checker.getSymbolAtLocation(name);
    if (named) {
      const type = resolved(named, checker);
      if (!(type.flags & ts.SymbolFlags.TypeParameter)) found.add(type);
    }
    ts.forEachChild(node, visit);
  };
  for (const declaration of symbol.declarations ?? []) visit(declaration);
  return found;
}

/** The last part of the name, where a node names a type. */
function nameOfType(node: ts.Node): ts.Node | undefined {
  if (ts.isTypeReferenceNode(node)) return lastOf(node.typeName);
  if (ts.isExpressionWithTypeArguments(node)) {
    const { expression } = node;
    return ts.isPropertyAccessExpression(expression) ? expression.name : expression;
  }
  if (ts.isImportTypeNode(node) && node.qualifier && !node.isTypeOf) return lastOf(node.qualifier);
  return undefined;
}

function lastOf(name: ts.EntityName): ts.Identifier {
  return ts.isQualifiedName(name) ? name.right : name;
}
