/** Just enough Markdown to read a report well: headings, nested lists, tables, code, quotes. */

import { el, icon } from "./dom.js";
import { copy } from "./copy.js";
import { inline } from "./inline.js";

const ITEM = /^(\s*)(?:[-*+]|(\d+)[.)])\s+(.*)$/;
const FENCE = /^\s*(```|~~~)\s*(\w*)/;

/** Nodes for a Markdown text. */
export function markdown(text) {
  return el("div", { class: "written" }, ...draw(text.replace(/\r\n?/g, "\n").split("\n")));
}

/** Nodes for lines; each block takes its own from the front. */
function draw(lines) {
  const rest = [...lines];
  const out = [];
  while (rest.length) {
    if (!rest[0].trim()) rest.shift();
    else out.push(block(rest));
  }
  return out;
}

function block(rest) {
  const [line] = rest;
  if (FENCE.test(line)) return fenced(rest);
  if (/^#{1,6}\s/.test(line)) return heading(rest.shift());
  if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) { rest.shift(); return el("hr"); }
  if (/^\s*>/.test(line)) return el("blockquote", {}, ...draw(take(rest, (each) => /^\s*>/.test(each)).map((each) => each.replace(/^\s*> ?/, ""))));
  if (isTable(rest)) return table(take(rest, (each) => each.trim().startsWith("|")));
  if (ITEM.test(line)) return list(rest);
  return paragraph(rest);
}

/** The lines at the front that fit; at least one. */
function take(rest, fits) {
  const taken = [rest.shift()];
  while (rest.length && fits(rest[0])) taken.push(rest.shift());
  return taken;
}

function fenced(rest) {
  const [, mark, language] = FENCE.exec(rest.shift());
  const lines = [];
  while (rest.length && !rest[0].trim().startsWith(mark)) lines.push(rest.shift());
  rest.shift();
  const text = lines.join("\n");
  return el("div", { class: "pre" },
    el("pre", { tabindex: 0, "data-language": language || null }, el("code", {}, text)),
    el("button", { type: "button", class: "copy", "aria-label": "Copy this block", title: "Copy", onclick: () => copy(text) }, icon("copy")));
}

/** The sheet has its own title, so the file's headings begin one level down. */
function heading(line) {
  const [, marks, words] = /^(#+)\s+(.*?)\s*#*$/.exec(line);
  return el(`h${Math.min(6, marks.length + 1)}`, {}, inline(words));
}

/** Lines of one paragraph; a line of its own that begins with a bold name stays one. */
function paragraph(rest) {
  const starts = (each) => !each.trim() || FENCE.test(each) || /^(#{1,6}\s|\s*>)/.test(each) || ITEM.test(each) || each.trim().startsWith("|");
  const lines = take(rest, (each) => !starts(each));
  const parts = lines.flatMap((line, index) => [index > 0 && separator(lines[index - 1], line), inline(line.trim())]);
  return el("p", {}, ...parts);
}

const separator = (before, line) => (/\s{2,}$|\\$/.test(before) || /^\*\*[^*]+\*\*/.test(line.trim()) ? el("br") : " ");

/** A list takes its items, each with all lines that are indented under it. */
function list(rest) {
  const [, indent, number] = ITEM.exec(rest[0]);
  const out = el(number ? "ol" : "ul", { start: number && number !== "1" ? number : null });
  for (;;) {
    const found = rest.length && ITEM.exec(rest[0]);
    if (!found || found[1].length !== indent.length || Boolean(found[2]) !== Boolean(number)) return out;
    rest.shift();
    out.append(item(found[3], under(rest, indent.length)));
  }
}

/** The lines under an item: indented deeper, or going on with its words. */
function under(rest, depth) {
  const lines = [];
  while (rest.length) {
    const blank = !rest[0].trim();
    const deep = /^\s*/.exec(blank ? rest[1] ?? "" : rest[0])[0].length > depth && (!blank || rest[1]?.trim());
    const lazy = !blank && lines.at(-1)?.trim() !== "" && !ITEM.test(rest[0]) && !/^(#|>|\||```)/.test(rest[0]);
    if (!deep && !lazy) break;
    lines.push(rest.shift());
  }
  const least = Math.min(...lines.filter((line) => line.trim()).map((line) => /^\s*/.exec(line)[0].length));
  return lines.map((line) => line.slice(Math.min(least, /^\s*/.exec(line)[0].length)));
}

function item(words, lines) {
  const task = /^\[([ xX])\]\s+(.*)$/.exec(words);
  const first = lines.findIndex((line) => !line.trim() || ITEM.test(line) || FENCE.test(line) || /^[>|]/.test(line));
  const own = lines.slice(0, first < 0 ? lines.length : first);
  const text = [task ? task[2] : words, ...own.map((line) => line.trim())].join(" ");
  const done = task && task[1] !== " ";
  const box = task && el("span", { class: "task", role: "img", "aria-label": done ? "done" : "to do" }, done ? "☑" : "☐");
  return el("li", { class: task && "tasked" }, box, inline(text), ...draw(lines.slice(own.length)));
}

const isTable = ([line, next]) => line.trim().startsWith("|") && /^\s*\|[\s:|-]+$/.test(next ?? "");

function table(lines) {
  const cells = (line) => line.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
  const row = (tag) => (each) => el("tr", {}, ...cells(each).map((cell) => el(tag, {}, inline(cell))));
  const whole = el("table", {}, el("thead", {}, row("th")(lines[0])), el("tbody", {}, ...lines.slice(2).map(row("td"))));
  return el("div", { class: "wide", tabindex: 0, role: "region", "aria-label": "Table" }, whole);
}
