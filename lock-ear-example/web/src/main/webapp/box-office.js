// SPDX-License-Identifier: Apache-2.0
const INTERVAL = 500;
const byId = (id) => document.getElementById(id);

/** A table row of plain text cells. */
function row(...texts) {
  const tr = document.createElement("tr");
  for (const text of texts) {
    tr.insertCell().textContent = text;
  }
  return tr;
}

/** Sets a text only when it changed, so that a live region is not read out again and again. */
function say(id, text, className) {
  const element = byId(id);
  if (element.textContent !== text) {
    element.textContent = text;
  }
  element.className = className ?? "";
}

function counted(names) {
  const counts = new Map();
  for (const name of names) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => (count > 1 ? `${name} × ${count}` : name)).join(", ") || "–";
}

/** A session of a lock shows that behind its own name, which is the node's. */
function nodesOf(sessions) {
  return sessions.map(({ applicationName }) => applicationName?.split(" holdfast/")[0] ?? "unknown");
}

/** Nobody tells of a lock that is free. */
function showLocks(keys, locks) {
  byId("locks").replaceChildren(...keys.map((key) => {
    const { holders, waiters } = locks.find((lock) => lock.key === key) ?? { holders: [], waiters: [] };
    const state = holders.length === 0 ? "○ free" : "● held";
    return row(key, state, counted(nodesOf(holders)), counted(nodesOf(waiters)));
  }));
}

function showSeats({ seats, sold, refused }) {
  const over = sold - seats;
  say("sold", over > 0 ? `${sold} of ${seats} seats sold: oversold by ${over}` : `${sold} of ${seats} seats sold`,
    over > 0 ? "problem" : "good");
  say("refused", `${refused} buyers were told that the show is sold out`);
}

function showRuns(runs, interval) {
  say("interval", String(interval));
  const nodes = new Map();
  for (const { tick, node } of runs) {
    nodes.set(tick, [...(nodes.get(tick) ?? []), node]);
  }
  byId("runs").replaceChildren(...[...nodes].map(([tick, ran]) => {
    const item = document.createElement("li");
    const time = new Date(tick * interval * 1000).toLocaleTimeString();
    item.textContent = `${time} ${ran.join(" and ")}`;
    item.className = ran.length > 1 ? "problem" : "";
    return item;
  }));
  const doubles = [...nodes.values()].filter((ran) => ran.length > 1).length;
  say("doubles", doubles === 0 ? "No tick ran twice." : `${doubles} ticks ran twice.`, doubles === 0 ? "good" : "problem");
}

function showTill(openings) {
  byId("till").replaceChildren(...openings.map(({ node, gapMillis }) =>
    row(node, gapMillis === undefined ? "first opening" : `${gapMillis} ms`)));
}

async function ask(path) {
  const response = await fetch(path, { cache: "no-store", signal: AbortSignal.timeout(4000) });
  if (!response.ok) {
    throw new Error(`status ${response.status}`);
  }
  return response.json();
}

async function refresh() {
  try {
    const [state, { locks }] = await Promise.all([ask("api/state"), ask("api/holdfast/locks")]);
    say("connection", `Served by ${state.node}`, "good");
    document.title = `Box office · ${state.node}`;
    showLocks(state.keys, locks);
    showSeats(state.show);
    showRuns(state.runs, state.reportInterval);
    showTill(state.till);
  } catch (failure) {
    say("connection", `This node does not answer (${failure.message}); what is shown is old.`, "problem");
  }
  setTimeout(refresh, INTERVAL);
}

byId("stampede").addEventListener("click", async ({ target }) => {
  target.disabled = true;
  try {
    await fetch("api/stampede?buyers=100", { method: "POST" });
  } finally {
    target.disabled = false;
  }
});

refresh();
