/** What the phone does by itself: the sound, and the card on the lock screen. */

import { $, calm, clip, el, icon } from "./dom.js";

const SHOWN_FOR = 7000;
const PREVIEW = 120;

export class Phone {
  #audio = null;
  #timer = null;
  #on = recall() !== "off";

  constructor() {
    this.card = $("lock-screen");
    $("bell").addEventListener("click", () => this.#toggle());
    // Browsers allow sound only once the person has touched the page.
    for (const gesture of ["pointerdown", "keydown"]) {
      document.addEventListener(gesture, () => this.#wake(), { once: true });
    }
    this.#draw();
  }

  /** A loud message came: beep, and show what a locked phone would show; a tap calls `open`. */
  ring(sender, text, open) {
    this.#beep();
    const close = () => this.#hide();
    const notice = el("button", { type: "button", class: "notice", onclick: () => { close(); open(); } },
      el("img", { src: "/static/icon.svg", alt: "", width: 38, height: 38 }),
      el("span", { class: "words" },
        el("span", { class: "source" }, el("span", {}, "Telegram"), el("span", {}, "now")),
        el("strong", {}, sender),
        el("span", { class: "preview", dir: "auto" }, clip(text.replace(/\n\s*\n/g, "\n"), PREVIEW))));
    this.card.replaceChildren(notice);
    this.card.hidden = false;
    this.card.classList.remove("leaving");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(close, SHOWN_FOR);
  }

  #hide() {
    clearTimeout(this.#timer);
    this.card.classList.add("leaving");
    this.#timer = setTimeout(() => { this.card.hidden = true; }, calm() ? 0 : 250);
  }

  #toggle() {
    this.#on = !this.#on;
    try { localStorage.setItem("sound", this.#on ? "on" : "off"); } catch { /* private window */ }
    this.#draw();
    this.#wake();
    this.#beep();
  }

  #draw() {
    $("bell").setAttribute("aria-pressed", this.#on);
    $("bell").title = this.#on ? "Sound is on" : "Sound is off";
    $("bell").replaceChildren(icon(this.#on ? "bell" : "muted"));
  }

  #wake() {
    this.#audio ??= new AudioContext();
    this.#audio.resume();
  }

  #beep() {
    if (!this.#on || this.#audio?.state !== "running") return;
    [[880, 0], [1318, 0.13]].forEach(([pitch, after]) => this.#note(pitch, this.#audio.currentTime + after));
  }

  #note(pitch, at) {
    const tone = new OscillatorNode(this.#audio, { frequency: pitch });
    const volume = new GainNode(this.#audio, { gain: 0 });
    volume.gain.linearRampToValueAtTime(0.18, at + 0.01);
    volume.gain.exponentialRampToValueAtTime(0.001, at + 0.35);
    tone.connect(volume).connect(this.#audio.destination);
    tone.start(at);
    tone.stop(at + 0.4);
  }
}

function recall() {
  try { return localStorage.getItem("sound"); } catch { return null; }
}
