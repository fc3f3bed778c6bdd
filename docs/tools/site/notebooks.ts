import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../packages';
import { escapeHtml } from './escape';

const FOLDER = join(ROOT, 'notebooks');

interface Cell {
  readonly cell_type: string;
  readonly source: string | readonly string[];
  readonly outputs?: readonly Output[];
}

interface Output {
  readonly text?: string | readonly string[];
  readonly data?: Readonly<Record<string, string | readonly string[]>>;
}

/** The executed notebooks as Markdown with what they show, by the names of their files without ending. */
export function notebookPages(): Map<string, string> {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.ipynb'));
  return new Map(
    names.sort().map((name) => {
      const { cells } = JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as { cells: Cell[] };
      return [name.replace('.ipynb', ''), cells.map(cellMarkdown).join('\n\n')];
    }),
  );
}

function cellMarkdown({ cell_type, source, outputs = [] }: Cell): string {
  if (cell_type === 'markdown') return joined(source);
  return [`\`\`\`ts\n${joined(source)}\n\`\`\``, ...outputs.map(outputHtml)].join('\n\n');
}

/** A block of HTML, which Markdown leaves alone as long as no line of it is empty. */
function outputHtml({ text, data = {} }: Output): string {
  const png = data['image/png'];
  if (png !== undefined) {
    const alt = joined(data['text/plain'] ?? 'Figure').split('\n')[0]!;
    const base64 = joined(png).trim();
    return `<p><img alt="${escapeHtml(alt)}" src="data:image/png;base64,${base64}"></p>`;
  }
  const html = data['text/html'];
  if (html !== undefined) return `<div class="output">${withoutEmptyLines(joined(html))}</div>`;
  const plain = joined(text ?? data['text/plain'] ?? '').trimEnd();
  return `<pre class="output">${escapeHtml(plain).replaceAll('\n', '&#10;')}</pre>`;
}

function withoutEmptyLines(html: string): string {
  return html.replace(/\n\s*(?=\n)/g, '');
}

function joined(lines: string | readonly string[]): string {
  return typeof lines === 'string' ? lines : lines.join('');
}
