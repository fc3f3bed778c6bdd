import * as ts from '#typescript';

const { factory: f, SyntaxKind } = ts;

/** The object through which compiled code reaches the kernel: {@link Runtime}. */
export const RUNTIME = '__kernel';

/** Reads a name, and assigns to it. */
export type Binding = readonly [get: () => unknown, set?: (value: unknown) => void];

type Items = AsyncIterable<unknown> | Iterable<unknown>;

/** What compiled code calls. */
export interface Runtime {
  /** Tells the names that the code gives to others; called before anything else. */
  names(bindings: Readonly<Record<string, Binding>>): void;
  /** The names of earlier cells. */
  readonly scope: Readonly<Record<string, unknown>>;
  /** `import()`, and the imports of the code. */
  import(specifier: unknown, options?: ImportCallOptions): Promise<unknown>;
  /** `export * from`. */
  reexport(module: unknown): void;
  readonly require: NodeJS.Require;
  /** `import.meta`. */
  readonly meta: unknown;
  /** Called before the operand of an `await` is evaluated; `until` takes the result. */
  mark(): number;
  /** Wraps the operand of an `await`. */
  until(mark: number, value: unknown): unknown;
  /** Wraps the iterable of a `for await`. */
  between(items: Items): Items;
  /** Wraps a thrown value that may not be an Error. */
  thrown<T>(value: T): T;
}

/** How a file becomes the body of a function. */
export interface Shape {
  /** Whether it is a cell, which gives all its names to others, and its last expression's value. */
  readonly isCell: boolean;
  /** The names in the file that stand for those of earlier cells. */
  readonly outer: ReadonlySet<string>;
  /** Where the cell's own text starts. */
  readonly start: number;
}

/**
 * Turns a module into the body of an async function that gets a {@link Runtime}, after type checking, so
 * that no type changes:
 *
 * - names of earlier cells become members of `scope`, imported names members of their module;
 * - imports and exports become calls, `import()` and `import.meta` members of the runtime;
 * - a cell returns the value of its last expression in an array, so that it is not awaited;
 * - `await x` becomes `await until(mark(), x)`, and so on, where the runtime can stop the code.
 */
