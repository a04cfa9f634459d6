/** The inside of a line of Markdown: code, bold, italic, struck out, links. */

import { el } from "./dom.js";

const SAFE = /^(https?|mailto):/i;
/** In order of precedence: what it looks like, and what becomes of it. */
const KINDS = [
  [/(`+)(.+?)\1(?!`)/, ([, , code]) => el("code", {}, code.trim())],
  [/\\([\\`*_{}[\]()#+.!|>~-])/, ([, mark]) => document.createTextNode(mark)],
  [/\*\*(?=\S)(.+?\S|\S)\*\*|__(?=\S)(.+?\S|\S)__/, ([, one, other]) => el("strong", {}, inline(one ?? other))],
  [/~~(?=\S)(.+?)~~/, ([, words]) => el("s", {}, inline(words))],
  [/(?<![\w*])\*(?=[^\s*])(.+?)\*(?![\w*])|(?<!\w)_(?=[^\s_])(.+?)_(?!\w)/, ([, one, other]) => el("em", {}, inline(one ?? other))],
  [/\[([^\]]+)\]\(([^)\s]+)\)/, ([, words, address]) => link(address, inline(words))],
  [/<?(https?:\/\/[^\s<>)]+[^\s<>).,;:!?])>?/, ([, address]) => link(address, address)],
];

/** A fragment for one line. */
export function inline(text) {
  const out = document.createDocumentFragment();
  let rest = text;
  for (let found = first(rest); found; found = first(rest)) {
    out.append(rest.slice(0, found.match.index), found.make(found.match));
    rest = rest.slice(found.match.index + found.match[0].length);
  }
  out.append(rest);
  return out;
}

/** The kind that begins first; of two at one place, the earlier in the table. */
function first(text) {
  let best = null;
  for (const [pattern, make] of KINDS) {
    const match = pattern.exec(text);
    if (match && (!best || match.index < best.match.index)) best = { match, make };
  }
  return best;
}

function link(address, content) {
  if (!SAFE.test(address)) return el("span", {}, content);
  return el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, content);
}
