// Which view the address asks for: #/week, #/questions, #/people/<number>, #/networks/<kind> ...
const FIRST_VIEW = "week";
const VIEWS = {
  week: ["This week", weekView],
  questions: ["Questions", questionsView],
  people: ["People", peopleView],
  networks: ["Networks", networksView],
  crews: ["Crews", crewsView],
  quality: ["Quality", qualityView],
};
// Where views stood before; a bookmark still opens them.
const MOVED = { overview: "quality/figures", connected: "people/connected", sharers: "people/sharers", customers: "people" };
const SEARCH = "find";
const main = document.getElementById("main");
const said = document.getElementById("said");
const field = document.getElementById("wanted");
const links = document.getElementById("views");
let gym;

const isSearch = ({ view, part }) => view === "people" && part === SEARCH;

function moved() {
  const { view, part } = asked();
  if (Object.hasOwn(MOVED, view)) history.replaceState(history.state, "", ["#", ...MOVED[view].split("/"), part].filter(Boolean).join("/"));
}

function show() {
  moved();
  const { view, part, query } = asked();
  const shown = Object.hasOwn(VIEWS, view) ? view : FIRST_VIEW;
  main.replaceChildren(...VIEWS[shown][1](part).flat(Infinity).filter(Boolean));
  for (const link of links.children) {
    if (link.hash === `#/${shown}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (document.activeElement !== field) field.value = isSearch({ view, part }) ? query.get("q") ?? "" : "";
  document.title = `${main.querySelector("h1").textContent} · Gym connections`;
}

function goTo() {
  // a step back comes here while the field may still have the focus
  if (document.activeElement === field) field.blur();
  show();
  scrollTo(0, remembered("top") ?? 0);
  main.focus({ preventScroll: true });
}

// What is typed is one step of the history, however many letters it has.
function typed() {
  const address = addressOf("people", SEARCH, field.value.trim() ? { q: field.value } : {});
  if (isSearch(asked())) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  show();
}

function submitted(event) {
  event.preventDefault();
  typed();
  const hits = found(field.value);
  if (hits.length === 1 || hits[0]?.rank === EXACT_ID) location.hash = personAddress(hits[0].person.place);
}

async function start() {
  const text = document.getElementById("data").textContent;
  gym = indexed(await unpacked(text));
  document.getElementById("data").remove();
  links.append(...Object.entries(VIEWS).map(([view, [title]]) => el("a", { href: `#/${view}` }, title)));
  field.addEventListener("input", typed);
  document.getElementById("search").addEventListener("submit", submitted);
  document.querySelector(".skip").addEventListener("click", (event) => {
    // an address of its own would be another view
    event.preventDefault();
    main.focus();
  });
  history.scrollRestoration = "manual";
  addEventListener("click", (event) => {
    if (event.target.closest("a[href^='#/']")) remember({ top: scrollY });
  }, { capture: true });
  addEventListener("hashchange", goTo);
  matchMedia("(max-width: 640px)").addEventListener("change", show);
  show();
  scrollTo(0, remembered("top") ?? 0);
  document.documentElement.dataset.ready = "true";
}

start().catch((error) => {
  main.replaceChildren(el("p", { class: "none" }, `The page could not be read: ${error.message}`));
  throw error;
});
