// SPDX-License-Identifier: Apache-2.0
import { Chart } from "./chart.js";
import { byId, mark, say } from "./dom.js";
import { count, duration, millis } from "./format.js";

const lastOf = { on: undefined, off: undefined };
let chart;

const word = (useLock) => (useLock ? "With the lock" : "Without the lock");

export function showSeats({ show }) {
  chart ??= new Chart(byId("chart"));
  const { seats, sold, refused, failed, stampede } = show;
  const over = Math.max(0, sold - seats);
  say(byId("sold"), stampede ? `${sold} of ${seats}` : "–", over > 0 ? "bad" : "none");
  say(byId("refused"), stampede ? String(refused) : "–");
  say(byId("oversold"), stampede ? String(over) : "–", over > 0 ? "bad" : "none");
  mark(byId("show"), "data-state", stampede ? (stampede.running ? "running" : "done") : "empty");
  chart.show(stampede);
  showVerdict(show, over);
  say(byId("figures"), stampede ? figures(stampede, failed)
    : "Waiting times and throughput appear here while the buyers come.");
  if (stampede && !stampede.running) {
    lastOf[stampede.useLock ? "on" : "off"] = { seats, sold, refused, ...stampede };
    Object.entries(lastOf).forEach(showContrast);
  }
}

function showVerdict({ seats, sold, refused, stampede }, over) {
  const verdict = byId("seats-verdict");
  if (!stampede) {
    say(verdict, "No stampede yet: all seats are free.", "none");
    return;
  }
  const how = word(stampede.useLock);
  if (over > 0) {
    say(verdict, `Oversold. ${how}: ${sold} of ${seats} seats sold, ${over} too many.`, "bad");
  } else if (stampede.running) {
    say(verdict, `${how}: ${sold + refused} of ${stampede.buyers} buyers served so far.`, "none");
  } else {
    say(verdict, `${how}: ${sold} of ${seats} seats sold.`, "good");
  }
  const { on, off } = lastOf;
  if (!stampede.running && on && off) {
    say(verdict, `${word(false)}: ${off.sold} of ${off.seats} seats sold; ${word(true).toLowerCase()}: `
      + `${on.sold} of ${on.seats}.`);
  }
}

/** What the chart shows, in words. */
function figures({ buyers, elapsedMillis, running, perSecond, p50, p95, p99 }, failed) {
  const time = running ? `${count(buyers, "buyer")}, ${duration(elapsedMillis)} so far`
    : `${count(buyers, "buyer")} in ${duration(elapsedMillis)}`;
  const pace = Number.isFinite(perSecond) ? `, ${millis(perSecond)} per second` : "";
  const waits = Number.isFinite(p50)
    ? ` Waiting times: p50 ${millis(p50)} ms, p95 ${millis(p95)} ms, p99 ${millis(p99)} ms.` : "";
  return `${time}${pace}.${waits}${failed > 0 ? ` ${count(failed, "buyer")} got no answer.` : ""}`;
}

function showContrast([lock, last]) {
  const row = byId(`contrast-${lock}`);
  if (!last) {
    return;
  }
  const { seats, sold, p50, p95, p99, perSecond } = last;
  const over = sold > seats;
  mark(row, "data-state", over ? "bad" : "good");
  [`${over ? "✕" : "✓"} ${sold} of ${seats}`, `${[p50, p95, p99].map(millis).join(" / ")} ms`, millis(perSecond)]
    .forEach((text, index) => say(row.cells[index + 1], text));
}
