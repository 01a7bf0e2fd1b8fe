// What every page of the shop does: menus, steppers, short notices, and links that are buttons.

const header = document.querySelector('.header');
const toggle = document.querySelector('.nav-toggle');

document.documentElement.classList.add('js');

toggle.addEventListener('click', () => {
  const open = header.classList.toggle('nav-open');
  toggle.setAttribute('aria-expanded', String(open));
});

new IntersectionObserver(([entry]) => header.classList.toggle('scrolled', !entry.isIntersecting)).observe(
  document.querySelector('.announcement'),
);

document.addEventListener('click', (event) => {
  if (event.target.closest('a[href="#"]')) event.preventDefault();
  const step = event.target.closest('[data-step]');
  if (step) stepTo(step.closest('.stepper').querySelector('input'), Number(step.dataset.step));
});

document.addEventListener('keydown', (event) => {
  const link = event.target.closest('a[role="button"]');
  if (!link || event.key !== ' ') return;
  event.preventDefault();
  link.click();
});

document.addEventListener('input', (event) => {
  const output = event.target.dataset.output;
  if (output) document.getElementById(output).value = event.target.value;
});

function stepTo(input, by) {
  const value = Math.min(Number(input.max), Math.max(Number(input.min), Number(input.value) + by));
  if (value === Number(input.value)) return;
  input.value = value;
  input.dispatchEvent(new Event('change', { bubbles: true }));
}

/** Shows a short notice; it leaves by itself unless the page is to keep still. */
export function notice(text, href, action) {
  const toast = document.querySelector('.toast');
  const link = document.createElement('a');
  link.href = href;
  link.textContent = action;
  toast.replaceChildren(text, ' ', link);
  toast.classList.add('shown');
  if (document.documentElement.dataset.still === undefined) setTimeout(() => toast.classList.remove('shown'), 4000);
}

/** The number beside the cart in the header. */
export function showCount(count) {
  const badge = document.getElementById('cart-count');
  badge.textContent = count;
  badge.hidden = count === 0;
  badge.setAttribute('aria-label', `${count} in the cart`);
}

/** Sends a form and answers what the shop says, as data. */
export async function send(form) {
  const body = new URLSearchParams(new FormData(form));
  const answer = await fetch(form.action, { method: 'POST', body, headers: { accept: 'application/json' } });
  if (!answer.ok) throw new Error(`the shop answered ${answer.status}`);
  return answer.json();
}
