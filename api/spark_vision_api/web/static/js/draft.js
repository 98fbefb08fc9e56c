// A draft as the page knows it: what the service says, and what the poster has done since.
import { ask, pathOf } from "./api.js";
import { Outbox } from "./outbox.js";

export class Draft {
  // account: whose page this is. An admin may run another's draft, but what waits for it goes as whose it is.
  constructor(post, account, { changed, told, refused }) {
    Object.assign(this, { post, changed, items: null, products: {}, version: "", standings: {}, tags: new Map(), trouble: null });
    this.#takeTags(post);
    this.outbox = new Outbox(`post-${post.id} ${account}`, {
      told, refused: (error, change) => { refused(error); if (change.undo) this.load(true); }, arrived: () => {},
    });
    for (const change of this.outbox.waiting) this.#replay(change); // What was done before a reload and has not arrived.
  }

  #takeTags(post) {
    this.tags.clear();
    for (const tag of post.tags) this.tags.set(tag.product_id, { ...tag, title: tag.product?.title ?? tag.product_id });
  }

  get path() { return `/v1/posts/${this.post.id}`; }

  // The suggestions, once all changes have arrived: they say what stands. refused: something is shown that does not.
  async load(refused = false) {
    this.trouble = null;
    this.items = null;
    this.changed();
    try {
      await this.outbox.send();
      if (refused) await this.#undo();
      const { value } = await ask("GET", `${this.path}/suggestions`);
      Object.assign(this, { items: value.items, products: { ...this.products, ...value.products }, version: value.index_version });
      for (const item of value.items) for (const held of item.suggestions) this.standings[held.product_id] ??= held.standing;
    } catch (error) {
      this.trouble = error;
    }
    this.changed();
  }

  async #undo() {
    this.#takeTags((await ask("GET", this.path)).value);
    this.standings = {};
    for (const change of this.outbox.waiting) this.#replay(change);
  }

  standing(id) { return this.tags.has(id) ? "tagged" : this.standings[id] === "rejected" ? "rejected" : "open"; }

  // The suggestion that an item shows first: what was tagged as this item, else the best that was not said no to. That another
  // item was tagged as something that is less likely here says nothing of this one.
  first(item) {
    const open = item.suggestions.filter((held) => this.standing(held.product_id) !== "rejected");
    return open.find((held) => this.tags.get(held.product_id)?.suggestion_id === held.id) ?? open[0];
  }

  // Whether an item needs no decision any more.
  settled(item) {
    const first = this.first(item);
    return Boolean(first) && this.standing(first.product_id) === "tagged";
  }

  confirm(held, box) {
    const point = box ? { x: box.x + box.width / 2, y: box.y + box.height / 2 } : { x: 0.5, y: 0.5 };
    this.#tag(held.product_id, held.title, point, held.id, box);
  }

  tag(id, title, point) { this.#tag(id, title, point, undefined, null); }

  move(id, point) {
    const tag = this.tags.get(id);
    if (tag) this.#tag(id, tag.title, point, undefined, tag.box);
  }

  untag(id) {
    this.tags.delete(id);
    this.standings[id] = "open";
    this.#send("DELETE", `tags/${pathOf(id)}`, undefined, `tag ${id}`);
  }

  reject(held, reason) {
    this.standings[held.product_id] = "rejected";
    this.#send("POST", `suggestions/${held.id}/reject`, { reason }, `reject ${held.product_id}`);
  }

  unreject(held) {
    this.standings[held.product_id] = "open";
    this.#send("DELETE", `suggestions/${held.id}/reject`, undefined, `reject ${held.product_id}`);
  }

  caption(text) {
    this.post.caption = text;
    this.outbox.put({ method: "PATCH", path: this.path, json: { caption: text }, about: "caption", anyVersion: true });
  }

  async boxes(boxes) {
    this.post.boxes = boxes;
    this.outbox.put({ method: "PUT", path: `${this.path}/boxes`, json: { boxes }, about: "boxes", anyVersion: true });
    await this.load();
  }

  #tag(id, title, { x, y }, suggestion, box) {
    const point = { x: Math.round(x * 1e4) / 1e4, y: Math.round(y * 1e4) / 1e4 };
    const json = { ...point, ...(suggestion ? { suggestion_id: suggestion } : {}) };
    const confirmed = suggestion ? { suggestion_id: suggestion } : {};
    this.tags.set(id, { ...this.tags.get(id), ...confirmed, product_id: id, title, ...point, box });
    this.standings[id] = "tagged";
    // A move must not take the place of the confirmation that it follows.
    this.#send("PUT", `tags/${pathOf(id)}`, json, suggestion ? `confirm ${id}` : `tag ${id}`, title);
  }

  #send(method, path, json, about, title) {
    this.outbox.put({ method, path: `${this.path}/${path}`, json, about, title, undo: true });
    this.changed();
  }

  #replay({ method, path, json, title, about }) {
    const id = about?.split(" ").slice(1).join(" ");
    if (about === "caption") this.post.caption = json.caption;
    else if (about === "boxes") this.post.boxes = json.boxes;
    else if (method === "PUT") { this.tags.set(id, { ...this.tags.get(id), ...json, product_id: id, title }); this.standings[id] = "tagged"; }
    else if (method === "POST") this.standings[id] = "rejected";
    else { if (path.includes("/tags/")) this.tags.delete(id); this.standings[id] = "open"; }
  }
}
