import ts from 'typescript-api';
import { type Comment, commentOf } from './comments';
import { exampleOf } from './examples';
import { type Exported, type Face, resolved } from './face';
import { linked, linkTo, type Places, typeText } from './links';
import { block, code, page, sentence, table } from './markdown';
import { type Member, membersOf, optionsTable, withoutDefault } from './members';
import { type Parameter, parametersOf, signatureOf, sourceOf } from './signatures';
import { stageOf } from './stages';
import { schemaOfRow, type TableSchema, tableSchemas } from './tables';
import { columnsTable } from './tablesPage';

/** The page of a cell: signature, options, table, errors and a worked example. */
export function cellPage(cell: Exported, face: Face, places: Places): string {
  const functions = functionsOf(cell);
  const comment = commentOf(functions[0]!, face);
  return page(
    `# ${cell.name}`,
    `[Reference](README.md) · ${stageOf(cell)}`,
    linked(comment?.text ?? '', places),
    block(functions.map((node) => signatureOf(cell.name, node)).join('\n'), 'ts'),
    ...parameterParts(functions, comment, face, places),
    ...returnedParts(cell, functions[0]!, comment, face, places),
    ...errorParts(comment, places),
    ...exampleParts(cell.name),
  );
}

export function functionsOf({ declarations }: Exported): ts.FunctionDeclaration[] {
  return declarations.filter(ts.isFunctionDeclaration);
}

/** The object type of a parameter that holds options; undefined for other parameters. */
export function optionsOf({ name, node }: Parameter, face: Face): ts.Type | undefined {
  const isNamedSo = node.type && /Options$/.test(sourceOf(node.type));
  if (name !== 'options' && !isNamedSo) return undefined;
  return face.checker.getNonNullableType(face.checker.getTypeAtLocation(node));
}

function parameterParts(
  functions: readonly ts.FunctionDeclaration[],
  comment: Comment | undefined,
  face: Face,
  places: Places,
): string[] {
  const byName = new Map(functions.flatMap(parametersOf).map((one) => [one.name, one]));
  const parameters = [...byName.values()];
  const plain = parameters.filter((one) => !optionsOf(one, face));
  const options = parameters.flatMap((one) => {
    const type = optionsOf(one, face);
    return type ? membersOf(type, face).map((member) => withParam(one, member, comment)) : [];
  });
  return [
    ...(plain.length > 0
      ? [
          '## Parameters',
          table(
            ['parameter', 'type', 'meaning'],
            plain.map(({ name, type, isOptional }) => [
              code(isOptional ? `${name}?` : name),
              typeText(type, places),
              linked(sentence(comment?.params.get(name) ?? ''), places),
            ]),
          ),
        ]
      : []),
    ...(options.length > 0 ? ['## Options', optionsTable(options, places)] : []),
  ];
}

/** An option that has no description of its own, with the one of `@param options.name`. */
function withParam({ name }: Parameter, member: Member, comment: Comment | undefined): Member {
  if (member.text || member.fallback) return member;
  const doc = comment?.params.get(`${name}.${member.name}`) ?? '';
  return { ...member, ...withoutDefault(sentence(doc)) };
}

function returnedParts(
  cell: Exported,
  node: ts.FunctionDeclaration,
  comment: Comment | undefined,
  face: Face,
  places: Places,
): string[] {
  const schema = returnedTable(cell, node, comment, face);
  if (comment?.returns === undefined && !schema) return [];
  return [
    '## Returns',
    linked(sentence(comment?.returns ?? ''), places),
    ...(schema ? [`${schema.row} Columns:`, columnsTable(schema)] : []),
  ];
}

/**
 * The kind of table that a cell returns: that of the row type which its declaration, its namesake in
 * another package or its `@returns` names, else the one that bears its name.
 */
function returnedTable(
  { name }: Exported,
  node: ts.FunctionDeclaration,
  comment: Comment | undefined,
  face: Face,
): TableSchema | undefined {
  const exports = face.packages.flatMap((one) => one.exports);
  const namesakes = exports.filter((one) => one.name === name).flatMap(functionsOf);
  const returned = [node, ...namesakes].flatMap((one) => rowSymbols(one.type, face));
  const [, linkedName] = /\{@link (\w+)\}/.exec(comment?.returns ?? '') ?? [];
  const inComment = exports.filter((one) => one.name === linkedName).map(({ symbol }) => symbol);
  for (const symbol of [...returned, ...inComment]) {
    const schema = schemaOfRow(symbol);
    if (schema) return schema;
  }
  return tableSchemas().find((schema) => schema.name === name);
}

function rowSymbols(type: ts.TypeNode | undefined, { checker }: Face): ts.Symbol[] {
  const found: ts.Symbol[] = [];
  const visit = (node: ts.Node): void => {
    const symbol = ts.isTypeReferenceNode(node) && checker.getSymbolAtLocation(node.typeName);
    if (symbol) found.push(resolved(symbol, checker));
    ts.forEachChild(node, visit);
  };
  if (type) visit(type);
  return found;
}

function errorParts(comment: Comment | undefined, places: Places): string[] {
  const errors = (comment?.throws ?? []).map((text) => {
    const [, name = '', when = ''] = /^(\w+),? ?(.*)$/s.exec(text) ?? [];
    return [linkTo(name, places), linked(when, places)];
  });
  return errors.length > 0 ? ['## Errors', table(['error', 'when'], errors)] : [];
}

function exampleParts(cell: string): string[] {
  const example = exampleOf(cell);
  if (!example) return [];
  const { source, printed } = example;
  return ['## Example', block(source, 'ts'), ...(printed ? ['It prints:', block(printed)] : [])];
}
