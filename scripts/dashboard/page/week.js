// Whom to speak to this week, and whether it helped.

// What the person beside a reason is to it.
const BESIDE = {
  invite_guest: "Host", partner_left: "Partner who left", merge_records: "Other record",
};
const numbered = (place) => [customerLink(place), ` (${gym.people.id[place]})`];

// The person and the crew that a row names beside its own; null where it names none.
function besideText(row) {
  const other = gym.placeOf.get(row[LISTED.other]);
  const crew = gym.crewAt.get(row[LISTED.crew]);
  const links = [other === undefined ? null : numbered(other), crew === undefined ? null : crewLink(crew)]
    .filter(Boolean);
  if (!links.length) return null;
  return el("span", { class: "through" }, `${BESIDE[row[LISTED.kind]] ?? "With"}: `,
    links.map((link, i) => [i ? "; " : "", link]));
}

function listPanel(kind, rows) {
  const [first] = rows;
  const other = (row) => gym.placeOf.get(row[LISTED.other]);
  const crew = (row) => gym.crewAt.get(row[LISTED.crew]);
  const person = (row) => gym.placeOf.get(row[LISTED.id]);
  return panel(first[LISTED.title],
    el("p", { class: "todo" }, el("strong", {}, "What to do: "), `${first[LISTED.what]}.`),
    table({
      caption: first[LISTED.title], file: `week_${kind}`, rows, sort: 0,
      columns: [
        { title: "Priority", value: (row) => row[LISTED.priority], cell: (row) => String(row[LISTED.priority]), term: "priority" },
        { ...customerColumn("Who", person), cell: (row) => numbered(person(row)) },
        { title: "Why, and with whom", value: (row) => row[LISTED.reason],
          cell: (row) => [el("span", {}, sentence(row[LISTED.reason])), besideText(row)].filter(Boolean) },
        { ...idColumn(person), onlyCsv: true },
        { title: "List", value: (row) => row[LISTED.title], onlyCsv: true },
        { title: "What to do", value: (row) => row[LISTED.what], onlyCsv: true },
        { title: "With", value: (row) => (other(row) === undefined ? "" : nameOf(other(row))), onlyCsv: true },
        { title: "With number", value: (row) => row[LISTED.other] ?? "", onlyCsv: true },
        { title: "Crew", value: (row) => (crew(row) === undefined ? "" : crewName(crew(row))), onlyCsv: true },
      ],
    }));
}

const titleOf = (kind) => gym.week.titles[kind] ?? words(kind);
const points = (value) => (value === null ? "" : `${value > 0 ? "+" : ""}${value.toFixed(0)}`);

function outcomesPanel() {
  const rows = gym.week.outcomes.map(([kind, outcome, days, round, listed, held, needed, share, other, difference, low, high, finding]) =>
    ({ kind, outcome, days, round, listed, held, needed, share, other, difference, low, high, finding }));
  const share = (value) => (value === null ? "" : percent(value));
  if (rows.length && rows.every((row) => row.listed + row.held === 0)) {
    return panel("Did the lists help?", none("Too early to say: nobody who was listed, or kept off by lot, has been followed for long enough. "),
      note(explain("heldout")));
  }
  return panel("Did the lists help?",
    note("People on a list beside people kept off it by lot, counted the same way. ", explain("heldout")),
    rows.length ? table({
      caption: "Outcomes of the lists", file: "action_outcomes", rows, sort: 0, step: 30,
      columns: [
        { title: "List", value: (row) => titleOf(row.kind), sortBy: (row) => `${row.kind} ${String(row.round).padStart(6, "0")} ${String(row.days).padStart(4, "0")}` },
        { title: "Counted", value: (row) => row.outcome, minor: true },
        { title: "Days", value: (row) => row.days, number: true },
        { title: "Finding", value: (row) => row.finding ?? "", cell: (row) => sentence(row.finding ?? "") },
        { title: "Round", value: (row) => row.round, number: true, minor: true },
        { title: "Listed", value: (row) => row.listed, number: true, minor: true },
        { title: "Kept off", value: (row) => row.held, number: true, minor: true, term: "heldout" },
        { title: "Needed", value: (row) => row.needed, number: true, minor: true, term: "needed" },
        { title: "Of listed, %", value: (row) => share(row.share), onlyCsv: true },
        { title: "Of kept off, %", value: (row) => share(row.other), onlyCsv: true },
        { title: "Of 100, more", value: (row) => row.difference ?? "", minor: true, term: "interval",
          cell: (row) => (row.difference === null ? "" : `${points(row.difference)} (${points(row.low)} to ${points(row.high)})`) },
        { title: "Low", value: (row) => row.low ?? "", onlyCsv: true },
        { title: "High", value: (row) => row.high ?? "", onlyCsv: true },
      ],
    }) : none("Nothing can be compared yet."));
}

function weekView() {
  const { rows, as_of } = gym.week;
  const byKind = new Map();
  for (const row of rows) byKind.set(row[LISTED.kind], [...(byKind.get(row[LISTED.kind]) ?? []), row]);
  const results = el("div", { class: "results" });
  const fill = () => {
    const chosen = filterValue("list", [ANY, ...byKind.keys()]);
    const kinds = [...byKind].filter(([kind]) => chosen === ANY || kind === chosen);
    results.replaceChildren(...kinds.map(([kind, listed]) => listPanel(kind, listed)));
  };
  fill();
  const isLotted = gym.week.outcomes.some((row) => !row.at(-1)?.includes("nobody is held out"));
  const children = gym.report.find(([, metric]) => metric === "children without a reachable guardian");
  return [
    el("h1", {}, "This week"),
    lead(`Whom to speak to, and why: ${many(rows.length, "person", "people")} as of ${as_of ?? gym.totals.last_date ?? "today"}. `,
      explain("lists"),
      isLotted && rows.length ? [" Some who could be listed are kept off by lot, to see whether a list helps. ", explain("heldout")] : null),
    rows.length ? el("div", { class: "choices" },
      filter("list", "List", [[ANY, "all lists"], ...[...byKind.keys()].map((kind) => [kind, `${titleOf(kind)} (${byKind.get(kind).length})`])], fill))
      : el("div", { class: "panel" }, none("Nobody is on a list today.")),
    results,
    children?.[2] ? note(`${many(children[2], "child was", "children were")} here lately without a guardian who can be reached; the private table children_without_guardian has them.`) : null,
    outcomesPanel(),
  ];
}
