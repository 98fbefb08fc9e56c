// What is tagged in a draft's photo, as a list under it.
import { picture } from "./cards.js";
import { icon, make } from "./dom.js";
import { t } from "./i18n.js";

export function tagged(draft) {
  const tags = [...draft.tags.values()];
  return tags.length ? [make("h2", { textContent: t("post.tagged") }), make("ul", { class: "tagged" }, ...tags.map((tag, index) => row(draft, tags, tag, index)))] : [];
}

function row(draft, tags, tag, index) {
  return make("li", {}, picture(tag.product_id, draft.version, 96), make("span", { textContent: tag.title }),
    make("button", { class: "bare small", type: "button", "data-key": `untag-${tag.product_id}`, next: inItsPlace(draft, tags, tag, index), "aria-label": t("post.untag_label", { title: tag.title }), onclick: () => draft.untag(tag.product_id) }, icon("close"), t("post.untag")));
}

// Where the focus goes: to the next one, the one before, where it can be tagged again.
function inItsPlace(draft, tags, tag, index) {
  const beside = [tags[index + 1], tags[index - 1]].filter(Boolean).map((one) => `untag-${one.product_id}`);
  return [...beside, ...(draft.items ?? []).map((item, at) => `yes-${at + 1}-${tag.product_id}`), "item-1"];
}
