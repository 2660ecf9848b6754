/** Tables of figures sorted by a click on a column's head: names by their text, figures by the value a cell tells in data-value. */
export function sortable(table: HTMLTableElement): void {
  const [head] = table.tHead?.rows ?? [];
  const [body] = table.tBodies;
  if (!head || !body || body.rows.length < 3 || !body.querySelector('td[data-value]')) return;
  for (const [at, cell] of [...head.cells].entries()) {
    const label = cell.textContent?.trim() ?? '';
    const figures = body.rows[0]?.cells[at]?.dataset.value !== undefined;
    if (label === '' || (at > 0 && !figures)) continue;
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'sort';
    button.textContent = label;
    cell.replaceChildren(button);
    button.addEventListener('click', () => {
      const down = cell.getAttribute('aria-sort') === 'ascending';
      for (const other of head.cells) other.removeAttribute('aria-sort');
      cell.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      body.append(...[...body.rows].sort((a, b) => (down ? -1 : 1) * compare(a.cells[at], b.cells[at])));
    });
  }
}

/** What has no value stands last when the smallest come first. */
function compare(a: HTMLTableCellElement | undefined, b: HTMLTableCellElement | undefined): number {
  const [left, right] = [a?.dataset.value, b?.dataset.value];
  if (left === undefined && right === undefined)
    return (a?.textContent ?? '').localeCompare(b?.textContent ?? '', 'id');
  const number = (text: string | undefined) =>
    text === undefined || text === '' ? Number.POSITIVE_INFINITY : Number(text);
  return number(left) - number(right) || 0;
}
