/** Putting text on the clipboard, and saying so. */

import { toast } from "./notices.js";

export function copy(text) {
  const failed = () => toast("Could not copy");
  if (!navigator.clipboard) return failed();
  return navigator.clipboard.writeText(text).then(() => toast("Copied"), failed);
}
