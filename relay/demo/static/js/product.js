// Gallery, variants, size guide, and adding to the cart without leaving the page.

import { notice, send, showCount } from './page.js';

const gallery = document.getElementById('gallery');
const picture = document.getElementById('picture');
const buy = document.getElementById('buy');
const guide = document.getElementById('guide');

function showPicture(button) {
  picture.src = button.dataset.picture;
  picture.alt = button.dataset.alt;
  gallery.querySelector('[aria-current]')?.removeAttribute('aria-current');
  button.setAttribute('aria-current', 'true');
}

gallery.addEventListener('click', (event) => {
  const button = event.target.closest('[data-picture]');
  if (!button) return;
  showPicture(button);
  const radio = button.dataset.colour && buy.querySelector(`[name=colour][value="${button.dataset.colour}"]`);
  if (radio) choose(radio);
});

function choose(radio) {
  radio.checked = true;
  document.getElementById('colour-name').value = radio.dataset.name;
}

buy.addEventListener('change', (event) => {
  if (event.target.name !== 'colour') return;
  choose(event.target);
  showPicture(gallery.querySelector(`[data-colour="${event.target.value}"]`));
});

buy.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { name, count } = await send(buy);
  showCount(count);
  notice(`${name} is in your cart.`, '/cart', 'See the cart');
});

document.getElementById('guide-open')?.addEventListener('click', () => guide.showModal());
guide?.addEventListener('click', (event) => event.target === guide && guide.close());
