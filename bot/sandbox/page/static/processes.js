/** What runs: service, database and watchdog, each with its state and what it uses. */

import { el } from "./dom.js";
import { since } from "./clock.js";
import { History, sparkline } from "./spark.js";

const COLOURS = {
  running: "good",
  starting: "busy", restarting: "busy", deploying: "busy",
  crashed: "bad", frozen: "bad", stopped: "bad", suspended: "bad",
};

/** "good", "busy" or "bad". */
export const colour = (state) => COLOURS[state] ?? "busy";

export class Processes {
  #memory = new History();

  constructor(box) {
    this.box = box;
  }

  draw({ service, database, watchdog }) {
    this.#memory.add(service.memory_bytes ?? 0);
    const cards = [this.#service(service), database && stored(database), watchdog && watching(watchdog)];
    this.box.replaceChildren(...cards.filter(Boolean));
  }

  #service(it) {
    return card(it.name ?? "Service", it,
      gauge("Memory", it.memory_bytes, it.memory_limit_bytes, megabytes,
        it.memory_limit_bytes && sparkline(this.#memory.values, it.memory_limit_bytes)),
      facts([
        ["CPU", Number.isFinite(it.cpu) ? `${Math.round(it.cpu * 100)} %` : "–"],
        ["Restarts", it.restarts ?? "–"],
        ["Instances", it.instances?.length ?? 0],
      ]));
  }
}

function stored(it) {
  return card("Database", it, gauge("Connections", it.connections, it.max_connections, String));
}

function watching(it) {
  return card("Watchdog", it, facts([["Memory", it.memory_bytes ? megabytes(it.memory_bytes) : "–"], ["Process", it.pid ?? "none"]]));
}

/** One card: name, state in colour and in words, since when, then its facts. */
function card(title, { state, since: from }, ...parts) {
  return el("section", { class: `card ${colour(state)}`, "data-card": title.toLowerCase(), "data-state": state },
    el("h3", {}, title,
      el("span", { class: "state" }, state), from && el("span", { class: "since" }, "for ", since(from))),
    ...parts);
}

const megabytes = (bytes) => `${Math.round(bytes / 1_048_576)} MB`;

/** A bar for a part of a whole; from 80 % it warns, from 95 % it alarms. */
function gauge(label, value, limit, unit, extra) {
  if (!limit) return facts([[label, value ? unit(value) : "–"]]);
  const share = Math.min(1, (value ?? 0) / limit);
  const level = share >= 0.95 ? "bad" : share >= 0.8 ? "busy" : "good";
  const bar = el("span", { class: `fill ${level}` });
  bar.style.width = `${(share * 100).toFixed(1)}%`;
  return el("div", { class: "gauge" },
    el("span", {}, label), extra, el("span", { class: "number" }, `${unit(value ?? 0)} of ${unit(limit)}`),
    el("span", { class: "track", role: "img", "aria-label": `${label}: ${Math.round(share * 100)} %` }, bar));
}

function facts(pairs) {
  return el("dl", {}, ...pairs.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}
