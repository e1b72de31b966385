// The gym in figures.
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
    + (real ? ` Of the pairs of strength 5, ${percent(real[3])} do. ` : " "), explain("affinity"));
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

function figuresPart() {
  const { totals } = gym;
  const rate = totals.transfers ? `${((100 * totals.known_buyers) / totals.transfers).toFixed(1)} %` : "–";
  return [
    lead(`Check-ins from ${totals.first_date ?? "–"} to ${totals.last_date ?? "–"}.`),
    tiles([
      ["customers", number(totals.people)],
      ["pairs who met", number(totals.connections), "met"],
      ["interactions", number(totals.interactions), "interactions"],
      ["passes bought by others", number(totals.transfers)],
      ["of them with a known buyer", rate],
      ["crews", number(totals.crews), "crew"],
    ]),
    el("div", { class: "panels" },
      panel("Pairs by strength", strengthBars(), note("How often two people met, however that came about. ", explain("strength"))),
      panel("Pairs by affinity", reportBars("affinity", words, gym.levels), strongestNote()),
      panel("Interactions by type", reportBars("interactions")),
      panel("Check-ins by kind", reportBars("check-ins", (kind) => kind.replace("_", " ")))),
    monthly(),
  ];
}
