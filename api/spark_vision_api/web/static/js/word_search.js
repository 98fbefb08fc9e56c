// The shop's products by words, to tag one by hand.
import { ask } from "./api.js";
import { facts, picture } from "./cards.js";
import { $, make, once } from "./dom.js";
import { trouble } from "./errors.js";
import { t } from "./i18n.js";

export class WordSearch {
  // found: told of the products that are shown, by id; chosen: of the suggestion that was pressed.
  constructor({ found, chosen }) {
    this.found = found;
    this.chosen = chosen;
    this.search = once(250, () => this.look());
    $("words").onsubmit = (event) => { event.preventDefault(); this.search(); };
    $("words").q.oninput = this.search;
  }

  async look() {
    const text = $("words").q.value.trim();
    if (!text) { $("found").replaceChildren(); return; }
    try {
      const { value } = await ask("GET", `/v1/search/products?${new URLSearchParams({ q: text, top: 8 })}`);
      if ($("words").q.value.trim() === text) this.show(value);
    } catch (error) {
      $("found").replaceChildren(trouble(error, this.search));
    }
  }

  show({ suggestions, products, index_version: version }) {
    this.found(products);
    $("found").replaceChildren(make("ul", { class: "others" }, ...suggestions.map((held) => make("li", {},
      make("button", { class: "other", type: "button", "data-key": `hand-${held.product_id}`, "aria-label": t("post.yes_label", { title: held.title }), onclick: () => this.choose(held) },
        picture(held.product_id, version, 176), make("span", { textContent: held.title }), facts(products[held.product_id]))))));
  }

  choose(held) {
    $("words").q.value = "";
    $("found").replaceChildren();
    this.chosen(held);
  }
}
