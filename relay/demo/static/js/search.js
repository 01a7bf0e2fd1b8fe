// Results while one types: a combobox as the ARIA practices describe it.

const form = document.querySelector('.search');
const input = document.getElementById('search');
const list = document.getElementById('search-results');
const WAIT_MS = 120;
let timer = 0;
let asked = 0;
let active = -1;

input.addEventListener('input', () => {
  clearTimeout(timer);
  timer = setTimeout(ask, WAIT_MS);
});
input.addEventListener('focus', () => list.childElementCount && show(true));
input.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') show(false);
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  event.preventDefault();
  mark(active + (event.key === 'ArrowDown' ? 1 : -1));
});
form.addEventListener('submit', (event) => {
  const link = list.children[active]?.querySelector('a');
  if (list.hidden || !link) return;
  event.preventDefault();
  location.href = link.href;
});
document.addEventListener('click', (event) => form.contains(event.target) || show(false));

async function ask() {
  const query = input.value.trim();
  const turn = ++asked;
  const rows = query ? await (await fetch(`/search/suggestions?q=${encodeURIComponent(query)}`)).json() : [];
  if (turn !== asked) return;
  list.replaceChildren(...rows.map((row, index) => option(row, index)));
  mark(-1);
  show(rows.length > 0);
}

function option(row, index) {
  const item = document.createElement('li');
  item.id = `search-option-${index}`;
  item.setAttribute('role', 'option');
  const link = document.createElement('a');
  link.href = row.href;
  link.tabIndex = -1;
  const image = document.createElement('img');
  image.src = row.image;
  image.alt = '';
  image.width = image.height = 44;
  const name = document.createElement('span');
  name.textContent = row.name;
  const price = document.createElement('b');
  price.textContent = row.price;
  link.append(image, name, price);
  item.append(link);
  return item;
}

function mark(index) {
  const count = list.childElementCount;
  active = count && index >= -1 ? Math.min(index, count - 1) : -1;
  for (const [place, item] of [...list.children].entries()) item.setAttribute('aria-selected', String(place === active));
  if (active < 0) input.removeAttribute('aria-activedescendant');
  else input.setAttribute('aria-activedescendant', `search-option-${active}`);
}

function show(open) {
  list.hidden = !open;
  input.setAttribute('aria-expanded', String(open));
}
