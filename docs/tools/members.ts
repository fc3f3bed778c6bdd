import ts from 'typescript-api';
import { type Comment, commentOf } from './comments';
import { type Face, isPrivate, ownerOf } from './face';
import { linked, type Places, typeText } from './links';
import { code, sentence, table } from './markdown';
import { signatureOf, sourceOf } from './signatures';

/** A member of a public type. */
export interface Member {
  readonly name: string;
  readonly type: string;
  readonly isOptional: boolean;
  readonly isMethod: boolean;
  /** Its description without the sentence that gives its default. */
  readonly text: string;
  /** The sentence of its description that begins with `Default`, less that word. */
  readonly fallback: string;
}

/** The members of an object type, inherited ones among them, in the order of their declarations. */
export function membersOf(type: ts.Type, face: Face): Member[] {
  return face.checker
    .getPropertiesOfType(type)
    .filter(({ declarations = [] }) => declarations.length > 0)
    .map((symbol) => memberOf(symbol.declarations![0]!, symbol, face));
}

/** The members that a class or an interface declares itself. */
export function ownMembers(
  node: ts.ClassDeclaration | ts.InterfaceDeclaration,
  face: Face,
): Member[] {
  const properties = face.checker.getPropertiesOfType(face.checker.getTypeAtLocation(node));
  const members: readonly (ts.TypeElement | ts.ClassElement)[] = node.members;
  return members
    .filter((member) => !isPrivate(member))
    .map((member) =>
      memberOf(
        member,
        properties.find(({ declarations }) => declarations?.includes(member)),
        face,
      ),
    );
}

function memberOf(node: ts.Declaration, symbol: ts.Symbol | undefined, face: Face): Member {
  const name = ts.getNameOfDeclaration(node)?.getText() ?? symbol?.name ?? '';
  const isMethod =
    ts.isMethodSignature(node) || ts.isMethodDeclaration(node) || ts.isConstructorDeclaration(node);
  const { text, fallback } = withoutDefault(describe(memberComment(node, symbol, face)));
  return {
    name: isMethod ? signatureOf(name || 'constructor', node) : name,
    type: isMethod ? '' : typeOfProperty(node),
    isOptional: ((symbol?.flags ?? 0) & ts.SymbolFlags.Optional) !== 0,
    isMethod,
    text,
    fallback,
  };
}

/** The comment of a member, or of the one that it has from a base type. */
function memberComment(
  node: ts.Declaration,
  symbol: ts.Symbol | undefined,
  face: Face,
): Comment | undefined {
  const own = commentOf(node, face);
  if (own || !symbol) return own;
  const packages = face.packages.map(({ of }) => of);
  return baseMembers(node, symbol.name, face)
    .filter((base) => ownerOf(base, packages))
    .flatMap(({ declarations = [] }) => declarations)
    .map((base) => commentOf(base, face))
    .find((comment) => comment !== undefined);
}

/** The members of a class's or interface's base types that bear a name. */
export function baseMembers(node: ts.Node, name: string, { checker }: Face): ts.Symbol[] {
  const { parent } = node;
  if (!(ts.isClassDeclaration(parent) || ts.isInterfaceDeclaration(parent))) return [];
  return (parent.heritageClauses ?? [])
    .flatMap(({ types }) => types)
    .flatMap((base) => checker.getPropertiesOfType(checker.getTypeAtLocation(base)))
    .filter((member) => member.name === name);
}

function typeOfProperty(node: ts.Declaration): string {
  const { type, initializer } = node as ts.PropertyDeclaration;
  const written = type ?? initializer;
  return written ? sourceOf(written) : 'unknown';
}

function describe(comment: Comment | undefined): string {
  if (!comment) return '';
  const { text, params, returns, throws } = comment;
  return [
    text,
    ...[...params].map(([name, doc]) => `${code(name)}: ${sentence(doc, false)}`),
    returns === undefined ? '' : sentence(`Returns ${returns}`),
    ...throws.map((error) => sentence(`Throws ${error}`)),
  ]
    .filter((part) => part !== '')
    .join(' ')
    .replace(/\s+/g, ' ');
}

/** Takes the sentence that begins with `Default` out of a description. */
export function withoutDefault(doc: string): { text: string; fallback: string } {
  const found = /(?:^|(?<=[.;)] ))[Dd]efault:? (.*?)(?:\.(?=\s|$)|$)/.exec(doc);
  if (!found) return { text: doc, fallback: '' };
  const text = (doc.slice(0, found.index) + doc.slice(found.index + found[0].length)).trim();
  return { text: text.replace(/\s+/g, ' ').replace(/;$/, '.'), fallback: found[1]! };
}

/** The options of a cell: name, type, default and meaning of each. */
export function optionsTable(members: readonly Member[], places: Places): string {
  return table(
    ['option', 'type', 'default', 'meaning'],
    members.map(({ name, type, isOptional, text, fallback }) => [
      code(name),
      typeText(type, places),
      isOptional ? linked(fallback, places) : 'required',
      linked(text, places),
    ]),
  );
}

/** The members of a type: name, type and meaning of each. */
export function membersTable(members: readonly Member[], places: Places): string {
  if (members.length === 0) return '';
  return table(
    ['member', 'type', 'meaning'],
    members.map(({ name, type, isOptional, isMethod, text, fallback }) => [
      code(isOptional && !isMethod ? `${name}?` : name),
      isMethod ? '' : typeText(type, places),
      linked(fallback === '' ? text : `${text} Default: ${fallback}.`.trim(), places),
    ]),
  );
}
