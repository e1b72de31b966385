// Who has most ties, and who shares most passes. Children are in neither list.
const ANY = "any";
const TIES = "ties";
const filters = { strength: 1, level: TIES, type: ANY, direction: "bought", kind: ANY, pass: ANY };

const strengthChoice = (changed) =>
  choice("Strength", [1, 2, 3, 4, 5].map((s) => [s, s === 1 ? "any" : s === 5 ? "5" : `${s} or more`]),
    filters.strength, (value) => { filters.strength = Number(value); changed(); });

const wanted = (value, filter) => filter === ANY || value === Number(filter);

// A ranking names nobody who may be a child, not even beside an adult, also where the file has the
// name.
const ranked = (place) => ageOf(place) || nameOf(place);

function connectedRows() {
  const { one, other, count, strength, level, types, last } = gym.pairs;
  const rows = new Map();
  const add = (place, partner, pair) => {
    if (gym.people.child[place]) return;
    let row = rows.get(place);
    if (!row) {
      row = { place, people: 0, count: 0, most: 0, with: 0, last: 0 };
      rows.set(place, row);
    }
    row.people++;
    row.count += count[pair];
    if (count[pair] > row.most) [row.most, row.with] = [count[pair], partner];
    row.last = Math.max(row.last, last[pair]);
  };
  for (let pair = 0; pair < one.length; pair++) {
    if (strength[pair] < filters.strength || !(filters.level === TIES ? isTie(pair) : wanted(level[pair], filters.level))) continue;
    if (filters.type !== ANY && !(types[pair] & (1 << Number(filters.type)))) continue;
    add(one[pair], other[pair], pair);
    add(other[pair], one[pair], pair);
  }
  return [...rows.values()];
}

function connectedView() {
  const results = el("div", { class: "panel", "aria-live": "polite" });
  const fill = () => {
    const rows = connectedRows();
    results.replaceChildren(
      note(`${many(rows.length, "adult")} with such a connection. Children are left out of this list.`),
      table({
        caption: "Most connected customers",
        file: "most_connected",
        rows, sort: 2, down: true,
        columns: [
          customerColumn("Customer", (row) => row.place),
          idColumn((row) => row.place),
          { title: "People", value: (row) => row.people, number: true },
          { title: "Interactions", value: (row) => row.count, number: true },
          { title: "Most often with", value: (row) => ranked(row.with), minor: true,
            cell: (row) => ageOf(row.with) || customerLink(row.with) },
          { title: "Last", value: (row) => dateOf(row.last), minor: true },
        ],
      }),
    );
  };
  const set = (name) => (value) => { filters[name] = value; fill(); };
  fill();
  return [
    el("h1", {}, "Most connected"),
    el("p", { class: "lead" }, "Strength counts how often two people met, however that came about; "
      + "affinity says whether it is more than chance. A tie is together, or known to the gym: a family, a "
      + "pass, a small purchase. Who only met at one party is none."),
    el("div", { class: "choices" },
      choice("Affinity", [[TIES, "ties: together, or known"], [ANY, "any"], ...gym.levels.map((_, l) => [l, levelName(l)])],
        filters.level, set("level")),
      strengthChoice(fill),
      choice("Type", [[ANY, "any"], ...gym.types.map((type, t) => [t, words(type)])],
        filters.type, set("type"))),
    leftOutNote(),
    results,
  ];
}

function leftOutNote() {
  if (!gym.left_out) return null;
  return note(`To stay small, this page leaves out ${many(gym.left_out, "pair")} who met once and `
    + "have no other tie. Totals and each customer's number of connections count them.");
}

function sharerRows() {
  const { user, buyer, pass, kind, day } = gym.transfers;
  const rows = new Map();
  for (let i = 0; i < user.length; i++) {
    if (!buyer[i] || !wanted(kind[i], filters.kind) || !wanted(pass[i], filters.pass)) continue;
    const pair = gym.pairBetween(user[i], buyer[i] - 1);
    if (filters.strength > 1 && !(gym.pairs.strength[pair] >= filters.strength)) continue;
    const ends = [buyer[i] - 1, user[i]];
    const [place, partner] = filters.direction === "bought" ? ends : ends.reverse();
    if (gym.people.child[place]) continue;
    let row = rows.get(place);
    if (!row) {
      row = { place, passes: 0, partners: new Set(), first: day[i], last: 0 };
      rows.set(place, row);
    }
    row.passes++;
    row.partners.add(partner);
    row.last = day[i];
  }
  return [...rows.values()];
}

function sharersView() {
  const results = el("div", { class: "panel", "aria-live": "polite" });
  const fill = () => {
    const rows = sharerRows();
    const [what, whom] = filters.direction === "bought"
      ? ["bought passes that others used", "Used by"] : ["used passes that others bought", "Bought by"];
    results.replaceChildren(
      note(`${many(rows.length, "adult")} ${what}. Children are left out of this list; `
        + `${many(gym.totals.transfers - gym.totals.known_buyers, "pass", "passes")} whose buyer is not known, too.`),
      table({
        caption: "Top sharers",
        file: "top_sharers",
        rows, sort: 2, down: true,
        columns: [
          customerColumn("Customer", (row) => row.place),
          idColumn((row) => row.place),
          { title: "Passes", value: (row) => row.passes, number: true },
          { title: whom, value: (row) => row.partners.size, cell: (row) => many(row.partners.size, "person", "people"), number: true },
          { title: "First", value: (row) => dateOf(row.first), minor: true },
          { title: "Last", value: (row) => dateOf(row.last), minor: true },
        ],
      }),
    );
  };
  const set = (name) => (value) => { filters[name] = value; fill(); };
  const listed = (name) => [[ANY, "any"], ...gym.categories[name].map((text, i) => [i, words(text ?? "")])];
  fill();
  return [
    el("h1", {}, "Top sharers"),
    el("p", { class: "lead" }, "Passes that one customer bought and another used. "
      + "Whoever shares a pass with somebody is a known tie."),
    el("div", { class: "choices" },
      choice("Show who", [["bought", "bought for others"], ["used", "used others' passes"]],
        filters.direction, set("direction")),
      choice("Kind", listed("transfer_type"), filters.kind, set("kind")),
      choice("Pass", listed("pass_type"), filters.pass, set("pass")),
      strengthChoice(fill)),
    results,
  ];
}
