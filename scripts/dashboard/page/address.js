// The address says all that is shown, so that a view can be sent and the back button works:
// #/<view>/<part>?<filter>=<value>&... What is as at first stands not in it.

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function asked() {
  const [path, query = ""] = location.hash.slice(1).split("?");
  const [, view = "", ...parts] = path.split("/");
  return { view, part: decoded(parts.join("/")), query: new URLSearchParams(query) };
}

function addressOf(view, part, query) {
  const path = ["#", view, ...(part ? [encodeURIComponent(part)] : [])].join("/");
  const text = new URLSearchParams(query).toString();
  return text ? `${path}?${text}` : path;
}

// A filter's value, one of those that there are; else the first.
function filterValue(name, values) {
  const value = asked().query.get(name);
  return values.find((known) => String(known) === value) ?? values[0];
}

// Change filters where one is. A step of its own for the back button, unless it only refines.
function setFilters(values, isStep = true) {
  const { view, part, query } = asked();
  for (const [name, value] of Object.entries(values)) {
    if (value === null || value === "") query.delete(name);
    else query.set(name, value);
  }
  const address = addressOf(view || FIRST_VIEW, part, query);
  if (address === location.hash) return;
  if (isStep) history.pushState(null, "", address);
  else history.replaceState(history.state, "", address);
}

// What an entry of the history remembers beside its address: how far down somebody was, and how
// many rows of each table were shown.
function remember(values) {
  history.replaceState({ ...history.state, ...values }, "");
}
const remembered = (name) => history.state?.[name];
const personAddress = (place) => addressOf("people", String(gym.people.id[place]));
