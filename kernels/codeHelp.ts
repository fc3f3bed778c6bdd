import * as ts from '#typescript';
import type { Documentation } from './documentation';
import type { MimeBundle } from './notebook';

/** The completions at a position of the code. Positions count UTF-16 code units, as strings do. */
export interface Completion {
  /** Start of the text that a candidate replaces. */
  readonly start: number;
  /** End of that text, exclusive. */
  readonly end: number;
  /** Best first; `kind` as TypeScript names it: `function`, `property`, `const`. */
  readonly candidates: readonly { readonly text: string; readonly kind: string }[];
}

/**
 * The completions of a cell.
 *
 * @param offset where the cell starts in the text that was asked about
 * @param outer the names of earlier cells
 */
export function completion(
  code: string,
  position: number,
  offset: number,
  found: ts.CompletionInfo | undefined,
  outer: ReadonlyMap<string, { readonly kind: string }>,
): Completion {
  const word = /[\p{ID_Continue}$#]*$/u.exec(code.slice(0, position))![0];
  const entries = found?.entries ?? [];
  const replaced = entries[0]?.replacementSpan;
  const start = replaced ? replaced.start - offset : position - word.length;
  const end = replaced ? start + replaced.length : position;
  const typed = code.slice(start, position);
  const candidates = entries
    .filter(({ name }) => name.toLowerCase().startsWith(typed.toLowerCase()))
    .map(({ name, kind, sortText }) => {
      const known = found?.isGlobalCompletion ? outer.get(name) : undefined;
      return { text: name, kind: known?.kind ?? (kind as string), rank: known ? '1' : sortText };
    })
    .sort((a, b) => {
      const [exactA, exactB] = [a, b].map(({ text }) => (text.startsWith(typed) ? 0 : 1));
      return exactA! - exactB! || compare(a.rank, b.rank) || compare(a.text, b.text);
    });
  const unique = new Map(candidates.map(({ text, kind }) => [text, { text, kind }]));
  return { start, end, candidates: [...unique.values()] };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Type and documentation of the name at the cursor or left of it, else of the function whose arguments
 * the cursor is in.
 *
 * @param documentation what the source says of the name at a position
 */
export function inspection(
  code: string,
  position: number,
  quickInfo: (position: number) => ts.QuickInfo | undefined,
  documentation: (position: number) => Documentation | undefined,
): MimeBundle | undefined {
  const called = calledFunction(code, position);
  for (const at of [position, position - 1, called]) {
    const info = at !== undefined && at >= 0 ? quickInfo(at) : undefined;
    if (info && !isUnknown(info)) return described(info, documentation(at!));
  }
  return undefined;
}

/** A name that nothing declares has the type any, and no more. */
function isUnknown({ kind, displayParts }: ts.QuickInfo): boolean {
  return kind === ts.ScriptElementKind.unknown || joined(displayParts) === 'any';
}

/** The end of the name of the innermost function whose arguments hold `position`. */
function calledFunction(code: string, position: number): number | undefined {
  const file = ts.createSourceFile('cell.ts', code, ts.ScriptTarget.Latest);
  let found: number | undefined;
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
      const { expression, end } = node;
      const isOpen = position < end || code[end - 1] !== ')';
      if (position > expression.end && isOpen) found = expression.end - 1;
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** `(alias) const x: number⏎import x`: how TypeScript tells a name of an earlier cell, which is imported. */
const IMPORTED = /^\(alias\) (.*)\nimport [^\n]+$/s;

function described(
  { displayParts }: ts.QuickInfo,
  documentation: Documentation | undefined,
): MimeBundle {
  const type = documentation?.declaration ?? joined(displayParts).replace(IMPORTED, '$1');
  const docs = documentation?.text ?? '';
  const tags = documentation?.tags ?? [];
  const paragraphs = (...parts: readonly string[]) => parts.filter(Boolean).join('\n\n');
  return {
    'text/plain': paragraphs(type, docs, ...tags.map(([name, text]) => `@${name} ${text}`)),
    'text/markdown': paragraphs(
      `\`\`\`typescript\n${type}\n\`\`\``,
      docs,
      ...tags.map(([name, text]) => `*@${name}* ${text}`),
    ),
  };
}

function joined(parts: readonly ts.SymbolDisplayPart[] = []): string {
  return parts.map(({ text }) => text).join('');
}

/** Whether code can be run, as Jupyter asks. */
export interface Completeness {
  readonly status: 'complete' | 'incomplete' | 'invalid';
  /** What the next line starts with, of incomplete code. */
  readonly indent: string;
}

/** Messages about text that goes on: an unfinished template, an unfinished comment. */
const UNFINISHED = new Set([1160, 1010]);

const UNTERMINATED_STRING = 1002;

export function completeness(code: string): Completeness {
  const source = ts.createSourceFile('cell.ts', code, ts.ScriptTarget.Latest, true);
  const { parseDiagnostics = [] } = source as {
    parseDiagnostics?: readonly ts.DiagnosticWithLocation[];
  };
  const [first] = parseDiagnostics;
  if (!first) return { status: 'complete', indent: '' };
  const goesOn =
    first.code !== UNTERMINATED_STRING &&
    (first.start >= code.trimEnd().length ||
      parseDiagnostics.some(({ code }) => UNFINISHED.has(code)));
  if (!goesOn) return { status: 'invalid', indent: '' };
  const line = code.trimEnd().split('\n').at(-1)!;
  const indent = /^\s*/.exec(line)![0] + (/[{([]$/.test(line) ? '  ' : '');
  return { status: 'incomplete', indent };
}
