// Elements from JavaScript. What people or feeds wrote only ever becomes text nodes.
export const $ = (id) => document.getElementById(id);

// `props` are properties; a key with a dash, and `role`, `for`, `class` are attributes.
export function make(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class" || name === "role" || name === "for" || name.includes("-")) element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const fold = (label, ...inside) => make("details", { class: "more" }, make("summary", {}, ...[label].flat()), ...inside);

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  check: "m5 12.5 4.5 4.5L19 7.5", close: "m6.5 6.5 11 11M17.5 6.5l-11 11", plus: "M12 5v14M5 12h14",
  bag: "M5.5 8.5h13l.9 11.5H4.6zM9 8.5V7a3 3 0 0 1 6 0v1.5", undo: "M8.5 6 4.5 10l4 4M5 10h9a5 5 0 0 1 0 10h-3",
};

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  for (const [key, value] of [["class", "icon"], ["viewBox", "0 0 24 24"], ["aria-hidden", "true"]]) svg.setAttribute(key, value);
  svg.append(path);
  return svg;
}

export const percent = (value) => `${(value * 100).toFixed(3)}%`;
export const clamp = (value, least = 0, most = 1) => Math.min(most, Math.max(least, value));

export function once(wait, work) {
  let timer = 0;
  return (...given) => { clearTimeout(timer); timer = setTimeout(() => work(...given), wait); };
}
