/** Who I am: the choice in the header, and what that person may. */

import { $, el } from "./dom.js";
import { hue } from "./avatar.js";

const MAY = {
  responder: "is on call: may acknowledge, ask and approve.",
  stranger: "is in the group but on no list: the watchdog must refuse everything.",
  user: "uses Life OS and knows nothing of the watchdog.",
};

export class Who {
  /** `onPerson(id)` is called when the person chooses. */
  constructor(store, onPerson) {
    this.store = store;
    $("who").addEventListener("change", ({ target }) => onPerson(Number(target.value)));
  }

  draw() {
    const { me } = this.store;
    if (!me) return;
    const options = this.store.players().map(({ id, first_name, role }) => el("option", { value: id }, `${first_name} (${role})`));
    $("who").replaceChildren(...options);
    $("who").value = String(me.id);
    document.body.dataset.role = me.role;
    $("me-letter").textContent = [...me.first_name][0]?.toUpperCase() ?? "?";
    $("me-letter").className = `avatar hue-${hue(me.id)}`;
    $("me-name").textContent = me.first_name;
    $("me-role").textContent = me.role;
    $("role").hidden = !MAY[me.role];
    $("role").textContent = MAY[me.role] ? `You are ${me.first_name}. ${me.first_name} ${MAY[me.role]}` : "";
  }
}
