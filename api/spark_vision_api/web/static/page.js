// The page's whole behaviour: choose a photo, look it up, show what the shop has. Text from a catalogue
// only ever becomes text nodes.
const $ = (id) => document.getElementById(id);
const main = document.querySelector("main");
const MAX_SIDE = 1600; // Pixels sent: more than any model looks at, and quick over a phone's network.
const MIN_BOX = 0.03; // Shares of the photo; a smaller drag was a tap.
let photo = null; // The picture's bytes, as they are sent.
let boxes = [];
let asking = new AbortController();

function make(tag, props = {}, ...children) {
  const element = Object.assign(document.createElement(tag), props);
  element.append(...children);
  return element;
}

async function ask(url, options, retry) {
  asking.abort();
  asking = new AbortController();
  const signal = asking.signal;
  main.classList.add("busy");
  $("results").replaceChildren(make("div", { className: "waiting", ariaLabel: "Looking" }));
  try {
    const response = await fetch(url, { ...options, signal });
    const body = await response.json();
    if (!response.ok) throw Object.assign(new Error(body.detail), { title: body.title, final: response.status < 500 });
    return body;
  } catch (error) {
    if (!signal.aborted) showError(error, retry);
    return null;
  }
}

function showError(error, retry) {
  const title = error.title ?? "The service cannot be reached";
  const text = error.title ? error.message : "Check the connection and try again.";
  $("results").replaceChildren(make("div", { className: "note", role: "alert" },
    make("h2", { textContent: title }), make("p", { textContent: text }),
    ...(error.final ? [] : [make("button", { className: "button quiet", type: "button", textContent: "Try again", onclick: retry })])));
}

async function lookUp() {
  const query = new URLSearchParams(boxes.map((box) => ["box", box.map((value) => value.toFixed(5)).join()]));
  const answer = await ask(`/v1/search/photo?${query}`, {
    method: "POST", body: photo, headers: { "Content-Type": photo.type.startsWith("image/") ? photo.type : "application/octet-stream" },
  }, lookUp);
  if (!answer) return;
  const one = answer.items.length === 1;
  $("results").replaceChildren(...answer.items.map((item, index) => itemView(item, item.box ? index : null, one, answer)));
  $("facts").textContent = `Looked up in ${Math.round(answer.timings.total * 1000)} ms · ${answer.model} · index ${answer.index_version}`;
}

async function searchWords(text) {
  const answer = await ask(`/v1/search/products?${new URLSearchParams({ q: text, top: 12 })}`, {}, () => searchWords(text));
  if (!answer) return;
  $("results").replaceChildren(itemView(answer, null, true, answer, `“${answer.query}”`));
  $("facts").textContent = `${answer.model} · index ${answer.index_version}`;
}

function itemView(item, number, one, answer, title) {
  const name = title ?? (number === null ? (one ? "Closest in this shop" : "Closest to the whole photo") : `Item ${number + 1}`);
  const heading = make("h2");
  if (number !== null) heading.append(make("span", { className: `badge h${number % 6}`, textContent: number + 1 }));
  heading.append(name);
  const body = item.no_match
    ? make("div", { className: "note" },
        make("p", {}, make("strong", { textContent: "Nothing in this shop looks like this." })),
        make("p", { className: "small", textContent: `${item.no_match.detail} Marking one thing closely, or a few words in the search above, may find it.` }))
    : make("ul", { className: "cards" }, ...item.suggestions.map((held) => make("li", {}, card(held, answer, Boolean(title)))));
  return make("article", { className: "item" }, ...(item.no_match && one ? [] : [heading]), body);
}

function card(held, answer, byWords) {
  const product = answer.products[held.product_id];
  const path = held.product_id.split("/").map(encodeURIComponent).join("/");
  const image = make("img", {
    src: `/v1/products/${path}/image?${new URLSearchParams({ size: 320, v: answer.index_version })}`,
    alt: "", width: 320, height: 320, loading: "lazy", decoding: "async",
  });
  const text = make("div", {}, make("span", { className: "title", textContent: held.title }));
  if (product.price) text.append(make("span", { textContent: money(product.price) }));
  if (product.availability !== "in_stock") text.append(make("span", { className: "small", textContent: product.availability.replaceAll("_", " ") }));
  if (!byWords) text.append(make("span", { className: "small", textContent: inWords(held) }), make("meter", { min: 0, max: 1, value: held.probability ?? held.similarity, ariaLabel: inWords(held) }));
  const link = /^https?:\/\//i.test(product.link) ? product.link : null; // A feed may hold any scheme.
  return link
    ? make("a", { className: "card", href: link, target: "_blank", rel: "noopener nofollow" }, image, text)
    : make("div", { className: "card" }, image, text);
}

function money({ amount, currency }) {
  try {
    return new Intl.NumberFormat(undefined, { style: "currency", currency }).format(amount);
  } catch {
    return `${amount} ${currency}`;
  }
}

