import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Cell, type CellOutput, readNotebook } from '#kernels/notebook';
import { escapeHtml } from '#kernels/table';
import { ROOT } from '../packages';

const FOLDER = join(ROOT, 'notebooks');

/** The executed notebooks as Markdown with what they show, by the names of their files without ending. */
export function notebookPages(): Map<string, string> {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.ipynb'));
  return new Map(
    names.sort().map((name) => {
      const { cells } = readNotebook(join(FOLDER, name));
      return [name.replace('.ipynb', ''), cells.map(cellMarkdown).join('\n\n')];
    }),
  );
}

function cellMarkdown(cell: Cell): string {
  if (cell.cell_type !== 'code') return cell.source;
  return [`\`\`\`ts\n${cell.source}\n\`\`\``, ...cell.outputs.map(outputHtml)].join('\n\n');
}

/** A block of HTML, which Markdown leaves alone as long as no line of it is empty. */
function outputHtml(output: CellOutput): string {
  if (output.output_type === 'stream') return printed(output.text);
  if (output.output_type === 'error') return printed(output.traceback.join('\n'));
  const form = (type: string) => output.data[type] as string | undefined;
  const [png, html, plain] = [form('image/png'), form('text/html'), form('text/plain')];
  if (png !== undefined) {
    const [alt = ''] = (plain ?? 'Figure').split('\n');
    return `<p><img alt="${escapeHtml(alt)}" src="data:image/png;base64,${png.trim()}"></p>`;
  }
  if (html !== undefined) return `<div class="output">${withoutEmptyLines(html)}</div>`;
  return printed(plain ?? '');
}

function printed(text: string): string {
  return `<pre class="output">${escapeHtml(text.trimEnd()).replaceAll('\n', '&#10;')}</pre>`;
}

function withoutEmptyLines(html: string): string {
  return html.replace(/\n\s*(?=\n)/g, '');
}