export function functionBody(
  checker: ts.TypeChecker,
  { isCell, outer, start }: Shape,
): ts.TransformerFactory<ts.SourceFile> {
  return (context) => (file) => {
    const imported = new Map<ts.Symbol, () => ts.Expression>();
    const names: [name: string, value: ts.Expression, set: boolean][] = [];
    const head: ts.Statement[] = [];
    let modules = 0;

    const visit = (original: ts.Node): ts.Node => {
      if (isErased(original)) return original;
      if (ts.isIdentifier(original))
        return isReference(original) ? (memberOf(original) ?? original) : original;
      if (ts.isShorthandPropertyAssignment(original)) return shorthand(original);
      if (ts.isMetaProperty(original) && original.keywordToken === SyntaxKind.ImportKeyword)
        return ts.setTextRange(runtime('meta'), original);
      const callee = calleeOf(original);
      const node = ts.visitEachChild(original, visit, context);
      if (callee && ts.isIdentifier(callee)) return withoutThis(node as Called, callee);
      return hooked(node);
    };

    /** A name of another cell or module as a member of it; undefined for other names. */
    const memberOf = (name: ts.Identifier, symbol = checker.getSymbolAtLocation(name)) => {
      if (!symbol) return undefined;
      const access =
        imported.get(symbol)?.() ??
        (isOuter(symbol) ? member(runtime('scope'), symbol.name) : undefined);
      return access && ts.setTextRange(access, name);
    };
    const isOuter = ({ name, declarations }: ts.Symbol) =>
      outer.has(name) &&
      (declarations ?? []).some(
        (at) => at.getSourceFile() === ts.getOriginalNode(file) && at.pos < start,
      );

    const shorthand = (node: ts.ShorthandPropertyAssignment): ts.Node => {
      const value = memberOf(node.name, checker.getShorthandAssignmentValueSymbol(node));
      const fallback = node.objectAssignmentInitializer;
      if (!value) return ts.visitEachChild(node, visit, context);
      return f.createPropertyAssignment(
        node.name.text,
        fallback
          ? f.createAssignment(value, ts.visitNode(fallback, visit, ts.isExpression)!)
          : value,
      );
    };

    /** `(0, scope.f)(x)`: a function of another cell or module is called without `this`, by its own name. */
    const withoutThis = (node: Called, original: ts.Identifier): ts.Node => {
      const callee = ts.isCallExpression(node) ? node.expression : node.tag;
      if (ts.isIdentifier(callee)) return hooked(node);
      const plain = ts.setTextRange(
        f.createParenthesizedExpression(f.createComma(f.createNumericLiteral(0), callee)),
        original,
      );
      // Stack traces name the position of what follows, which is to be that of the name.
      const pos = original.getStart();
      ts.setSourceMapRange(plain, { pos, end: pos });
      return ts.isCallExpression(node)
        ? f.updateCallExpression(node, plain, node.typeArguments, node.arguments)
        : f.updateTaggedTemplateExpression(node, plain, node.typeArguments, node.template);
    };

    const hooked = (node: ts.Node): ts.Node => {
      if (ts.isAwaitExpression(node))
        return f.updateAwaitExpression(node, around('until', node.expression, call('mark')));
      if (ts.isForOfStatement(node) && node.awaitModifier)
        return f.updateForOfStatement(
          node,
          node.awaitModifier,
          node.initializer,
          around('between', node.expression),
          node.statement,
        );
      if (ts.isThrowStatement(node) && !ts.isNewExpression(node.expression))
        return f.updateThrowStatement(node, around('thrown', node.expression));
      if (ts.isCallExpression(node) && node.expression.kind === SyntaxKind.ImportKeyword)
        return f.updateCallExpression(node, runtime('import'), undefined, node.arguments);
      return node;
    };

    const loaded = (specifier: ts.Expression, attributes?: ts.ImportAttributes): ts.Identifier => {
      const module = f.createIdentifier(`${RUNTIME}_${++modules}`);
      const entries = attributes?.elements.map(({ name, value }) =>
        f.createPropertyAssignment(name.text, value),
      );
      const options = entries && [
        f.createObjectLiteralExpression([
          f.createPropertyAssignment('with', f.createObjectLiteralExpression(entries)),
        ]),
      ];
      const loading = f.createAwaitExpression(call('import', specifier, ...(options ?? [])));
      head.push(
        ts.setTextRange(constant(module, ts.setTextRange(loading, specifier)), specifier.parent),
      );
      return module;
    };

    const importsOf = ({
      importClause,
      moduleSpecifier,
      attributes,
    }: ts.ImportDeclaration): void => {
      const { name, namedBindings } = importClause ?? {};
      const bindings: [symbol: ts.Symbol | undefined, member: string | undefined][] = [];
      if (importClause?.phaseModifier === SyntaxKind.TypeKeyword) return;
      if (name) bindings.push([checker.getSymbolAtLocation(name), 'default']);
      if (namedBindings && ts.isNamespaceImport(namedBindings))
        bindings.push([checker.getSymbolAtLocation(namedBindings.name), undefined]);
      else
        for (const element of namedBindings?.elements ?? [])
          if (!element.isTypeOnly)
            bindings.push([
              checker.getSymbolAtLocation(element.name),
              (element.propertyName ?? element.name).text,
            ]);
      const values = bindings.filter(([symbol]) => !symbol || isValue(symbol));
      if (importClause && values.length === 0) return;
      const module = loaded(moduleSpecifier, attributes);
      for (const [symbol, name] of values) if (symbol) give(symbol, module, name);
    };

    const give = (symbol: ts.Symbol, module: ts.Identifier, name: string | undefined): void => {
      const access = () => (name === undefined ? module : member(module, name));
      imported.set(symbol, access);
      if (isCell) names.push([symbol.name, access(), false]);
    };

    const isValue = (symbol: ts.Symbol): boolean =>
      (targetOf(checker, symbol).flags & ts.SymbolFlags.Value) !== 0;

    const exportsOf = ({
      exportClause,
      moduleSpecifier,
      attributes,
      isTypeOnly,
    }: ts.ExportDeclaration): void => {
      if (isTypeOnly) return;
      if (moduleSpecifier) {
        const module = loaded(moduleSpecifier, attributes);
        if (!exportClause) head.push(f.createExpressionStatement(call('reexport', module)));
        else if (ts.isNamespaceExport(exportClause))
          names.push([exportClause.name.text, module, false]);
        else
          for (const { name, propertyName, isTypeOnly } of exportClause.elements)
            if (!isTypeOnly)
              names.push([name.text, member(module, (propertyName ?? name).text), false]);
        return;
      }
      if (isCell || !exportClause || !ts.isNamedExports(exportClause)) return;
      for (const element of exportClause.elements) {
        const symbol = checker.getExportSpecifierLocalTargetSymbol(element);
        if (element.isTypeOnly || (symbol && !isValue(symbol))) continue;
        const local = (element.propertyName ?? element.name).text;
        names.push([
          element.name.text,
          (symbol && imported.get(symbol)?.()) ?? f.createIdentifier(local),
          false,
        ]);
      }
    };

    const statement = (node: ts.Statement): ts.Statement[] => {
      if (ts.isImportDeclaration(node)) return [];
      if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference))
        return [];
      if (ts.isExportDeclaration(node)) return [];
      if (ts.isExportAssignment(node)) {
        const value = f.createIdentifier(`${RUNTIME}_default`);
        names.push(['default', value, false]);
        return [constant(value, ts.visitNode(node.expression, visit, ts.isExpression)!)];
      }
      const isDefault = hasModifier(node, SyntaxKind.DefaultKeyword);
      const isGiven = isCell || (hasModifier(node, SyntaxKind.ExportKeyword) && !isDefault);
      if (isGiven && !isErased(node))
        for (const { name, kind } of valuesOf(node))
          names.push([name, f.createIdentifier(name), kind !== 'const']);
      const visited = ts.visitNode(node, visit, ts.isStatement)!;
      const plain = withoutExport(visited);
      if (isDefault && (ts.isFunctionDeclaration(plain) || ts.isClassDeclaration(plain))) {
        const value = plain.name ?? f.createIdentifier(`${RUNTIME}_default`);
        names.push(['default', value, false]);
        if (!plain.name) return [constant(value, asExpression(plain))];
      }
      return [plain];
    };

    const returned = (statements: readonly ts.Statement[]): readonly ts.Statement[] => {
      const last = statements.at(-1);
      if (!isCell || !last || !ts.isExpressionStatement(last)) return statements;
      return [
        ...statements.slice(0, -1),
        ts.setTextRange(
          f.createReturnStatement(f.createArrayLiteralExpression([last.expression])),
          last,
        ),
      ];
    };

    const own = file.statements.filter(({ pos, end }) => pos >= start || end > start);
    // Imports come first, as in every module, and in their order.
    for (const node of own) {
      if (ts.isImportDeclaration(node)) importsOf(node);
      if (
        ts.isImportEqualsDeclaration(node) &&
        ts.isExternalModuleReference(node.moduleReference) &&
        !node.isTypeOnly
      ) {
        const module = f.createIdentifier(`${RUNTIME}_${++modules}`);
        head.push(constant(module, call('require', node.moduleReference.expression)));
        const symbol = checker.getSymbolAtLocation(node.name);
        if (symbol) give(symbol, module, undefined);
      }
    }
    for (const node of own) if (ts.isExportDeclaration(node)) exportsOf(node);
    const body = returned(own.flatMap(statement));
    const declaration = f.createExpressionStatement(call('names', bindings(names)));
    return f.updateSourceFile(
      file,
      ts.setTextRange(f.createNodeArray([declaration, ...head, ...body]), file.statements),
    );
  };
}