// A probability is calibrated and can be said plainly; a bare similarity only ranks, so the words stay vague.
function inWords({ probability, similarity }) {
  const steps = (value, words) => words.find(([least]) => value >= least)[1];
  if (probability !== null) return `${steps(probability, [[0.9, "Almost certainly this"], [0.7, "Probably this"], [0.4, "Perhaps this"], [0, "Unlikely"]])} · ${Math.round(probability * 100)} %`;
  return `${steps(similarity, [[0.9, "Looks the same"], [0.75, "Very much alike"], [0.55, "Alike"], [0.3, "A little alike"], [-2, "Hardly alike"]])} · ${similarity.toFixed(2)}`;
}

// Shrunk in the browser: quick to send, and neither the place nor the camera leaves the phone.
async function shrunk(file) {
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, MAX_SIDE / Math.max(bitmap.width, bitmap.height));
    const canvas = make("canvas", { width: Math.max(1, Math.round(bitmap.width * scale)), height: Math.max(1, Math.round(bitmap.height * scale)) });
    const context = canvas.getContext("2d");
    context.fillStyle = "#fff"; // What is transparent lies on white, as it does for the service.
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.92));
  } catch {
    return file; // A format that this browser cannot show; the service may know it, or say so.
  }
}

async function choose(file) {
  if (!file) return;
  photo = await shrunk(file);
  boxes = [];
  URL.revokeObjectURL($("shown").src);
  $("shown").src = URL.createObjectURL(photo);
  await $("shown").decode().catch(() => {}); // A format that is not shown here is looked up all the same.
  $("frame").style.setProperty("--ratio", $("shown").naturalWidth / $("shown").naturalHeight || 1);
  $("drop").hidden = true;
  $("stage").hidden = false;
  showMarks();
  await lookUp();
}

function place(element, [x, y, width, height]) {
  Object.assign(element.style, { left: `${x * 100}%`, top: `${y * 100}%`, width: `${width * 100}%`, height: `${height * 100}%` });
  return element;
}

function showMarks(growing = null) {
  const all = growing ? [...boxes, growing] : boxes;
  $("marks").replaceChildren(...all.map((box, index) => {
    const remove = make("button", { className: "badge", type: "button", textContent: index + 1, title: "Remove", ariaLabel: `Remove item ${index + 1}` });
    remove.onclick = () => { boxes.splice(index, 1); showMarks(); lookUp(); };
    return place(make("div", { className: `mark h${index % 6}` }, remove), box);
  }));
}

function drawing(on) {
  $("frame").classList.toggle("drawing", on);
  $("draw").setAttribute("aria-pressed", on);
}

$("marks").onpointerdown = (down) => {
  const byMouse = down.pointerType === "mouse";
  const touchDraws = $("frame").classList.contains("drawing");
  if (down.button !== 0 || down.target !== $("marks") || !(byMouse || touchDraws)) return; // Touch scrolls.
  const area = $("marks").getBoundingClientRect();
  const at = (event) => [(event.clientX - area.left) / area.width, (event.clientY - area.top) / area.height].map((value) => Math.min(1, Math.max(0, value)));
  const [x0, y0] = at(down);
  const boxTo = (event) => {
    const [x, y] = at(event);
    return [Math.min(x, x0), Math.min(y, y0), Math.abs(x - x0), Math.abs(y - y0)];
  };
  $("marks").setPointerCapture(down.pointerId);
  $("marks").onpointermove = (event) => showMarks(boxTo(event));
  $("marks").onpointercancel = () => { $("marks").onpointermove = $("marks").onpointerup = null; showMarks(); };
  $("marks").onpointerup = (event) => {
    $("marks").onpointermove = $("marks").onpointerup = null;
    const box = boxTo(event);
    const drawn = Math.min(box[2], box[3]) >= MIN_BOX;
    if (drawn) boxes.push(box);
    showMarks();
    if (drawn) { drawing(false); lookUp(); }
  };
};

$("draw").onclick = () => drawing(!$("frame").classList.contains("drawing"));
for (const id of ["file", "camera", "again"]) $(id).onchange = (event) => { choose(event.target.files[0]); event.target.value = ""; };
$("words").onsubmit = (event) => {
  event.preventDefault();
  const text = new FormData(event.target).get("q").trim();
  if (text) searchWords(text);
  else if (photo) lookUp(); // Back to the photo.
};
document.ondragover = (event) => { event.preventDefault(); document.body.classList.add("over"); };
document.ondragleave = (event) => { if (!event.relatedTarget) document.body.classList.remove("over"); };
document.ondrop = (event) => { event.preventDefault(); document.body.classList.remove("over"); choose(event.dataTransfer.files[0]); };
document.onpaste = (event) => choose([...event.clipboardData.files].find((file) => file.type.startsWith("image/")));
