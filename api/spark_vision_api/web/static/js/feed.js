// The feed beyond links: cards at points, and the place one had come to when one comes back.
import { make } from "./dom.js";

let open = null;

function close(back = false) {
  if (!open) return;
  open.card.remove();
  if (back) open.point.focus();
  open = null;
}

// The card of a point: the product's row of the bag, beside the point and within the photo.
function show(point) {
  const photo = point.closest(".photo");
  const row = photo.querySelector(`.shelf-row[data-tag="${point.dataset.tag}"]`);
  if (open?.point === point) return;
  close();
  const card = make("div", { class: "pop", role: "group", "aria-label": point.getAttribute("aria-label") }, make("ul", {}, row.cloneNode(true)));
  card.onkeydown = (event) => { if (event.key === "Escape") close(true); };
  photo.append(card);
  const area = photo.getBoundingClientRect();
  const at = point.querySelector(".ring").getBoundingClientRect();
  const left = Math.min(Math.max(at.x + at.width / 2 - area.x - card.offsetWidth / 2, 8), area.width - card.offsetWidth - 8);
  const below = at.bottom - area.y + 10;
  const above = at.top - area.y - card.offsetHeight - 10;
  Object.assign(card.style, { left: `${left}px`, top: `${below + card.offsetHeight > area.height && above > 0 ? above : below}px` });
  open = { point, card };
}

document.addEventListener("click", (event) => {
  const point = event.target.closest?.(".points a");
  if (point) {
    event.preventDefault();
    show(point);
    if (event.detail === 0) open.card.querySelector("a.title").focus(); // By key: on into the card.
    return;
  }
  if (!event.target.closest?.(".pop")) close();
  const photo = event.target.closest?.(".photo");
  // A first tap shows the points, a second one opens the post.
  if (photo && matchMedia("(hover: none)").matches && event.target.closest(".open") && photo.querySelector(".points") && !photo.classList.contains("shown")) {
    event.preventDefault();
    for (const other of document.querySelectorAll(".photo.shown")) other.classList.remove("shown");
    photo.classList.add("shown");
  }
});
document.addEventListener("pointerover", (event) => {
  const point = event.pointerType === "mouse" ? event.target.closest?.(".points a") : null;
  if (point) show(point);
});
document.addEventListener("keydown", (event) => { if (event.key === "Escape") close(true); });
document.addEventListener("toggle", (event) => {
  if (event.target.matches?.(".bag") && event.target.open) {
    close();
    for (const bag of document.querySelectorAll(".bag[open]")) if (bag !== event.target) bag.open = false;
  }
}, true);

// The place: how many posts were there, and how far down. Browsers that keep the page itself need none of it.
const key = `place ${location.pathname}${location.search}`;
const count = () => document.querySelectorAll(".post").length;
const kept = JSON.parse(sessionStorage.getItem(key) ?? "null");
addEventListener("pagehide", () => sessionStorage.setItem(key, JSON.stringify({ posts: count(), y: scrollY })));

const settled = () => new Promise((done) => {
  document.addEventListener("htmx:afterSettle", done, { once: true });
  setTimeout(done, 4000);
});

const [navigation] = performance.getEntriesByType("navigation");
if (kept && navigation?.type === "back_forward" && kept.posts > count()) {
  history.scrollRestoration = "manual";
  if (document.readyState !== "complete") await new Promise((done) => addEventListener("load", done, { once: true })); // Before, htmx does not listen.
  for (let before = -1; before < count() && count() < kept.posts;) {
    before = count();
    const next = settled();
    document.querySelector(".next a")?.click();
    await next;
  }
  scrollTo({ top: kept.y, behavior: "instant" });
  history.scrollRestoration = "auto";
}
document.documentElement.dataset.ready = "yes";
