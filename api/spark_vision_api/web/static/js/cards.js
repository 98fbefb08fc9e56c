// What is shown of a product: its picture, its name, what it costs, and how sure a suggestion is.
import { pictureOf } from "./api.js";
import { fold, make } from "./dom.js";
import { decimal, money, sureness, t } from "./i18n.js";

export function picture(id, version, size = 320) {
  return make("img", { src: pictureOf(id, size, version), alt: "", width: size, height: size, loading: "lazy", decoding: "async" });
}

export function facts(product) {
  const out = product.availability !== "in_stock";
  return make("p", { class: "facts" },
    product.price ? make("span", { class: "price", textContent: money(product.price) }) : null,
    out ? make("span", { class: "soft small", textContent: t(`availability.${product.availability}`) }) : null);
}

export function gauge(suggestion, guess = false) {
  const { words, figure, share } = sureness(suggestion, guess);
  return make("div", { class: "gauge" },
    make("p", { class: "small" }, make("span", { textContent: words }), make("span", { class: "soft", textContent: figure })),
    make("meter", { min: 0, max: 1, value: share, "aria-label": `${words} · ${figure}` }));
}

// What moved a probability, folded away; nothing where nothing did.
export function why({ title, similarity, why: reasons }) {
  if (!reasons.length) return null;
  const lines = [...reasons.filter(({ effect }) => effect).map(reason),
    line("≈", "", t("why.similarity", { figure: decimal(similarity) })),
    ...reasons.filter(({ effect }) => !effect).map(reason)]; // Where the similarity comes from.
  return fold([t("why.title"), make("span", { class: "only-read", textContent: ` ${title}` })], make("ul", { class: "reasons" }, ...lines));
}

function reason({ code, words, effect }) {
  const [sign, read] = effect > 0 ? ["+", t("why.for")] : effect < 0 ? ["−", t("why.against")] : ["·", ""];
  return line(sign, read, t.known(`reason.${code}`, words));
}

// A sign for the eye, and what it says for who listens.
const line = (sign, read, text) => make("li", {},
  make("span", { class: "sign", "aria-hidden": "true", textContent: sign }),
  make("span", {}, read ? make("span", { class: "only-read", textContent: `${read} ` }) : null, text));

// In place of a card: what the item of that number shows already.
export const sameAs = (number, { title }) => make("p", { class: "small soft", textContent: t("look.same", { n: number, title }) });

// The shop's page, where the feed has one: a feed may hold any scheme.
export const shopLink = (product) => (/^https?:\/\//i.test(product.link) ? product.link : null);
