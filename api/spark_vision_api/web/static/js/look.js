// Looking things up by a photo that is not kept, or by words.
import { ask } from "./api.js";
import { facts, gauge, picture, sameAs, shopLink, why } from "./cards.js";
import { $, fold, make } from "./dom.js";
import { echoesIn } from "./duplicate-items.js";
import { listen, shrunk } from "./photo.js";
import { place, Stage } from "./photo-editor.js";
import { trouble } from "./errors.js";
import { t } from "./i18n.js";

let photo = null;
let boxes = [];
let asking = new AbortController();
const stage = new Stage($("frame"), { drawn: (box) => { boxes.push(box); pressed(false); lookUp(); }, say: (text) => { $("say").textContent = text; } });
stage.ended = () => { pressed(false); $("draw").focus(); };

async function answerOf(method, path, options, retry) {
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  $("look").classList.add("busy");
  $("results").replaceChildren(make("div", { class: "waiting tall", role: "status", "aria-label": t("look.looking") }));
  try {
    return (await ask(method, path, { ...options, signal })).value;
  } catch (error) {
    if (!signal.aborted) $("results").replaceChildren(trouble(error, retry));
    return null;
  }
}

async function lookUp() {
  marks([]);
  const query = new URLSearchParams(boxes.map(({ x, y, width, height }) => ["box", [x, y, width, height].map((value) => value.toFixed(5)).join()]));
  const type = photo.type.startsWith("image/") ? photo.type : "application/octet-stream";
  const answer = await answerOf("POST", `/v1/search/photo?${query}`, { body: photo, headers: { "Content-Type": type } }, lookUp);
  if (!answer) return;
  const one = answer.items.length === 1;
  marks(answer.items.filter((item) => item.source === "found"));
  const echoes = echoesIn(answer.items);
  $("results").replaceChildren(...answer.items.map((item, index) => {
    const title = item.box ? t("look.item", { n: index + 1 }) : t(one ? "look.closest" : "look.closest_whole");
    return echoes.has(item) ? echo(item, answer, title, echoes.get(item)) : itemView(item, answer, title);
  }));
}

async function searchWords(text) {
  stage.show([]); // What is found by words is not in the photo; the boxes come back with it.
  const query = new URLSearchParams({ q: text, top: 12 });
  const answer = await answerOf("GET", `/v1/search/products?${query}`, {}, () => searchWords(text));
  if (answer) $("results").replaceChildren(itemView(answer, answer, `“${answer.query}”`, true));
}

function itemView(item, answer, title, byWords = false) {
  const body = item.suggestions.length
    ? cards(item.suggestions, answer, (held, index) => [card(held, answer, byWords ? null : item), byWords || index ? null : why(held)])
    : make("div", { class: "note" }, make("p", {}, make("strong", { textContent: t("look.nothing") })), make("p", { class: "small soft", textContent: t("look.nothing_hint") }));
  const guesses = item.no_match && item.suggestions.length ? make("p", { class: "soft", textContent: t("look.unsure") }) : null;
  return make("section", { class: "item" }, make("h2", { textContent: title }), guesses, body);
}

// The same as an item above, in a line; what else it may be is folded away.
function echo(item, answer, title, above) {
  const [first, ...others] = item.suggestions;
  const more = others.length ? fold(t("post.others", { n: others.length }), cards(others, answer, (held) => [card(held, answer, item)])) : null;
  return make("section", { class: "item echo" }, make("h2", { textContent: title }), sameAs(above, first), more);
}

const cards = (suggestions, answer, view) => make("ul", { class: "cards" }, ...suggestions.map((held, index) => make("li", {}, ...view(held, index))));

// item: what it was suggested for; null: it was found by words, and nothing is sure or not.
function card(held, answer, item) {
  const product = answer.products[held.product_id];
  const link = shopLink(product);
  const inside = [picture(held.product_id, answer.index_version), make("span", { class: "title", textContent: held.title }), facts(product), item ? gauge(held, Boolean(item.no_match)) : null];
  return link ? make("a", { class: "card", href: link, target: "_blank", rel: "noopener nofollow" }, ...inside) : make("div", { class: "card" }, ...inside);
}

// What was drawn, to be removed by its number, or what was found.
function marks(found) {
  const drawn = boxes.map((box, index) => {
    const remove = make("button", { class: "badge", type: "button", textContent: index + 1, "aria-label": t("look.remove", { n: index + 1 }) });
    remove.onclick = () => { boxes.splice(index, 1); lookUp(); };
    return place(make("div", { class: "mark" }, remove), box);
  });
  const seen = found.map(({ box }, index) => place(make("div", { class: "mark" }, make("span", { class: "badge", textContent: index + 1 })), box));
  stage.show([...drawn, ...seen]);
}

function pressed(on) { $("draw").setAttribute("aria-pressed", on); }

async function choose(file) {
  photo = await shrunk(file);
  boxes = [];
  const shown = $("shown");
  URL.revokeObjectURL(shown.src);
  shown.src = URL.createObjectURL(photo);
  await shown.decode().catch(() => {}); // A format that is not shown here is looked up all the same.
  $("frame").style.setProperty("--ratio", shown.naturalWidth / shown.naturalHeight || 1);
  $("drop").hidden = true;
  $("stage").hidden = false;
  await lookUp();
}

$("draw").onclick = (event) => { const on = !stage.drawing; pressed(on); stage.draw(on, event.detail === 0); };
$("words").onsubmit = (event) => {
  event.preventDefault();
  const text = new FormData(event.target).get("q").trim();
  if (text) searchWords(text);
  else if (photo) lookUp(); // Back to the photo.
};
listen([$("file"), $("camera"), $("again")], choose);
document.documentElement.dataset.ready = "yes";
