import { existsSync, readFileSync } from 'node:fs';
import { createRequire, SourceMap } from 'node:module';
import { dirname, join, posix } from 'node:path';
import type * as ts from '@tslab/typescript-for-tslab';
import type { Converter, ConvertResult } from 'tslab/dist/converter';

type TypeScript = typeof ts;

/** A place in a cell, or in a TypeScript file that a cell imports. */
export interface Position {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

type Items = AsyncIterable<unknown> | Iterable<unknown>;

/** The functions that compiled cells call, members of the global `__cell`. */
export interface Hooks {
  /** Called before the operand of an `await` is evaluated; `until` takes the result. */
  mark(): number;
  /** Wraps the operand of an `await`. */
  until(mark: number, value: unknown): unknown;
  /** Wraps the iterable of a `for await`. */
  between(items: Items): Items;
  /** Wraps a thrown value that may not be an Error. */
  thrown<T>(value: T): T;
}

/** tslab's converter of cells, with source maps from its JavaScript back to the cell's TypeScript. */
export interface Compiler extends Converter {
  /**
   * Type-checks and emits one cell as tslab does. The emitted script is named `file` in stack traces.
   */
  convertCell(file: string, previousDeclarations: string, source: string): ConvertResult;
  /** Maps a place in emitted JavaScript to TypeScript; undefined for code that the compiler added. */
  originalPosition(generated: Position): Position | undefined;
}

/** Emitted code and its two steps of compilation: TypeScript to ES modules, ES modules to CommonJS. */
interface Emitted {
  readonly steps: readonly [SourceMap, SourceMap];
  /** Lines added above the emitted code. */
  readonly generatedOffset: number;
  /** Lines added above the TypeScript. */
  readonly originalOffset: number;
  readonly file: string;
  readonly lineCount: number;
}

const INLINE_MAP = /\n\/\/# sourceMappingURL=data:application\/json;base64,(.*)\s*$/;
const MAP_COMMENT = /\n\/\/# sourceMappingURL=.*\s*$/;

/**
 * Creates a compiler for the cells of a notebook in the current directory. Cells see the types of
 * installed packages, of the package that the directory belongs to, and of the kernel's globals.
 */
export function createCompiler(): Compiler {
  const maps = new Map<string, readonly [SourceMap, SourceMap]>();
  const { ts, createConverter } = loadConverter(maps);
  const converter = createConverter();
  const emitted = new Map<string, Emitted>();

  return {
    ...converter,
    convertCell(file, previousDeclarations, source) {
      const result = converter.convert(previousDeclarations, prepare(ts, source));
      for (const { path, data } of result.sideOutputs ?? []) {
        const original = path.replace(/\.js$/, '.ts');
        emitted.set(path, {
          steps: maps.get(data)!,
          generatedOffset: 0,
          originalOffset: 0,
          file: existsSync(original) ? original : path,
          lineCount: Number.POSITIVE_INFINITY,
        });
      }
      if (!result.output) return result;
      // tslab puts text in front of the code; a line break keeps the columns of line 1 right.
      const output = `\n${result.output}\n//# sourceURL=${file}`;
      // tslab puts `export {};` above the cell.
      emitted.set(file, {
        steps: maps.get(result.output)!,
        generatedOffset: 1,
        originalOffset: 1,
        file,
        lineCount: source.split('\n').length,
      });
      maps.clear();
      // tslab does not recognize `for await` as top-level await; an async function suits all code.
      return { ...result, output, hasToplevelAwait: true };
    },
    originalPosition({ file, line, column }) {
      const code = emitted.get(file);
      if (!code) return undefined;
      let at = { line: line - 1 - code.generatedOffset, column: column - 1 };
      for (const step of [...code.steps].reverse()) {
        const entry = step.findEntry(at.line, at.column);
        if (!('originalLine' in entry) || entry.generatedLine !== at.line) return undefined;
        at = { line: entry.originalLine, column: entry.originalColumn };
      }
      const originalLine = at.line - code.originalOffset + 1;
      if (originalLine < 1 || originalLine > code.lineCount) return undefined;
      return { file: code.file, line: originalLine, column: at.column + 1 };
    },
  };
}

/**
 * Loads tslab's converter over a patched TypeScript: the converter takes no compiler options and drops
 * source maps, so the patch adds the options and keeps the maps.
 */
function loadConverter(
  maps: Map<string, readonly [SourceMap, SourceMap]>,
): typeof import('tslab/dist/converter') & { ts: TypeScript } {
  const requireFromTslab = createRequire(require.resolve('tslab'));
  const path = requireFromTslab.resolve('@tslab/typescript-for-tslab');
  const ts: TypeScript = requireFromTslab(path);
  const createWatchCompilerHost = (files: string[], options: object, ...rest: [ts.System]) =>
    ts.createWatchCompilerHost(
      files,
      { ...options, inlineSourceMap: true, paths: selfReferences(), types: ambientTypes() },
      ...rest,
    );
  const transpileModule: TypeScript['transpileModule'] = (input, options) => {
    const compilerOptions = { ...options.compilerOptions, sourceMap: true };
    const transformers = { before: [hooked(ts)] };
    const result = ts.transpileModule(input, { ...options, compilerOptions, transformers });
    const outputText = result.outputText.replace(MAP_COMMENT, '').replace(INLINE_MAP, '');
    const inline = INLINE_MAP.exec(input)?.[1] ?? '';
    maps.set(outputText, [
      new SourceMap(JSON.parse(Buffer.from(inline, 'base64').toString())),
      new SourceMap(JSON.parse(result.sourceMapText!)),
    ]);
    return { ...result, outputText };
  };

  const converterPath = require.resolve('tslab/dist/converter');
  const module = require.cache[path]!;
  module.exports = { ...ts, createWatchCompilerHost, transpileModule };
  delete require.cache[converterPath];
  try {
    return { ts, ...require(converterPath) };
  } finally {
    module.exports = ts;
  }
}

/**
 * Edits a cell before tslab compiles it, without changing its line numbers. `{ data }` becomes
 * `{ data: data }`: in shorthand properties tslab does not find variables of earlier cells.
 */
function prepare(ts: TypeScript, source: string): string {
  const shorts: ts.Identifier[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isShorthandPropertyAssignment(node)) shorts.push(node.name);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('cell.ts', source, ts.ScriptTarget.Latest));
  const starts = [0, ...shorts.map(({ end }) => end)];
  return starts
    .map(
      (start, i) => source.slice(start, starts[i + 1]) + (shorts[i] ? `: ${shorts[i].text}` : ''),
    )
    .join('');
}

