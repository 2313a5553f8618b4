// SPDX-License-Identifier: Apache-2.0
const SILENCE = 3000;
const POLL = 1000;
const POLL_TIMEOUT = 2000;
const STREAM_RETRY = 10_000;

/** Listens to the event stream of one node, and polls the node every second while the stream is silent. */
class Feed {
  constructor(base, changed) {
    this.base = base;
    this.changed = changed;
    this.state = undefined;
    this.seenAt = performance.now();
    this.failed = false;
    this.problem = undefined;
    this.streamedAt = -Infinity;
    this.openedAt = -Infinity;
    this.open();
    this.timer = setInterval(() => this.check(), POLL);
  }

  open() {
    this.openedAt = performance.now();
    if (typeof EventSource === "undefined") {
      return;
    }
    const stream = new EventSource(`${this.base}api/state/events`);
    this.stream = stream;
    stream.addEventListener("state", ({ data }) => {
      this.streamedAt = performance.now();
      this.accept(JSON.parse(data));
    });
    stream.addEventListener("error", () => {
      if (this.stream === stream) {
        this.close();
        this.poll();
      }
    });
  }

  close() {
    this.stream?.close();
    this.stream = undefined;
    this.streamedAt = -Infinity;
  }

  check() {
    const now = performance.now();
    if (now - this.streamedAt < SILENCE) {
      return;
    }
    if (now - this.openedAt >= SILENCE) {
      this.close();
    }
    this.poll();
    this.changed();
  }

  async poll() {
    if (this.polling) {
      return;
    }
    this.polling = true;
    try {
      const response = await fetch(`${this.base}api/state`, {
        cache: "no-store",
        signal: AbortSignal.timeout(POLL_TIMEOUT),
      });
      const body = await response.json().catch(() => ({}));
      if (!response.ok && response.status < 500) {
        throw new Error(`status ${response.status}`);
      }
      this.accept(response.ok ? body : { problem: `The node answers with status ${response.status}.`, ...body });
      if (!this.stream && performance.now() - this.openedAt >= STREAM_RETRY) {
        this.open();
      }
    } catch {
      this.fail();
    } finally {
      this.polling = false;
    }
  }

  /** A node that cannot reach its database reports the problem; the page keeps the previous state. */
  accept(state) {
    const complete = Array.isArray(state.locks);
    if (this.failed) {
      this.openedAt = Math.min(this.openedAt, performance.now() - STREAM_RETRY);
    }
    this.failed = false;
    this.seenAt = performance.now();
    this.problem = complete ? undefined : (state.problem ?? "The node answers, but without data from the database.");
    if (complete) {
      this.state = state;
      this.stateAt = this.seenAt;
    } else if (this.state && state.held) {
      this.state = { ...this.state, held: state.held };
    }
    if (state.held) {
      this.heldAt = this.seenAt;
    }
    this.name = state.node ?? this.name;
    this.changed();
  }

  fail() {
    this.failed = true;
    this.changed();
  }

  get answers() {
    return !this.failed && performance.now() - this.seenAt < SILENCE;
  }
}

/** All nodes: the one that serves the page, and the peers that it or the control desk lists. */
export class Nodes {
  constructor(base, changed) {
    this.changed = changed;
    this.own = new Feed(base, () => this.learn());
    this.peers = new Map();
  }

  learn() {
    for (const { state } of [this.own, ...this.peers.values()]) {
      this.add(state?.peers ?? []);
    }
    this.changed();
  }

  /** Listens to nodes that are new. Does nothing until the name of the own node is known. */
  add(peers) {
    for (const { node, url } of this.own.name ? peers : []) {
      if (node === this.own.name) {
        this.own.url = url;
      } else if (!this.peers.has(node)) {
        const feed = new Feed(`${url.replace(/\/$/, "")}/`, () => this.learn());
        feed.name = node;
        feed.url = url;
        this.peers.set(node, feed);
      }
    }
  }

  /** What is known of each node, by name. */
  all() {
    const now = performance.now();
    return [this.own, ...this.peers.values()]
      .map((feed) => ({
        name: feed.name ?? "this node",
        own: feed === this.own,
        url: feed.url,
        state: feed.state,
        age: now - (feed.stateAt ?? feed.seenAt),
        heldAge: now - (feed.heldAt ?? feed.seenAt),
        silence: now - feed.seenAt,
        answers: feed.answers,
        asked: feed.answers && !feed.state && !feed.problem,
        streams: now - feed.streamedAt < SILENCE,
        problem: feed.problem,
      }))
      .sort((one, other) => one.name.localeCompare(other.name, "en", { numeric: true }));
  }

  close() {
    for (const feed of [this.own, ...this.peers.values()]) {
      clearInterval(feed.timer);
      feed.close();
    }
  }
}

/** The node with the newest view of the database, preferably one that still answers. */
export function newest(nodes) {
  const complete = nodes.filter(({ state }) => state);
  const current = complete.filter(({ answers, problem }) => answers && !problem);
  return (current.length > 0 ? current : complete).reduce(
    (best, node) => (best && (best.state.at > node.state.at || (best.state.at === node.state.at && best.own))
      ? best : node), undefined);
}
