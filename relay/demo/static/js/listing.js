// Sorts and filters the products in place, without asking the server again.

const filters = document.getElementById('filters');
const products = document.getElementById('products');
const own = [...products.children];
const orders = {
  'price-up': (a, b) => a.dataset.price - b.dataset.price,
  'price-down': (a, b) => b.dataset.price - a.dataset.price,
  rating: (a, b) => b.dataset.rating - a.dataset.rating,
  name: (a, b) => a.dataset.name.localeCompare(b.dataset.name),
};

filters.addEventListener('input', () => {
  const { sort, max, stock } = filters.elements;
  document.getElementById('max-shown').value = `£${max.value}`;
  const order = orders[sort.value];
  products.append(...(order ? [...own].sort(order) : own));
  for (const card of own) {
    card.hidden = Number(card.dataset.price) > Number(max.value) * 100 || (stock.checked && card.dataset.stock === '0');
  }
  const count = own.filter((card) => !card.hidden).length;
  document.getElementById('count').textContent = count === 1 ? '1 product' : `${count} products`;
});
