/** A round letter in a colour of its own, for a person, a bot or a chat. */

import { el } from "./dom.js";

const HUES = 6;

export function avatar(name, id) {
  const letter = [...(name ?? "")][0]?.toUpperCase() ?? "?";
  return el("span", { class: `avatar hue-${hue(id)}`, "aria-hidden": "true" }, letter);
}

/** Which of the colours belongs to an id. */
export const hue = (id) => Math.abs(Number(id)) % HUES;
