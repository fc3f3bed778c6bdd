/** The style of a notebook's cells, light and dark by the reader's system, on screens and on paper. */
export const NOTEBOOK_STYLE: string = `
:root {
  color-scheme: light dark;
  --text: #1f2328; --muted: #59636e; --ground: #ffffff; --code: #f6f8fa; --line: #d1d9e0;
  --keyword: #cf222e; --string: #0a3069; --literal: #0550ae; --title: #6639ba; --error: #ffebe9;
  --link: #0550ae;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --text: #e6edf3; --muted: #9198a1; --ground: #0d1117; --code: #161b22; --line: #3d444d;
    --keyword: #ff7b72; --string: #a5d6ff; --literal: #79c0ff; --title: #d2a8ff; --error: #3c1618;
    --link: #79c0ff;
  }
  /* Figures turn dark and keep their hues; photographs stay what they are, less bright. */
  .figure, .drawing { filter: invert(0.93) hue-rotate(180deg); }
  .figure .drawing { filter: none; }
  .picture { filter: brightness(0.82); }
  .figure .picture { filter: none; }
}
body { background: var(--ground); color: var(--text);
  font: 16px/1.6 system-ui, -apple-system, 'Segoe UI', sans-serif; overflow-wrap: break-word; }
h1, h2, h3, h4, h5, h6 { line-height: 1.25; margin: 2rem 0 0.75rem; }
a { color: var(--link); }
pre { margin: 0.5rem 0; overflow-x: auto; font-size: 0.8125rem; line-height: 1.45; }
pre, code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.code, :not(pre) > code { background: var(--code); border-radius: 6px; }
.code { padding: 0.75rem 1rem; }
:not(pre) > code { padding: 0.1em 0.35em; font-size: 0.875em; }
/* Nothing in a text or an output can be placed over the rest of the page. */
section.text, .output { contain: paint; }
.cell { position: relative; margin: 1.25rem 0; }
.source > summary { color: var(--muted); font: 0.75rem/1.6 ui-monospace, monospace; cursor: pointer; }
.source .count { margin-right: 0.75rem; }
.source[open] .folded { display: none; }
.output { margin: 0.5rem 0; overflow-x: auto; }
.output pre { padding: 0 1rem; }
.stderr, .note { color: var(--muted); }
.note { font-size: 0.8125rem; }
.output .error { background: var(--error); border-radius: 6px; padding: 0.75rem 1rem; }
img, svg, video { max-width: 100%; height: auto; }
.output img { display: block; }
.picture, .figure { background: #ffffff; border-radius: 6px; }
.figure { color: #1f2328; overflow-x: auto; }
.figure .picture { background: none; }
.figure.drawn:not(.scaled) > :not(.plot), .figure.scaled > .plot { display: none; }
math[display='block'] { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; border: none; font-size: 0.75rem;
  font-variant-numeric: tabular-nums; }
th, td { border: none; border-bottom: 1px solid var(--line); padding: 0.25rem 0.45rem; }
.output th, .output td { white-space: nowrap; }
.output thead th { white-space: normal; vertical-align: bottom; }
tbody th { color: var(--muted); font-weight: normal; }
section.text table { display: block; overflow-x: auto; font-size: 0.875rem; }
.html p { color: var(--muted); font-size: 0.8125rem; margin: 0.25rem 0; }
blockquote { margin: 1rem 0; padding-left: 1rem; border-left: 3px solid var(--line);
  color: var(--muted); }
.hljs-keyword, .hljs-selector-tag, .hljs-section { color: var(--keyword); }
.hljs-string, .hljs-regexp, .hljs-addition { color: var(--string); }
.hljs-number, .hljs-literal, .hljs-built_in, .hljs-attr, .hljs-attribute, .hljs-property, .hljs-variable,
.hljs-meta { color: var(--literal); }
.hljs-title, .hljs-type, .hljs-name, .hljs-symbol { color: var(--title); }
.hljs-comment, .hljs-quote, .hljs-deletion { color: var(--muted); }
@media print {
  pre { white-space: pre-wrap; }
  .source:not([open]), .source > summary { display: none; }
  .output, section.text { contain: none; overflow: visible; }
  img, tr, .figure { break-inside: avoid; }
  h1, h2, h3, h4, h5, h6 { break-after: avoid; }
  .figure > .picture, .figure > .drawing { display: block !important; }
  .figure > :is(.picture, .drawing) ~ .plot { display: none; }
}
`;
