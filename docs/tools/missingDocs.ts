import ts from 'typescript-api';
import { commentOf } from './comments';
import { type Face, isPrivate, type PackageFace } from './face';
import { baseMembers } from './members';
import { namedTypes } from './namedTypes';
import { parameterName } from './signatures';

/**
 * The names that lack a doc comment: exports that a package declares, types that they name, and the
 * members of both, as `Owner.member`.
 */
export function missingDocs(face: PackageFace, all: Face): string[] {
  const { of, exports } = face;
  const own = [...exports, ...namedTypes(face, all)].filter(({ owner }) => owner === of);
  const symbols = new Map(own.map(({ name, symbol }) => [symbol, name]));
  return [...symbols].flatMap(([{ declarations = [] }, name]) => [
    ...(declarations.some((node) => hasDoc(node, all)) ? [] : [name]),
    ...declarations.flatMap((node) => membersWithoutDoc(node, name, all)),
  ]);
}

function hasDoc(node: ts.Node, face: Face): boolean {
  return (commentOf(node, face)?.text ?? '') !== '';
}

function membersWithoutDoc(declaration: ts.Declaration, owner: string, face: Face): string[] {
  const missing: string[] = [];
  const documented = new Set<string>();
  const visit = (node: ts.Node, path: string): void => {
    if (isPrivate(node)) return;
    const isMember = ts.isTypeElement(node) || ts.isClassElement(node);
    if (!isMember) {
      const inner = ts.isParameter(node) ? `${path}.${parameterName(node)}` : path;
      ts.forEachChild(node, (child) => visit(child, inner));
      return;
    }
    const name = `${path}.${memberName(node)}`;
    if (hasDoc(node, face)) documented.add(name);
    else if (!isDescribedElsewhere(node, name, face)) missing.push(name);
    ts.forEachChild(node, (child) => visit(child, name));
  };
  ts.forEachChild(declaration, (child) => visit(child, owner));
  // Overloads and accessors share their documentation.
  return [...new Set(missing)].filter((name) => !documented.has(name));
}

function memberName(member: ts.TypeElement | ts.ClassElement): string {
  if (member.name) return member.name.getText();
  if (ts.isConstructorDeclaration(member)) return 'constructor';
  return ts.isIndexSignatureDeclaration(member) ? '[index]' : '(call)';
}

/** Whether a base type or the parameter's description documents a member. */
function isDescribedElsewhere(
  member: ts.TypeElement | ts.ClassElement,
  name: string,
  face: Face,
): boolean {
  return isInherited(member, face) || isDescribedByParam(member, name, face);
}

/** Whether a class or interface has the member from a base type, where it is documented. */
function isInherited(member: ts.TypeElement | ts.ClassElement, face: Face): boolean {
  const { checker } = face;
  const own = checker
    .getPropertiesOfType(checker.getTypeAtLocation(member.parent))
    .find(({ declarations }) => declarations?.includes(member));
  if (!own) return false;
  return baseMembers(member, own.name, face).length > 0;
}

/** Whether `@param options.name` documents a member of a type literal. */
function isDescribedByParam(member: ts.Node, name: string, face: Face): boolean {
  const signature = ts.findAncestor(member, ts.isFunctionLike);
  const [, ...path] = name.split('.');
  return (
    signature !== undefined && (commentOf(signature, face)?.params.has(path.join('.')) ?? false)
  );
}
