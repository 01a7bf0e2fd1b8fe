// Lets the visitor take the bar out of the way: it is dragged by its empty parts and comes to rest in the nearest corner.

/** A press that moves less than this is none. */
const SLACK_PX = 4;

export function draggable(bar: HTMLElement): void {
  let from: { x: number; y: number } | null = null;
  bar.onpointerdown = (event) => {
    if (!event.isTrusted || event.button !== 0 || event.target instanceof HTMLButtonElement) return;
    from = { x: event.clientX, y: event.clientY };
    bar.setPointerCapture(event.pointerId);
  };
  bar.onpointermove = (event) => {
    if (!from) return;
    const [x, y] = [event.clientX - from.x, event.clientY - from.y];
    if (Math.abs(x) + Math.abs(y) > SLACK_PX) bar.style.transform = `translate(${x}px,${y}px)`;
  };
  bar.onpointerup = () => {
    if (from) rest(bar);
    from = null;
  };
  bar.onpointercancel = bar.onpointerup;
}

function rest(bar: HTMLElement): void {
  const box = bar.getBoundingClientRect();
  bar.style.transform = '';
  bar.classList.toggle('right', box.left + box.right > innerWidth);
  bar.classList.toggle('top', box.top + box.bottom < innerHeight);
}
