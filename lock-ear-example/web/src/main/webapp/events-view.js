// SPDX-License-Identifier: Apache-2.0
import { byId, chip, element, list, say } from "./dom.js";
import { clock } from "./format.js";

export function showEvents(events, names) {
  const newestFirst = [...events].sort((one, other) => other.at - one.at || other.id - one.id).slice(0, 50);
  list(byId("events"), newestFirst, ({ id }) => id, ({ at, node, kind, text }) =>
    element("li", { "data-kind": kind },
      element("time", { datetime: new Date(at).toISOString() }, clock(at)),
      chip(node, names.indexOf(node)),
      element("b", {}, kind),
      element("span", { class: "text" }, text)));
  say(byId("events-note"), newestFirst.length === 0 ? "Nothing has happened yet." : "Newest first.");
}
