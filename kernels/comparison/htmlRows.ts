const ENTITIES: Readonly<Record<string, string>> = {
  ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' },
};

/** Ends a cell of a table; a character that no text holds. */
const CELL = '\u0000';

/**
 * What a reader sees of HTML, line by line, each as a list of cells: a row of a table has several. For comparing
 * only: what it returns is text, not HTML.
 */
export function htmlRows(html: string): string[][] {
  return html
    .replaceAll(/<!--.*?-->|<(script|style)\b.*?<\/\1\s*>/gis, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/<\/t[dh]\s*>/gi, CELL)
    .replaceAll(/<(br|\/?(tr|p|div|li|table|caption|h\d|pre|ul|ol))\b[^>]*>/gi, '\n')
    .replaceAll(/<[^>]*>/g, '')
    .split('\n')
    .map((line) => {
      const cells = line.split(CELL).map(textOf);
      // The last cell ends as the others do.
      return cells.length > 1 && cells.at(-1) === '' ? cells.slice(0, -1) : cells;
    })
    .filter((cells) => cells.some((cell) => cell !== ''));
}

function textOf(html: string): string {
  return html
    .replaceAll(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (entity, decimal, hex, name) => {
      if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? entity;
      const code = Number.parseInt(decimal ?? hex, decimal === undefined ? 16 : 10);
      return code <= 0x10ffff ? String.fromCodePoint(code) : entity;
    })
    .trim();
}
