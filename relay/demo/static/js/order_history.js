// Sorts and filters the long table in the browser: rows are moved and hidden, never built again.

const table = document.getElementById('history');
const body = table.tBodies[0];
const rows = [...body.rows].map((row) => ({ row, ...keysOf(row) }));
const text = document.getElementById('history-text');
const status = document.getElementById('history-status');

function keysOf(row) {
  const [number, day, item, quantity, , state, total] = row.cells;
  return {
    number: number.textContent,
    day: day.firstElementChild.dateTime,
    item: item.textContent,
    quantity: Number(quantity.textContent),
    status: state.textContent,
    total: Number(total.textContent.replace(/[^\d.]/g, '')),
  };
}

function compare(a, b) {
  return typeof a === 'number' ? a - b : a.localeCompare(b);
}

table.tHead.addEventListener('click', (event) => {
  const key = event.target.dataset.sort;
  if (!key) return;
  const cell = event.target.closest('th');
  const direction = cell.getAttribute('aria-sort') === 'ascending' ? 'descending' : 'ascending';
  for (const each of table.tHead.rows[0].cells) each.removeAttribute('aria-sort');
  cell.setAttribute('aria-sort', direction);
  const sign = direction === 'ascending' ? 1 : -1;
  rows.sort((a, b) => sign * compare(a[key], b[key]));
  body.append(...rows.map(({ row }) => row));
});

document.getElementById('history-filter').addEventListener('input', () => {
  const wanted = text.value.trim().toLowerCase();
  let count = 0;
  for (const each of rows) {
    const fits = `${each.number} ${each.item}`.toLowerCase().includes(wanted) && (!status.value || each.status === status.value);
    each.row.hidden = !fits;
    count += fits;
  }
  document.getElementById('history-count').textContent = `${count.toLocaleString('en-GB')} orders`;
});
document.getElementById('history-filter').addEventListener('submit', (event) => event.preventDefault());
