/** Photos and files in a message. */

import { clip, el, icon } from "./dom.js";
import { fileAddress } from "./api.js";

const MOST_HIGH = 420;

/** The picture of a message: tap to enlarge, or first to uncover. */
export function album(message, acts) {
  const largest = message.photo.at(-1);
  const name = clip(message.caption?.split("\n")[0] || "Photo", 120);
  const image = el("img", {
    src: fileAddress(largest.file_id), alt: message.caption || "Photo", width: largest.width, height: largest.height, decoding: "async",
  });
  image.style.maxHeight = `${MOST_HIGH}px`;
  const open = () => acts.open({ file_id: largest.file_id, file_name: `${name}.png`, file_size: largest.file_size, mime_type: "image/png" });
  const button = el("button", { type: "button", class: "picture", "data-covered": message.has_media_spoiler, "aria-label": `Enlarge: ${name}`, onclick: () => uncover(button) || open() }, image);
  return button;
}

/** Answers whether the picture was covered until now. */
function uncover(button) {
  const covered = button.hasAttribute("data-covered");
  button.removeAttribute("data-covered");
  return covered;
}

/** A document: its name and size; it opens inside the page. */
export function file(document, acts) {
  return el("button", { type: "button", class: "file", "data-file": document.file_id, onclick: () => acts.open(document) },
    el("span", { class: "disc" }, icon("file")),
    el("span", { class: "titles" },
      el("strong", {}, document.file_name ?? "file"),
      el("small", {}, `${size(document.file_size)} · open`)));
}

/** "2.1 KB". */
export function size(bytes) {
  if (!Number.isFinite(bytes)) return "";
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
