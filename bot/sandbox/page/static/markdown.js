/** Just enough Markdown to read a report: headings, tables, code, bold; every other line as written. */

import { el } from "./dom.js";

const INLINE = /(\*\*[^*\n]+\*\*|`[^`\n]+`)/;

/** Nodes for a Markdown text. */
export function markdown(text) {
  const out = el("div", { class: "written" });
  for (const block of blocks(text.replace(/\r\n/g, "\n").split("\n"))) out.append(draw(block));
  return out;
}

/** Lines in runs of one kind: {kind, lines}. */
function blocks(lines) {
  const runs = [];
  let fenced = false;
  for (const line of lines) {
    const fence = line.startsWith("```");
    if (fence) fenced = !fenced;
    if (fence) runs.push({ kind: "fence", lines: [] });
    else add(runs, fenced ? "code" : kindOf(line), line);
  }
  return runs.filter(({ kind }) => kind !== "fence");
}

function add(runs, kind, line) {
  const last = runs.at(-1);
  if (last?.kind === kind && kind !== "heading") last.lines.push(line);
  else runs.push({ kind, lines: [line] });
}

function kindOf(line) {
  if (/^#{1,6} /.test(line)) return "heading";
  return /^\|.*\|\s*$/.test(line) ? "table" : "text";
}

function draw({ kind, lines }) {
  if (kind === "code") return el("pre", {}, lines.join("\n"));
  if (kind === "table") return table(lines);
  if (kind === "heading") return heading(lines[0]);
  return el("p", {}, inline(lines.join("\n").replace(/^\n+|\n+$/g, "")));
}

/** The sheet has its own title, so the file's headings begin one level down. */
function heading(line) {
  const [, marks, words] = /^(#+) (.*)$/.exec(line);
  return el(`h${Math.min(6, marks.length + 1)}`, {}, inline(words));
}

function table(lines) {
  const cells = (line) => line.trim().slice(1, -1).split("|").map((cell) => cell.trim());
  const rows = lines.filter((line) => !/^\|[\s:|-]+\|\s*$/.test(line)).map(cells);
  const row = (tag) => (each) => el("tr", {}, ...each.map((cell) => el(tag, {}, inline(cell))));
  const [head, ...rest] = rows;
  const whole = el("table", {}, el("thead", {}, row("th")(head ?? [])), el("tbody", {}, ...rest.map(row("td"))));
  return el("div", { class: "wide", tabindex: 0 }, whole);
}

function inline(text) {
  const out = document.createDocumentFragment();
  for (const part of text.split(INLINE)) {
    if (part.startsWith("**") && part.length > 4) out.append(el("strong", {}, part.slice(2, -2)));
    else if (part.startsWith("`") && part.length > 2) out.append(el("code", {}, part.slice(1, -1)));
    else out.append(part);
  }
  return out;
}
