/** Listening to the practice world, and listening again whenever the line drops. */

const FIRST_WAIT = 500;
const LONGEST_WAIT = 5000;

/** Call `handlers[event](data)` for ever; `onState(true)` once greeted, `onState(false)` when cut off. */
export function listen(address, handlers, onState) {
  let wait = FIRST_WAIT;
  const open = () => {
    const source = new EventSource(address);
    for (const [name, handle] of Object.entries(handlers)) {
      source.addEventListener(name, (event) => handle(JSON.parse(event.data)));
    }
    source.addEventListener("hello", () => {
      wait = FIRST_WAIT;
      onState(true);
    });
    // The browser gives up by itself after an HTTP error, so the page never leaves it to the browser.
    source.addEventListener("error", () => {
      source.close();
      onState(false);
      setTimeout(open, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    });
  };
  open();
}
