/** What one does with a message: press its keys, react to it. */

import * as api from "./api.js";
import { copy } from "./copy.js";
import { toast } from "./notices.js";

/** `taps` waits for answers, `store` knows who I am. */
export function acts(store, taps) {
  return {
    press(button, message) {
      if (button.copy_text) return copy(button.copy_text.text);
      if (button.callback_data === undefined) return toast("This kind of button does nothing in the practice world.");
      return taps.press(store.me.id, message, button.callback_data);
    },
    react(message, emoji) {
      const body = { chat_id: message.chat.id, message_id: message.message_id, emoji };
      return api.react(store.me.id, body).catch((problem) => toast(problem.message));
    },
  };
}