type Called = ts.CallExpression | ts.TaggedTemplateExpression;

function calleeOf(node: ts.Node): ts.Expression | undefined {
  if (ts.isCallExpression(node)) return node.expression;
  return ts.isTaggedTemplateExpression(node) ? node.tag : undefined;
}

/** Whether a node leaves nothing at run time. */
function isErased(node: ts.Node): boolean {
  if (ts.isTypeNode(node)) return !ts.isExpressionWithTypeArguments(node);
  if (ts.isHeritageClause(node)) return node.token === SyntaxKind.ImplementsKeyword;
  if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return true;
  return hasModifier(node, SyntaxKind.DeclareKeyword);
}

function hasModifier(node: ts.Node, kind: ts.ModifierSyntaxKind): boolean {
  return ts.canHaveModifiers(node) && (node.modifiers?.some((own) => own.kind === kind) ?? false);
}

/** What an imported name stands for; other names stand for themselves. */
export function targetOf(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** Whether an identifier reads or assigns what it names, and is no declaration, key or label. */
function isReference(id: ts.Identifier): boolean {
  const { parent } = id;
  if (ts.isPropertyAccessExpression(parent)) return parent.name !== id;
  if (ts.isBindingElement(parent)) return parent.initializer === id;
  if (ts.isExportAssignment(parent)) return true;
  if (ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent)) return false;
  if (ts.isQualifiedName(parent) || ts.isMetaProperty(parent)) return false;
  return (parent as ts.NamedDeclaration).name !== id;
}

