// Posting: a photo, what is in it, a caption, and out. The draft is on the service from the first moment on.
import { ApiError, ask } from "./api.js";
import { Draft } from "./draft.js";
import { $, make, once } from "./dom.js";
import { echoed, overlaps } from "./duplicate-items.js";
import { giveFocus, keepFocus, wantFocus } from "./focus.js";
import { Items } from "./items.js";
import { Kept } from "./pending-upload.js";
import { waitsFor } from "./outbox.js";
import { listen, shrunk } from "./photo.js";
import { movable, place, Stage } from "./photo-editor.js";
import { failed, tellState } from "./state.js";
import { tagged } from "./tag-list.js";
import { trouble } from "./errors.js";
import { WordSearch } from "./word_search.js";
import { t } from "./i18n.js";

const { account, post: known } = $("editor").dataset;
const kept = new Kept(account);
let draft = null;
let items = null;
let held = null; // The photo while it is on its way: { photo, key }.
let uploading = false;
let fresh = null; // The box that was drawn last, until its item is there.
let askedForTags = false;
let spot = null; // Where the poster tapped last: what is searched for goes there.
const say = (text) => { $("say").textContent = text; };
const stage = new Stage($("frame"), { drawn: (box) => { pressed(false); if (draft) addBox(box); }, say });
stage.ended = () => { pressed(false); $("draw").focus(); };
stage.tapped = (point) => { if (!draft) return; spot = point; marks(); $("words").q.focus(); };

function pressed(on) { $("draw").setAttribute("aria-pressed", on); }

const isPosted = () => draft.post.state !== "draft";
const saved = () => (isPosted() ? t(`post.saved.${draft.post.state}`) : t("post.state.saved"));

const told = (state, error) => tellState(state, state === "saved" ? saved() : t(`post.state.${state}`), error);

// --- The photo ---

async function showPhoto(url, ratio) {
  $("drop").hidden = true;
  $("refused").replaceChildren();
  $("stage").hidden = $("side").hidden = false;
  $("editor").classList.add("begun");
  if (ratio) $("frame").style.setProperty("--ratio", ratio);
  $("shown").src = url;
  await $("shown").decode().catch(() => {}); // A format that is not shown here; the service may know it.
  if ($("shown").naturalWidth) $("frame").style.setProperty("--ratio", $("shown").naturalWidth / $("shown").naturalHeight);
}

async function choose(file) {
  if (draft || uploading) return; // Another photo is another post.
  const photo = await shrunk(file);
  held = { photo, key: crypto.randomUUID() };
  await kept.keepPhoto(held);
  await upload();
}

// The photo alone, so that a call whose answer was lost is the same when it is made again; the caption follows.
async function upload() {
  if (!held || uploading) return;
  uploading = true;
  showPhoto(URL.createObjectURL(held.photo));
  told("uploading");
  waiting();
  const body = new FormData();
  body.append("photo", held.photo, "photo.jpg");
  try {
    const { value } = await ask("POST", "/v1/posts", { body, headers: { "Idempotency-Key": held.key } });
    await arrived(value);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.keeps) {
      told(waitsFor(error), error);
      $("items").replaceChildren(trouble(error, upload));
    } else await refused(error);
  } finally {
    uploading = false;
  }
}

// Not this photo, so that another one has to be chosen; what was typed stays.
async function refused(error) {
  held = null;
  await kept.drop();
  if ($("caption").value) kept.keepCaption($("caption").value);
  $("drop").hidden = false;
  $("stage").hidden = $("side").hidden = true;
  $("editor").classList.remove("begun");
  $("refused").replaceChildren(trouble(error));
  $("choose").textContent = t("post.choose_another");
}

// The caption is on its way before what was kept of it goes.
async function arrived(post) {
  const typed = $("caption").value;
  history.replaceState(null, "", `/post/${post.id}`);
  held = null;
  begin(post);
  $("caption").value = typed;
  takeCaption();
  await kept.drop();
}

// --- The draft ---

function begin(post) {
  draft = new Draft(post, account, { changed: render, told, refused: failed });
  items = new Items($("items"), $("shown"), draft);
  $("caption").value = post.caption;
  $("publish").textContent = t(post.state === "published" ? "post.done" : "post.publish");
  $("remove").textContent = t(isPosted() ? "post.delete" : "post.remove");
  for (const control of [$("draw"), $("words").q, $("publish")]) control.disabled = false; // They need a draft.
  told("saved");
  draft.load();
}

function waiting() {
  $("items").replaceChildren(make("div", { class: "waiting card-high", role: "status" }, make("span", { class: "only-read", textContent: t("post.looking") })), make("p", { class: "soft looking", textContent: t("post.looking") }));
}

function render() {
  keepFocus();
  if (draft.trouble) $("items").replaceChildren(trouble(draft.trouble, () => draft.load()));
  else if (!draft.items) waiting();
  else showItems();
  marks();
  $("tagged").replaceChildren(...tagged(draft));
  const n = draft.tags.size;
  $("count").textContent = t("post.count", { n });
  if (draft.items && fresh) focusOn(fresh);
  giveFocus(draft.items || draft.trouble);
}

