// Groups, each drawn alone, the largest first; the same groups as a table.
const NETWORKS = {
  passes: {
    title: "Pass sharing",
    lead: "Who used a pass that another bought. A full dot bought for others, a hollow one only used.",
    tie: ["pair", "pairs"],
    term: "sharer",
  },
  ties: {
    title: "Strong ties",
    lead: "Pairs of strength 4 or 5 who meet more than chance explains (together or maybe). The other "
      + "pairs of that strength come at the same hours and are listed under People.",
    tie: ["tie", "ties"],
    term: "affinity",
  },
};
const CARDS = 24;

function networksView(chosen) {
  const kind = Object.hasOwn(NETWORKS, chosen) ? chosen : "passes";
  const { title, lead: text, tie, term } = NETWORKS[kind];
  const { groups, edge_count } = gym.networks[kind];
  const people = groups.reduce((sum, group) => sum + group.members.length, 0);
  const figure = (i) => {
    const group = groups[i];
    const label = `Group ${i + 1}: ${many(group.members.length, "person", "people")}, ${many(group.edges.length, ...tie)}`;
    return el("figure", { class: "group" }, groupDrawing(group, kind, label), el("figcaption", {}, label));
  };
  return [
    el("h1", {}, `Networks: ${title.toLowerCase()}`),
    tabs("Networks", "networks", Object.entries(NETWORKS).map(([key, network]) => [key, network.title]), kind),
    lead(text, " ", explain(term)),
    el("p", { class: "note", "data-edges": edge_count, "data-groups": groups.length },
      `${many(people, "person", "people")}, ${many(edge_count, ...tie)}, ${many(groups.length, "group")}. `
      + "A dot opens its person; the table below lists the same groups."),
    skipDrawings(),
    shelfOf(groups.length, figure, CARDS, "groups"),
    panel("The same as a table", table({
      caption: `${title}: groups`, file: `network_${kind}`, rows: groups.map((group, i) => ({ group, i })), sort: 0, step: 25,
      own: true,
      columns: [
        { title: "Group", value: (row) => row.i + 1, cell: (row) => String(row.i + 1) },
        { title: "People", value: (row) => row.group.members.length, number: true },
        { title: tie[1] === "pairs" ? "Pairs" : "Ties", value: (row) => row.group.edges.length, number: true },
        { title: "Who", value: (row) => row.group.members.map(nameOf).join("; "),
          cell: (row) => el("span", {}, customerLinks(row.group.members)) },
      ],
    })),
  ];
}
