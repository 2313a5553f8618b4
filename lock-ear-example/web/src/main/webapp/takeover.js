// SPDX-License-Identifier: Apache-2.0
const LOSSES = {
  killed: "was killed",
  frozen: "was frozen",
  cut: "was cut off from the network",
  ended: "had its session ended by an operator",
};
const RECOVERIES = ["thawed", "restored"];
const LATE = 2000;
const SOON = 15_000;

/**
 * Finds in the events and openings who lost the till last, how, and who took it over. The phase is none, pending, done,
 * or kept if the loser recovered before another node took over.
 */
export function takeover({ events, till, locks }) {
  const story = [...events].sort((one, other) => one.at - other.at || one.id - other.id);
  const openings = [...till.openings].sort((one, other) => one.openedAt - other.openedAt);
  const holder = locks.find(({ key }) => key === "till")?.holders[0]?.node;
  const [before, latest] = [openings.at(-2), openings.at(-1)];

  const loss = story.filter(({ kind }) => kind in LOSSES).reverse().map((event) => lossOf(event, openings))
    .find((candidate) => candidate && isOfTill(candidate, holder));
  if (loss?.next && loss.next === latest) {
    const { node, openedAt, gapMillis } = latest;
    return { ...loss, phase: "done", winner: node, millis: Math.max(0, openedAt - loss.at) || gapMillis, gapMillis };
  }
  if (loss && !loss.next) {
    const recovery = story.find(({ kind, node, at }) =>
      RECOVERIES.includes(kind) && node === loss.loser && at > loss.at);
    return recovery && holder === loss.loser ? { ...loss, phase: "kept", millis: recovery.at - loss.at }
      : { ...loss, phase: "pending" };
  }
  if (before && before.node !== latest.node && Number.isFinite(latest.gapMillis)) {
    return { phase: "done", loser: before.node, how: "lost the till", winner: latest.node, millis: latest.gapMillis };
  }
  return { phase: "none", holder };
}

/** An event that hit the holder of the till. An ended session may be logged after the next node opened the till. */
function lossOf({ kind, node, at }, openings) {
  const next = openings.findIndex(({ openedAt }) => openedAt > at);
  const last = next < 0 ? openings.length - 1 : next - 1;
  const late = kind === "ended" && last > 0 && openings[last].node !== node && at - openings[last].openedAt < LATE;
  const index = late ? last - 1 : last;
  return openings[index]?.node === node
    ? { kind, how: LOSSES[kind], loser: node, at, next: openings[index + 1] } : undefined;
}

/** An operator may have ended the session of a different lock. */
function isOfTill({ kind, loser, at, next }, holder) {
  return kind !== "ended" || (next ? next.openedAt - at < SOON : holder !== loser);
}
