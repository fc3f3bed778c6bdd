import { SourceMap } from 'node:module';
import { join, relative } from 'node:path';
import * as ts from '#typescript';
import { type Completion, completion, inspection } from './codeHelp';
import { documentationAt } from './documentation';
import { type Diagnostic, Language } from './language';
import type { MimeBundle } from './notebook';
import {
  type Declared,
  declaredIn,
  exportedBy,
  functionBody,
  RUNTIME,
  type Shape,
} from './transform';

/** A place in a cell, or in a file that a cell imports. */
export interface Position {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/** A script whose value is a function of the names that CommonJS has and the {@link Runtime}. */
export interface Compiled {
  /** Its name in stack traces. */
  readonly file: string;
  readonly code: string;
  /** Whether the file is an ES module, by its imports and exports. */
  readonly isModule: boolean;
}

/** A cell that compiles. */
export interface CompiledCell extends Compiled {
  readonly declared: readonly Declared[];
}

/** The parameters of compiled code. */
const PARAMETERS = [RUNTIME, 'require', 'module', 'exports', '__filename', '__dirname'];
const HEAD = `((${PARAMETERS.join(', ')}) => async function () {\n"use strict";\n`;
const LINES_OF_HEAD = HEAD.split('\n').length - 1;

/** Emitted code and the way back. */
interface Emitted {
  readonly map: SourceMap;
  readonly file: string;
  /** Lines of the file above the code that was written. */
  readonly linesAbove: number;
  readonly lineCount: number;
}

/** A name of an earlier cell. */
interface Known extends Declared {
  /** The file in memory that declares it. */
  readonly path: string;
}

/** The text of a cell for TypeScript: the names of earlier cells, the cell, its exports. */
interface Text {
  readonly text: string;
  /** Where the cell starts. */
  readonly start: number;
  readonly outer: ReadonlyMap<string, Known>;
  readonly declared: readonly Declared[];
}

/**
 * Compiles the cells of a notebook, and the local files that they import, with the types of what earlier
 * cells declared, of local files, installed packages and Node.
 */
export class Compiler {
  private readonly language: Language;
  private readonly emitted = new Map<string, Emitted>();
  private readonly known = new Map<string, Known>();
  /** The files of cells that add to global types. */
  private readonly augmenting: string[] = [];

  /** @param folder the notebook's */
  constructor(readonly folder: string) {
    this.language = new Language(folder);
    // The first program reads the libraries: not at the cost of the first cell.
    this.prepare('warm-up', 'console.log(1)');
  }

  /**
   * Type-checks a cell, which sees the names of the cells that {@link keep} got.
   *
   * @param file its name in stack traces
   */
  compileCell(file: string, source: string): CompiledCell | readonly Diagnostic[] {
    const { path, text, program } = this.prepare(file, source);
    const wrong = this.language
      .check(program, path, !NO_CHECK.test(source))
      .flatMap((found) => this.diagnostic(found, path, text, source));
    if (wrong.length > 0) {
      this.language.drop(path);
      return wrong;
    }
    const known = [...text.outer.values()].filter(({ isValue }) => isValue);
    const shape = {
      isCell: true,
      outer: new Set(known.map(({ name }) => name)),
      start: text.start,
    };
    const code = this.emit(program, program.getSourceFile(path)!, shape, {
      file,
      name: file,
      linesAbove: lineBreaks(text.text.slice(0, text.start)),
      lineCount: lineBreaks(source) + 1,
    });
    return { file, code, isModule: true, declared: text.declared };
  }

  /**
   * Makes a cell's names known to the cells after it.
   *
   * @param declared those of its names that are there: not what a failed cell did not reach
   */
  keep(file: string, source: string, declared: readonly Declared[]): void {
    const path = this.pathOf(file);
    for (const name of declared) this.known.set(name.name, { ...name, path });
    if (/\bdeclare\s+(global|module)\b/.test(source)) this.augmenting.push(path);
  }

  /**
   * Compiles a local file that is not type-checked here.
   *
   * @param name its unique name in stack traces, which may not be its path
   * @returns undefined where it cannot be read
   * @throws SyntaxError where it cannot be parsed
   */
  compileFile(path: string, name: string): Compiled | undefined {
    const found = this.language.programOf(path);
    if (!found) return undefined;
    const [program, file] = found;
    const [wrong] = program.getSyntacticDiagnostics(file);
    if (wrong) {
      const { line, text } = plain(wrong, file, 0);
      throw new SyntaxError(`${path}:${line}: ${text}`);
    }
    const shape = { isCell: false, outer: new Set<string>(), start: -1 };
    const lineCount = Number.POSITIVE_INFINITY;
    const code = this.emit(program, file, shape, { file: path, name, linesAbove: 0, lineCount });
    return { file: name, code, isModule: ts.isExternalModule(file) };
  }

  /** The file that a specifier of package.json's `imports` means, where it is local. */
  resolve(specifier: string, importer: string): string | undefined {
    return this.language.resolve(specifier, importer);
  }

  /** Maps a place in compiled code to what was written; undefined for code that the compiler added. */
  readonly originalPosition = ({ file, line, column }: Position): Position | undefined => {
    const code = this.emitted.get(file);
    if (!code) return undefined;
    const at = line - 1 - LINES_OF_HEAD;
    const entry = code.map.findEntry(at, column - 1);
    if (!('originalLine' in entry) || entry.generatedLine !== at) return undefined;
    const original = entry.originalLine - code.linesAbove + 1;
    if (original < 1 || original > code.lineCount) return undefined;
    return { file: code.file, line: original, column: entry.originalColumn + 1 };
  };

