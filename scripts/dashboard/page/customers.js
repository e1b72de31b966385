// Find a customer, and everything about one.
const CLOSEST = 24;
const FOUND = 200;

function found(text) {
  const parts = folded(text).split(/\s+/).filter(Boolean);
  const ids = gym.people.id;
  const hits = [];
  gym.search ??= gym.names.map((name) => folded(name ?? ""));
  for (let place = 0; place < ids.length; place++) {
    const byId = parts.length === 1 && String(ids[place]).startsWith(parts[0]);
    if (byId || parts.every((part) => gym.search[place].includes(part))) hits.push(place);
  }
  return hits.sort((a, b) => Number(String(ids[b]) === text.trim()) - Number(String(ids[a]) === text.trim()));
}

function customersView(text) {
  const title = el("h1", {}, "Customers");
  if (!text.trim()) {
    return [title, el("p", { class: "lead" }, "Type a part of a name, or a customer number, into the "
      + "field at the top. Children are found by number only.")];
  }
  const hits = found(text);
  said.textContent = hits.length ? `${many(hits.length, "customer")} found` : "Nobody found";
  if (!hits.length) {
    return [title, el("p", { class: "none" }, "No customer matches “", el("bdi", {}, text), "”.")];
  }
  return [
    title,
    note(`${many(hits.length, "customer")} ${hits.length === 1 ? "matches" : "match"}`
      + `${hits.length > FOUND ? `; the first ${FOUND} are listed` : ""}. Several customers may share a name: compare the numbers.`),
    table({
      caption: "Customers found", file: "customers_found", rows: hits.slice(0, FOUND), sort: 0,
      columns: [
        customerColumn("Customer", (p) => p),
        { ...idColumn((p) => p), minor: false },
        { title: "Check-ins", value: (p) => gym.people.visits[p], number: true },
        { title: "Connections", value: (p) => gym.people.connections[p], number: true, minor: true },
        { title: "Last check-in", value: (p) => dateOf(gym.people.last[p]), minor: true },
      ],
    }),
  ];
}

// The closest first: ties, by affinity, then by how sure that is, then by how often they met.
function closest(place) {
  const { level, known, chance, count } = gym.pairs;
  return [...gym.pairsOf(place)].sort((a, b) =>
    isTie(b) - isTie(a) || known[b] - known[a] || level[a] - level[b] || chance[b] - chance[a] || count[b] - count[a] || a - b);
}

function shortened(text, most) {
  const letters = [...text];
  return letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : text;
}

// Partners stand in two columns around the person, so that no name covers another.
function egoGraph(place, pairs) {
  const narrow = matchMedia("(max-width: 640px)").matches;
  const [width, reach, letters] = narrow ? [350, 50, 14] : [640, 150, 26];
  const sides = [pairs.filter((_, i) => i % 2 === 0), pairs.filter((_, i) => i % 2 === 1)];
  const row = 27;
  const height = Math.max(sides[0].length, 2) * row + 20;
  const [midX, midY] = [width / 2, height / 2];
  const spots = new Map();
  for (const [right, side] of sides.entries()) {
    for (const [i, pair] of side.entries()) {
      const y = midY + (i - (side.length - 1) / 2) * row;
      const bend = Math.sqrt(Math.max(0.12, 1 - ((y - midY) / (height / 2)) ** 2));
      const x = midX + (right ? 1 : -1) * reach * bend;
      spots.set(gym.partner(pair, place), { pair, right, y, x });
    }
  }
  const lines = [];
  const among = [];
  for (const [partner, spot] of spots) {
    const { count, level } = gym.pairs;
    lines.push(svg("line", { class: `tie level${level[spot.pair]}`, x1: midX, y1: midY, x2: spot.x, y2: spot.y,
      "stroke-width": Math.min(5, 1 + Math.log2(count[spot.pair])) }));
    for (const [next, to] of spots) {
      const pair = next > partner ? gym.pairBetween(partner, next) : undefined;
      if (pair !== undefined && isTie(pair)) {
        among.push(svg("line", { class: "among", x1: spot.x, y1: spot.y, x2: to.x, y2: to.y }));
      }
    }
  }
  const dots = [...spots].map(([partner, { pair, right, x, y }]) =>
    svg("g", { class: "dot", "data-place": partner },
      svg("title", {}, `${nameOf(partner)}: ${many(gym.pairs.count[pair], "interaction")}, ${levelName(gym.pairs.level[pair])}`),
      svg("circle", { class: `level${gym.pairs.level[pair]}`, cx: x, cy: y, r: 7 }),
      svg("text", { x: x + (right ? 13 : -13), y: y + 4, "text-anchor": right ? "start" : "end" },
        shortened(nameOf(partner), letters))));
  return svg("svg", { class: narrow ? "ego narrow" : "ego", viewBox: `0 0 ${width} ${height}`, role: "img", click: openDot,
    "data-edges": lines.length,
    "aria-label": `The ${lines.length} closest to ${nameOf(place)}; the table below lists all` },
    among, lines, svg("circle", { class: "self", cx: midX, cy: midY, r: 10 }), dots);
}

