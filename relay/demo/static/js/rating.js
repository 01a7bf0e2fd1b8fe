// <hp-rating value="4.6">: five stars in an open shadow root; its text content is what a screen reader reads.

const STARS = 5;
const STAR = 'M10 1.6l2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9-4.3-4.1 5.9-.8z';
const SVG = 'http://www.w3.org/2000/svg';

class Rating extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot) return;
    const root = this.attachShadow({ mode: 'open' });
    const style = document.createElement('link');
    style.rel = 'stylesheet';
    style.href = '/static/css/rating.css';
    const stars = document.createElement('span');
    stars.className = 'stars';
    stars.setAttribute('aria-hidden', 'true');
    for (let index = 0; index < STARS; index++) stars.append(star(Number(this.getAttribute('value')) - index));
    const words = document.createElement('span');
    words.className = 'words';
    words.append(document.createElement('slot'));
    root.append(style, stars, words);
  }
}

function star(filled) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 20 20');
  svg.setAttribute('width', '16');
  svg.setAttribute('height', '16');
  svg.setAttribute('class', filled >= 0.75 ? 'full' : filled >= 0.25 ? 'half' : 'none');
  for (const part of ['back', 'front']) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('class', part);
    path.setAttribute('d', STAR);
    svg.append(path);
  }
  return svg;
}

customElements.define('hp-rating', Rating);