  /** Whether a file of a stack trace is compiled code. */
  readonly isCompiled = (file: string): boolean => this.emitted.has(file);

  complete(code: string, position: number): Completion {
    const { path, text } = this.prepare('question', code);
    const { service } = this.language;
    const found = service.getCompletionsAtPosition(path, text.start + position, {
      includeCompletionsForModuleExports: false,
    });
    return completion(code, position, text.start, found, text.outer);
  }

  inspect(code: string, position: number): MimeBundle | undefined {
    const { path, text, program } = this.prepare('question', code);
    const { service } = this.language;
    return inspection(
      code,
      position,
      (at) => service.getQuickInfoAtPosition(path, text.start + at),
      (at) => documentationAt(program, path, text.start + at),
    );
  }

  private prepare(file: string, source: string): { path: string; text: Text; program: ts.Program } {
    const path = this.pathOf(file);
    const text = this.textOf(source);
    this.language.put(path, text.text);
    return { path, text, program: this.language.program(path) };
  }

  /** The file of a cell in memory, beside the notebook, so that its imports are found. */
  private pathOf(file: string): string {
    return join(this.folder, `.${file.replace(/\.ts$/, '')}.notebook.ts`);
  }

  private textOf(source: string): Text {
    const parsed = ts.createSourceFile('cell.ts', source, ts.ScriptTarget.Latest, true);
    const declared = [...new Map(declaredIn(parsed).map((found) => [found.name, found])).values()];
    const own = new Set(declared.map(({ name }) => name));
    const outer = new Map([...this.known].filter(([name]) => !own.has(name)));
    const exported = exportedBy(parsed);
    const names = [...own].filter((name) => !exported.has(name));
    const above = `${this.imports([...outer.values()])}\n`;
    return {
      text: `${above}${source}\nexport { ${names.join(', ')} };`,
      start: above.length,
      outer,
      declared,
    };
  }

  /** Declares the names of earlier cells: those that can be assigned to, which imports cannot, by their types. */
  private imports(known: readonly Known[]): string {
    const from = (path: string) => JSON.stringify(`./${relative(this.folder, path)}`);
    const isVariable = ({ kind }: Known) => kind === 'let' || kind === 'var';
    const files = byFile(known.filter((name) => !isVariable(name)));
    return [
      ...[...files].map(
        ([path, names]) =>
          `import { ${names.map(({ name }) => name).join(', ')} } from ${from(path)};`,
      ),
      ...known
        .filter(isVariable)
        .map(({ name, path }) => `declare let ${name}: typeof import(${from(path)}).${name};`),
      ...this.augmenting.map((path) => `import ${from(path)};`),
    ].join(' ');
  }

  private emit(
    program: ts.Program,
    file: ts.SourceFile,
    shape: Shape,
    names: { file: string; name: string; linesAbove: number; lineCount: number },
  ): string {
    let code = '';
    let map = '';
    const write = (path: string, text: string) => {
      if (path.endsWith('.map')) map = text;
      else code = text;
    };
    const before = [functionBody(program.getTypeChecker(), shape)];
    program.emit(file, write, undefined, false, { before });
    const { name, ...where } = names;
    this.emitted.set(name, { ...where, map: new SourceMap(JSON.parse(map)) });
    return `${HEAD}${code.replace(ADDED, '')}\n})`;
  }

  private diagnostic(
    found: ts.Diagnostic,
    path: string,
    { start, outer }: Text,
    source: string,
  ): Diagnostic[] {
    const { file } = found;
    if (!file || file.fileName !== path)
      return file ? [{ ...plain(found, file, 0), file: file.fileName }] : [];
    // Above the cell stand the names of earlier ones.
    if (found.start! < start) return [];
    const message = plain(found, file, lineBreaks(file.text.slice(0, start)));
    const line = Math.min(message.line, lineBreaks(source) + 1);
    const known = outer.get(file.text.slice(found.start!, found.start! + found.length!));
    if (message.code !== ASSIGNED_IMPORT || !known) return [{ ...message, line }];
    // A name of an earlier cell, which the text imports.
    const kind = known.kind === 'const' ? 'constant' : known.kind;
    const text = message.text.replace(/it is an import/, `it is a ${kind}`);
    return [{ line, code: ASSIGNED_CONSTANT, text }];
  }
}

const ASSIGNED_IMPORT = 2632;
const ASSIGNED_CONSTANT = 2588;
/** What TypeScript adds to a module that has neither imports nor exports left. */
const ADDED = /^export \{\};$|^\/\/# sourceMappingURL=.*$|^"use strict";$/gm;
/** A comment above all code that switches type checking off. */
const NO_CHECK = /^(\s|\/\/.*\n|\/\*[\s\S]*?\*\/)*(\/\/|\/\*)\s*@ts-nocheck\b/;

function lineBreaks(text: string): number {
  return text.split('\n').length - 1;
}

function plain(
  { start, code, messageText }: ts.Diagnostic,
  file: ts.SourceFile,
  linesAbove: number,
): Diagnostic {
  const { line } = file.getLineAndCharacterOfPosition(start ?? 0);
  return {
    line: line - linesAbove + 1,
    code,
    text: ts.flattenDiagnosticMessageText(messageText, '\n'),
  };
}

function byFile(known: readonly Known[]): Map<string, Known[]> {
  const files = new Map<string, Known[]>();
  for (const name of known) files.set(name.path, [...(files.get(name.path) ?? []), name]);
  return files;
}
