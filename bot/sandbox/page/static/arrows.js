/** Arrow keys within a list, a row of tabs or a menu. */

const STEPS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

/**
 * In `box`, arrows, Home and End move the focus among what matches `selector`.
 * `moved(node)` hears of it; `leave(key)` is asked first at either end and may keep the key.
 */
export function arrows(box, selector, moved = () => {}, leave = () => false) {
  box.addEventListener("keydown", (event) => {
    const all = [...box.querySelectorAll(selector)].filter((node) => node.offsetParent);
    const at = all.indexOf(document.activeElement);
    const to = target(event.key, at, all.length);
    if (at < 0 || to === null) return;
    event.preventDefault();
    if ((to < 0 || to >= all.length) && leave(event.key)) return;
    const next = all[Math.max(0, Math.min(all.length - 1, to))];
    next.focus();
    moved(next);
  });
}

function target(key, at, count) {
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  return key in STEPS ? at + STEPS[key] : null;
}
