// The stage never keeps keyboard focus: whatever gives it some, the console takes it back (security requirements 2.8).

export function guardFocus(isStage: (element: Element) => boolean): void {
  let last: HTMLElement | null = null;
  document.addEventListener('focusin', ({ target }) => {
    if (target instanceof HTMLElement && !isStage(target)) last = target;
  });
  window.addEventListener('blur', () => {
    const active = document.activeElement;
    if (active === null || !isStage(active)) return;
    (active as HTMLElement).blur();
    window.focus();
    last?.focus({ preventScroll: true });
  });
}
