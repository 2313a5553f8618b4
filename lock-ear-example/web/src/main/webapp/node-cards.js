// SPDX-License-Identifier: Apache-2.0
import { allow, byId, color, element, isAllowed, list, mark, say } from "./dom.js";
import { duration, silentFor, upTime } from "./format.js";

const VERBS = {
  kill: "Kill (kill -9)",
  start: "Start",
  freeze: "Freeze",
  thaw: "Thaw",
  cut: "Cut its network",
  restore: "Restore its network",
};
const COUNTERPARTS = {
  kill: ["start"], start: [], freeze: ["thaw", "start"], thaw: ["freeze", "start"], cut: ["restore", "start"],
  restore: ["cut", "start"],
};
const SYMBOLS = {
  running: "●", starting: "◌", frozen: "❄", cut: "⚡", dead: "✕", silent: "✕", "no-database": "⚠", asking: "◌",
};

export function nodeState({ desk, answers, problem, asked }) {
  if (desk && desk.state !== "running") {
    return desk.state;
  }
  if (desk?.network === "cut") {
    return "cut";
  }
  if (!answers) {
    return "silent";
  }
  return problem ? "no-database" : asked ? "asking" : "running";
}

function stateText(state, { answers, silence }) {
  const silent = answers ? "" : silentFor(silence);
  const names = {
    running: "running",
    starting: "starting",
    frozen: "frozen",
    cut: "cut off",
    dead: "dead",
    silent,
    "no-database": "cannot reach PostgreSQL",
    asking: "waiting for the first answer",
  };
  return [names[state] ?? state, state === "frozen" || state === "cut" ? silent : ""].filter(Boolean).join(", ");
}

/** The buttons that fit a state: at most one of each pair. */
function verbs({ state, network }) {
  if (state === "dead") {
    return ["start"];
  }
  const all = ["kill", state === "frozen" ? "thaw" : "freeze", network === "cut" ? "restore" : "cut"];
  return state === "starting" ? ["kill"] : all;
}

/** While a node answers, its own report of what it holds counts; after that, the view of the database. */
function holds(node, locks) {
  const held = node.state?.held ?? [];
  const current = node.answers ? held
    : locks.filter(({ holders }) => holders.some((holder) => holder.node === node.name))
      .map(({ key }) => held.find((lock) => lock.key === key) ?? { key });
  return current.map((lock) => describe(lock, node.heldAge));
}

function describe({ key, state, leaseLeftMillis, token }, age) {
  const lost = state && state !== "HELD" ? ` (${state.toLowerCase()})` : "";
  const lease = Number.isFinite(leaseLeftMillis) ? `, lease left ${duration(leaseLeftMillis - age)}` : "";
  return `${key}${lost}${lease}${token ? `, token ${token}` : ""}`;
}

export function showNodes(nodes, view, desk, act) {
  const shown = nodes.map((node, index) => ({ ...node, index }));
  list(byId("nodes"), shown, ({ name }) => name, (node) => card(node, act),
    (item, node) => update(item, node, view?.locks ?? [], desk));
}

function card({ name, index }, act) {
  const item = element("li", { id: `node-${name}`, class: "node", "data-color": color(index), tabindex: "-1" },
    element("p", { class: "node-name" }, element("strong", {}, name), element("span", { class: "badge" }),
      element("a", {}, "Open")),
    element("p", { class: "quiet server" }),
    element("p", { class: "holds", id: `holds-${name}` }),
    element("div", { class: "buttons" }));
  for (const [verb, label] of Object.entries(VERBS)) {
    const button = element("button", { type: "button", id: `${verb}-${name}`, "data-verb": verb,
      "aria-label": `${label}: ${name}` }, label);
    button.addEventListener("click", () => isAllowed(button) && act(name, verb));
    item.lastElementChild.append(button);
  }
  return item;
}

function update(item, node, locks, desk) {
  const { name, own, url, state: said, age, answers } = node;
  const state = nodeState(node);
  mark(item, "data-state", state);
  say(item.querySelector(".badge"), `${SYMBOLS[state] ?? "●"} ${stateText(state, node)}`);
  const link = item.querySelector("a");
  link.hidden = own || !url || !answers;
  if (!link.hidden) {
    mark(link, "href", pageOf(url));
    mark(link, "aria-label", `Open the page of ${name}`);
  }
  const about = [said?.server ?? node.desk?.server, answers && said && `up ${upTime(said.upMillis + age)}`,
    node.desk?.pid && state !== "dead" && `process ${node.desk.pid}`, own && "serves this page", node.problem];
  say(item.querySelector(".server"), about.filter(Boolean).join(" · "));
  const held = holds(node, locks);
  say(item.querySelector(".holds"), held.length > 0 ? `Holds ${held.join("; ")}` : "Holds no lock");
  mark(item, "data-till", locks.some(({ key, holders }) => key === "till" && holders.some((one) => one.node === name)));
  showButtons(item, node.desk, desk);
}

/** When a focused button disappears, the focus moves to its counterpart, never to a button that does harm. */
function showButtons(item, known, desk) {
  const offered = known ? verbs(known) : [];
  const buttons = [...item.querySelectorAll("button")];
  const focused = buttons.find((button) => button === document.activeElement);
  for (const button of buttons) {
    button.hidden = !offered.includes(button.dataset.verb);
    allow(button, desk.answers);
  }
  if (focused?.hidden) {
    const counterparts = COUNTERPARTS[focused.dataset.verb];
    (buttons.find((button) => !button.hidden && counterparts.includes(button.dataset.verb)) ?? item).focus();
  }
}

/** The page of another node, with the same control desk. */
export const pageOf = (url) => `${url.replace(/\/$/, "")}/${location.hash}`;
