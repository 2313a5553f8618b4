// SPDX-License-Identifier: Apache-2.0
import { millis } from "./format.js";

const SVG = "http://www.w3.org/2000/svg";
const LEFT = 34;
const RIGHT = 6;
const WAITS = { top: 22, bottom: 112 };
const SERVED = { top: 146, bottom: 188 };
const HEIGHT = 206;
const LINES = ["p50", "p95", "p99"];

function draw(tag, attributes, text) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    node.setAttribute(name, value);
  }
  if (text !== undefined) {
    node.textContent = text;
  }
  return node;
}

/** The next 1, 2 or 5 times a power of ten. */
function roundUp(largest) {
  const value = Math.max(largest, 1);
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value) ?? 10 * power;
}

/** Waiting times as lines above throughput as bars, on one time axis. The chart is as wide as its box. */
export class Chart {
  constructor(box) {
    this.box = box;
    this.svg = draw("svg", { height: HEIGHT, "aria-hidden": "true", focusable: "false" });
    box.append(this.svg);
    new ResizeObserver(() => this.redraw()).observe(box);
  }

  show(stampede) {
    const drawn = JSON.stringify(stampede);
    if (drawn !== this.drawn) {
      this.drawn = drawn;
      this.stampede = stampede;
      this.redraw();
    }
  }

  redraw() {
    const width = Math.max(220, Math.floor(this.box.clientWidth));
    this.svg.setAttribute("width", width);
    this.svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    const series = (this.stampede?.series ?? []).filter(({ atMillis }) => Number.isFinite(atMillis));
    const end = Math.max(1000, ...series.map(({ atMillis }) => atMillis));
    const longest = roundUp(Math.max(...series.map(({ p99 }) => p99).filter(Number.isFinite)));
    const most = roundUp(Math.max(...series.map(({ served }) => served)));
    this.x = (at) => LEFT + (at / end) * (width - LEFT - RIGHT);
    this.svg.replaceChildren(
      draw("text", { x: 0, y: 12, class: "axis title" }, "Waits, ms"), ...this.legend(width),
      ...this.scale(WAITS, longest, width), ...LINES.flatMap((name) => this.line(series, name, longest)),
      draw("text", { x: 0, y: SERVED.top - 12, class: "axis title" }, "Buyers served per 250 ms"),
      ...this.scale(SERVED, most, width), ...this.bars(series, most),
      draw("text", { x: LEFT, y: HEIGHT - 4, class: "axis" }, "0 s"),
      draw("text", { x: width - RIGHT, y: HEIGHT - 4, class: "axis end" }, `${(end / 1000).toFixed(1)} s`));
  }

  legend(width) {
    return LINES.flatMap((name, index) => {
      const x = width - RIGHT - (LINES.length - index) * 52;
      return [
        draw("path", { d: `M${x} 8h20`, class: `wait ${name}` }),
        draw("text", { x: x + 24, y: 12, class: "axis" }, name),
      ];
    });
  }

  scale({ top, bottom }, most, width) {
    return [top, bottom].flatMap((y, index) => [
      draw("path", { d: `M${LEFT} ${y}H${width - RIGHT}`, class: "grid" }),
      draw("text", { x: LEFT - 5, y: y + 4, class: "axis end" }, index === 0 ? millis(most) : "0"),
    ]);
  }

  line(series, name, longest) {
    const known = series.filter((entry) => Number.isFinite(entry[name]));
    const points = known.map((entry) => {
      const y = WAITS.bottom - (entry[name] / longest) * (WAITS.bottom - WAITS.top);
      return [this.x(entry.atMillis - 125).toFixed(1), y.toFixed(1)];
    });
    return [
      draw("path", { d: points.map((point, index) => `${index ? "L" : "M"}${point}`).join(""), class: `wait ${name}` }),
      ...points.slice(-1).map(([cx, cy]) => draw("circle", { cx, cy, r: 3, class: `dot ${name}` })),
    ];
  }

  bars(series, most) {
    return series.map(({ atMillis, served }) => {
      const height = (served / most) * (SERVED.bottom - SERVED.top);
      const left = this.x(atMillis - 250) + 1;
      return draw("rect", {
        x: left, y: SERVED.bottom - height, width: Math.max(1, this.x(atMillis) - left - 1), height, class: "bar",
      });
    });
  }
}
