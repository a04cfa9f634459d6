/** The world beside the chat: what really is the case, and what the service prints. */

import { $, el } from "./dom.js";
import { duration, precise, since } from "./clock.js";
import { Switches } from "./switches.js";

const LINES = 12;
const COLOURS = {
  running: "good",
  starting: "busy", restarting: "busy", deploying: "busy",
  crashed: "bad", frozen: "bad",
  stopped: "bad", suspended: "bad",
};

export class World {
  #before = {};

  constructor(complain) {
    this.switches = new Switches($("switches"), complain);
  }

  /** Draw the state of the world (nothing yet: keep saying that it starts). */
  draw(world) {
    if (!world?.service) return;
    $("world-empty").hidden = true;
    $("world").hidden = false;
    $("speed").textContent = pace(world.speed);
    $("state").replaceChildren(service(world.service), database(world.database), watchdog(world.watchdog));
    $("tab-state").className = `dot ${colour(world.service.state)}`;
    this.switches.draw(world.switches ?? []);
    logs(world.logs ?? []);
    this.#tell(world);
  }

  /** Tell a screen reader what changed its state. */
  #tell(world) {
    const now = { Service: world.service.state, Database: world.database?.state, Watchdog: world.watchdog?.state };
    const changed = Object.keys(now).filter((name) => this.#before[name] && this.#before[name] !== now[name]);
    if (changed.length) $("world-said").textContent = changed.map((name) => `${name} ${now[name]}`).join(", ");
    this.#before = now;
  }
}

const colour = (state) => COLOURS[state] ?? "busy";

function pace(speed) {
  if (!speed || speed === 1) return "in real time";
  return `${speed}× fast: a minute takes ${duration(60 / speed)}`;
}

/** One card: name, state in colour and in words, since when, then its facts. */
function card(title, { state, since: from }, ...facts) {
  return el("section", { class: `card ${colour(state)}`, "data-card": title.toLowerCase(), "data-state": state },
    el("h3", {}, el("span", { class: `dot ${colour(state)}` }), title,
      el("span", { class: "state" }, state), from && el("span", { class: "since" }, "for ", since(from))),
    ...facts);
}

function service(it) {
  const commit = it.deploy?.commit;
  return card(it.name ?? "Service", it,
    gauge("Memory", it.memory_bytes, it.memory_limit_bytes, megabytes),
    list([
      ["Processor", Number.isFinite(it.cpu) ? `${it.cpu.toFixed(2)} cores` : "–"],
      ["Restarts", it.restarts ?? "–"],
      ["Instances", it.instances?.length ? it.instances.join(", ") : "none"],
      ["Deploy", commit ? `${commit.id.slice(0, 7)} ${commit.message.split("\n")[0]}` : "–"],
      ["Deploy state", it.deploy?.status ?? "–"],
    ]));
}

function database(it) {
  if (!it) return null;
  return card("Database", it, gauge("Connections", it.connections, it.max_connections, String));
}

function watchdog(it) {
  if (!it) return null;
  return card("Watchdog", it, list([["Memory", it.memory_bytes ? megabytes(it.memory_bytes) : "–"], ["Process", it.pid ?? "none"]]));
}

const megabytes = (bytes) => `${Math.round(bytes / 1_048_576)} MB`;

/** A bar for a part of a whole; from 80 % it warns, from 95 % it alarms. */
function gauge(label, value, limit, unit) {
  if (!limit) return list([[label, value ? unit(value) : "–"]]);
  const share = Math.min(1, (value ?? 0) / limit);
  const level = share >= 0.95 ? "bad" : share >= 0.8 ? "busy" : "good";
  const bar = el("span", { class: `fill ${level}` });
  bar.style.width = `${(share * 100).toFixed(1)}%`;
  return el("div", { class: "gauge" },
    el("span", {}, label), el("span", { class: "number" }, `${unit(value ?? 0)} of ${unit(limit)}`),
    el("span", { class: "track", role: "img", "aria-label": `${Math.round(share * 100)} %` }, bar));
}

function list(facts) {
  return el("dl", {}, ...facts.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

function logs(lines) {
  const last = lines.slice(-LINES);
  const atEnd = $("logs").scrollHeight - $("logs").scrollTop - $("logs").clientHeight < 24;
  $("logs").replaceChildren(...last.map(({ at, text }) =>
    el("li", { class: /\b(ERROR|CRITICAL|FATAL)\b/.test(text) ? "bad" : /\bWARN/.test(text) ? "busy" : null },
      el("time", { datetime: at }, precise(new Date(at))), el("span", {}, text))));
  if (!last.length) $("logs").append(el("li", { class: "hint" }, "Nothing printed yet."));
  if (atEnd) $("logs").scrollTop = $("logs").scrollHeight;
}
