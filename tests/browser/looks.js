/*
 * What the style sheets come to: of each element that is drawn, in document order, its computed style and its box. Shadow trees are
 * walked where they can be seen from here. The same on both sides, but for what a mask hides.
 */
(bullets) => {
  const PROPERTIES = ['display', 'visibility', 'position', 'color', 'background-color', 'background-image', 'font-family', 'font-size',
    'font-weight', 'font-style', 'text-decoration-line', 'text-transform', 'text-align', 'opacity', 'transform', 'border-top-width', 'border-left-color',
    'margin-left', 'padding-top', 'outline-style', 'outline-width', 'float', 'z-index', 'list-style-type', 'content', 'cursor', 'overflow-y', 'direction'];
  const SKIPPED = new Set('script noscript template base meta param track style link title head'.split(' '));
  const rows = [];
  const stack = [document.documentElement];
  while (stack.length) {
    const e = stack.pop();
    if (e.nodeType !== 1 || SKIPPED.has(e.localName) || e.localName.startsWith('cobrowse-') || e.hasAttribute('glance_cobrowse_suppress')) continue;
    if (e.localName === 'object' || e.localName === 'embed' || e.matches('.masked-text, .masked-hide, .masked-block, [data-cobrowse-mask]')) continue;
    const style = getComputedStyle(e);
    const box = e.getBoundingClientRect();
    const values = PROPERTIES.map((name) => style.getPropertyValue(name).replace(/url\("[^"]*"\)/g, 'url()'));
    const pseudo = ['::before', '::after'].map((name) => getComputedStyle(e, name)).map((s) => [s.content.replace(/url\("[^"]*"\)/g, 'url()'), s.color, s.display].join(' '));
    rows.push([`${e.localName}#${e.getAttribute('id') ?? ''}`, ...values.map((value, i) => `${PROPERTIES[i]}: ${value}`), ...pseudo, `box ${[box.x, box.y, box.width, box.height].map((n) => Math.round(n * 4) / 4).join(' ')}`]);
    for (const child of [...e.childNodes].reverse()) stack.push(child);
    const root = e.shadowRoot ?? window.closedRoots?.get(e);
    if (root) for (const child of [...root.childNodes].reverse()) stack.push(child);
  }
  return rows;
}
