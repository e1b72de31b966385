// Who has most ties, who shares most passes, and who is meant by what is typed. Children are in
// neither ranking.
const ANY = "any";
const TIES = "ties";
const FOUND = 200;
const PEOPLE = [["connected", "Most connected"], ["sharers", "Top sharers"], ["find", "Find"]];
const peopleTabs = (part) => tabs("People", "people", PEOPLE, part);

const STRENGTHS = [[1, "any"], [2, "2 or more"], [3, "3 or more"], [4, "4 or more"], [5, "5"]];
const leastStrength = () => filterValue("strength", STRENGTHS.map(([value]) => value));
const strengthFilter = (changed) => filter("strength", "Strength", STRENGTHS, changed, "strength");
// Words stand in the address, since their order may be another in the next build.
const choices = (found) => [[ANY, "any"], ...found.map((text) => [text ?? "", words(text ?? "")])];
const chosenAmong = (name, found) => {
  const value = filterValue(name, [ANY, ...found.map((text) => text ?? "")]);
  return value === ANY ? undefined : found.findIndex((text) => (text ?? "") === value);
};

// A ranking names nobody who may be a child, not even beside an adult, also where the file has the
// name.
const ranked = (place) => ageOf(place) || nameOf(place);

const affinities = () => [[TIES, "ties: together, or known"], [ANY, "any"],
  ...gym.levels.map((level) => [level, words(level)])];

function connectedRows() {
  const { one, other, count, strength, level, types, last, known } = gym.pairs;
  const affinity = filterValue("affinity", affinities().map(([value]) => value));
  const least = leastStrength();
  const type = chosenAmong("type", gym.types);
  const fits = (pair) => affinity === ANY || (affinity === TIES ? isTie(pair) : gym.levels[level[pair]] === affinity);
  const rows = new Map();
  const add = (place, partner, pair) => {
    if (gym.people.child[place]) return;
    let row = rows.get(place);
    if (!row) {
      row = { place, beyond: 0, known: 0, people: 0, count: 0, most: -1, with: 0, last: 0 };
      rows.set(place, row);
    }
    row.people++;
    row.beyond += isBeyond(pair);
    row.known += known[pair];
    row.count += count[pair];
    // whom somebody ties with stands before whom he only met more often
    const weight = count[pair] + (isBeyond(pair) ? 1e9 : 0);
    if (weight > row.most) [row.most, row.with] = [weight, partner];
    row.last = Math.max(row.last, last[pair]);
  };
  for (let pair = 0; pair < one.length; pair++) {
    if (strength[pair] < least || !fits(pair)) continue;
    if (type !== undefined && !(types[pair] & (1 << type))) continue;
    add(one[pair], other[pair], pair);
    add(other[pair], one[pair], pair);
  }
  // of equals who was in touch more often
  return [...rows.values()].sort((a, b) => b.count - a.count || a.place - b.place);
}

function connectedView() {
  const results = el("div", { class: "panel results" });
  const fill = () => {
    const rows = connectedRows();
    results.replaceChildren(
      note(`${many(rows.length, "adult")} with such a connection, most ties beyond chance first. Children are left out of this list.`),
      table({
        caption: "Most connected customers",
        file: "most_connected",
        rows, sort: 2, down: true, own: true,
        columns: [
          customerColumn("Customer", (row) => row.place),
          idColumn((row) => row.place),
          { title: "Ties beyond chance", value: (row) => row.beyond, number: true, term: "beyond" },
          { title: "Known ties", value: (row) => row.known, number: true, minor: true, term: "known" },
          { title: "People", value: (row) => row.people, number: true, minor: true, term: "met" },
          { title: "Interactions", value: (row) => row.count, number: true, minor: true, term: "interactions" },
          { title: "Closest", value: (row) => ranked(row.with), minor: true,
            cell: (row) => ageOf(row.with) || customerLink(row.with) },
          { title: "Last met", value: (row) => dateOf(row.last), date: true },
        ],
      }),
    );
  };
  fill();
  return [
    el("h1", {}, "Most connected"),
    peopleTabs("connected"),
    lead("Who comes together with most people, more often than chance explains. Guests of one party, and "
      + "people of the same hour, do not count. ", explain("tie")),
    el("div", { class: "choices" },
      filter("affinity", "Affinity", affinities(), fill, "affinity"),
      strengthFilter(fill),
      filter("type", "Type", choices(gym.types), fill, "interactions")),
    leftOutNote(),
    results,
  ];
}

function leftOutNote() {
  if (!gym.left_out) return null;
  return note(`To stay small, this page leaves out ${many(gym.left_out, "pair")} who met once and `
    + "have no other tie. Totals and each customer's number of connections count them.");
}

