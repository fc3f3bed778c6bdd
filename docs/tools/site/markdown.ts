import { highlighted } from '#kernels/pages/markdown';

/** markdown-it, as far as the site changes it. */
export interface MarkdownIt {
  set(options: { html: boolean }): void;
  core: { ruler: { push(name: string, rule: (state: State) => void): void } };
  renderer: { rules: Record<string, ((tokens: Token[], index: number) => string) | undefined> };
}

interface State {
  readonly tokens: Token[];
  readonly env: { readonly page: { readonly filePathStem: string } };
}

interface Token {
  readonly type: string;
  readonly content: string;
  readonly info: string;
  readonly children: Token[] | null;
  attrGet(name: string): string | null;
  attrSet(name: string, value: string): void;
}

/**
 * Renders Markdown as the site wants it: headings with anchors as GitHub makes them, links as they
 * hold on the site, highlighted code, and formulas in TeX (blocks of the language `math`) as MathML.
 *
 * @param formula TeX as MathML
 * @param link a link of the page of this path, without ending
 */
export function amendMarkdown(
  markdown: MarkdownIt,
  formula: (tex: string) => string,
  link: (target: string, page: string) => string,
): void {
  markdown.set({ html: true });
  markdown.core.ruler.push('anchors', ({ tokens }) => anchorHeadings(tokens));
  markdown.core.ruler.push('links', ({ tokens, env }) => {
    for (const { children } of tokens)
      replaceLinks(children ?? [], (target) => link(target, env.page.filePathStem));
  });
  markdown.renderer.rules.fence = (tokens, index) => {
    const { info, content } = tokens[index]!;
    if (info.trim() === 'math') return `<p class="formula">${formula(content)}</p>\n`;
    return `<pre><code>${highlighted(content, info.trim())}</code></pre>\n`;
  };
  // Wide tables scroll by themselves.
  markdown.renderer.rules.table_open = () => '<div class="wide"><table>\n';
  markdown.renderer.rules.table_close = () => '</table></div>\n';
}

/** The anchor of a heading, as GitHub makes it of its text. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
}

function anchorHeadings(tokens: readonly Token[]): void {
  const taken = new Map<string, number>();
  tokens.forEach((token, i) => {
    if (token.type !== 'heading_open') return;
    const anchor = anchorOf(textOf(tokens[i + 1]?.children ?? []));
    const before = taken.get(anchor) ?? 0;
    taken.set(anchor, before + 1);
    token.attrSet('id', before === 0 ? anchor : `${anchor}-${before}`);
  });
}

function textOf(tokens: readonly Token[]): string {
  return tokens.map(({ type, content }) => (type === 'html_inline' ? '' : content)).join('');
}

function replaceLinks(tokens: readonly Token[], link: (target: string) => string): void {
  for (const token of tokens)
    for (const name of ['href', 'src']) {
      const target = token.attrGet(name);
      if (target !== null) token.attrSet(name, link(target));
    }
}
