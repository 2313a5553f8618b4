// SPDX-License-Identifier: Apache-2.0
import { byId, color, chip, element, list, mark, say } from "./dom.js";
import { clock, count, wholeSeconds } from "./format.js";

const TICKS = 12;
const RAN = { 1: "ran", 2: "twice" };

/** The latest ticks and the nodes that ran them, newest first; a tick that no node ran is included. */
export function ticks({ report, events = [], useLock }) {
  const { interval, runs } = report;
  if (runs.length === 0) {
    return [];
  }
  const newest = Math.max(...runs.map(({ tick }) => tick));
  const oldest = Math.max(Math.min(...runs.map(({ tick }) => tick)), newest - TICKS + 1);
  const switches = events.filter(({ kind }) => kind === "lock-on" || kind === "lock-off").sort((a, b) => b.at - a.at);
  const found = [];
  for (let tick = newest; tick >= oldest; tick--) {
    const at = tick * interval * 1000;
    found.push({
      tick,
      at,
      nodes: runs.filter((run) => run.tick === tick).map(({ node }) => node),
      useLock: usedLock(at, switches, useLock),
    });
  }
  return found;
}

function usedLock(at, switches, useLock) {
  const before = switches.find((event) => event.at <= at);
  if (before) {
    return before.kind === "lock-on";
  }
  return switches.length > 0 ? switches.at(-1).kind !== "lock-on" : useLock;
}

export function showReport(view, names, now) {
  const shown = ticks(view);
  const lanes = [...new Set([...names, ...shown.flatMap(({ nodes }) => nodes)])];
  showVerdict(shown, lanes, view);
  list(byId("runs-head"), ["Tick", ...lanes, "Lock"], (name) => name, (name) => {
    const head = element("th", { scope: "col" });
    head.append(lanes.includes(name) ? chip(name, lanes.indexOf(name)) : name);
    return head;
  });
  list(byId("runs-body"), shown, ({ tick }) => tick, () => element("tr", {}, element("th", { scope: "row" })),
    (row, tick) => showTick(row, tick, lanes));
  const next = (Math.floor(now / 1000 / view.report.interval) + 1) * view.report.interval * 1000;
  say(byId("next-tick"), `; the next one in ${wholeSeconds(next - now)}`);
}

function showTick(row, { at, nodes, useLock }, lanes) {
  const twice = nodes.length > 1;
  mark(row, "data-state", twice ? "twice" : nodes.length === 1 ? "once" : "missed");
  say(row.firstElementChild, clock(at));
  while (row.children.length < lanes.length + 2) {
    row.append(element("td", {}, element("span", {})));
  }
  lanes.forEach((name, index) => {
    const cell = row.children[index + 1].firstElementChild;
    const ran = nodes.includes(name);
    mark(cell, "class", ran ? "run" : "idle");
    mark(cell, "data-color", color(index));
    say(cell, ran ? RAN[nodes.length] ?? `${nodes.length} times` : "–");
  });
  say(row.lastElementChild.firstElementChild, useLock ? "on" : "off");
}

function showVerdict(shown, lanes, { useLock, report }) {
  const twice = shown.filter(({ nodes }) => nodes.length > 1);
  const often = twice.some(({ nodes }) => nodes.length > 2);
  const verdict = byId("doubles");
  const together = `the last ${count(shown.length, "tick")}`;
  if (shown.length === 0) {
    say(verdict, `No report has run yet. A tick comes every ${report.interval} s.`, "none");
  } else if (twice.length > 0) {
    say(verdict, `${twice.length} of ${together} ran ${often ? "more than once" : "twice"}`
      + `${twice.every((tick) => !tick.useLock) ? ", all of them without the lock" : ""}.`, "bad");
  } else if (useLock) {
    const missed = shown.filter(({ nodes }) => nodes.length === 0).length;
    say(verdict, missed === 0 ? `No tick ran twice: each of ${together} ran on one node.`
      : `No tick ran twice: of ${together}, ${missed} ran on no node, since the holder of the lock was gone.`, "good");
  } else {
    say(verdict, lanes.length > 1 ? "The lock is off: the next tick will run twice."
      : "The lock is off, but a single node cannot run a tick twice.", "none");
  }
}
