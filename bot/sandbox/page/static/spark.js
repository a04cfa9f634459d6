/** A little line that shows how a number went in the last minutes. */

const SVG = "http://www.w3.org/2000/svg";
const KEPT = 120;
const EVERY = 1000;
const WIDE = 72;
const HIGH = 18;

/** Values taken at most once a second, oldest first. */
export class History {
  values = [];
  #last = 0;

  add(value) {
    const now = Date.now();
    if (now - this.#last < EVERY) return;
    this.#last = now;
    this.values = [...this.values, value].slice(-KEPT);
  }
}

/** A line over `values`, with `limit` as its full height. */
export function sparkline(values, limit) {
  const svg = document.createElementNS(SVG, "svg");
  const line = document.createElementNS(SVG, "polyline");
  const most = Math.max(limit, ...values);
  const step = WIDE / (KEPT - 1);
  const start = WIDE - (values.length - 1) * step;
  line.setAttribute("points", values.map((value, index) =>
    `${(start + index * step).toFixed(1)},${(HIGH - 1 - (value / most) * (HIGH - 2)).toFixed(1)}`).join(" "));
  svg.setAttribute("viewBox", `0 0 ${WIDE} ${HIGH}`);
  svg.setAttribute("class", "spark");
  svg.setAttribute("aria-hidden", "true");
  svg.append(line);
  return svg;
}
