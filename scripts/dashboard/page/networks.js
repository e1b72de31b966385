// Groups, each drawn alone, the largest first; the same groups as a table.
const NETWORKS = {
  passes: {
    title: "Pass sharing",
    lead: "Who used a pass that another bought. A full dot bought for others, a hollow one only used.",
    tie: ["pair", "pairs"],
  },
  ties: {
    title: "Strong ties",
    lead: "Pairs of strength 4 or 5 who meet more than chance explains (together or maybe). The other "
      + "pairs of that strength come at the same hours and are listed under Most connected.",
    tie: ["tie", "ties"],
  },
  crews: {
    title: "Crews",
    lead: "Three to twelve people who come together more than habit and crowd explain.",
    tie: ["tie", "ties"],
  },
};
const CARDS = 24;

function buyersIn(group) {
  const buyers = new Set();
  for (const [one, other, , sign] of group.edges) {
    if (sign & 1) buyers.add(one);
    if (sign & 2) buyers.add(other);
  }
  return buyers;
}

// A name in two lines of one label's width: given name, then the rest.
function labelLines(place) {
  const [first, ...rest] = nameOf(place).split(" ");
  return [first, rest.join(" ")].filter(Boolean).map((line) => shortened(line, 13));
}

function groupDrawing(group, kind, title) {
  const [width, height] = group.size;
  const at = (member) => [group.places[2 * member], group.places[2 * member + 1]];
  const buyers = kind === "passes" ? buyersIn(group) : null;
  const labelled = group.members.length <= 40;
  return svg(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": `${title}, drawn`, click: openDot,
      "data-edges": group.edges.length },
    group.edges.map(([one, other, weight]) => {
      const [[x1, y1], [x2, y2]] = [at(one), at(other)];
      return svg("line", { class: "edge", x1, y1, x2, y2, "stroke-width": Math.min(3.5, 1.2 + Math.log2(weight) / 2) },
        svg("title", {}, `${nameOf(group.members[one])} and ${nameOf(group.members[other])}: ${weight}`));
    }),
    group.members.map((place, member) => {
      const [x, y] = at(member);
      const hollow = buyers && !buyers.has(member);
      return svg("g", { class: "dot", "data-place": place },
        svg("title", {}, nameOf(place)),
        svg("circle", { class: hollow ? "hollow" : "full", cx: x, cy: y, r: labelled ? 7 : 5 }),
        labelled ? labelLines(place).map((line, i) =>
          svg("text", { x, y: y + 17 + 10 * i, "text-anchor": "middle" }, line)) : null);
    }),
  );
}

function networksView(chosen) {
  const kind = chosen in NETWORKS ? chosen : "passes";
  const { title, lead, tie } = NETWORKS[kind];
  const { groups, edge_count } = gym.networks[kind];
  const people = groups.reduce((sum, group) => sum + group.members.length, 0);
  const shelf = el("div", { class: "shelf" });
  const name = (group) => `Group ${groups.indexOf(group) + 1}`;
  const more = el("button", { type: "button", click: () => grow() });
  let shown = 0;
  function grow() {
    const next = groups.slice(shown, shown + CARDS);
    shelf.append(...next.map((group) => {
      const label = `${name(group)}: ${many(group.members.length, "person", "people")}, ${many(group.edges.length, ...tie)}`;
      return el("figure", { class: "group" }, groupDrawing(group, kind, label), el("figcaption", {}, label));
    }));
    shown += next.length;
    more.hidden = shown >= groups.length;
    more.textContent = `Draw ${Math.min(CARDS, groups.length - shown)} more of ${number(groups.length)} groups`;
  }
  grow();
  return [
    el("h1", {}, `Networks: ${title.toLowerCase()}`),
    el("nav", { class: "tabs", "aria-label": "Networks" }, Object.entries(NETWORKS).map(([key, { title: text }]) =>
      el("a", { href: `#/networks/${key}`, "aria-current": key === kind ? "page" : null }, text))),
    el("p", { class: "lead" }, lead),
    el("p", { class: "note", "data-edges": edge_count, "data-groups": groups.length },
      `${many(people, "person", "people")}, ${many(edge_count, ...tie)}, ${many(groups.length, "group")}. `
      + "Click a dot to open the customer; the table below lists the same groups."),
    groups.length ? shelf : null,
    el("div", { class: "below" }, more),
    panel("The same as a table", table({
      caption: `${title}: groups`, file: `network_${kind}`, rows: groups.map((group, i) => ({ group, i })), sort: 0, step: 25,
      columns: [
        { title: "Group", value: (row) => row.i + 1, cell: (row) => String(row.i + 1) },
        { title: "People", value: (row) => row.group.members.length, number: true },
        { title: tie[1] === "pairs" ? "Pairs" : "Ties", value: (row) => row.group.edges.length, number: true },
        { title: "Who", value: (row) => row.group.members.map(nameOf).join("; "),
          cell: (row) => el("span", {}, row.group.members.map((place, i) => [i ? ", " : "", customerLink(place)])) },
      ],
    })),
  ];
}
