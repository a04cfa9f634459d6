/** The world beside the chat: hands each part of its state to the one that draws it. */

import { $ } from "./dom.js";
import { duration } from "./clock.js";
import { Checks } from "./checks.js";
import { Deploys } from "./deploys.js";
import { Log } from "./log.js";
import { Processes, colour } from "./processes.js";
import { Switches } from "./switches.js";
import { tabs } from "./tabs.js";

export class World {
  #before = {};

  constructor(complain) {
    this.processes = new Processes($("state"));
    this.switches = new Switches(complain);
    this.deploys = new Deploys($("deploys"));
    this.checks = new Checks($("checks"));
    this.log = new Log();
    tabs($("world-tabs"));
  }

  /** Draw the state of the world (nothing yet: keep saying that it starts). */
  draw(world) {
    if (!world?.service) return;
    $("world-empty").hidden = true;
    $("world").hidden = false;
    $("speed").textContent = pace(world.speed) + (world.asks_claude ? " · Claude is imitated by rules" : "");
    $("tab-state").className = `dot ${colour(world.service.state)}`;
    this.processes.draw(world);
    this.switches.draw(world.switches ?? []);
    this.deploys.draw(world.service);
    this.checks.draw(world.checks);
    this.log.draw(world.logs ?? []);
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

function pace(speed) {
  if (!speed || speed === 1) return "in real time";
  return `${speed}× fast: a minute takes ${duration(60 / speed)}`;
}
