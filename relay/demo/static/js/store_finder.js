// Shows another store's hours and way: one frame is sent elsewhere, the other is rewritten in place.

const stores = document.getElementById('stores');

stores.addEventListener('change', ({ target }) => {
  document.getElementById('hours').src = target.dataset.hours;
  const steps = document.getElementById('walk').contentDocument.querySelector('.walk');
  const items = target.dataset.walk.split('|').map((step) => {
    const item = steps.ownerDocument.createElement('li');
    item.textContent = step;
    return item;
  });
  steps.replaceChildren(...items);
});
stores.addEventListener('submit', (event) => event.preventDefault());
