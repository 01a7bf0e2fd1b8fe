// What there is in a page that may be private, and which of the given rules says so. Marks each field with a number, by which it
// is found again; nothing of the page but names of places leaves this script.
([rules, first]) => {
  const PERSONAL = {
    'looks like e-mail': /[\w.+-]+@[\w-]+\.[a-z]{2,}/i,
    'looks like phone': /(?:\+|\b00)\d[\d ()/-]{7,}\d/,
    'looks like IBAN': /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,}/,
    'looks like card': /\b(?:\d[ -]?){13,19}\b/,
  };
  const FIELDS = 'input, textarea, select, [contenteditable]:not([contenteditable=false])';
  const BUTTONS = new Set(['submit', 'button', 'reset', 'image']);
  const SKIPPED = 'script, style, noscript, template, option, [glance_cobrowse_suppress]';
  const marked = (window.cobrowseAudit ??= new Map());

  const above = (node) => node.assignedSlot ?? node.parentNode ?? node.host ?? node.defaultView?.frameElement ?? null;
  const names = (element) => {
    const parts = [];
    for (let at = element; at?.nodeType === 1; at = at.parentNode) {
      if (at.id) {
        parts.unshift(`#${CSS.escape(at.id)}`);
        break;
      }
      const name = at.getAttribute('name');
      const same = at.parentNode ? [...at.parentNode.children].filter((other) => other.localName === at.localName) : [at];
      const place = same.length > 1 ? `:nth-of-type(${same.indexOf(at) + 1})` : '';
      parts.unshift(name ? `${at.localName}[name="${CSS.escape(name)}"]` : at.localName + place);
      if (name) break;
    }
    return parts.join(' > ');
  };
  const nameOf = (element) => {
    const root = element.getRootNode();
    const outer = root.host ?? root.defaultView?.frameElement;
    return outer ? `${nameOf(outer)} » ${names(element)}` : names(element);
  };
  const rulesOf = (element) => {
    const found = [];
    for (let at = element; at; at = above(at))
      if (at.nodeType === 1) for (const [index, selector] of rules.entries()) if (!found.includes(index) && at.matches(selector)) found.push(index);
    return found;
  };
  const roots = [document];
  const out = [];
  const tell = (element, kind, text) => {
    let number = [...marked].find(([, known]) => known === element)?.[0];
    const isNew = number === undefined;
    if (isNew) marked.set((number = first + marked.size), element);
    out.push({ number, isNew, name: nameOf(element), kind, rules: rulesOf(element), text });
  };
  const looksPersonal = (element) => {
    const own = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join(' ');
    for (const [kind, pattern] of Object.entries(PERSONAL)) {
      const match = pattern.exec(own);
      if (match) return tell(element, kind, match[0]);
    }
  };
  for (const root of roots) {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) roots.push(element.shadowRoot);
      if (element.localName === 'iframe' && element.contentDocument) roots.push(element.contentDocument);
      if (element.closest(SKIPPED)) continue;
      if (!element.matches(FIELDS)) looksPersonal(element);
      else if (!BUTTONS.has(element.type)) tell(element, element.isContentEditable ? 'contenteditable' : element.localName === 'input' ? element.type : element.localName, '');
    }
  }
  return out;
}
