// The cart's figures follow each change at once; the server does the sums.

import { send, showCount } from './page.js';

const cart = document.getElementById('cart');

cart?.addEventListener('change', (event) => {
  const form = event.target.closest('form');
  if (form) change(form);
});
cart?.addEventListener('submit', (event) => {
  event.preventDefault();
  change(event.target);
});

async function change(form) {
  print(await send(form));
}

function print(figures) {
  showCount(figures.count);
  for (const line of cart.querySelectorAll('.cart-line')) {
    const total = figures.lines[line.dataset.key];
    if (total === undefined) line.remove();
    else line.querySelector('[data-line-total]').textContent = total;
  }
  for (const place of cart.querySelectorAll('[data-figure]')) place.textContent = figures[place.dataset.figure];
  for (const place of cart.querySelectorAll('[data-fee]')) place.textContent = figures.fees[place.dataset.fee];
  document.getElementById('free-progress').value = figures.progress;
  document.getElementById('free-text').textContent = figures.missing
    ? `${figures.missing} more and standard delivery is free`
    : 'Standard delivery is free';
  if (figures.count > 0) return;
  cart.remove();
  document.getElementById('cart-empty').hidden = false;
}
