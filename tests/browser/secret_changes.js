// Plants secrets in masked places of the page and changes the page at random around them; after mutations.js.
// Every secret is planted where a rule masks it and lives on through whatever happens to that place.
(() => {
  const { pick, random, containers, nodes } = window.randomChange;
  const secretIn = (secret) => {
    const holder = document.createElement(pick(['div', 'section', 'p']));
    const inner = document.createElement('span');
    inner.textContent = `inner ${secret}`;
    inner.title = secret;
    const field = document.createElement(pick(['input', 'textarea']));
    field.value = secret;
    field.setAttribute('placeholder', secret);
    field.defaultValue = secret;
    const link = document.createElement('a');
    link.href = `/path/${secret}`;
    link.setAttribute('data-note', secret);
    link.style.setProperty('--secret', secret);
    link.style.backgroundImage = `url(/${secret})`;
    const deep = document.createElement('div');
    deep.append(inner, ` ${secret} `, field);
    holder.append(deep, link, secret);
    if (random(3) === 0) deep.attachShadow({ mode: 'open' }).append(`shadow ${secret}`, document.createElement('slot'));
    return holder;
  };

  window.plant = (seed, secret) => {
    window.mutate(seed, 0);
    const kind = random(5);
    const holder = secretIn(secret);
    if (kind === 0) holder.className = 'private';
    if (kind === 1) holder.setAttribute('glance_masked', 'true');
    if (kind === 2) holder.className = 'vault';
    if (kind === 3) holder.className = 'sealed';
    if (kind === 4) {
      const frame = document.createElement('iframe');
      const box = document.createElement('div');
      box.className = pick(['private', 'vault']);
      box.append(frame);
      document.getElementById('world').append(box);
      frame.contentDocument.body.append(holder);
      return;
    }
    pick(containers()).append(holder);
  };

  // Takes something secret out of where it is masked, at once or with what it stands in.
  const takeOut = (secret) => {
    const secrets = nodes().filter((node) => (node.nodeType === 1 || node.nodeType === 3) && node.textContent.includes(secret));
    const node = pick(secrets);
    const target = pick(containers());
    if (!node || node.contains(target) || node.contains(document.getElementById('world'))) return;
    const way = random(4);
    if (way === 0) target.append(node);
    if (way === 1 && node.parentElement && node.parentElement.id !== 'world') node.parentElement.replaceWith(...node.parentElement.childNodes);
    if (way === 2) node.remove();
    if (way === 3) {
      const above = node.parentNode;
      node.remove();
      if (above.id !== 'world') above.replaceChildren();
      if (target.isConnected) target.append(node);
    }
    kept.push(node);
    if (random(3) === 0) document.getElementById('world').append(pick(kept));
  };
  const kept = [];

  window.disturb = (seed, secret) => {
    window.mutate(seed, 1 + (seed % 7));
    for (let i = random(3); i > 0; i--) {
      try {
        takeOut(secret);
      } catch (error) {
        if (error.constructor?.name !== 'DOMException') throw error;
      }
    }
    for (const text of document.querySelectorAll('span')) if (text.firstChild?.data?.includes(secret)) text.firstChild.appendData(` again ${secret}`);
  };
})();