function focusOn(box) {
  const item = shownItems().find((one) => one.box && near(one.box, box));
  if (item) wantFocus([`item-${item.number}`]);
  fresh = null;
}

// The whole photo is worth a card of its own only where no region says the same.
function shownItems() {
  const regions = draft.items.filter((item) => item.box);
  const asWhole = draft.items.filter((item) => !item.box);
  const shown = regions.length ? regions : asWhole;
  // A tag counts for the whole photo, a sure suggestion for what overlaps it.
  const shows = (item) => (above) => (draft.settled(above) || (!above.no_match && overlaps(above, item)) ? draft.first(above)?.product_id : null);
  return shown.map((item, index) => ({ ...item, number: index + 1, alone: !regions.length, own: isOwn(item.box), drop: () => dropBox(item.box),
    echo: (id) => echoed(shown, index, id, shows(item)) }));
}

const near = (a, b) => ["x", "y", "width", "height"].every((side) => Math.abs(a[side] - b[side]) < 1e-4);
const isOwn = (box) => box && draft.post.boxes.some((own) => near(own, box));
const dropBox = (box) => draft.boxes(draft.post.boxes.filter((own) => !near(own, box)));

function addBox(box) {
  fresh = box;
  say(t("post.box_added"));
  draft.boxes([...draft.post.boxes, box]);
}

function showItems() {
  $("items").replaceChildren(...shownItems().map((item, index) => items.view(item, index)));
}

function marks() {
  const boxes = draft.items ? shownItems().filter((item) => item.box) : draft.post.boxes.map((box, index) => ({ box, number: index + 1 }));
  const quiet = (item) => item.suggestions && draft.settled(item);
  const drawn = boxes.map((item) => place(make("div", { class: `mark${quiet(item) ? " settled" : ""}` }, make("span", { class: "badge", textContent: item.number })), item.box));
  const points = [...draft.tags.values()].map((tag) => movable(stage,
    make("button", { class: "point", type: "button", "data-key": `point-${tag.product_id}`, "aria-label": t("post.point_label", { title: tag.title }), title: tag.title }), tag,
    (point) => draft.move(tag.product_id, point)));
  const here = spot ? [place(make("div", { class: "spot" }), spot)] : [];
  stage.show([...drawn, ...here, ...points]);
}

// --- Words ---

new WordSearch({
  found: (products) => Object.assign(draft.products, products),
  chosen: (held) => {
    draft.tag(held.product_id, held.title, spot ?? { x: 0.5, y: 0.5 });
    spot = null;
    marks();
    document.querySelector(`[data-key="${CSS.escape(`point-${held.product_id}`)}"]`)?.focus({ preventScroll: false });
    say(t("post.point_help"));
  },
});

// --- Out ---

// What was typed a moment ago is on its way, too.
function takeCaption() {
  if (draft && $("caption").value !== draft.post.caption) draft.caption($("caption").value);
}

function typed() {
  if (draft) takeCaptionSoon();
  else kept.keepCaption($("caption").value);
}

const takeCaptionSoon = once(400, takeCaption);

async function leave(button, work) {
  failed(null);
  button.disabled = true;
  try {
    location.assign(await work());
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    button.disabled = false;
    failed(error);
  }
}

async function publish() {
  takeCaption();
  await draft.outbox.send();
  if (!draft.outbox.empty) throw draft.outbox.stopped;
  await ask("POST", `${draft.path}/publish`);
  return `/posts/${draft.post.id}`;
}

async function remove() {
  // What is not there has been thrown away, if only its answer was lost.
  if (draft) await ask("DELETE", draft.path).catch((error) => { if (error.status !== 404) throw error; });
  await kept.drop();
  return draft && isPosted() ? "/me" : "/post";
}

// Asked once: nothing tagged may be meant.
function mayPublish() {
  if (isPosted() || draft.tags.size || askedForTags) return true;
  askedForTags = confirm(t("post.nothing_tagged"));
  return askedForTags;
}

$("draw").onclick = (event) => { const on = !stage.drawing; pressed(on); stage.draw(on, event.detail === 0); };
$("caption").oninput = typed;
addEventListener("pagehide", takeCaption);
$("publish").onclick = () => mayPublish() && leave($("publish"), publish);
$("remove").onclick = () => confirm(t(draft && isPosted() ? "post.delete_sure" : "post.remove_sure")) && leave($("remove"), remove);
listen([$("file"), $("camera")], choose);
addEventListener("online", upload);

if (known) {
  const { value } = await ask("GET", `/v1/posts/${known}`);
  showPhoto(value.photo.url, value.photo.width / value.photo.height).then(() => draft?.items && render());
  begin(value);
} else {
  held = await kept.photo();
  $("caption").value = kept.caption(); // Not what the browser itself brings back: it may be another's.
  await upload();
}
document.documentElement.dataset.ready = "yes";
