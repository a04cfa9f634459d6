/** The newest deploys: which is live, what came of the others, and who began them. */

import { $, el } from "./dom.js";
import { since } from "./clock.js";

const STATES = {
  live: ["good", "live"],
  deactivated: ["was", "was live"],
  created: ["busy", "queued"], queued: ["busy", "queued"],
  build_in_progress: ["busy", "building"],
  update_in_progress: ["busy", "starting"],
  pre_deploy_in_progress: ["busy", "preparing"],
  build_failed: ["bad", "build failed"],
  update_failed: ["bad", "failed to start"],
  pre_deploy_failed: ["bad", "failed to prepare"],
  canceled: ["was", "cancelled"],
};

export class Deploys {
  #before = "";

  constructor(box) {
    this.box = box;
  }

  /** Where the world does not list them, the one that it names. */
  draw({ deploys, deploy, auto_deploy: auto }) {
    const all = deploys ?? (deploy ? [deploy] : []);
    const now = JSON.stringify([all, auto]);
    if (now === this.#before) return;
    this.#before = now;
    this.box.replaceChildren(...all.map(row));
    if (!all.length) this.box.append(el("li", { class: "hint" }, "Nothing was deployed yet."));
    $("auto-deploy").textContent = auto === undefined ? "" : autoDeploy(auto);
    const busy = all.some(({ status }) => STATES[status]?.[0] === "busy");
    $("tab-deploys").hidden = !busy;
  }
}

function autoDeploy(auto) {
  return auto && auto !== "no" && auto !== "off" ? "A push to main is deployed by itself." : "Auto-deploy is off: a push changes nothing.";
}

function row({ id, status, trigger, commit, created_at: created, finished_at: finished }) {
  const [level, words] = STATES[status] ?? ["busy", (status ?? "unknown").replaceAll("_", " ")];
  const when = finished ?? created;
  return el("li", { class: `deploy ${level}`, "data-deploy": id },
    el("div", { class: "first" }, el("code", {}, (commit?.id ?? "–").slice(0, 7)),
      el("span", { class: "state" }, words), when && since(when, true)),
    el("p", {}, (commit?.message ?? "").split("\n")[0]),
    trigger && trigger !== "other" && el("small", {}, `by ${trigger.replaceAll("_", " ")}`));
}
