// Elements are made here only; what comes from the data becomes text, never markup.
const SVG = "http://www.w3.org/2000/svg";

function made(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

const el = (tag, attributes, ...children) =>
  made(document.createElement(tag), attributes, children);
const svg = (tag, attributes, ...children) =>
  made(document.createElementNS(SVG, tag), attributes, children);
const panel = (title, ...children) =>
  el("section", { class: "panel" }, el("h2", {}, title), ...children);
const note = (...children) => el("p", { class: "note" }, ...children);

// bdi keeps a name that is written from right to left from turning its neighbours around.
const customerLink = (place) =>
  el("a", { href: `#/customers/${gym.people.id[place]}` }, el("bdi", {}, nameOf(place)));

function tiles(figures) {
  return el(
    "dl",
    { class: "tiles" },
    figures.map(([label, value, hint]) =>
      el("div", { class: "tile", title: hint }, el("dd", {}, value), el("dt", {}, label)),
    ),
  );
}

function choice(label, options, chosen, changed) {
  const select = el(
    "select",
    { change: () => changed(select.value) },
    options.map(([value, text]) =>
      el("option", { value, selected: String(value) === String(chosen) }, text),
    ),
  );
  return el("label", { class: "choice" }, el("span", {}, label), select);
}
