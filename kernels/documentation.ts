import * as ts from '#typescript';
import { targetOf } from './transform';

/** What the source says of a name. */
export interface Documentation {
  /** The declaration of an interface or a type, as it is written. */
  readonly declaration?: string;
  /** The text of its doc comment. */
  readonly text: string;
  /** The tags of its doc comment: `throws`, `param`. */
  readonly tags: readonly (readonly [name: string, text: string])[];
}

/**
 * The documentation of the name at a position. The compiler skips doc comments, which are most of the
 * libraries' text: this reads the one that is asked for.
 */
export function documentationAt(
  program: ts.Program,
  path: string,
  position: number,
): Documentation | undefined {
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(path)!;
  // The cursor may stand behind the name.
  const named = [position, position - 1]
    .map((at) => nodeAt(file, at))
    .map((node) => node && checker.getSymbolAtLocation(node))
    .find((symbol) => symbol !== undefined);
  if (!named) return undefined;
  const declarations = targetOf(checker, named).declarations ?? [];
  const written = declarations.find(
    (found) => ts.isInterfaceDeclaration(found) || ts.isTypeAliasDeclaration(found),
  );
  const comment = declarations.map(docComment).find((text) => text !== undefined);
  const { text, tags } = comment === undefined ? { text: '', tags: [] } : parsed(comment);
  return { ...(written && { declaration: written.getText() }), text, tags };
}

function nodeAt(node: ts.Node, position: number): ts.Node | undefined {
  const child = node
    .getChildren()
    .find((inner) => inner.getStart() <= position && position < inner.end);
  return child ? nodeAt(child, position) : node;
}

/** The doc comment above a declaration; that of a variable stands above its statement. */
function docComment(declaration: ts.Declaration): string | undefined {
  const { parent } = declaration;
  const node =
    ts.isVariableDeclaration(declaration) && ts.isVariableStatement(parent.parent)
      ? parent.parent
      : declaration;
  const source = node.getSourceFile().text;
  return ts
    .getLeadingCommentRanges(source, node.getFullStart())
    ?.map(({ pos, end }) => source.slice(pos, end))
    .findLast((comment) => comment.startsWith('/**'));
}

function parsed(comment: string): Pick<Documentation, 'text' | 'tags'> {
  const file = ts.createSourceFile(
    'comment.ts',
    `${comment}\nlet x;`,
    ts.ScriptTarget.Latest,
    true,
  );
  const docs = ts.getJSDocCommentsAndTags(file.statements[0]!).filter(ts.isJSDoc);
  return {
    text: docs.map((doc) => ts.getTextOfJSDocComment(doc.comment) ?? '').join('\n\n'),
    tags: docs.flatMap(({ tags = [] }) =>
      tags.map((tag) => {
        const lines = tag
          .getText()
          .replace(/^@\S+\s*/, '')
          .split('\n');
        const text = lines
          .map((line) => line.replace(/^\s*\* ?/, ''))
          .join('\n')
          .trim();
        return [tag.tagName.text, text] as const;
      }),
    ),
  };
}
