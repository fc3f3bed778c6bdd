import ts from 'typescript-api';

/** A parameter of a function. */
export interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly isOptional: boolean;
  readonly node: ts.ParameterDeclaration;
}

/** A function or method as a declaration says it: `name(a: A, b?: B): C`. */
export function signatureOf(name: string, node: ts.SignatureDeclaration): string {
  const types = node.typeParameters?.map((one) => sourceOf(one)).join(', ');
  const head = `${name}${types ? `<${types}>` : ''}`;
  const returned = node.type ? `: ${sourceOf(node.type)}` : '';
  const parameters = parametersOf(node).map(
    (one) => `${one.name}${one.isOptional ? '?' : ''}: ${one.type}`,
  );
  const line = `${head}(${parameters.join(', ')})${returned}`;
  if (line.length <= 100 || parameters.length === 0) return line;
  return `${head}(\n${parameters.map((one) => `  ${one},\n`).join('')})${returned}`;
}

export function parametersOf(node: ts.SignatureDeclaration): Parameter[] {
  return node.parameters.map((parameter) => ({
    name: parameterName(parameter),
    type: parameter.type ? sourceOf(parameter.type) : 'unknown',
    isOptional: parameter.questionToken !== undefined,
    node: parameter,
  }));
}

/** A parameter's name; `options` for one that is destructured. */
export function parameterName({ name, dotDotDotToken }: ts.ParameterDeclaration): string {
  const text = ts.isIdentifier(name) ? name.text : 'options';
  return dotDotDotToken ? `...${text}` : text;
}

/** The source of a type on one line, without the files that names come from. */
export function sourceOf(node: ts.Node): string {
  return withoutImports(node.getText()).replace(/\s*\n\s*/g, ' ');
}

export function withoutImports(text: string): string {
  return text.replace(/import\("[^"]*"\)\./g, '');
}
