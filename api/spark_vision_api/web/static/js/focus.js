// The focus, while controls are made anew: it stays with the same one, else goes to one that takes its place. A control has
// a `data-key`, and in `next` the keys of those that may take its place, the best first.
let wanted = [];

export const wantFocus = (keys) => { wanted = keys; };

// Before they are made anew: what has the focus.
export function keepFocus() {
  const held = document.activeElement;
  if (held?.dataset?.key) wantFocus([held.dataset.key, ...(held.next ?? [])]);
}

// Afterwards; last: all is there, so that something else may take the place. Who uses keys sees where they are; for who taps the page stays
// where it is.
export function giveFocus(last) {
  const free = document.activeElement === document.body;
  const found = free && wanted.slice(0, last ? wanted.length : 1).map((key) => document.querySelector(`[data-key="${CSS.escape(key)}"]`)).find(Boolean);
  if (found || !free || last) wanted = [];
  if (!found) return;
  found.focus({ preventScroll: true });
  if (found.matches(":focus-visible")) found.scrollIntoView({ block: "nearest" });
}
