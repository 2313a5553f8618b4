// SPDX-License-Identifier: Apache-2.0
import { byId, chip, element, list, say } from "./dom.js";
import { clock, count, duration, wholeSeconds } from "./format.js";

/** The takeover in one or two sentences. */
export function takeoverText(story, now, heartbeatMillis, others) {
  const { phase, loser, how, kind, winner, gapMillis, at, holder } = story;
  if (phase === "done") {
    const gap = Number.isFinite(gapMillis) ? ` Nobody had the till open for ${gapMillis} ms.` : "";
    return winner === loser ? `${loser} ${how}. It opened the till again after ${story.millis} ms.${gap}`
      : `${loser} ${how}. ${winner} took over after ${story.millis} ms.${gap}`;
  }
  if (phase === "kept") {
    return `${loser} ${how} for ${duration(story.millis)} only: it still holds the till.`;
  }
  if (phase === "pending") {
    const slow = kind === "frozen" || kind === "cut";
    const then = others === 0 ? "No other node answers that could take over."
      : slow ? `Another node takes over when the heartbeat expires, after about ${wholeSeconds(heartbeatMillis)}.`
        : "Another node takes over now.";
    return `${loser} ${how} ${duration(now - at)} ago. ${then}`;
  }
  return holder ? `${holder} holds the till. There was no takeover yet.` : "No node holds the till.";
}

const VERDICTS = { done: "good", kept: "none", pending: "wait", none: "none" };

export function showTill(view, story, now, nodes) {
  const others = nodes.filter(({ name, answers, problem }) => name !== story.loser && answers && !problem).length;
  say(byId("takeover"), takeoverText(story, now, view.heartbeatMillis, others), VERDICTS[story.phase]);
  const { phase, loser, winner, millis } = story;
  say(byId("lost-by"), loser ?? "–");
  say(byId("taken-by"), winner ?? "–");
  say(byId("takeover-time"), phase === "done" ? `${millis} ms` : "–");
  showRefusedWrite(view.events);
  showOpenings(view.till, nodes.map(({ name }) => name));
  say(byId("heartbeat"), "A killed node is replaced at once. A node that is frozen or cut off is replaced when its "
    + `heartbeat expires, after about ${wholeSeconds(view.heartbeatMillis)}.`);
}

function showRefusedWrite(events) {
  const refused = events.filter(({ kind }) => kind === "refused").reduce(
    (last, event) => (last && last.at > event.at ? last : event), undefined);
  say(byId("refused-write"), refused
    ? `${clock(refused.at)}: ${refused.text}`
    : "No late write yet: freeze the node that holds the till, wait for the takeover, then thaw it.",
  refused ? "refused" : "none");
}

function showOpenings({ openings, takings, token }, names) {
  list(byId("openings-body"), openings, ({ node, openedAt }) => `${openedAt} ${node}`, (opening) => {
    const { node, openedAt, gapMillis } = opening;
    const gap = Number.isFinite(gapMillis) ? `${gapMillis} ms` : "first opening";
    return element("tr", {}, element("td", {}, clock(openedAt)), element("td", {}, chip(node, names.indexOf(node))),
      element("td", {}, gap), element("td", { class: "token" }, opening.token ?? "–"));
  });
  say(byId("takings"), openings.length === 0 ? "The till was never opened."
    : `${count(takings, "write")} to the till so far. A write with a token earlier than ${token} is refused.`);
}