const DIRECTIONS = [["bought", "bought for others"], ["used", "used others' passes"]];
const direction = () => filterValue("show", DIRECTIONS.map(([value]) => value));

function sharerRows() {
  const { user, buyer, pass, kind, day } = gym.transfers;
  const wantedKind = chosenAmong("kind", gym.categories.transfer_type);
  const wantedPass = chosenAmong("pass", gym.categories.pass_type);
  const least = leastStrength();
  const isBought = direction() === "bought";
  const rows = new Map();
  for (let i = 0; i < user.length; i++) {
    if (!buyer[i] || (wantedKind ?? kind[i]) !== kind[i] || (wantedPass ?? pass[i]) !== pass[i]) continue;
    const pair = gym.pairBetween(user[i], buyer[i] - 1);
    if (least > 1 && !(gym.pairs.strength[pair] >= least)) continue;
    const ends = [buyer[i] - 1, user[i]];
    const [place, partner] = isBought ? ends : ends.reverse();
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
  const results = el("div", { class: "panel results" });
  const fill = () => {
    const rows = sharerRows();
    const [what, whom] = direction() === "bought"
      ? ["bought passes that others used", "Used by"] : ["used passes that others bought", "Bought by"];
    results.replaceChildren(
      note(`${many(rows.length, "adult")} ${what}. Children are left out of this list; `
        + `${many(gym.totals.transfers - gym.totals.known_buyers, "pass", "passes")} whose buyer is not known, too.`),
      table({
        caption: "Top sharers",
        file: "top_sharers",
        rows, sort: 2, down: true, own: true,
        columns: [
          customerColumn("Customer", (row) => row.place),
          idColumn((row) => row.place),
          { title: "Passes", value: (row) => row.passes, number: true },
          { title: whom, value: (row) => row.partners.size, cell: (row) => many(row.partners.size, "person", "people"), number: true },
          { title: "First", value: (row) => dateOf(row.first), date: true, minor: true },
          { title: "Last", value: (row) => dateOf(row.last), date: true },
        ],
      }),
    );
  };
  fill();
  return [
    el("h1", {}, "Top sharers"),
    peopleTabs("sharers"),
    lead("Passes that one customer bought and another used. "
      + "Whoever shares a pass with somebody is a known tie. ", explain("known")),
    el("div", { class: "choices" },
      filter("show", "Show who", DIRECTIONS, fill),
      filter("kind", "Kind", choices(gym.categories.transfer_type), fill),
      filter("pass", "Pass", choices(gym.categories.pass_type), fill),
      strengthFilter(fill)),
    results,
  ];
}

function found(text) {
  gym.searched ??= gym.names.map((name, place) => ({ id: gym.people.id[place], last: gym.people.last[place],
    place, ...nameForms(name ?? "") }));
  gym.related ??= relatedNames(gym.nicknames);
  return ranking(text, gym.searched, gym.related);
}

const HOW = ["number", "start of the name or number", "words of the name", "other spelling, or nickname", "letters within the name"];

function findView() {
  const text = asked().query.get("q") ?? "";
  const top = [el("h1", {}, "Find a customer"), peopleTabs("find")];
  if (!text.trim()) {
    return [...top, lead("Type a part of a name, a nickname, or a customer number, into the field at the top. "
      + "Accents do not matter. Children are found by number only.")];
  }
  const hits = found(text);
  said.textContent = hits.length ? `${many(hits.length, "customer")} found` : "Nobody found";
  if (!hits.length) return [...top, none("No customer matches “", bdi(text), "”.")];
  const place = ({ person }) => person.place;
  return [
    ...top,
    note(hits.length === 1 ? "1 customer matches." : `${many(hits.length, "customer")} match`
      + `${hits.length > FOUND ? `; the first ${FOUND} are listed` : ", the best first"}. Several customers may share a name: compare the numbers.`),
    table({
      caption: "Customers found", file: "customers_found",
      rows: hits.slice(0, FOUND).map((hit, order) => ({ ...hit, order })), sort: 2,
      columns: [
        customerColumn("Customer", place),
        { ...idColumn(place), minor: false },
        { title: "Found by", value: (hit) => HOW[hit.rank], sortBy: (hit) => hit.order, minor: true },
        { title: "Check-ins", value: (hit) => gym.people.visits[place(hit)], number: true, minor: true },
        { title: "Connections", value: (hit) => gym.people.connections[place(hit)], number: true, minor: true },
        { title: "Last check-in", value: (hit) => dateOf(gym.people.last[place(hit)]), date: true },
      ],
    }),
  ];
}

function peopleView(part) {
  if (part === "sharers") return sharersView();
  if (part === "find") return findView();
  return /^(connected)?$/.test(part) ? connectedView() : cardView(part);
}
