import ts from 'typescript-api';
import type { Face } from './face';

/** A doc comment in its parts; links stand as `{@link name}`. */
export interface Comment {
  readonly text: string;
  /** By the parameter's name, `options.name` for a part of one. */
  readonly params: ReadonlyMap<string, string>;
  readonly returns?: string;
  /** Each opens with the name of the error. */
  readonly throws: readonly string[];
}

const INHERITED = /^\{@inheritDoc (\w+)\}$/;

/**
 * The doc comment of a declaration; that of the function it names where it is `{@inheritDoc name}`.
 *
 * @throws Error where no package exports a function of that name with a comment of its own
 */
export function commentOf(node: ts.Node, face: Face): Comment | undefined {
  const comment = ownComment(node);
  const name = comment && INHERITED.exec(comment.text)?.[1];
  return name === undefined ? comment : inherited(name, face);
}

function inherited(name: string, { packages }: Face): Comment {
  const comment = packages
    .flatMap(({ exports }) => exports)
    .filter((one) => one.name === name)
    .flatMap(({ declarations }) => declarations.map(ownComment))
    .find((found) => found && !INHERITED.test(found.text));
  if (!comment) throw new Error(`{@inheritDoc ${name}}: ${name} has no doc comment of its own.`);
  return comment;
}

function ownComment(commented: ts.Node): Comment | undefined {
  // A namespace is a file, whose comment stands before its first statement.
  const node = ts.isSourceFile(commented) ? (commented.statements[0] ?? commented) : commented;
  const parts = ts.getJSDocCommentsAndTags(node);
  if (parts.length === 0) return undefined;
  const text = parts
    .filter((part) => ts.isJSDoc(part))
    .map(({ comment }) => textOf(comment))
    .join('\n\n');
  const tags = ts.getJSDocTags(node);
  const returns = tags.find((tag) => ts.isJSDocReturnTag(tag));
  return {
    text,
    params: new Map(
      tags
        .filter((tag) => ts.isJSDocParameterTag(tag))
        .map((tag) => [tag.name.getText(), flat(textOf(tag.comment))]),
    ),
    ...(returns && { returns: flat(textOf(returns.comment)) }),
    throws: tags.filter((tag) => ts.isJSDocThrowsTag(tag)).map((tag) => flat(textOf(tag.comment))),
  };
}

function textOf(comment: string | ts.NodeArray<ts.JSDocComment> | undefined): string {
  if (comment === undefined) return '';
  if (typeof comment === 'string') return comment.trim();
  return comment
    .map((part) =>
      part.kind === ts.SyntaxKind.JSDocText
        ? part.text
        : `{@link ${(part as ts.JSDocLink).name?.getText() ?? ''}${part.text}}`,
    )
    .join('')
    .trim();
}

/** A text of several lines as one. */
function flat(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/^- /, '').trim();
}
