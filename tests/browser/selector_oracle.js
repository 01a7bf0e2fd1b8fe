// Asks the browser what selectors match. A page is built in a frame of its own; every selector becomes a rule of a style sheet that
// holds in each of its documents and shadow trees, which is what a mask rule means; `querySelectorAll` is asked in each of them too.
(pages) => {
  const NS = {
    html: 'http://www.w3.org/1999/xhtml', svg: 'http://www.w3.org/2000/svg', mathml: 'http://www.w3.org/1998/Math/MathML', other: null,
  };
  const DOCTYPES = [
    '<!DOCTYPE html>', '', '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">',
  ];
  const PREFIXES = { xlink: 'http://www.w3.org/1999/xlink', xml: 'http://www.w3.org/XML/1998/namespace' };
  const CHECKED = 1, INDETERMINATE = 2, SELECTED = 4, MODAL = 8, POPOVER = 16;

  const openDocument = (frame, quirks) => {
    const inner = frame.contentDocument;
    inner.open();
    inner.write(DOCTYPES[quirks]);
    inner.close();
    inner.documentElement?.remove();
    return inner;
  };

  const build = (page, out) => {
    const make = (node, parent, inner) => {
      if (node.text !== null) return parent.append(node.text);
      if (node.tag === '#open' || node.tag === '#closed') {
        const root = parent.attachShadow({ mode: node.tag.slice(1) });
        out.roots.push(root);
        for (const child of node.children) make(child, root, inner);
        return;
      }
      const element = inner.createElementNS(NS[node.ns], node.tag);
      for (const [name, value] of Object.entries(node.attributes)) {
        const namespace = node.ns === 'html' ? undefined : PREFIXES[name.split(':')[0]];
        if (namespace && name.includes(':')) element.setAttributeNS(namespace, name, value);
        else element.setAttribute(name, value);
      }
      out.elements.push([node, element]);
      parent.append(element);
      for (const child of node.children) {
        if (child.tag === '#document') fill(child, openDocument(element, Number(child.properties.quirks ?? 0)));
        else make(child, element, inner);
      }
    };
    const fill = (node, inner) => {
      out.roots.push(inner);
      for (const child of node.children) make(child, inner, inner);
    };
    const frame = document.createElement('iframe');
    document.body.append(frame);
    fill(page, openDocument(frame, Number(page.properties.quirks)));
    return frame;
  };

  const setProperties = ({ properties }, element) => {
    const bits = 'state' in properties ? Number(properties.state) : null;
    if ('value' in properties) element.value = properties.value;
    if (bits === null) return;
    if (element.localName === 'option') element.selected = (bits & SELECTED) !== 0;
    if (element.localName === 'input') {
      element.checked = (bits & CHECKED) !== 0;
      element.indeterminate = (bits & INDETERMINATE) !== 0;
    }
    if (bits & MODAL) element.showModal();
    if (bits & POPOVER) element.showPopover();
  };

  const propertiesOf = ([{ id }, element]) => {
    if (element.namespaceURI !== NS.html) return [];
    const modal = element.localName === 'dialog' && element.matches(':modal') ? MODAL : 0;
    const popover = element.hasAttribute('popover') && element.matches(':popover-open') ? POPOVER : 0;
    const layer = modal | popover;
    switch (element.localName) {
      case 'input':
        return [[id, element.value, (element.checked ? CHECKED : 0) | (element.indeterminate ? INDETERMINATE : 0) | layer]];
      case 'option':
        return [[id, null, element.selected ? SELECTED : 0]];
      case 'textarea':
      case 'select':
        return [[id, element.value, layer]];
      default:
        return layer ? [[id, null, layer]] : [];
    }
  };

  const focusOf = (root) => {
    let active = root.activeElement;
    for (;;) {
      const inner = active && (shadows.get(active)?.activeElement ?? active.contentDocument?.activeElement);
      if (!inner || (active.contentDocument && inner === active.contentDocument.body)) return active === root.body ? null : active;
      active = inner;
    }
  };
  const shadows = new WeakMap();

  const viewOf = (root) => (root.nodeType === Node.DOCUMENT_NODE ? root : root.ownerDocument).defaultView;

  const rules = (selectors, root) => {
    const view = viewOf(root);
    const sheet = new view.CSSStyleSheet();
    const valid = [];
    selectors.forEach((selector, index) => {
      const before = sheet.cssRules.length;
      try {
        sheet.insertRule(`${selector}{--s${index}:1}`, before);
      } catch {}
      if (sheet.cssRules.length > before) valid.push(index);
    });
    root.adoptedStyleSheets = [sheet];
    return valid;
  };

  // What is shown in no slot has no style; to `matches` the element itself is the scope, to a rule the root is.
  const holds = ([, style, element], index, selector) =>
    style.display === '' ? element.matches(selector.replaceAll(':scope', ':root')) : style.getPropertyValue(`--s${index}`) !== '';

  const queried = (roots, ids, selector) => {
    try {
      return roots.flatMap((root) => [...root.querySelectorAll(selector)].map((element) => ids.get(element))).sort((a, b) => a - b);
    } catch {
      return null;
    }
  };

  const ask = ({ page, selectors }) => {
    const out = { roots: [], elements: [] };
    const frame = build(page, out);
    for (const root of out.roots) if (root.host) shadows.set(root.host, root);
    for (const [node, element] of out.elements) setProperties(node, element);
    frame.contentWindow.focus();
    for (const [node, element] of out.elements) if ('focus' in node.properties) element.focus();
    for (const view of new Set(out.roots.map(viewOf)))
      selectors.forEach((_, index) => view.CSS.registerProperty({ name: `--s${index}`, syntax: '*', inherits: false }));
    let valid = [];
    for (const root of out.roots) valid = rules(selectors, root);
    const styles = out.elements.map(([{ id }, element]) => [id, element.ownerDocument.defaultView.getComputedStyle(element), element]);
    const ids = new Map(out.elements.map(([{ id }, element]) => [element, id]));
    const answer = {
      matched: selectors.map((_, index) =>
        valid.includes(index) ? styles.filter((entry) => holds(entry, index, selectors[index])).map(([id]) => id) : null,
      ),
      queried: selectors.map((selector) => queried(out.roots, ids, selector)),
      properties: out.elements.flatMap(propertiesOf),
      unstyled: styles.filter(([, style]) => style.display === '').map(([id]) => id),
      focus: ids.get(focusOf(out.roots[0])) ?? 0,
    };
    frame.remove();
    return answer;
  };

  return pages.map(ask);
}
