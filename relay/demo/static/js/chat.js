// The help chat: greets, shows that it types, answers from a short list, and goes on by itself.
// With data-still on <html> (the shop sets it for ?still) or on #chat it has no timers: each answer is there at once, and nothing else comes.

const chat = document.getElementById('chat');
const panel = document.getElementById('chat-panel');
const opener = chat.querySelector('.chat-open');
const unread = chat.querySelector('.chat-unread');
const log = chat.querySelector('.chat-log');
const still = document.documentElement.dataset.still !== undefined || chat.dataset.still !== undefined;

const KEPT = 'harbour-pine-chat';
const TYPING_MS = 1600;
const GREETING_MS = 4000;
const TIP_MS = 20000;
const GREETING = 'Hello, this is Mara at the Net Loft. What may I help you with?';
const TIPS = [
  'By the way: the Tarn tent is £56 less until the end of the month.',
  'If you like, I can look at this page with you. Press “Show this page to an advisor” below.',
  'I am here until six today.',
];
const ANSWERS = [
  [/deliver|ship|long|when|arrive/i, 'We pack today what is ordered before 2 pm. Standard delivery then takes two to three working days and is free from £60.'],
  [/size|fit|large|small/i, 'Our jackets are cut with room for a jumper. Most people take their usual size; the size guide on the page has the measures.'],
  [/return|refund|back|exchange/i, 'You have sixty days. Print the label from your account or bring it to one of our stores.'],
  [/repair|mend|broken|spare|part/i, 'We mend it free for two years. Which product is it, and what has happened?'],
  [/card|pay|invoice/i, 'You can pay by card or on invoice. I never see card details, not even when we look at the page together.'],
  [/thank/i, 'You are welcome. Fair winds!'],
];
const OTHERWISE = 'Let me look that up for you. Would you like to show me the page that you are on?';

const state = { open: false, unread: 0, tips: 0, messages: [], ...kept() };

function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT)) ?? {};
  } catch {
    return {};
  }
}

function keep() {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(state));
  } catch {
    // Storage may be switched off; the chat then begins anew on each page.
  }
}

function say(from, text) {
  state.messages.push({ from, text });
  if (from === 'mara' && !state.open) state.unread += 1;
  log.append(bubble(from, text));
  show();
  keep();
}

function bubble(from, text) {
  const item = document.createElement('p');
  item.className = `chat-message chat-${from}`;
  item.textContent = text;
  return item;
}

function answer(text) {
  if (still) {
    say('mara', text);
    return;
  }
  const dots = document.createElement('p');
  dots.className = 'chat-message chat-mara chat-dots';
  dots.setAttribute('aria-label', 'Mara is typing');
  dots.append(...[1, 2, 3].map(() => document.createElement('i')));
  log.append(dots);
  show();
  setTimeout(() => {
    dots.remove();
    say('mara', text);
  }, TYPING_MS);
}

function answerTo(text) {
  for (const [words, sentence] of ANSWERS) if (words.test(text)) return sentence;
  return OTHERWISE;
}

function greet() {
  if (state.messages.length) return;
  if (still) log.append(bubble('mara', GREETING));
  else setTimeout(() => answer(GREETING), GREETING_MS);
}

function show() {
  panel.hidden = !state.open;
  opener.setAttribute('aria-expanded', String(state.open));
  unread.hidden = state.unread === 0;
  unread.textContent = state.unread;
  log.scrollTop = log.scrollHeight;
}

function open(is) {
  state.open = is;
  if (is) state.unread = 0;
  show();
  keep();
  (is ? document.getElementById('chat-text') : opener).focus();
}

function tip() {
  if (state.tips >= TIPS.length) return;
  answer(TIPS[state.tips]);
  state.tips += 1;
  setTimeout(tip, TIP_MS);
}

opener.addEventListener('click', () => open(!state.open));
chat.querySelector('.chat-close').addEventListener('click', () => open(false));
chat.addEventListener('keydown', (event) => event.key === 'Escape' && state.open && open(false));
chat.querySelector('.chat-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const text = event.target.elements.text.value.trim();
  if (!text) return;
  event.target.reset();
  say('you', text);
  answer(answerTo(text));
});

log.append(...state.messages.map(({ from, text }) => bubble(from, text)));
greet();
if (!still) setTimeout(tip, TIP_MS);
show();
