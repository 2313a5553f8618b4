// SPDX-License-Identifier: Apache-2.0
import { Desk } from "./desk.js";
import { allow, byId, isAllowed, mark, say } from "./dom.js";
import { silentFor } from "./format.js";
import { showEvents } from "./events-view.js";
import { showLocks, startLocks } from "./locks-view.js";
import { Nodes, newest } from "./nodes.js";
import { showNodes } from "./node-cards.js";
import { showReport } from "./report-view.js";
import { endSession, isDone, postStampede, putUseLock, reason } from "./requests.js";
import { showSeats } from "./show-view.js";
import { announce, showBanner, showTitle } from "./status.js";
import { takeover } from "./takeover.js";
import { showTill, takeoverText } from "./till-view.js";

const BUYERS = 200;
const SETTLING = 1500;
const NOTE = 5000;

const useLock = byId("use-lock");
const stampede = byId("stampede");
const notes = {};
let deskNote;
let wished;
let askedUntil = 0;
let pending = false;

const desk = new Desk(location.hash, () => {
  nodes.add(desk.nodes);
  changed();
});
const nodes = new Nodes("", changed);

/** Collects several changes into one update. */
function changed() {
  if (!pending) {
    pending = true;
    setTimeout(show, 50);
  }
}

function show() {
  pending = false;
  const all = nodes.all().map((node) => ({ ...node, desk: desk.of(node.name) }));
  const source = newest(all);
  const view = source?.state;
  const now = view ? view.at + source.age : Date.now();
  const own = all.find((node) => node.own);
  const mayAct = own.answers && !own.problem && own.state !== undefined;
  showBanner(all);
  showNodes(all, view, desk, act);
  showDesk();
  showControls(view, mayAct, own);
  const story = view && takeover(view);
  if (view) {
    showReport(view, all.map(({ name }) => name), now);
    showSeats(view);
    showTill(view, story, now, all);
    showLocks(view.locks, all, now, mayAct);
    showEvents(view.events, all.map(({ name }) => name));
  }
  announce(all, view, story?.phase === "done" ? takeoverText(story, now) : undefined);
  showTitle(all, view);
}

function showControls(view, mayAct, own) {
  const why = own.asked ? ""
    : `${own.name}, which serves this page, ${own.answers ? "cannot reach PostgreSQL" : "does not answer"}.`;
  allow(useLock, mayAct);
  if (wished && (performance.now() > wished.until || view?.useLock === wished.useLock)) {
    wished = undefined;
  }
  const on = wished?.useLock ?? view?.useLock ?? true;
  if (useLock.checked !== on) {
    useLock.checked = on;
  }
  mark(useLock, "data-state", on ? "on" : "off");
  say(byId("use-lock-note"), noteOf("lock") ?? (mayAct ? `${on ? "On" : "Off"}, for all nodes.` : why));
  const running = view?.show.stampede?.running === true;
  allow(stampede, mayAct && !running && performance.now() > askedUntil);
  say(byId("stampede-note"), noteOf("stampede") ?? (!mayAct ? why : running ? "The stampede is running."
    : on ? "The next one runs with the lock." : "The next one runs without the lock."));
  say(byId("end-note"), noteOf("end") ?? (mayAct ? "" : why));
}

function showDesk() {
  const target = byId("desk");
  if (!desk.present) {
    say(target, "The buttons that kill, freeze and cut off nodes exist in the demonstration only: mvn -Pdemo.",
      "absent");
  } else if (!desk.answers) {
    say(target, `The control desk ${silentFor(desk.silence)}: its buttons cannot work.`,
      "failed");
  } else {
    say(target, deskNote ?? "", deskNote ? "refused" : "ready");
  }
}

/** Replaces the usual text for a while. */
function note(name, text) {
  notes[name] = { text, until: performance.now() + NOTE };
  changed();
}

const noteOf = (name) => (notes[name]?.until > performance.now() ? notes[name].text : undefined);

async function act(name, verb) {
  deskNote = await desk.act(name, verb);
  changed();
}

useLock.addEventListener("click", async (event) => {
  if (!isAllowed(useLock)) {
    event.preventDefault();
    return;
  }
  wished = { useLock: useLock.checked, until: Infinity };
  changed();
  const status = await putUseLock(wished.useLock);
  if (isDone(status)) {
    wished &&= { ...wished, until: performance.now() + SETTLING };
  } else {
    wished = undefined;
    note("lock", reason(status));
  }
  changed();
});

stampede.addEventListener("click", async () => {
  if (!isAllowed(stampede)) {
    return;
  }
  askedUntil = Infinity;
  allow(stampede, false);
  const status = await postStampede(BUYERS);
  askedUntil = isDone(status) ? performance.now() + SETTLING : 0;
  if (!isDone(status)) {
    note("stampede", status === 409 ? "A stampede is still running." : reason(status));
  }
});

startLocks(async ({ key, lockId, holders: [holder] }) => {
  const status = await endSession(lockId, holder.pid);
  const texts = {
    403: "This server does not allow you to end sessions.",
    404: `Nothing was ended: ${key} has another holder by now, or this server has no such operation.`,
  };
  note("end", isDone(status) ? `The session of ${holder.node} that held ${key} was ended.`
    : texts[status] ?? reason(status));
});

setInterval(changed, 500);
addEventListener("pagehide", () => nodes.close());
addEventListener("pageshow", (event) => event.persisted && location.reload());
changed();
