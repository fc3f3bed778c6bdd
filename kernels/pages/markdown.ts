import hljs from 'highlight.js/lib/common';
import type { TokenizerAndRendererExtension } from 'marked' with { 'resolution-mode': 'import' };
import { attempt } from '../attempt';
import type { TextCell } from '../notebook';
import { escapeHtml } from '../table';

/**
 * Renders Markdown as HTML, which is not yet safe to show.
 *
 * @param text the Markdown
 * @param attached the pictures that it names `attachment:<name>`
 */
export type Markdown = (text: string, attached?: Attachments) => string;

type Attachments = NonNullable<TextCell['attachments']>;

/** Highlights code in a language, by its name or alias; code of an unknown language stays plain. */
export function highlighted(code: string, language: string): string {
  return hljs.getLanguage(language) ? hljs.highlight(code, { language }).value : escapeHtml(code);
}

/** Returns a renderer of GitHub's Markdown, with formulas in TeX as Jupyter takes them. */
export async function markdownRenderer(): Promise<Markdown> {
  const { Marked } = await import('marked');
  const { default: temml } = await import('temml');
  const displayed = (tex: string) => temml.renderToString(tex, { displayMode: true });
  const marked = new Marked({
    gfm: true,
    extensions: [
      ...BLOCKS.map((pattern) => formulas('block', pattern, (tex) => `<p>${displayed(tex)}</p>\n`)),
      formulas('inline', DISPLAYED, displayed),
      formulas('inline', IN_TEXT, (tex) => temml.renderToString(tex)),
    ],
    renderer: {
      code({ text, lang = '' }) {
        const language = lang.split(/\s/)[0]!;
        return `<pre class="code"><code>${highlighted(text, language)}</code></pre>\n`;
      },
    },
  });
  return (text, attached = {}) => {
    const tokens = marked.lexer(text);
    marked.walkTokens(tokens, (token) => {
      if (token.type === 'image') token.href = attachedUrl(token.href, attached) ?? token.href;
    });
    return marked.parser(tokens);
  };
}

function attachedUrl(url: string, attached: Attachments): string | undefined {
  const [, name] = /^attachment:(.*)$/s.exec(url) ?? [];
  if (name === undefined) return undefined;
  const bundle = attached[name] ?? attached[attempt(() => decodeURIComponent(name)) ?? name] ?? {};
  const [type, content] = Object.entries(bundle)[0] ?? [];
  return type && `data:${type};base64,${content}`;
}

/** The first group is the formula. */
const BLOCKS = [
  /^ {0,3}\$\$([\s\S]+?)\$\$[ \t]*(?:\n|$)/,
  /^ {0,3}(\\begin\{([A-Za-z]+\*?)\}[\s\S]+?\\end\{\2\})[ \t]*(?:\n|$)/,
];
const DISPLAYED = /^\$\$([\s\S]+?)\$\$/;
/** No space inside the dollars and no digit behind them: `$5 and $6` are amounts. Code may hold dollars too. */
const IN_TEXT = /^\$(?![\s$])((?:\\[\s\S]|[^\\$`])*?(?:[^\\\s$`]|\\[\s\S]))\$(?!\d)/;
/** Where a formula may begin. */
const STARTS = { block: /(?<=\n) {0,3}(?:\$\$|\\begin\{)/, inline: /\$/ };

function formulas(
  level: 'block' | 'inline',
  pattern: RegExp,
  render: (tex: string) => string,
): TokenizerAndRendererExtension {
  const name = `${level} ${pattern}`;
  return {
    name,
    level,
    start: (text) => STARTS[level].exec(text)?.index,
    tokenizer(text) {
      const [raw, tex] = pattern.exec(text) ?? [];
      return raw === undefined || tex === undefined ? undefined : { type: name, raw, tex };
    },
    renderer: ({ tex }) => render(String(tex)),
  };
}
