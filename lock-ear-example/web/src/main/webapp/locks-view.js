// SPDX-License-Identifier: Apache-2.0
import { allow, byId, element, isAllowed, list, mark, say } from "./dom.js";
import { count, duration } from "./format.js";

const COLUMNS = ["Lock", "State", "Holder", "Mode", "Held for", "Waiters", "Lease left", "Token", "Action"];
let current = new Map();

/** The roles are explicit because the table is stacked on a narrow screen. */
export function startLocks(end) {
  byId("locks").querySelector("tr").append(...COLUMNS.map((name) =>
    element("th", { scope: "col", role: "columnheader" }, name)));
  byId("locks-body").addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (button && isAllowed(button)) {
      end(current.get(button.dataset.lock));
    }
  });
}

export function showLocks(locks, nodes, now, mayEnd) {
  current = new Map(locks.map((lock) => [lock.key, lock]));
  list(byId("locks-body"), locks, ({ key }) => key, create, (row, lock) => update(row, lock, nodes, now, mayEnd));
  const held = locks.filter(({ holders }) => holders.length > 0).length;
  say(byId("locks-note"), held > 0 ? `${held} of ${count(locks.length, "lock")} held.` : "No lock is held.",
    held > 0 ? "held" : "free");
}

function create({ key }) {
  const head = element("th", { scope: "row", role: "rowheader" }, key);
  const row = element("tr", { id: `lock-${idOf(key)}`, role: "row" }, head);
  row.append(...COLUMNS.slice(1).map((name) => element("td", { role: "cell", "data-label": name })));
  row.lastElementChild.append(element("button", { type: "button", id: `end-${idOf(key)}`, "data-lock": key,
    "aria-label": `End this holder: ${key}` }, "End this holder"));
  return row;
}

const idOf = (key) => key.replace(/\W+/g, "-");

function update(row, { key, holders, waiters, lockId }, nodes, now, mayEnd) {
  const state = holders.length > 0 ? "held" : "free";
  mark(row, "data-state", state);
  const [holder] = holders;
  const { lock, age } = heldBy(holder?.node, key, nodes);
  const since = holder?.sinceAt ? now - holder.sinceAt : lock ? lock.heldMillis + age : undefined;
  const lease = Number.isFinite(lock?.leaseLeftMillis) ? duration(lock.leaseLeftMillis - age) : "–";
  const texts = [
    state === "held" ? "● held" : "○ free",
    holders.map(({ node }) => node ?? "unknown").join(", ") || "–",
    holder ? holder.mode.toLowerCase() : "–",
    holder && since !== undefined ? duration(since) : "–",
    waiting(waiters, now),
    lease,
    lock?.token ?? "–",
  ];
  texts.forEach((text, index) => say(row.cells[index + 1], text));
  allow(byId(`end-${idOf(key)}`), mayEnd && holder !== undefined && lockId !== undefined);
}

/** Only the node that holds a lock knows its lease and token. */
function heldBy(name, key, nodes) {
  const node = nodes.find((one) => one.name === name);
  return { lock: node?.state?.held?.find((one) => one.key === key), age: node?.heldAge ?? 0 };
}

/** "node1 (3.2 s), node2 × 37 (1.1 s)": how many wait on each node, and the longest wait. */
function waiting(waiters, now) {
  const names = [...new Set(waiters.map(({ node }) => node ?? "unknown"))].sort();
  return names.map((name) => {
    const all = waiters.filter(({ node }) => (node ?? "unknown") === name);
    const since = all.map(({ sinceAt }) => sinceAt).filter(Number.isFinite);
    return `${name}${all.length > 1 ? ` × ${all.length}` : ""}`
      + `${since.length > 0 ? ` (${duration(now - Math.min(...since))})` : ""}`;
  }).join(", ") || "–";
}
