/** A file opened inside the page. */

import { $, el } from "./dom.js";
import { fileAddress } from "./api.js";
import { size } from "./media.js";
import { markdown } from "./markdown.js";

const LONGEST = 400_000;
const READABLE = /\.(md|txt|log|json|csv|ya?ml|py|diff|patch)$/i;

const PICTURE = /^image\/(png|jpeg|webp|gif)$/;

let current = null;
let opener = null;

/** Show a document; what cannot be read as text is only offered for download. */
export async function openSheet({ file_id: id, file_name: name = "file", file_size: bytes, mime_type: mime = "" }) {
  const address = fileAddress(id);
  current = id;
  $("sheet-title").textContent = name;
  $("sheet-size").textContent = size(bytes);
  $("sheet-download").href = address;
  $("sheet-download").download = name;
  $("sheet").classList.toggle("photo", PICTURE.test(mime));
  show(el("p", { class: "hint" }, "Loading…"));
  if (!$("sheet").open) {
    opener = document.activeElement?.closest("[data-message-id]");
    $("sheet").showModal();
  }
  const content = await read(address, name, mime);
  if (current === id) show(content);
}

function show(content) {
  $("sheet-body").replaceChildren(content);
  $("sheet-body").scrollTop = 0;
}

async function read(address, name, mime) {
  if (PICTURE.test(mime)) return el("img", { src: address, alt: name });
  if (!READABLE.test(name) && !mime.startsWith("text/")) return el("p", { class: "hint" }, "No preview for this kind of file.");
  try {
    const response = await fetch(address);
    if (!response.ok) throw new Error();
    return written(await response.text(), name);
  } catch {
    return el("p", { class: "hint" }, "The file could not be read.");
  }
}

function written(text, name) {
  const shown = text.slice(0, LONGEST);
  const body = /\.md$/i.test(name) ? markdown(shown) : el("div", { class: "written" }, shown);
  if (text.length > LONGEST) body.append(el("p", { class: "hint" }, "Cut here; download it to read the rest."));
  return body;
}

// A tap beside the sheet closes it, as people expect of a phone.
$("sheet").addEventListener("click", ({ target }) => target === $("sheet") && $("sheet").close());
$("sheet").addEventListener("close", () => {
  current = null;
  // The button that opened it may have been drawn anew meanwhile; then its message takes the focus.
  if (document.activeElement === document.body) opener?.focus({ preventScroll: true });
});
