import { existsSync, readFileSync } from 'node:fs';
import { createRequire, SourceMap } from 'node:module';
import { dirname, join, posix } from 'node:path';
import type { Converter, ConvertResult } from 'tslab/dist/converter';

type TypeScript = typeof import('@tslab/typescript-for-tslab');

/** A place in a cell, or in a TypeScript file that a cell imports. */
export interface Position {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/** tslab's converter of cells, plus the way back from its JavaScript to the cell's TypeScript. */
export interface Compiler extends Converter {
  /**
   * Type-checks and emits one cell as tslab does. The emitted script calls itself `file` in stack
   * traces.
   */
  convertCell(file: string, previousDeclarations: string, source: string): ConvertResult;
  /** The TypeScript that a place in emitted JavaScript stems from; undefined for glue code. */
  originalPosition(generated: Position): Position | undefined;
}

/** Emitted code and the two steps that led to it: TypeScript to ES modules, those to CommonJS. */
interface Emitted {
  readonly steps: readonly [SourceMap, SourceMap];
  /** Lines put above the emitted code. */
  readonly generatedOffset: number;
  /** Lines put above the TypeScript. */
  readonly originalOffset: number;
  readonly file: string;
  readonly lineCount: number;
}

const INLINE_MAP = /\n\/\/# sourceMappingURL=data:application\/json;base64,(.*)\s*$/;
const MAP_COMMENT = /\n\/\/# sourceMappingURL=.*\s*$/;

/**
 * A compiler for the cells of a notebook in the current directory. Cells see the types of
 * installed packages, of the package that the directory belongs to, and of kernels/globals.
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
      // tslab runs its own text before the code; a line break keeps the columns of line 1 right.
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
      // tslab overlooks `for await`; an async function takes it as well as any other code.
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
 * tslab's converter takes no compiler options and drops source maps, so it is loaded over a
 * TypeScript that adds the options and hands over the maps of what it emits.
 */
function loadConverter(
  maps: Map<string, readonly [SourceMap, SourceMap]>,
): typeof import('tslab/dist/converter') & { ts: TypeScript } {
  const requireFromTslab = createRequire(require.resolve('tslab'));
  const path = requireFromTslab.resolve('@tslab/typescript-for-tslab');
  const ts: TypeScript = requireFromTslab(path);
  const createWatchCompilerHost = (
    files: string[],
    options: object,
    ...rest: [import('@tslab/typescript-for-tslab').System]
  ) =>
    ts.createWatchCompilerHost(
      files,
      { ...options, inlineSourceMap: true, paths: selfReferences(), types: ambientTypes() },
      ...rest,
    );
  const transpileModule: TypeScript['transpileModule'] = (input, options) => {
    const compilerOptions = { ...options.compilerOptions, sourceMap: true };
    const result = ts.transpileModule(input, { ...options, compilerOptions });
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
 * Edits a cell before tslab compiles it; lines stay as they are.
 *
 * - `{ data }` becomes `{ data: data }`: tslab takes the short form for a property alone and does
 *   not find the variable of an earlier cell behind it.
 * - `throw x` becomes `throw __thrown(x)`: what is no Error carries no stack. `throw new E()` stays.
 */
function prepare(ts: TypeScript, source: string): string {
  const insertions: { readonly at: number; readonly text: string }[] = [];
  const visit = (node: import('@tslab/typescript-for-tslab').Node): void => {
    if (ts.isShorthandPropertyAssignment(node))
      insertions.push({ at: node.name.end, text: `: ${node.name.text}` });
    if (ts.isThrowStatement(node) && !ts.isNewExpression(node.expression))
      insertions.push({ at: node.expression.getStart(file), text: '__thrown(' });
    ts.forEachChild(node, visit);
    if (ts.isThrowStatement(node) && !ts.isNewExpression(node.expression))
      insertions.push({ at: node.expression.end, text: ')' });
  };
  const file = ts.createSourceFile('cell.ts', source, ts.ScriptTarget.Latest);
  visit(file);
  const starts = [0, ...insertions.map(({ at }) => at)];
  return starts
    .map((start, i) => source.slice(start, starts[i + 1]) + (insertions[i]?.text ?? ''))
    .join('');
}

/** Node's own types, and `display`. */
function ambientTypes(): string[] {
  return ['node', join(__dirname, 'globals')];
}

/**
 * The package that the current directory belongs to, by its own name, as Node resolves it at run
 * time; tslab's type checker knows only node_modules.
 */
function selfReferences(): Record<string, string[]> {
  for (let directory = process.cwd(); ; directory = dirname(directory)) {
    const manifest = join(directory, 'package.json');
    if (existsSync(manifest)) {
      const { name, exports = {} } = JSON.parse(readFileSync(manifest, 'utf8')) as Manifest;
      const typed = Object.entries(exports).filter(([, target]) => target.types);
      return Object.fromEntries(
        typed.map(([subpath, { types }]) => [posix.join(name, subpath), [join(directory, types!)]]),
      );
    }
    if (directory === dirname(directory)) return {};
  }
}

interface Manifest {
  readonly name: string;
  readonly exports?: Readonly<Record<string, { readonly types?: string }>>;
}
