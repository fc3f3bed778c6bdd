import { JSDOM } from 'jsdom';

/** The HTML of a table, as a browser writes it. */
export function tableHtml([header, ...rows]: readonly (readonly string[])[]): string {
  const { document } = new JSDOM('<table><thead></thead><tbody></tbody></table>').window;
  const add = (parent: Element, tag: string, cells: readonly string[]) => {
    const row = parent.appendChild(document.createElement('tr'));
    for (const text of cells) row.appendChild(document.createElement(tag)).textContent = text;
  };
  add(document.querySelector('thead')!, 'th', header!);
  for (const row of rows) add(document.querySelector('tbody')!, 'td', row);
  return document.body.innerHTML;
}
