import ts from 'typescript-api';
import { type Comment, commentOf } from './comments';
import { type Exported, type Face, isFunction } from './face';
import { linked, type Places } from './links';
import { block, code, page, sentence } from './markdown';
import { membersTable, ownMembers } from './members';
import { signatureOf, sourceOf, withoutImports } from './signatures';
import { schemaOfRow } from './tables';
import { columnsTable } from './tablesPage';

/** A page of declarations that have none of their own: types, classes, constants. */
export function declarationsPage(
  title: string,
  intro: string,
  exports: readonly Exported[],
  face: Face,
  places: Places,
): string {
  return page(
    `# ${title}`,
    '[Reference](README.md)',
    intro,
    ...exports.flatMap((one) => [`## ${one.name}`, ...declarationParts(one, face, places)]),
  );
}

function declarationParts(one: Exported, face: Face, places: Places): string[] {
  const [node] = one.declarations;
  if (!node || !one.owner) return [foreignText(one)];
  const comment = commentOf(node, face);
  const errors = (comment?.throws ?? []).map((text) => sentence(`Throws ${text}`));
  return [
    linked(comment?.text ?? '', places),
    ...bodyOf(one, node, face, places),
    parametersList(comment, places),
    linked(comment?.returns === undefined ? '' : sentence(`Returns ${comment.returns}`), places),
    linked(errors.join(' '), places),
  ];
}

function parametersList(comment: Comment | undefined, places: Places): string {
  const params = [...(comment?.params ?? [])];
  return params.map(([name, doc]) => `- ${code(name)}: ${linked(doc, places)}`).join('\n');
}

function foreignText({ name, declarations: [node] }: Exported): string {
  const file = node?.getSourceFile().fileName ?? '';
  const [, project] = /.*\/(?:node_modules|bundled)\/((?:@[^/]+\/)?[^/]+)/.exec(file) ?? [];
  return `${name === project ? '' : `\`${name}\` of `}${project}, exported for its users: see its documentation.`;
}

function bodyOf(one: Exported, node: ts.Declaration, face: Face, places: Places): string[] {
  if (ts.isSourceFile(node)) return [];
  if (isFunction(one)) {
    const functions = one.declarations.filter(ts.isFunctionDeclaration);
    return [block(functions.map((each) => signatureOf(one.name, each)).join('\n'), 'ts')];
  }
  const schema = schemaOfRow(one.symbol);
  if (schema) return [columnsTable(schema)];
  if (ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node))
    return [headOf(node), membersTable(ownMembers(node, face), places)];
  const text = withoutImports(node.getText()).replace(/^export (declare )?/, '');
  return [block(ts.isVariableDeclaration(node) ? `const ${text}` : text, 'ts')];
}

/** The base types and type parameters of a class or an interface, where it has any. */
function headOf(node: ts.ClassDeclaration | ts.InterfaceDeclaration): string {
  const bases = (node.heritageClauses ?? []).map(sourceOf);
  const types = (node.typeParameters ?? []).map(sourceOf).join(', ');
  if (bases.length === 0 && types === '') return '';
  const kind = ts.isClassDeclaration(node) ? 'class' : 'interface';
  const name = `${node.name?.text}${types && `<${types}>`}`;
  return block([kind, name, ...bases].join(' '), 'ts');
}
