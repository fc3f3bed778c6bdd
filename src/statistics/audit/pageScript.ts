/**
 * The script of an audit's page: it sorts tables and filters the gallery. It reads attributes and texts of the
 * page and never makes markup of them.
 */
export const PAGE_SCRIPT = `'use strict';
for (const section of document.querySelectorAll('section.model')) {
  const items = [...section.querySelectorAll('.gallery li')];
  const select = section.querySelector('select');
  const buttons = [...section.querySelectorAll('.filters button')];
  const shown = section.querySelector('.shown');
  let kind = 'all';
  const filter = () => {
    let count = 0;
    for (const item of items) {
      const ofClass = !select || select.value === '' || item.dataset.class === select.value;
      const ofKind = kind === 'all' || item.dataset.kind === kind;
      item.hidden = !(ofClass && ofKind);
      if (!item.hidden) count++;
    }
    if (shown) shown.textContent = String(count);
    for (const button of buttons) button.setAttribute('aria-pressed', String(button.value === kind));
  };
  for (const button of buttons)
    button.addEventListener('click', () => { kind = button.value; filter(); });
  if (select) select.addEventListener('change', filter);
  for (const open of section.querySelectorAll('td button'))
    open.addEventListener('click', () => {
      select.value = open.value;
      kind = 'all';
      filter();
      const first = items.find((item) => !item.hidden);
      (first || select).focus();
      (first || select).scrollIntoView({ block: 'center' });
    });
  section.querySelector('.gallery')?.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const visible = items.filter((item) => !item.hidden);
    const next = visible[visible.indexOf(document.activeElement) + step];
    if (next) { next.focus(); event.preventDefault(); }
  });
  filter();
}
for (const button of document.querySelectorAll('th button'))
  button.addEventListener('click', () => {
    const header = button.closest('th');
    const body = header.closest('table').tBodies[0];
    const column = [...header.parentNode.children].indexOf(header);
    const ascending = header.getAttribute('aria-sort') !== 'ascending';
    for (const other of header.parentNode.children) other.removeAttribute('aria-sort');
    header.setAttribute('aria-sort', ascending ? 'ascending' : 'descending');
    const valueOf = (row) => {
      const { value } = row.cells[column].dataset;
      return header.dataset.type === 'text' ? value : Number(value);
    };
    const rows = [...body.rows].sort((a, b) => {
      const [x, y] = [valueOf(a), valueOf(b)];
      return (x < y ? -1 : x > y ? 1 : 0) * (ascending ? 1 : -1);
    });
    body.append(...rows);
  });
`;
