/** The sound of a notification: two soft notes, made by the browser; the bell turns it off. */

import { $, icon } from "./dom.js";

const NOTES = [[880, 0], [1318, 0.13]];

export class Sound {
  #audio = null;
  #on = recall() !== "off";

  constructor() {
    $("bell").addEventListener("click", () => this.#toggle());
    // Browsers allow sound only once the person has touched the page.
    for (const gesture of ["pointerdown", "keydown"]) {
      document.addEventListener(gesture, () => this.#wake(), { once: true });
    }
    this.#draw();
  }

  play() {
    // Counted even where the browser keeps it quiet: a page that nobody touched may make no sound.
    if (this.#on) document.body.dataset.rang = Number(document.body.dataset.rang ?? 0) + 1;
    if (!this.#on || this.#audio?.state !== "running") return;
    NOTES.forEach(([pitch, after]) => this.#note(pitch, this.#audio.currentTime + after));
  }

  #toggle() {
    this.#on = !this.#on;
    try { localStorage.setItem("sound", this.#on ? "on" : "off"); } catch { /* private window */ }
    this.#draw();
    this.#wake();
    this.play();
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
