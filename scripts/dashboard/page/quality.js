// How good the data are: what was read, and what somebody should mend.
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

function exportsPart() {
  const rejected = gym.report.find(([part, metric]) => part === "rows in" && metric === "rejected");
  return [
    lead("What the last build read, what it could not use, and how sure it is of the buyers."),
    panel("Exports read", table({
      caption: "Exports read", file: "exports_read", sort: 0,
      rows: section("rows in").filter(([, metric]) => metric !== "rejected"),
      columns: [
        { title: "Export", value: ([, metric]) => metric },
        { title: "Rows", value: ([, , value]) => value, number: true },
        { title: "Outcome", value: ([, , , , hint]) => hint ?? "" },
      ],
    }), rejected ? note(`Rejected: ${many(rejected[2], "row")} (${percent(rejected[3])}). `,
      el("a", { href: "#/quality/rejected" }, "Which, and why")) : null),
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

const NOT_HERE = {
  missing: "These records stay out of the analysts' file. A build leaves them beside the private "
    + "warehouse, and they were not there when this page was written.",
  "of another build": "These records are of another build than the rest of this page. They show "
    + "again once a build has ended and the page is written anew.",
  unreadable: "The file of these records beside the private warehouse cannot be read. The next build "
    + "writes it anew.",
};

// What is made of the records, or why they are not here.
function ofRecords(make) {
  const { state } = gym.records;
  return state === "here" ? make(gym.records) : [el("div", { class: "panel" }, none(NOT_HERE[state]))];
}

// A record by its number; one without a row among the people is only that.
function recordColumns(title, id, minor) {
  const at = (row) => gym.placeOf.get(id(row));
  const named = (row) => (at(row) === undefined ? "" : nameOf(at(row)));
  return [
    { title, value: named, sortBy: (row) => folded(named(row)),
      cell: (row) => (at(row) === undefined ? "–" : customerLink(at(row))) },
    { title: `${title}: number`, value: id, cell: (row) => String(id(row)), minor },
    { title: `${title}: last came`, value: (row) => (at(row) === undefined ? "" : dateOf(gym.people.last[at(row)])),
      date: true, minor: true },
  ];
}

function duplicatesPart() {
  return [
    lead("Two records of one person split its visits and its ties. Compare the two, and merge them in "
      + "the gym's own system. ", explain("duplicate")),
    ...ofRecords(({ duplicates }) => [el("div", { class: "panel" },
      note(`${many(duplicates.length, "pair")} of records, the surest first.`),
      table({
        caption: "Duplicates", file: "duplicate_customers", rows: duplicates, sort: 7, down: true, own: true,
        columns: [
          ...recordColumns("Record", ([id]) => id, false),
          ...recordColumns("Other", ([, id]) => id, false),
          { title: "The same", value: ([, , same]) => same, minor: true },
          { title: "Sure", value: ([, , , sure]) => sure, cell: ([, , , sure]) => `${sure} %`, number: true, minor: true },
        ],
      }))]),
  ];
}

function nobodyPart() {
  return [
    lead("Records that stand for no person. Where a person is among them, say so to whoever runs the "
      + "build. ", explain("nobody")),
    ...ofRecords(({ nobody }) => [el("div", { class: "panel" }, table({
      caption: "Records of nobody", file: "placeholder_customers", rows: nobody, sort: 0, own: true,
      columns: [
        ...recordColumns("Record", ([id]) => id, false),
        { title: "Why", value: ([, why]) => why },
      ],
    }))]),
  ];
}

function rejectedPart() {
  return [
    lead("Lines of the exports that could not be used. Mend them where they were typed; the next build "
      + "reads them. ", explain("rejected")),
    ...ofRecords(({ rejected, rejected_count }) => {
      const results = el("div", { class: "panel results" });
      const exports = [...new Set(rejected.map(([name]) => name))];
      const fill = () => {
        const chosen = filterValue("export", [ANY, ...exports]);
        const rows = rejected.filter(([name]) => chosen === ANY || name === chosen);
        results.replaceChildren(
          note(many(rows.length, "row"), rejected.length < rejected_count
            ? `; of ${number(rejected_count)} in all the first ${number(rejected.length)} are here. The private table rejected_rows has all` : "", "."),
          table({
            caption: "Rejected rows", file: "rejected_rows", rows, sort: 0, own: true,
            columns: [
              { title: "File", value: ([, file]) => file },
              { title: "Line", value: ([, , line]) => line, cell: ([, , line]) => String(line ?? ""), number: true },
              { title: "Key", value: ([, , , key]) => key ?? "", minor: true },
              { title: "Why", value: ([, , , , why]) => why },
              { title: "Export", value: ([name]) => name, onlyCsv: true },
            ],
          }));
      };
      fill();
      return [el("div", { class: "choices" },
        filter("export", "Export", [[ANY, "any"], ...exports.map((name) => [name, name])], fill)), results];
    }),
  ];
}

const QUALITY = {
  exports: ["Exports and builds", exportsPart],
  duplicates: ["Duplicates", duplicatesPart],
  rejected: ["Rejected rows", rejectedPart],
  nobody: ["Records of nobody", nobodyPart],
  figures: ["The gym in figures", figuresPart],
};

function qualityView(chosen) {
  const part = Object.hasOwn(QUALITY, chosen) ? chosen : "exports";
  const [title, make] = QUALITY[part];
  return [
    el("h1", {}, part === "exports" ? "Data quality" : title),
    tabs("Quality", "quality", Object.entries(QUALITY).map(([key, [text]]) => [key, text]), part),
    ...make(),
  ];
}
