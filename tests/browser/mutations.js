// Random changes of a page for the tests of capture: `mutate(seed, count)` makes `count` of them, the same for the same seed.
(() => {
  let state = 1;
  const random = (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * limit);
  };
  const pick = (list) => list[random(list.length)];
  let counter = 0;
  const svg = 'http://www.w3.org/2000/svg';

  const roots = () => {
    const found = [document.getElementById('world')];
    for (let i = 0; i < found.length; i++) {
      for (const element of found[i].querySelectorAll('*')) {
        if (element.shadowRoot) found.push(element.shadowRoot);
        if (element.localName === 'iframe' && element.contentDocument?.body) found.push(element.contentDocument.body);
      }
    }
    return found;
  };
  const containers = () => {
    const found = [];
    for (const root of roots()) {
      found.push(root);
      for (const element of root.querySelectorAll('*'))
        if (!['input', 'textarea', 'iframe', 'br', 'option', 'select', 'script', 'template'].includes(element.localName)) found.push(element);
    }
    return found.filter((element) => !isSuppressed(element));
  };
  const nodes = () => {
    const found = [];
    const world = document.getElementById('world');
    for (const container of containers()) for (const child of childrenOf.call(container)) if (child !== world) found.push(child);
    return found;
  };
  // The forms made here hide properties of their own behind their fields' names.
  const parentOf = Object.getOwnPropertyDescriptor(Node.prototype, 'parentNode').get;
  const childrenOf = Object.getOwnPropertyDescriptor(Node.prototype, 'childNodes').get;
  const holdsFrame = (node) =>
    node.localName === 'iframe' || [...childrenOf.call(node), ...(node.shadowRoot?.childNodes ?? [])].some(holdsFrame);
  const isSuppressed = (element) => {
    for (let at = element; at; at = parentOf.call(at) ?? at.host) if (at.hasAttribute?.('glance_cobrowse_suppress')) return true;
    return false;
  };
  const isFragmentSafe = (node, target) => !node.contains(target) && node !== target;

  const fresh = (depth = 0) => {
    const kind = random(14);
    const id = ++counter;
    if (kind < 4) return document.createTextNode(kind === 0 ? ' ' : `text ${id}`);
    if (kind === 4) return document.createComment(`comment ${id}`);
    if (kind === 5) {
      const group = document.createElementNS(svg, 'g');
      group.setAttributeNS('http://www.w3.org/1999/xlink', 'xlink:href', `#${id}`);
      group.append(document.createElementNS(svg, 'rect'));
      return group;
    }
    if (kind === 6) {
      const input = document.createElement('input');
      if (random(2)) input.type = 'checkbox';
      input.value = `value ${id}`;
      return input;
    }
    if (kind === 7 && depth === 0 && document.querySelectorAll('*').length < 600) {
      const host = document.createElement('x-host');
      host.attachShadow({ mode: 'open' }).append(document.createElement('slot'), fresh(1));
      host.append(`slotted ${id}`);
      return host;
    }
    if (kind === 8) {
      const form = document.createElement('form');
      form.action = '/buy?token=1';
      for (const name of ['firstChild', 'parentNode', 'attributes', 'nodeType', 'nextSibling']) {
        const field = document.createElement('input');
        field.name = name;
        form.append(field);
      }
      return form;
    }
    const element = document.createElement(pick(['div', 'p', 'span', 'ul', 'section', 'textarea', 'a', 'button']));
    element.className = `c${random(5)}`;
    if (element.localName === 'a') element.href = `/page/${id}?q=${id}#f`;
    if (depth < 3) for (let i = random(4); i > 0; i--) element.append(fresh(depth + 1));
    return element;
  };

  const changes = [
    () => {
      const target = pick(containers());
      target.insertBefore(fresh(), pick([null, ...childrenOf.call(target)]));
    },
    () => {
      const target = pick(containers());
      target.append(...Array.from({ length: 1 + random(5) }, () => fresh()));
    },
    () => {
      const node = pick(nodes());
      node?.remove();
    },
    () => {
      const target = pick(containers());
      const node = pick(nodes());
      if (node && isFragmentSafe(node, target)) target.insertBefore(node, pick([null, ...[...childrenOf.call(target)].filter((other) => other !== node)]));
    },
    () => {
      const target = pick(containers());
      const children = [...childrenOf.call(target)].filter((child) => child.id !== 'world');
      for (let i = children.length; i > 1; i--) target.insertBefore(children[random(i)], children[i - 1]);
    },
    () => {
      const node = pick(nodes());
      if (!node?.parentNode) return;
      const wrapper = document.createElement('div');
      wrapper.id = `w${++counter}`;
      node.parentNode.insertBefore(wrapper, node);
      wrapper.append(document.createTextNode('before'), node, document.createElement('br'));
    },
    () => {
      const element = pick(nodes().filter((node) => node.nodeType === 1 && node.localName === 'div'));
      element?.replaceWith(...childrenOf.call(element));
    },
    () => {
      // Inside out: a child takes the place of its parent and takes it in.
      const parent = pick(containers().filter((node) => node.nodeType === 1 && node.id !== 'world' && node.parentElement && node.localName !== 'body'));
      const child = parent && [...parent.children].find((other) => ['div', 'p', 'span', 'section'].includes(other.localName));
      if (!child) return;
      // Touching the parent first puts it before the child in what has to be placed.
      if (random(2)) parentOf.call(parent).append(parent);
      parent.replaceWith(child);
      child.append(parent);
    },
    () => {
      const element = pick(nodes().filter((node) => node.nodeType === 1));
      element?.setAttribute(pick(['class', 'title', 'data-x', 'style', 'hidden', 'onclick']), `color: red; --x: ${++counter}`);
    },
    () => {
      const element = pick(nodes().filter((node) => node.nodeType === 1));
      element?.removeAttribute(pick(['class', 'title', 'data-x', 'style', 'hidden']));
    },
    () => {
      const text = pick(nodes().filter((node) => node.nodeType === 3));
      if (text) text.data = `changed ${++counter}`;
    },
    () => {
      const text = pick(nodes().filter((node) => node.nodeType === 3 && node.length > 3));
      text?.splitText(2);
    },
    () => {
      pick(containers()).normalize();
    },
    () => {
      const field = pick(nodes().filter((node) => ['input', 'textarea'].includes(node.localName)));
      if (!field) return;
      if (field.type === 'checkbox') field.checked = !field.checked;
      else field.value = `set ${++counter}`;
    },
    () => {
      if (document.querySelectorAll('iframe').length > 5) return;
      const frame = document.createElement('iframe');
      pick(containers()).append(frame);
      if (frame.contentDocument?.body) frame.contentDocument.body.append(fresh());
    },
    () => {
      const element = pick(nodes().filter((node) => node.nodeType === 1 && !node.shadowRoot && ['div', 'section', 'p', 'span'].includes(node.localName)));
      if (element && document.querySelectorAll('*').length < 600) element.attachShadow({ mode: 'open' }).append(fresh(1));
    },
    () => {
      // Not around frames: a node made in a frame that is never seen keeps functions of that frame that cannot be listened to.
      const element = pick(nodes().filter((node) => node.nodeType === 1 && !holdsFrame(node)));
      element?.toggleAttribute('glance_cobrowse_suppress');
    },
    () => {
      // Comes and goes within one batch.
      const target = pick(containers());
      const node = fresh();
      target.append(node);
      node.remove();
    },
    () => {
      const target = pick(containers());
      if (target.querySelectorAll?.('*').length > 60) target.replaceChildren(...[...childrenOf.call(target)].filter((child) => random(2)));
    },
    () => {
      document.title = `title ${++counter}`;
    },
  ];

  window.mutate = (seed, count) => {
    // Neighbouring seeds would begin with nearly the same numbers.
    state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0;
    state ^= state >>> 13;
    for (let i = 0; i < 3; i++) random(1);
    for (let i = 0; i < count; i++) {
      try {
        pick(changes)();
      } catch (error) {
        // What the DOM itself refuses (a form that would hold itself, a second shadow root) is no change; the error may be a frame's.
        if (error.constructor?.name !== 'DOMException') throw error;
      }
    }
  };
  window.randomChange = { fresh, pick, random, containers, nodes };
})();
