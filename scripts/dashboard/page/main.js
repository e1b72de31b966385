// Which view the address asks for: #/overview, #/customers/<number>, #/networks/<kind> ...
const VIEWS = {
  overview: ["Overview", overviewView],
  connected: ["Most connected", connectedView],
  sharers: ["Top sharers", sharersView],
  customers: ["Customers", (part) => (part ? cardView(part) : customersView(field.value))],
  networks: ["Networks", networksView],
  quality: ["Data quality", qualityView],
};
const main = document.getElementById("main");
const said = document.getElementById("said");
const field = document.getElementById("wanted");
const links = document.getElementById("views");
let gym;

function route() {
  const [, asked = "", part = ""] = location.hash.split("/");
  const view = asked in VIEWS ? asked : "overview";
  return [view, decodeURIComponent(part)];
}

function show() {
  const [view, part] = route();
  main.replaceChildren(...VIEWS[view][1](part).filter(Boolean));
  for (const link of links.children) {
    if (link.hash === `#/${view}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${main.querySelector("h1").textContent} · Gym connections`;
}

function goTo() {
  show();
  scrollTo(0, 0);
  if (document.activeElement !== field) main.focus({ preventScroll: true });
}

function typed() {
  if (location.hash === "#/customers") show();
  else location.hash = "#/customers";
}

async function start() {
  const text = document.getElementById("data").textContent;
  gym = indexed(await unpacked(text));
  document.getElementById("data").remove();
  links.append(...Object.entries(VIEWS).map(([view, [title]]) => el("a", { href: `#/${view}` }, title)));
  field.addEventListener("input", typed);
  document.getElementById("search").addEventListener("submit", (event) => {
    event.preventDefault();
    typed();
    const hits = field.value.trim() ? found(field.value) : [];
    const exact = hits.filter((place) => String(gym.people.id[place]) === field.value.trim());
    if (hits.length === 1 || exact.length === 1) {
      field.blur();
      location.hash = `#/customers/${gym.people.id[(exact[0] ?? hits[0])]}`;
    }
  });
  addEventListener("hashchange", goTo);
  matchMedia("(max-width: 640px)").addEventListener("change", show);
  show();
  document.documentElement.dataset.ready = "true";
}

start().catch((error) => {
  main.replaceChildren(el("p", { class: "none" }, `The page could not be read: ${error.message}`));
  throw error;
});
