// SPDX-License-Identifier: Apache-2.0
const PERIOD = 1000;
const TIMEOUT = 2000;
const ACTION_TIMEOUT = 10_000;

/** The control desk kills, freezes and cuts off nodes. The fragment of the URL contains its port and token. */
export class Desk {
  constructor(fragment, changed) {
    const parameters = new URLSearchParams(fragment.replace(/^#/, ""));
    this.port = parameters.get("desk");
    this.token = parameters.get("token") ?? "";
    this.present = /^\d+$/.test(this.port ?? "");
    this.changed = changed;
    this.nodes = [];
    this.answers = true;
    this.seenAt = performance.now();
    if (this.present) {
      this.poll();
    }
  }

  async poll() {
    await this.refresh();
    setTimeout(() => this.poll(), PERIOD);
  }

  async refresh() {
    try {
      const response = await this.ask("nodes", "GET", TIMEOUT);
      if (!response.ok) {
        throw new Error(`status ${response.status}`);
      }
      this.nodes = (await response.json()).nodes;
      this.answers = true;
      this.seenAt = performance.now();
    } catch {
      this.answers = false;
    }
    this.changed();
  }

  /** Returns undefined on success, or the reason for the failure. */
  async act(node, verb) {
    try {
      const response = await this.ask(`nodes/${encodeURIComponent(node)}/${verb}`, "POST", ACTION_TIMEOUT);
      if (response.ok) {
        return undefined;
      }
      const { error } = await response.json().catch(() => ({}));
      return error ?? `The control desk answered with status ${response.status}.`;
    } catch {
      return "The control desk did not answer.";
    } finally {
      await this.refresh();
    }
  }

  ask(path, method, timeout) {
    return fetch(`http://127.0.0.1:${this.port}/${path}`, {
      method,
      cache: "no-store",
      headers: { "Desk-Token": this.token },
      signal: AbortSignal.timeout(timeout),
    });
  }

  of(name) {
    return this.nodes.find(({ node }) => node === name);
  }

  get silence() {
    return performance.now() - this.seenAt;
  }
}
