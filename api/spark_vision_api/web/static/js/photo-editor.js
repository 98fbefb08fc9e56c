// A photo with boxes and points on it, drawn and moved by pointer or keys. All places are shares of the photo.
import { clamp, make, percent } from "./dom.js";
import { t } from "./i18n.js";

const MIN_BOX = 0.03; // A smaller drag was a tap.
const BETWEEN = 2; // Pixels between numbers.
const STEP = 0.01; // An arrow key's way; with Shift five times as far.
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function place(element, { x, y, width, height }) {
  Object.assign(element.style, { left: percent(x), top: percent(y) });
  if (width !== undefined) Object.assign(element.style, { width: percent(width), height: percent(height) });
  return element;
}

export class Stage {
  // frame: holds the <img>; drawn(box): a box was drawn; say(text): tells who cannot see.
  constructor(frame, { drawn, say }) {
    Object.assign(this, { frame, drawn, say, box: null });
    this.layer = make("div", { class: "layer" });
    frame.append(this.layer);
    new ResizeObserver(() => this.#apart()).observe(this.layer);
    this.layer.addEventListener("pointerdown", (event) => this.#drag(event));
  }

  show(elements) {
    this.layer.replaceChildren(...elements, ...(this.box ? [this.box] : []));
    this.#apart();
  }

  // Numbers of boxes that begin at the same place stand side by side, within the photo.
  #apart() {
    const { left, right } = this.layer.getBoundingClientRect();
    const taken = [];
    for (const badge of this.layer.querySelectorAll(".mark .badge")) {
      badge.style.translate = "";
      const { x, y, width, height } = badge.getBoundingClientRect();
      const isFree = (at) => at >= left && at + width <= right && taken.every((other) => Math.abs(other.x - at) >= width || Math.abs(other.y - y) >= height);
      const beside = taken.flatMap((_, n) => [n + 1, -n - 1]).map((step) => x + step * (width + BETWEEN));
      const at = [x, ...beside].find(isFree) ?? x;
      badge.style.translate = `${at - x}px`;
      taken.push({ x: at, y });
    }
  }

  at(event) {
    const area = this.layer.getBoundingClientRect();
    return { x: clamp((event.clientX - area.left) / area.width), y: clamp((event.clientY - area.top) / area.height) };
  }

  get drawing() { return this.frame.classList.contains("drawing"); }

  // By pointer: drag anywhere. By keys: a box in the middle takes the focus, is moved and sized, and taken by Enter.
  draw(on = true, byKeys = false) {
    this.frame.classList.toggle("drawing", on);
    this.box?.remove();
    this.box = null;
    if (!on || !byKeys) return;
    let held = { x: 0.3, y: 0.3, width: 0.4, height: 0.4 };
    const box = place(make("button", { class: "mark growing", type: "button", "aria-label": t("stage.box_label") }), held);
    box.onkeydown = (event) => {
      if (event.key === "Escape") { event.preventDefault(); this.draw(false); this.ended?.(); return; }
      const way = WAYS[event.key];
      if (!way) return;
      event.preventDefault();
      const [dx, dy] = way.map((one) => one * STEP * 2);
      held = event.shiftKey
        ? { ...held, width: clamp(held.width + dx, 0.04, 1 - held.x), height: clamp(held.height + dy, 0.04, 1 - held.y) }
        : { ...held, x: clamp(held.x + dx, 0, 1 - held.width), y: clamp(held.y + dy, 0, 1 - held.height) };
      place(box, held);
      this.say(t("stage.box_at", Object.fromEntries(Object.entries(held).map(([name, value]) => [name, Math.round(value * 100)]))));
    };
    box.onclick = () => { this.draw(false); this.drawn(held); };
    this.box = box;
    this.layer.append(box);
    box.focus();
    this.say(t("stage.box_help"));
  }

  #drag(down) {
    const touchDraws = this.drawing || down.pointerType === "mouse";
    if (down.button !== 0 || down.target !== this.layer || !touchDraws) return; // Touch scrolls.
    const from = this.at(down);
    const growing = make("div", { class: "mark growing" });
    const boxTo = (event) => {
      const to = this.at(event);
      return { x: Math.min(from.x, to.x), y: Math.min(from.y, to.y), width: Math.abs(to.x - from.x), height: Math.abs(to.y - from.y) };
    };
    this.box?.remove();
    this.box = null;
    this.layer.append(growing);
    this.layer.setPointerCapture(down.pointerId);
    const end = (box) => {
      this.layer.onpointermove = this.layer.onpointerup = this.layer.onpointercancel = null;
      growing.remove();
      if (!box || Math.min(box.width, box.height) < MIN_BOX) { if (box) this.tapped?.(from); return; }
      this.draw(false);
      this.drawn(box);
    };
    this.layer.onpointermove = (event) => place(growing, boxTo(event));
    this.layer.onpointerup = (event) => end(boxTo(event));
    this.layer.onpointercancel = () => end(null);
  }
}

// A point that is dragged or moved by arrow keys; `moved(point)` once it rests.
export function movable(stage, element, point, moved) {
  let resting = 0;
  const rest = () => {
    if (!resting) return;
    clearTimeout(resting);
    resting = 0;
    moved(point);
  };
  place(element, point);
  element.onblur = () => queueMicrotask(rest); // Who goes on has come to rest; later than a rebuilding of the stage.
  element.onkeydown = (event) => {
    const way = WAYS[event.key];
    if (!way) return;
    event.preventDefault();
    const far = event.shiftKey ? STEP * 5 : STEP;
    point = { x: clamp(point.x + way[0] * far), y: clamp(point.y + way[1] * far) };
    place(element, point);
    stage.say(t("stage.point_at", { x: Math.round(point.x * 100), y: Math.round(point.y * 100) }));
    clearTimeout(resting);
    resting = setTimeout(rest, 500);
  };
  element.onpointerdown = (down) => {
    if (down.button !== 0) return;
    element.setPointerCapture(down.pointerId);
    let far = false;
    element.onpointermove = (event) => {
      const moving = stage.at(event);
      far ||= Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) > 4;
      if (far) { point = moving; place(element, point); }
    };
    element.onpointerup = element.onpointercancel = () => {
      element.onpointermove = element.onpointerup = element.onpointercancel = null;
      if (far) moved(point);
    };
  };
  return element;
}