/**
 * Inserts calls of the kernel's {@link Hooks} into emitted code, after type checking, so that no type
 * changes.
 *
 * - `await x` becomes `await __cell.until(__cell.mark(), x)`.
 * - `for await (const x of y)` becomes `for await (const x of __cell.between(y))`.
 * - `throw x` becomes `throw __cell.thrown(x)`; `throw new E()` stays as it is.
 */
function hooked(ts: TypeScript): ts.TransformerFactory<ts.SourceFile> {
  const { factory } = ts;
  const call = (name: keyof Hooks, args: readonly ts.Expression[]) =>
    factory.createCallExpression(
      factory.createPropertyAccessExpression(factory.createIdentifier('__cell'), name),
      undefined,
      args,
    );
  // Stack traces name the position of the argument for the call around it.
  const around = (name: keyof Hooks, argument: ts.Expression, ...before: ts.Expression[]) =>
    ts.setTextRange(call(name, [...before, argument]), argument);
  return (context) => {
    const visit = (original: ts.Node): ts.Node => {
      const node = ts.visitEachChild(original, visit, context);
      if (ts.isAwaitExpression(node))
        return factory.updateAwaitExpression(
          node,
          around('until', node.expression, call('mark', [])),
        );
      if (ts.isForOfStatement(node) && node.awaitModifier)
        return factory.updateForOfStatement(
          node,
          node.awaitModifier,
          node.initializer,
          around('between', node.expression),
          node.statement,
        );
      if (ts.isThrowStatement(node) && !ts.isNewExpression(node.expression))
        return factory.updateThrowStatement(node, around('thrown', node.expression));
      return node;
    };
    return (file) => ts.visitEachChild(file, visit, context);
  };
}

/** Node's types, from the notebook's folder if it has them, else from this package; and `display`. */
function ambientTypes(): string[] {
  return [dirname(resolveFirst('@types/node/package.json')), join(__dirname, 'globals')];
}

/** Resolves a module from the current directory, else from this package. */
function resolveFirst(specifier: string): string {
  try {
    return createRequire(join(process.cwd(), 'notebook.js')).resolve(specifier);
  } catch {
    return require.resolve(specifier);
  }
}

/**
 * Paths by which the package that the current directory belongs to finds itself by name, as in Node;
 * tslab's type checker looks in node_modules only.
 */
function selfReferences(): Record<string, string[]> {
  for (let directory = process.cwd(); ; directory = dirname(directory)) {
    const manifest = join(directory, 'package.json');
    if (existsSync(manifest)) {
      const { name, exports } = JSON.parse(readFileSync(manifest, 'utf8')) as Manifest;
      const typed = Object.entries(exports ?? {}).flatMap(([subpath, target]) =>
        name !== undefined && typeof target?.types === 'string'
          ? [[posix.join(name, subpath), [join(directory, target.types)]]]
          : [],
      );
      return Object.fromEntries(typed);
    }
    if (directory === dirname(directory)) return {};
  }
}

/** Part of a package.json. In `exports`, `null` closes a path; a string target has no `types`. */
interface Manifest {
  readonly name?: string;
  readonly exports?: Readonly<Record<string, { readonly types?: unknown } | null>> | null;
}