/** A name that a statement declares. */
export interface Declared {
  readonly name: string;
  /** `const`, `let`, `var`, `function`, `class`, `enum`, `namespace`, `interface`, `type` or `alias`. */
  readonly kind: string;
  /** Whether it names something at run time. */
  readonly isValue: boolean;
}

/** The names that the top level of a module declares. */
export function declaredIn(file: ts.SourceFile): readonly Declared[] {
  return file.statements.flatMap((node) => {
    const isAmbient = isErased(node);
    if (ts.isImportDeclaration(node)) return aliases(node);
    if (ts.isImportEqualsDeclaration(node)) return [alias(node.name)];
    if (ts.isInterfaceDeclaration(node)) return [typed(node.name, 'interface')];
    if (ts.isTypeAliasDeclaration(node)) return [typed(node.name, 'type')];
    return valuesOf(node).map((name) => ({ ...name, isValue: !isAmbient }));
  });
}

/** The names that the top level exports in words of its own, so that nobody need export them again. */
export function exportedBy(file: ts.SourceFile): ReadonlySet<string> {
  const exported = file.statements.flatMap((node) => {
    if (ts.isExportDeclaration(node)) {
      const { exportClause } = node;
      if (!exportClause) return [];
      return ts.isNamespaceExport(exportClause)
        ? [exportClause.name.text]
        : exportClause.elements.map(({ name }) => name.text);
    }
    if (!hasModifier(node, SyntaxKind.ExportKeyword)) return [];
    if (hasModifier(node, SyntaxKind.DefaultKeyword)) return [];
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return [node.name.text];
    return valuesOf(node).map(({ name }) => name);
  });
  return new Set(exported);
}

function aliases({ importClause }: ts.ImportDeclaration): Declared[] {
  const { name, namedBindings } = importClause ?? {};
  const named = !namedBindings
    ? []
    : ts.isNamespaceImport(namedBindings)
      ? [namedBindings]
      : namedBindings.elements;
  return [...(name ? [name] : []), ...named.map((element) => element.name)].map(alias);
}

const alias = ({ text }: ts.Identifier): Declared => {
  return { name: text, kind: 'alias', isValue: true };
};
const typed = ({ text }: ts.Identifier, kind: string): Declared => {
  return { name: text, kind, isValue: false };
};

/** The names that a statement declares in the function around it. */
function valuesOf(node: ts.Statement): Declared[] {
  const found: Declared[] = [];
  const add = (id: ts.Identifier, kind: string) =>
    found.push({ name: id.text, kind, isValue: true });
  const bind = (name: ts.BindingName, kind: string): void => {
    if (ts.isIdentifier(name)) add(name, kind);
    else
      for (const element of name.elements)
        if (ts.isBindingElement(element)) bind(element.name, kind);
  };
  const list = (declarations: ts.VariableDeclarationList, isTop: boolean): void => {
    const kind = kindOf(declarations);
    if (isTop || kind === 'var') for (const { name } of declarations.declarations) bind(name, kind);
  };
  /** `var` in blocks belongs to the function. */
  const hoisted = (inner: ts.Node): void => {
    if (ts.isFunctionLike(inner) || ts.isClassLike(inner) || ts.isModuleDeclaration(inner)) return;
    if (ts.isVariableDeclarationList(inner)) list(inner, false);
    ts.forEachChild(inner, hoisted);
  };
  if (ts.isVariableStatement(node)) list(node.declarationList, true);
  else if (ts.isFunctionDeclaration(node)) {
    if (node.name) add(node.name, 'function');
  } else if (ts.isClassDeclaration(node)) {
    if (node.name) add(node.name, 'class');
  } else if (ts.isEnumDeclaration(node)) add(node.name, 'enum');
  else if (ts.isModuleDeclaration(node)) {
    if (ts.isIdentifier(node.name) && !(node.flags & ts.NodeFlags.GlobalAugmentation))
      add(node.name, 'namespace');
  } else hoisted(node);
  return found;
}

