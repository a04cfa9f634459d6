/** Making nodes: the only way text reaches this page is as a text node. */

/** These say something also when they are false. */
const STATES = new Set(["aria-pressed", "aria-expanded", "aria-checked", "aria-selected"]);
const SVG = "http://www.w3.org/2000/svg";

/** The one element with this id. */
export const $ = (id) => document.getElementById(id);

/** An element with attributes ("on…" names take a listener; null and false are left out) and children. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || (value === false && !STATES.has(name))) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (STATES.has(name)) node.setAttribute(name, String(value));
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** One of the icons drawn in index.html. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** The first `count` characters as a person counts them, with an ellipsis when something was cut. */
export function clip(text, count) {
  const characters = [...text];
  return characters.length <= count ? text : `${characters.slice(0, count - 1).join("").trimEnd()}…`;
}

/** Whether the person asked for less movement. */
export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
