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
const lead = (...children) => el("p", { class: "lead" }, ...children);
const none = (...children) => el("p", { class: "none" }, ...children);

// Text that may break where it must: after a hyphen, slash or underscore, and within a word so long
// that it would push a column off a phone.
function breakable(text) {
  const parts = String(text ?? "").split(/(?<=[/_-])/u).flatMap((part) => part.match(/\S{1,12}\s*|\s+/gu) ?? []);
  return parts.map((part, i) => [i ? el("wbr") : null, part]);
}

// A sentence whose dates are not broken at their hyphens.
const sentence = (text) => text.split(/(\d{4}-\d{2}-\d{2})/)
  .map((part, i) => (i % 2 ? el("span", { class: "whole" }, part) : breakable(part)));

// bdi keeps a name that is written from right to left from turning its neighbours around.
const bdi = (text) => el("bdi", {}, breakable(text));
const customerLink = (place) => el("a", { href: personAddress(place) }, bdi(nameOf(place)));
const customerLinks = (places) => places.map((place, i) => [i ? ", " : "", customerLink(place)]);

function tiles(figures) {
  return el(
    "dl",
    { class: "tiles" },
    figures.map(([label, value, term]) =>
      el("div", { class: "tile" }, el("dd", {}, value),
        el("dt", {}, term ? withTerm(label, term) : label)),
    ),
  );
}

// The parts of a view, each with an address of its own.
function tabs(label, view, parts, chosen) {
  return el("nav", { class: "tabs", "aria-label": label }, parts.map(([part, title]) =>
    el("a", { href: addressOf(view, part), "aria-current": part === chosen ? "page" : null }, title)));
}

// A filter that stands in the address; options: value and text, the first is chosen at first.
function filter(name, label, options, changed, term) {
  const values = options.map(([value]) => value);
  const chosen = filterValue(name, values);
  const select = el(
    "select",
    { change: () => {
      setFilters({ [name]: select.value === String(values[0]) ? null : select.value });
      changed();
      said.textContent = main.querySelector(".results :is(.note, h2)")?.textContent ?? "";
    } },
    options.map(([value, text]) => el("option", { value, selected: value === chosen }, text)),
  );
  const choice = el("label", { class: "choice" }, el("span", {}, label), select);
  return term ? el("span", { class: "choice-explained" }, choice, explain(term)) : choice;
}
