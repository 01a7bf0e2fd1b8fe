/*
 * A document as rows, for comparing what the visitor has with what the agent sees.
 *
 * Called with {side: 'visitor' | 'stage', allow, masks, bullets}. On the visitor's side the rows say what the agent should see: the
 * allow tables and the mask rules are applied here once more, written for reading and sharing no code with the product. On the stage
 * the rows say what is there. Each row: [depth, kind, name, attributes, text, properties].
 */
(options) => {
  const { side, allow, masks, bullets } = options;
  const visitor = side === 'visitor';
  const list = (text) => new Set(text.split(/\s+/).filter(Boolean));
  const html = list(allow.html), svg = list(allow.svg), mathml = list(allow.mathml), voids = list(allow.void), boxed = list(allow.boxed);
  const globals = list(allow.global), svgAttributes = list(allow.svg_attributes), mathAttributes = list(allow.mathml_attributes), layout = list(allow.layout), native = list(allow.native_hyphenated);
  const perElement = Object.fromEntries(allow.per_element.split(/\s+/).filter(Boolean).map((entry) => {
    const [tag, names] = entry.split(':');
    return [tag, new Set(names.split(','))];
  }));
  const HTML = 'http://www.w3.org/1999/xhtml', SVG = 'http://www.w3.org/2000/svg', MATH = 'http://www.w3.org/1998/Math/MathML';
  const LEVEL = { text: 1, hide: 2, block: 3 };
  const ADDRESS = new Set(['src', 'srcset', 'poster', 'background']);

  // What browsers write on buttons that say nothing.
  const UNNAMED = { submit: 'Submit', reset: 'Reset' };

  const ours = (e) => e.hasAttribute('glance_cobrowse_suppress');

  function nameOf(e) {
    const ns = e.namespaceURI, tag = e.localName;
    if (!visitor) return tag;
    if (ns === HTML) {
      if (tag === 'link') return 'style'; // any link: it may become a style sheet's later
      if (voids.has(tag)) return 'cobrowse-void';
      if (boxed.has(tag)) return 'cobrowse-box';
      return html.has(tag) || /^[a-z][a-z0-9]*-[-a-z0-9._]*$/.test(tag) ? tag : 'span';
    }
    if (ns === SVG) return voids.has(tag) ? 'cobrowse-void' : svg.has(tag) ? tag : 'span';
    if (ns === MATH) return mathml.has(tag) ? tag : 'span';
    return 'span';
  }

  function attributesOf(e, level, name) {
    const out = {};
    if (name === 'cobrowse-void' || name === 'cobrowse-box') return out;
    for (const { name: raw, value } of e.attributes) {
      let key = raw, text = value;
      if (!visitor) {
        if (/^data-(cobrowse-|page-|stage$)/.test(key) || (e.localName === 'iframe' && ['sandbox', 'src', 'scrolling'].includes(key))) continue;
        if (key === 'poster' && e.hasAttribute('data-cobrowse-played')) continue;
        if (key === 'popover' && e.hasAttribute('data-cobrowse-screen')) continue;
        if (e.localName === 'input' && key === 'autocomplete') continue;
        if (['autocomplete', 'tabindex', 'readonly', 'draggable', 'spellcheck'].includes(key)) continue;
      } else {
        const known = e.namespaceURI === HTML ? globals.has(key) || /^(aria|data)-(?!page-)/.test(key) || perElement[e.localName]?.has(key) || key === 'style'
          : e.namespaceURI === SVG ? globals.has(key) || /^(aria|data)-/.test(key) || svgAttributes.has(key) || key === 'style'
          : e.namespaceURI === MATH ? globals.has(key) || /^(aria|data)-/.test(key) || mathAttributes.has(key) || key === 'style' : false;
        const own = key.includes('-') && !/[:A-Z]/.test(key) && !native.has(key) && !/^data-page-/.test(key);
        if (!(known || own) || !/^[A-Za-z_][-A-Za-z0-9_.:]{0,63}$/.test(key)) continue;
        if (level && !layout.has(key)) continue;
        if (['readonly', 'autocomplete'].includes(key)) continue;
        if (key === 'poster' && (e.currentTime > 0 || !e.paused)) continue;
        if (key === 'href' && e.namespaceURI === HTML) { key = 'data-href'; text = new URL(value, document.baseURI).href.replace(/[?#].*$/, ''); if (!/^https?:/.test(text)) { if (e.localName === 'link') continue; text = ''; } }
        if (key === 'type' && e.localName === 'input') text = text.toLowerCase() === 'password' ? 'text' : ['submit', 'image', 'reset'].includes(text.toLowerCase()) ? 'button' : text;
        if (e.localName === 'iframe' && key === 'src') continue;
        if (e.localName === 'link' && !['rel', 'media', 'type', 'id', 'class', 'title', 'disabled'].includes(key)) continue;
        if (level && key === 'style' && LEVEL.text !== level) continue;
      }
      if (ADDRESS.has(key) || (e.localName === 'image' && /href$/.test(key))) text = '(address)';
      if (key === 'media' && text.includes('(')) text = '(query)';
      if (!visitor && level >= 2 && key === 'style') continue;
      if (key === 'style') text = /url\(/.test(text) ? '(with address)' : text.trim();
      if (e.localName === 'input' && key === 'value' && visitor && level) continue;
      out[key] = text;
    }
    if (visitor && !level && e.localName === 'input' && UNNAMED[e.type] && !e.hasAttribute('value')) out.value = UNNAMED[e.type];
    return out;
  }

  const ownLevel = (e) => {
    if (!visitor) return { text: 1, hide: 2, block: 3 }[e.getAttribute('data-cobrowse-mask')] || 0;
    let level = 0;
    for (const [selector, action] of masks) if (e.matches(selector)) level = Math.max(level, LEVEL[action]);
    return level;
  };

  function propertiesOf(e, level) {
    const p = {};
    const tag = e.localName;
    if (e.namespaceURI !== HTML) return p;
    if (tag === 'input' || tag === 'textarea') {
      const type = visitor ? (e.getAttribute('type') || '').toLowerCase() : '';
      if (tag === 'input' && ['checkbox', 'radio'].includes(e.type)) { if (!level) { p.checked = e.checked; p.indeterminate = e.indeterminate; } }
      else if (visitor && ['file', 'image', 'hidden'].includes(type)) { /* not shown */ }
      else if (!['file', 'hidden'].includes(e.type) && !['color', 'range', 'date', 'number', 'time', 'month', 'week', 'datetime-local'].includes(level ? e.type : '')) p.value = visitor && level ? bullets : e.value || (visitor && !e.hasAttribute('value') && UNNAMED[e.type]) || '';
    }
    if (tag === 'option' && !level) p.selected = e.selected;
    if (tag === 'details') p.open = e.open;
    if (tag === 'dialog') p.modal = e.matches(':modal');
    if (e.hasAttribute('popover') && !e.hasAttribute('data-cobrowse-screen')) p.popover = e.matches(':popover-open');
    if (!level && (e.scrollTop || e.scrollLeft) && e !== document.documentElement && e !== document.body) p.scroll = [Math.round(e.scrollLeft), Math.round(e.scrollTop)];
    return p;
  }

  const rows = [];
  const stack = [[document.documentElement, 0, 0]];
  while (stack.length) {
    const [node, depth, inherited] = stack.pop();
    if (node.nodeType === Node.TEXT_NODE || node.nodeType === Node.CDATA_SECTION_NODE) {
      let text = node.data;
      if (visitor && inherited && /\S/.test(text)) text = bullets;
      if (text !== '') rows.push([depth, 'text', '', {}, text, {}]);
      continue;
    }
    if (node.nodeType === Node.DOCUMENT_FRAGMENT_NODE) {
      rows.push([depth, 'shadow', '', {}, '', {}]);
      for (const child of [...node.childNodes].reverse()) stack.push([child, depth + 1, inherited]);
      continue;
    }
    if (node.nodeType !== Node.ELEMENT_NODE || (visitor && ours(node)) || (!visitor && /^cobrowse-(list|caret|tip)$/.test(node.localName))) continue;
    const level = Math.max(ownLevel(node), inherited);
    const name = nameOf(node);
    rows.push([depth, 'element', name, attributesOf(node, level, name), level > inherited ? `masked ${level}` : '', propertiesOf(node, level)]);
    const closed = name === 'cobrowse-void' || name === 'cobrowse-box' || name === 'style' || node.localName === 'iframe' || (level >= 2) || node.localName === 'textarea';
    if (closed) continue;
    for (const child of [...node.childNodes].reverse()) stack.push([child, depth + 1, level]);
    // A page of the corpus tells of its closed roots by itself.
    const root = node.shadowRoot ?? window.closedRoots?.get(node);
    if (root) stack.push([root, depth + 1, level]);
  }
  return rows;
}
