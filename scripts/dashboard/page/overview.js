// The gym in figures, and how good the data are.
const section = (name) => gym.report.filter(([part, metric]) => part === name && metric !== "total");

// The figures of a section, in the order of metrics where one is given, else the largest first.
function reportBars(name, label = words, metrics = null) {
  const rows = section(name).filter(([, metric, , share]) =>
    share !== null && (metrics?.includes(metric) ?? metric !== "purchaser known"));
  rows.sort(metrics ? (a, b) => metrics.indexOf(a[1]) - metrics.indexOf(b[1]) : (a, b) => b[2] - a[2]);
  return bars(name, rows.map(([, metric, value, share, hint]) => [label(metric), value, share, hint]));
}

function strongestNote() {
  const real = gym.report.find(([part, metric]) => part === "affinity" && !gym.levels.includes(metric));
  return note("Whether they meet more than chance explains."
    + (real ? ` Of the pairs of strength 5, ${percent(real[3])} do.` : ""));
}

function strengthBars() {
  return bars("Pairs by strength", section("connections").map(([, metric, value, share, hint]) =>
    [`${metric.replace("strength ", "")}: ${hint.replace("(s)", "s").replace(/^1 interactions/, "1 interaction")}`, value, share]));
}

function monthly() {
  const months = [...new Set(gym.months.map(([month]) => month))];
  const told = new Map(gym.months.map(([month, type, count]) => [`${month} ${type}`, count]));
  const count = (month, type) => told.get(`${month} ${type}`) ?? 0;
  return panel("Interactions by type and month",
    el("div", { class: "charts" }, gym.types.map((type, t) =>
      monthChart(words(type), months, months.map((month) => count(month, type)), `color${t}`))),
    note("Each chart has its own scale. The first and the last month may be incomplete."),
    el("details", {}, el("summary", {}, "The same as a table"), table({
      caption: "Interactions by type and month", file: "interactions_by_month", rows: months, sort: 0, step: 60,
      columns: [{ title: "Month", value: (month) => month },
        ...gym.types.map((type) => ({ title: words(type), value: (month) => count(month, type), number: true }))],
    })));
}

function overviewView() {
  const { totals } = gym;
  const rate = totals.transfers ? `${((100 * totals.known_buyers) / totals.transfers).toFixed(1)} %` : "–";
  return [
    el("h1", {}, "Overview"),
    el("p", { class: "lead" }, `Check-ins from ${totals.first_date ?? "–"} to ${totals.last_date ?? "–"}.`),
    tiles([
      ["customers", number(totals.people)],
      ["pairs who met", number(totals.connections)],
      ["interactions", number(totals.interactions)],
      ["passes bought by others", number(totals.transfers)],
      ["of them with a known buyer", rate],
      ["crews", number(totals.crews)],
    ]),
    el("div", { class: "panels" },
      panel("Pairs by strength", strengthBars(), note("How often two people met, however that came about.")),
      panel("Pairs by affinity", reportBars("affinity", words, gym.levels), strongestNote()),
      panel("Interactions by type", reportBars("interactions")),
      panel("Check-ins by kind", reportBars("check-ins", (kind) => kind.replace("_", " ")))),
    monthly(),
  ];
}

const TRENDS = [
  ["Rows rejected", "rows in", "rejected", 5, percent],
  ["Buyers known", "purchaser matching", "purchaser known", 5, percent],
  ["Check-ins", "check-ins", "total", 4, number],
  ["Pass transfers", "pass transfers", "total", 4, number],
  ["Interactions", "interactions", "total", 4, number],
  ["Pairs", "connections", "total", 4, number],
];

function historyPanel() {
  const builds = [...new Map(gym.history.map(([build, at]) => [build, at]))];
  const points = (part, metric, column) => gym.history
    .filter((row) => row[2] === part && row[3] === metric && row[column] !== null)
    .map((row) => [`Build ${row[0]}, ${row[1]}`, row[column]]);
  const told = (build, part, metric, column) =>
    gym.history.find((row) => row[0] === build && row[2] === part && row[3] === metric)?.[column];
  const charts = TRENDS.map(([title, part, metric, column, shownAs]) => {
    const line = points(part, metric, column);
    return line.length > 1 ? trend(title, line, shownAs) : null;
  });
  return panel("Over the builds",
    builds.length > 1 ? el("div", { class: "charts" }, charts)
      : note("One build so far: a trend needs a second one."),
    table({
      caption: "Builds", file: "builds", rows: builds, sort: 0, down: true, step: 15,
      columns: [
        { title: "Build", value: ([build]) => build, cell: ([build]) => String(build) },
        { title: "Began, UTC", value: ([, at]) => at },
        ...TRENDS.map(([title, part, metric, column, shownAs]) => ({
          title, value: ([build]) => told(build, part, metric, column) ?? "",
          cell: ([build]) => shownAs(told(build, part, metric, column)), number: true, minor: title !== "Buyers known",
        })),
      ],
    }));
}

function qualityView() {
  const rejected = gym.report.find(([part, metric]) => part === "rows in" && metric === "rejected");
  return [
    el("h1", {}, "Data quality"),
    el("p", { class: "lead" }, "What the last build read, what it could not use, and how sure it is of the buyers."),
    panel("Exports read", table({
      caption: "Exports read", file: "exports_read", sort: 0,
      rows: section("rows in").filter(([, metric]) => metric !== "rejected"),
      columns: [
        { title: "Export", value: ([, metric]) => metric,
          cell: ([, metric]) => el("span", {}, metric.split(/(?<=[/_])/).map((part) => [part, el("wbr")])) },
        { title: "Rows", value: ([, , value]) => value, number: true },
        { title: "Outcome", value: ([, , , , hint]) => hint ?? "" },
      ],
    }), rejected ? note(`Rejected: ${many(rejected[2], "row")} (${percent(rejected[3])}). The private table rejected_rows says why.`) : null),
    panel("Files not read", table({
      caption: "Files not read", file: "files_not_read", sort: 0,
      rows: section("files not read"),
      columns: [
        { title: "File or folder, and why", value: ([, , , , hint]) => hint ?? "" },
        { title: "Files", value: ([, , value]) => value, number: true },
      ],
    })),
    panel("How buyers were found", reportBars("purchaser matching")),
    historyPanel(),
  ];
}
