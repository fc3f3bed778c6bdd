import type * as TypeScript from '#typescript';

/**
 * Finds where the source of a notebook's cells stands in the text of its file.
 *
 * @param text the file's JSON
 * @returns a function that gives the file's line for a cell's id and a line of that cell, all from 1, or
 *   undefined where the file has no such cell
 */
export function sourceLines(text: string): (id: string, line: number) => number | undefined {
  // Loaded here, since it takes a third of a second.
  const ts = require('#typescript') as typeof TypeScript;
  const member = (node: TypeScript.Node | undefined, name: string) => {
    if (!node || !ts.isObjectLiteralExpression(node)) return undefined;
    const found = node.properties.find(
      (property) => ts.isPropertyAssignment(property) && textOf(property.name) === name,
    );
    return found && ts.isPropertyAssignment(found) ? found.initializer : undefined;
  };
  const textOf = (node: TypeScript.Node | undefined) =>
    node && ts.isStringLiteral(node) ? node.text : undefined;
  const file = ts.parseJsonText('notebook.json', text);
  const cells = member(file.statements[0]?.expression, 'cells');
  const items = cells && ts.isArrayLiteralExpression(cells) ? [...cells.elements] : [];
  return (id, line) => {
    const cell = items.find((item, i) => (textOf(member(item, 'id')) ?? `cell-${i + 1}`) === id);
    const source = member(cell, 'source');
    if (!source) return undefined;
    const lines = ts.isArrayLiteralExpression(source) ? source.elements : [];
    const node = lines[Math.min(line, lines.length) - 1] ?? source;
    return file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
  };
}
