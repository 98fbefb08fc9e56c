// Changes on their way to the service, in their order. They are kept in the browser until they have arrived, so
// that neither a reload nor a lost connection loses one.
import { ask } from "./api.js";

const WAIT = 3000;

// The state in which something is kept because of an error.
export const waitsFor = (error) => (error.signedOut ? "signed_out" : error.outdated ? "outdated" : "waiting");

export class Outbox {
  // told(state): "saved", "saving", "waiting" (for the connection), "signed_out" or "outdated"; refused(error, change): the service said no;
  // arrived(change, answer). `stopped`: the error for which something waits.
  constructor(name, { told, refused, arrived }) {
    Object.assign(this, { name, told, refused, arrived, running: null, busy: false, stopped: null, timer: 0 });
    this.waiting = JSON.parse(localStorage.getItem(name) ?? "[]");
    addEventListener("online", () => this.send());
  }

  get empty() { return this.waiting.length === 0; }

  // change: { method, path, json, about }. A later change about the same thing takes the place of one that waits.
  put(change) {
    const last = this.waiting.at(-1);
    const same = last && last.about === change.about && last.method === change.method && !(this.busy && this.waiting.length === 1);
    if (same) this.waiting.pop();
    this.waiting.push(change);
    this.#keep();
    return this.send();
  }

  // All that waits, or as much as the connection lets through.
  send() {
    if (!this.busy) this.running = this.#send();
    return this.running;
  }

  // `busy` ends with the last look at the list, at once: a change that comes then begins anew.
  async #send() {
    this.busy = true;
    clearTimeout(this.timer);
    while (this.waiting.length) {
      const change = this.waiting[0];
      this.told("saving");
      try {
        const headers = change.anyVersion ? { "If-Match": "*" } : {};
        const answer = await ask(change.method, change.path, { json: change.json, headers });
        this.#drop();
        this.arrived(change, answer);
      } catch (error) {
        if (error.keeps) {
          this.busy = false;
          this.stopped = error;
          this.told(waitsFor(error), error);
          if (error.passing) this.timer = setTimeout(() => this.send(), Math.max(WAIT, error.retryAfter * 1000));
          return;
        }
        this.#drop();
        this.refused(error, change);
      }
    }
    this.busy = false;
    this.stopped = null;
    this.told("saved");
  }

  #drop() { this.waiting.shift(); this.#keep(); }
  #keep() { this.waiting.length ? localStorage.setItem(this.name, JSON.stringify(this.waiting)) : localStorage.removeItem(this.name); }
}
