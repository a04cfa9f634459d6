/** Chat, world and phone: one at a time on narrow screens, side by side on wide ones. */

let opened = () => {};

/** The tabs work from now on; `onOpen(name)` hears which view was opened. */
export function views(onOpen) {
  opened = onOpen;
  for (const tab of tabs()) tab.addEventListener("click", () => openView(tab.dataset.view));
}

export function openView(name) {
  document.body.dataset.tab = name;
  for (const tab of tabs()) tab.setAttribute("aria-pressed", tab.dataset.view === name);
  opened(name);
}

const tabs = () => document.querySelectorAll("button[data-view]");
