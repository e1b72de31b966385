// Everything about one customer.
const CLOSEST = 24;

// The closest first: ties, by affinity, then by how sure that is, then by how often they met.
function closest(place) {
  const { level, known, chance, count } = gym.pairs;
  return [...gym.pairsOf(place)].sort((a, b) =>
    isTie(b) - isTie(a) || known[b] - known[a] || level[a] - level[b] || chance[b] - chance[a] || count[b] - count[a] || a - b);
}

function transferTable(place, bought) {
  const { user, buyer, pass, kind, match, confidence, location: where, remaining, day } = gym.transfers;
  const rows = [];
  user.forEach((u, i) => { if ((bought ? buyer[i] - 1 : u) === place) rows.push(i); });
  const other = (i) => (bought ? user[i] : buyer[i] - 1);
  const known = (i) => bought || buyer[i] > 0;
  const typed = (i) => gym.typed_buyers[i] ?? "unknown";
  return table({
    caption: bought ? "Passes bought for others" : "Passes that others bought",
    file: `${bought ? "passes_bought" : "passes_used"}_${gym.people.id[place]}`,
    rows, sort: 0, down: true, step: 10,
    columns: [
      { title: "Date", value: (i) => dateOf(day[i]), date: true },
      { title: bought ? "Used by" : "Bought by",
        value: (i) => (known(i) ? nameOf(other(i)) : typed(i)),
        cell: (i) => known(i) ? customerLink(other(i))
          : el("span", { class: "muted" }, "“", bdi(typed(i)), "”, no known customer") },
      { title: "Pass", value: (i) => gym.categories.pass_type[pass[i]] ?? "" },
      { title: "Kind", value: (i) => words(gym.categories.transfer_type[kind[i]]), minor: true },
      { title: "Left on it", value: (i) => (remaining[i] ? remaining[i] - 1 : ""), minor: true },
      { title: "Place", value: (i) => gym.categories.location_name[where[i]] ?? "", minor: true },
      { title: "Matched by", value: (i) => words(gym.categories.match_method[match[i]]), minor: true },
      { title: "Sure, %", value: (i) => confidence[i], number: true, minor: true, term: "sure" },
    ],
  });
}

function connectionTable(place, pairs) {
  const { count, strength, level, known, types, first, last, chance } = gym.pairs;
  return table({
    caption: "Connections", file: `connections_${gym.people.id[place]}`,
    rows: pairs.map((pair, rank) => ({ pair, rank })), sort: 3, step: 15,
    columns: [
      customerColumn("With", (row) => gym.partner(row.pair, place)),
      { title: "Interactions", value: (row) => count[row.pair], number: true, minor: true, term: "interactions" },
      { title: "Strength", value: (row) => strength[row.pair], number: true, minor: true, term: "strength" },
      { title: "Affinity", value: (row) => levelName(level[row.pair]), sortBy: (row) => row.rank, term: "affinity",
        cell: (row) => el("span", { class: `level level${level[row.pair]}` }, levelName(level[row.pair])) },
      { title: "Known tie", value: (row) => (known[row.pair] ? "yes" : ""), minor: true, term: "known" },
      { title: "Tie, %", value: (row) => (chance[row.pair] ? (chance[row.pair] - 1) / 10 : ""), minor: true, term: "chance" },
      { title: "Types", value: (row) => typeNames(types[row.pair]), minor: true },
      { title: "First met", value: (row) => dateOf(first[row.pair]), minor: true, date: true },
      { title: "Last met", value: (row) => dateOf(last[row.pair]), date: true },
    ],
  });
}

function interactionTable(place, pairs) {
  const { count, types, first } = gym.pairs;
  const rows = [];
  for (const pair of pairs) {
    const partner = gym.partner(pair, place);
    if (count[pair] === 1) rows.push({ partner, day: first[pair], type: Math.log2(types[pair]) });
    for (let i = 0; count[pair] > 1 && i < count[pair]; i++) {
      const at = gym.meetingsAt[pair] + i;
      rows.push({ partner, day: gym.meetings.day[at], type: gym.meetings.type[at] });
    }
  }
  return table({
    caption: "Interactions", file: `interactions_${gym.people.id[place]}`, rows, sort: 0, down: true, step: 15,
    columns: [
      { title: "Date", value: (row) => dateOf(row.day), date: true },
      customerColumn("With", (row) => row.partner),
      { title: "Type", value: (row) => words(gym.types[row.type]) },
    ],
  });
}

function crewText(place) {
  const crew = gym.crewOf.get(place);
  if (crew === undefined) return note("In no crew. ", explain("crew"));
  const { members, outings_per_month, founding_date } = gym.crews;
  const others = members[crew].filter((member) => member !== place);
  return el("p", {}, "In the ", crewLink(crew), " with ", customerLinks(others),
    `: ${outings_per_month[crew]} times a month, since ${founding_date[crew]}. `, explain("crew"));
}

// What the week says of the person, so that nobody has to look for it.
function listedText(place) {
  const row = gym.listed.get(place);
  if (!row) return null;
  return panel("On a list of this week", el("p", {},
    el("a", { href: addressOf("week", "", { list: row[LISTED.kind] }) }, row[LISTED.title]),
    ": ", sentence(row[LISTED.reason]), ". ", explain("lists")),
    el("p", {}, [`${row[LISTED.what]}. `, besideText(row)].filter(Boolean)));
}

function cardView(text) {
  const place = gym.placeOf.get(Number(text));
  if (place === undefined) {
    return [el("h1", {}, "Find a customer"), none("There is no customer “", bdi(text), "”.")];
  }
  const { people, transfers } = gym;
  const pairs = closest(place);
  const meant = pairs.reduce((sum, pair) => sum + gym.pairs.count[pair], 0);
  const missing = people.connections[place] - pairs.length;
  const amount = (test) => number(transfers.user.reduce((sum, _, i) => sum + Number(test(i)), 0));
  const drawn = pairs.slice(0, CLOSEST);
  return [
    el("h1", {}, bdi(nameOf(place))),
    lead(`${[`Customer ${people.id[place]}`, ageOf(place)].filter(Boolean).join(", ")}. `,
      people.visits[place] ? `Came from ${dateOf(people.first[place])} to ${dateOf(people.last[place])}.` : "Never came."),
    listedText(place),
    tiles([
      ["check-ins", number(people.visits[place])],
      ["ties beyond chance", number(pairs.filter(isBeyond).length), "beyond"],
      ["connections", number(people.connections[place]), "met"],
      ["interactions", number(meant + missing), "interactions"],
      ["passes bought for others", amount((i) => transfers.buyer[i] - 1 === place)],
      ["passes bought by others", amount((i) => transfers.user[i] === place)],
    ]),
    missing ? note(`${many(missing, "person", "people")} met once, with no other tie, are counted and not listed.`) : null,
    panel("Crew", crewText(place)),
    drawn.length ? panel(drawn.length < pairs.length ? `The closest ${CLOSEST}` : "All connections",
      levelLegend(), egoGraph(place, drawn)) : null,
    panel("Passes bought for others", transferTable(place, true)),
    panel("Passes that others bought", transferTable(place, false)),
    panel("Connections", connectionTable(place, pairs)),
    panel("Interactions", interactionTable(place, pairs)),
  ];
}
