/** A heading of a table, or its cell, as Markdown. */
export type Cell = string;

/** A Markdown table; columns without any text are left out. */
export function table(head: readonly Cell[], rows: readonly (readonly Cell[])[]): string {
  const kept = head.map((_, i) => i).filter((i) => rows.some((row) => row[i] !== ''));
  const line = (cells: readonly Cell[]) =>
    `| ${kept.map((i) => onOneLine(cells[i]!).replace(/\|/g, '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function onOneLine(text: string): string {
  return text
    .replace(/\(\s+/g, '(')
    .replace(/,?\s+\)/g, ')')
    .replace(/\s+/g, ' ');
}

/** Text in a code span. */
export function code(text: string): string {
  return `\`${text}\``;
}

/** Text in a fenced block. */
export function block(text: string, language = ''): string {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
}

/** Paragraphs, headings and tables one after the other; what is empty is left out. */
export function page(...parts: readonly (string | undefined)[]): string {
  return `${parts.filter((part) => part).join('\n\n')}\n`;
}

/** The anchor of a heading that is one name. */
export function anchor(name: string): string {
  return name.toLowerCase();
}

/** A description as a sentence: it begins with a capital, unless told otherwise, and ends with a stop. */
export function sentence(text: string, capital = true): string {
  if (text === '') return '';
  const head = capital ? text[0]!.toUpperCase() + text.slice(1) : text;
  return /[.:!?]$/.test(head) ? head : `${head}.`;
}