function openDot(event) {
  const dot = event.target.closest("[data-place]");
  if (dot) location.hash = `#/customers/${gym.people.id[Number(dot.dataset.place)]}`;
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
          : el("span", { class: "muted" }, "“", el("bdi", {}, typed(i)), "”, no known customer") },
      { title: "Pass", value: (i) => gym.categories.pass_type[pass[i]] ?? "" },
      { title: "Kind", value: (i) => words(gym.categories.transfer_type[kind[i]]), minor: true },
      { title: "Left on it", value: (i) => (remaining[i] ? remaining[i] - 1 : ""), minor: true },
      { title: "Place", value: (i) => gym.categories.location_name[where[i]] ?? "", minor: true },
      { title: "Matched by", value: (i) => words(gym.categories.match_method[match[i]]), minor: true },
      { title: "Sure, %", value: (i) => confidence[i], number: true, minor: true },
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
      { title: "Interactions", value: (row) => count[row.pair], number: true },
      { title: "Strength", value: (row) => strength[row.pair], number: true, minor: true },
      { title: "Affinity", value: (row) => levelName(level[row.pair]), sortBy: (row) => row.rank,
        cell: (row) => el("span", { class: `level level${level[row.pair]}` }, levelName(level[row.pair])) },
      { title: "Known tie", value: (row) => (known[row.pair] ? "yes" : ""), minor: true },
      { title: "Tie, %", value: (row) => (chance[row.pair] ? (chance[row.pair] - 1) / 10 : ""), minor: true },
      { title: "Types", value: (row) => typeNames(types[row.pair]), minor: true },
      { title: "First", value: (row) => dateOf(first[row.pair]), minor: true, date: true },
      { title: "Last", value: (row) => dateOf(last[row.pair]), minor: true, date: true },
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
  if (crew === undefined) return note("In no crew: crews are three to twelve people who come together more than chance explains.");
  const { members, usual_weekday, usual_hour, outings_per_month, founding_date } = gym.crews;
  const others = members[crew].filter((member) => member !== place);
  return el("p", {}, "In a crew with ", others.map((member, i) => [i ? ", " : "", customerLink(member)]),
    `: mostly on ${usual_weekday[crew]} from ${usual_hour[crew]}:00, ${outings_per_month[crew]} times a month, since ${founding_date[crew]}.`);
}

function cardView(text) {
  const place = gym.placeOf.get(Number(text));
  if (place === undefined) {
    return [el("h1", {}, "Customers"), el("p", { class: "none" }, "There is no customer “", el("bdi", {}, text), "”.")];
  }
  const { people, transfers } = gym;
  const pairs = closest(place);
  const meant = pairs.reduce((sum, pair) => sum + gym.pairs.count[pair], 0);
  const missing = people.connections[place] - pairs.length;
  const amount = (test) => number(transfers.user.reduce((sum, _, i) => sum + Number(test(i)), 0));
  const drawn = pairs.slice(0, CLOSEST);
  return [
    el("h1", {}, el("bdi", {}, nameOf(place))),
    el("p", { class: "lead" }, `${[`Customer ${people.id[place]}`, ageOf(place)].filter(Boolean).join(", ")}. `,
      people.visits[place] ? `Came from ${dateOf(people.first[place])} to ${dateOf(people.last[place])}.` : "Never came."),
    tiles([
      ["check-ins", number(people.visits[place])],
      ["connections", number(people.connections[place])],
      ["interactions", number(meant + missing)],
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

const levelLegend = () => el("p", { class: "legend" },
  gym.levels.map((_, level) => el("span", {}, svg("svg", { viewBox: "0 0 14 14", "aria-hidden": "true" },
    svg("circle", { class: `level${level}`, cx: 7, cy: 7, r: 5.5 })), levelName(level))),
  el("span", { class: "muted" }, "Thick: met often. Dashed: a tie among themselves. Click a dot to open it."));
