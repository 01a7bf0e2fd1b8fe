// Helps with the card fields: digits in groups, a slash in the date; hides them when the order is to be invoiced.

const form = document.getElementById('checkout');
const cardFields = document.getElementById('card-fields');
const number = document.getElementById('orderPayment.cardNumber');
const expiry = document.getElementById('card-expiry');

number.addEventListener('input', () => {
  const digits = number.value.replace(/\D/g, '').slice(0, 19);
  number.value = digits.replace(/(\d{4})(?=\d)/g, '$1 ');
});
expiry.addEventListener('input', (event) => {
  if (event.inputType === 'deleteContentBackward') return;
  const digits = expiry.value.replace(/\D/g, '').slice(0, 4);
  expiry.value = digits.length < 2 ? digits : `${digits.slice(0, 2)} / ${digits.slice(2)}`;
});

function follow() {
  const card = form.elements.payment.value === 'card';
  cardFields.hidden = !card;
  for (const input of cardFields.querySelectorAll('input')) input.disabled = !card;
}

form.addEventListener('change', follow);
follow();
document.querySelector('.faults')?.focus();
