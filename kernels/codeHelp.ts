import * as ts from '@tslab/typescript-for-tslab';
import type { CompletionInfo } from 'tslab/dist/converter';
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

export function completion({ start, end, candidates, original }: CompletionInfo): Completion {
  const kinds = new Map(original?.entries.map(({ name, kind }) => [name, kind as string]));
  return {
    start,
    end,
    candidates: [...new Set(candidates)].map((text) => ({ text, kind: kinds.get(text) ?? '' })),
  };
}

/**
 * Type and documentation of the name at the cursor or left of it, else of the function whose arguments
 * the cursor is in.
 */
export function inspection(
  code: string,
  position: number,
  quickInfo: (position: number) => ts.QuickInfo | undefined,
): MimeBundle | undefined {
  const called = calledFunction(code, position);
  for (const at of [position, position - 1, called]) {
    const info = at !== undefined && at >= 0 ? quickInfo(at) : undefined;
    if (info) return described(info);
  }
  return undefined;
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

function described({ displayParts, documentation, tags = [] }: ts.QuickInfo): MimeBundle {
  const type = joined(displayParts);
  const docs = joined(documentation);
  const notes = tags.map(({ name, text }) => [`@${name}`, joined(text)] as const);
  return {
    'text/plain': [type, docs, ...notes.map((note) => note.join(' '))].filter(Boolean).join('\n\n'),
    'text/markdown': [
      `\`\`\`typescript\n${type}\n\`\`\``,
      docs,
      ...notes.map(([name, text]) => `*${name}* ${text}`),
    ]
      .filter(Boolean)
      .join('\n\n'),
  };
}

function joined(parts: readonly ts.SymbolDisplayPart[] = []): string {
  return parts.map(({ text }) => text).join('');
}
