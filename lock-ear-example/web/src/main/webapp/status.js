// SPDX-License-Identifier: Apache-2.0
import { byId, element, list, mark, say } from "./dom.js";
import { clock, enumerate, silentFor, wholeSeconds } from "./format.js";
import { pageOf } from "./node-cards.js";
import { ticks } from "./report-view.js";

const OLD = "The page shows old data.";
const OPEN = "To switch the lock, start a stampede or end a holder, open another node:";

let known;

/** The text of the banner, or undefined if nothing is wrong. */
function failure(nodes) {
  const own = nodes.find((node) => node.own);
  const healthy = nodes.filter(({ answers, problem, asked }) => answers && !problem && !asked);
  if (nodes.every(({ answers }) => !answers)) {
    return `No node has answered for ${wholeSeconds(Math.min(...nodes.map(({ silence }) => silence)))}. ${OLD}`;
  }
  if (!own.answers) {
    return `${own.name}, which serves this page, ${silentFor(own.silence)}. `
      + (healthy.length > 0 ? `The page continues with data from the other nodes. ${OPEN}` : OLD);
  }
  if (healthy.length === 0 && nodes.some(({ problem }) => problem)) {
    return `PostgreSQL is unreachable. ${OLD}`;
  }
  return own.problem ? `${own.name}, which serves this page, cannot reach PostgreSQL. ${OPEN}` : undefined;
}

export function showBanner(nodes) {
  const text = failure(nodes);
  const own = nodes.find((node) => node.own);
  byId("banner").hidden = text === undefined;
  say(byId("banner-text"), text ?? "", text === undefined ? "none" : "failed");
  const others = text === undefined || (own.answers && !own.problem) ? []
    : nodes.filter(({ answers, problem, url }) => answers && !problem && url);
  list(byId("banner-links"), others.filter((node) => !node.own), ({ name }) => name, ({ name }) =>
    element("li", {}, element("a", { id: `open-${name}` }, `Open ${name}`)),
  (item, { url }) => mark(item.firstElementChild, "href", pageOf(url)));
  const live = own.streams ? "live" : "polled every second";
  const server = own.state ? ` · ${own.state.server}` : "";
  say(byId("connection"), own.answers ? own.state || own.problem
    ? `Served by ${own.name}${server} · ${live}` : "Asking the server …" : `✕ ${own.name} does not answer`,
  own.answers ? own.state ? own.streams ? "live" : "polling" : "asking" : "failed");
}

/** Announces takeovers, overselling, double runs and nodes that stop answering, each once. */
export function announce(nodes, view, takeover) {
  const facts = { takeover, silent: nodes.filter(({ answers }) => !answers).map(({ name }) => name) };
  if (view) {
    const { show } = view;
    const [latest] = ticks(view);
    facts.twice = latest?.nodes.length > 1 ? latest : undefined;
    facts.oversold = show.stampede && !show.stampede.running && show.sold > show.seats
      ? `Oversold: ${show.sold} of ${show.seats} seats sold.` : undefined;
    facts.stampede = show.stampede?.startedAt;
  }
  if (known?.complete) {
    const news = [
      ...facts.silent.filter((name) => !known.silent.includes(name)).map((name) => `${name} does not answer.`),
      ...known.silent.filter((name) => !facts.silent.includes(name)).map((name) => `${name} answers again.`),
      facts.takeover !== known.takeover && facts.takeover,
      facts.twice && !known.twice
        && `The tick of ${clock(facts.twice.at)} ran twice, on ${enumerate(facts.twice.nodes)}.`,
      (facts.oversold !== known.oversold || facts.stampede !== known.stampede) && facts.oversold,
    ].filter(Boolean);
    if (news.length > 0) {
      say(byId("announcement"), news.join(" "));
    }
  }
  known = { ...known, ...facts, complete: known?.complete || view !== undefined };
}

export function showTitle(nodes, view) {
  const own = nodes.find((node) => node.own);
  const silent = nodes.filter(({ answers }) => !answers).map(({ name }) => name);
  const parts = [];
  if (silent.length > 0) {
    parts.push(`${enumerate(silent)} ${silent.length > 1 ? "do" : "does"} not answer`);
  } else if (nodes.some(({ problem }) => problem)) {
    parts.push("PostgreSQL unreachable");
  }
  if (view) {
    const { seats, sold, stampede } = view.show;
    if (sold > seats) {
      parts.push(`oversold by ${sold - seats}`);
    } else if (stampede?.running) {
      parts.push("stampede");
    }
    parts.push(ticks(view)[0]?.nodes.length > 1 && "report ran twice", !view.useLock && "lock off");
  }
  const state = parts.filter(Boolean).join(", ");
  const title = `${state !== "" ? state : view ? "all well" : "asking"} · Box office · ${own.name}`;
  if (document.title !== title) {
    document.title = title;
  }
}
