// The suggestions beside the photo: a card an item, the best open one in front, the others behind it.
import { pathOf } from "./api.js";
import { facts, gauge, picture, sameAs, why } from "./cards.js";
import { fold, icon, make } from "./dom.js";
import { t } from "./i18n.js";

const SIDE = 176;

// The region of the photo that a suggestion is about, for the eye to compare.
function cut(image, box) {
  const canvas = make("canvas", { class: "cut", width: SIDE, height: SIDE, role: "img", "aria-label": t("post.cut") });
  const { naturalWidth: width, naturalHeight: height } = image;
  if (!width) return canvas;
  const region = box ?? { x: 0, y: 0, width: 1, height: 1 };
  const side = Math.max(region.width * width, region.height * height);
  const x = (region.x + region.width / 2) * width - side / 2;
  const y = (region.y + region.height / 2) * height - side / 2;
  canvas.getContext("2d").drawImage(image, x, y, side, side, 0, 0, SIDE, SIDE);
  return canvas;
}

function matched(id, held, version, size) {
  const image = picture(id, version, size);
  if (held.reference_image) image.src += `&${new URLSearchParams({ image: held.reference_image })}`;
  return image;
}

// The keys of a control: its own, and those of what stands in its place when it was used.
function keyed(verb, held, item, ...instead) {
  const key = (name) => `${name}-${item.number}-${held.product_id}`;
  return { "data-key": key(verb), next: [...instead.map(key), `item-${item.number}`] };
}

export class Items {
  constructor(root, image, draft) { Object.assign(this, { root, image, draft, opened: new Set() }); }

  view(item, index) {
    const { draft } = this;
    const heading = make("h2", {}, item.box ? make("span", { class: "badge", textContent: item.number }) : null, make("span", { textContent: this.#title(item) }));
    const remove = item.source === "asked" || (item.box && item.own)
      ? make("button", { class: "bare small", type: "button", textContent: t("post.drop_box"), "data-key": `drop-${index}`, next: [`item-${item.number}`, `item-${item.number - 1}`, "draw"], onclick: item.drop }) : null;
    const head = make("header", { class: "row between" }, heading, remove);
    const open = item.suggestions.filter((held) => draft.standing(held.product_id) !== "rejected");
    const first = draft.first(item);
    const rejected = item.suggestions.filter((held) => draft.standing(held.product_id) === "rejected");
    const unsure = item.no_match !== null;
    if (!first || (unsure && !draft.settled(item) && !this.opened.has(index))) {
      return this.#card(item, "", head, this.#nothing(item, index, first), this.#rejected(rejected, item));
    }
    const others = open.filter((held) => held !== first);
    const above = item.echo(first.product_id);
    if (above) return this.#card(item, " echo", head, sameAs(above, first), this.#others(others, item, index));
    return this.#card(item, "", head, this.#front(first, item), this.#others(others, item, index), this.#rejected(rejected, item));
  }

  // The card takes the focus where the control that had it has gone without another in its place.
  #card(item, kind, ...inside) { return make("article", { class: `item${kind}`, tabIndex: -1, "data-key": `item-${item.number}` }, ...inside); }

  #title(item) {
    if (item.box) return t("look.item", { n: item.number });
    return t(item.alone ? "post.in_photo" : "post.whole");
  }

  #nothing(item, index, first) {
    const show = make("button", { class: "bare small", type: "button", textContent: t("post.show_guesses"), "data-key": `guess-${index}`, next: first ? [`yes-${item.number}-${first.product_id}`] : [], onclick: () => { this.opened.add(index); this.draft.changed(); } });
    return make("div", { class: "note kind" },
      make("p", {}, make("strong", { textContent: t(first ? "post.unsure" : "look.nothing") })),
      make("p", { class: "small soft", textContent: t("post.nothing_hint") }),
      make("p", { class: "row" },
        make("button", { class: "quiet small", type: "button", textContent: t("post.search_instead"), "data-key": `search-${index}`, onclick: () => document.querySelector("#words input").focus() }),
        first ? show : null));
  }

  #front(held, item) {
    const tagged = this.draft.standing(held.product_id) === "tagged";
    const product = this.draft.products[held.product_id];
    return make("div", { class: `front${tagged ? " is-tagged" : ""}` },
      make("div", { class: "why" }, cut(this.image, item.box), matched(held.product_id, held, this.draft.version, 352)),
      make("div", { class: "stack tight" },
        make("p", { class: "title", textContent: held.title }),
        product ? facts(product) : null,
        gauge(held, Boolean(item.no_match)),
        this.#kept(why(held), `why-${item.number}-${held.product_id}`),
        tagged ? this.#taggedRow(held, item) : this.#askRow(held, item)));
  }

  #taggedRow(held, item) {
    return make("p", { class: "row decided" }, make("span", { class: "good" }, icon("check"), t("post.is_tagged")),
      make("button", { class: "bare small", type: "button", ...keyed("undo", held, item, "yes"), onclick: () => this.draft.untag(held.product_id) }, icon("undo"), t("post.undo")));
  }

  #askRow(held, item) {
    return make("p", { class: "row" },
      make("button", { class: "small", type: "button", ...keyed("yes", held, item, "undo"), "aria-label": t("post.yes_label", { title: held.title }), onclick: () => this.draft.confirm(held, item.box) }, icon("check"), t("post.yes")),
      make("button", { class: "quiet small", type: "button", ...keyed("no", held, item, "back"), "aria-label": t("post.no_label", { title: held.title }), onclick: () => this.draft.reject(held, "not_in_photo") }, t("post.no")));
  }

  #others(others, item, index) {
    if (!others.length) return null;
    const product = ({ product_id: id }) => (this.draft.products[id] ? facts(this.draft.products[id]) : null);
    const list = make("ul", { class: "others" }, ...others.map((held) => make("li", {},
      make("button", { class: "other", type: "button", ...keyed("other", held, item, "undo"), "aria-label": t("post.yes_label", { title: held.title }), onclick: () => this.draft.confirm(held, item.box) },
        matched(held.product_id, held, this.draft.version, 176), make("span", { textContent: held.title }), product(held), gauge(held, Boolean(item.no_match))))));
    return this.#kept(fold(t("post.others", { n: others.length }), list), `more-${index}`);
  }

  // What is rebuilt stays as open as it was.
  #kept(folded, key) {
    if (!folded) return null;
    folded.open = this.opened.has(key);
    folded.firstChild.dataset.key = key;
    folded.ontoggle = () => (folded.open ? this.opened.add(key) : this.opened.delete(key));
    return folded;
  }

  #rejected(rejected, item) {
    if (!rejected.length) return null;
    return make("ul", { class: "rejected" }, ...rejected.map((held) => make("li", {},
      make("s", { textContent: held.title }),
      make("button", { class: "bare small", type: "button", ...keyed("back", held, item, "no"), "aria-label": t("post.undo_label", { title: held.title }), onclick: () => this.draft.unreject(held) }, icon("undo"), t("post.undo")))));
  }
}

export const productPage = (id) => `/products/${pathOf(id)}`;