function kindOf({ flags }: ts.VariableDeclarationList): string {
  const kind = flags & ts.NodeFlags.BlockScoped;
  if (kind === 0) return 'var';
  return kind === ts.NodeFlags.Let ? 'let' : 'const';
}

/** `{ x: [() => x, (value) => { x = value }] }`. */
function bindings(names: readonly (readonly [string, ts.Expression, boolean])[]): ts.Expression {
  const arrow = (parameters: string[], body: ts.ConciseBody) =>
    f.createArrowFunction(
      undefined,
      undefined,
      parameters.map((name) => f.createParameterDeclaration(undefined, undefined, name)),
      undefined,
      undefined,
      body,
    );
  const value = `${RUNTIME}_value`;
  const setter = (target: ts.Expression) =>
    arrow(
      [value],
      f.createBlock([
        f.createExpressionStatement(f.createAssignment(target, f.createIdentifier(value))),
      ]),
    );
  return f.createObjectLiteralExpression(
    [...new Map(names.map((entry) => [entry[0], entry])).values()].map(([name, target, canSet]) =>
      f.createPropertyAssignment(
        f.createStringLiteral(name),
        f.createArrayLiteralExpression([arrow([], target), ...(canSet ? [setter(target)] : [])]),
      ),
    ),
  );
}

function withoutExport(node: ts.Statement): ts.Statement {
  if (!ts.canHaveModifiers(node) || !node.modifiers) return node;
  const kept = node.modifiers.filter(
    ({ kind }) => kind !== SyntaxKind.ExportKeyword && kind !== SyntaxKind.DefaultKeyword,
  );
  return kept.length === node.modifiers.length
    ? node
    : (ts.setTextRange(f.replaceModifiers(node, kept as ts.Modifier[]), node) as ts.Statement);
}

function asExpression(node: ts.FunctionDeclaration | ts.ClassDeclaration): ts.Expression {
  if (ts.isClassDeclaration(node))
    return f.createClassExpression(
      undefined,
      undefined,
      node.typeParameters,
      node.heritageClauses,
      node.members,
    );
  const modifiers = node.modifiers?.filter(ts.isModifier);
  return f.createFunctionExpression(
    modifiers,
    node.asteriskToken,
    undefined,
    node.typeParameters,
    node.parameters,
    node.type,
    node.body!,
  );
}

function constant(name: ts.Identifier, value: ts.Expression): ts.VariableStatement {
  const declaration = f.createVariableDeclaration(name, undefined, undefined, value);
  return f.createVariableStatement(
    undefined,
    f.createVariableDeclarationList([declaration], ts.NodeFlags.Const),
  );
}

function runtime(name: keyof Runtime): ts.Expression {
  return f.createPropertyAccessExpression(f.createIdentifier(RUNTIME), name);
}

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

function member(object: ts.Expression, name: string): ts.Expression {
  return IDENTIFIER.test(name)
    ? f.createPropertyAccessExpression(object, name)
    : f.createElementAccessExpression(object, f.createStringLiteral(name));
}

function call(name: keyof Runtime, ...args: readonly ts.Expression[]): ts.Expression {
  return f.createCallExpression(runtime(name), undefined, args);
}

/** Stack traces name the position of the argument for the call around it. */
function around(
  name: keyof Runtime,
  argument: ts.Expression,
  ...before: ts.Expression[]
): ts.Expression {
  return ts.setTextRange(call(name, ...before, argument), argument);
}
