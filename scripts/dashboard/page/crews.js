// The crews: when each meets, who is in it, and how they hang together.
const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const CREW_CARDS = 12;

const crewHour = (crew) =>
  `${gym.crews.usual_weekday[crew]} from ${gym.crews.usual_hour[crew]}:00`;
const crewName = (crew) => `Crew of ${crewHour(crew)}`;
const crewLink = (crew) => el("a", { href: addressOf("crews", gym.crews.crew_id[crew]) }, bdi(crewName(crew)));

function crewFigure(crew, withLink = true) {
  const { members, outings_per_month, last_outing_date } = gym.crews;
  const group = gym.networks.crews.groups.find((found) => members[crew].includes(found.members[0]));
  const title = `${crewName(crew)}: ${many(members[crew].length, "person", "people")}`;
  return el("figure", { class: "group" },
    group ? groupDrawing(group, "crews", title) : el("p", {}, customerLinks(members[crew])),
    el("figcaption", {}, withLink ? [crewLink(crew), el("br")] : null,
      `${many(members[crew].length, "person", "people")}, ${outings_per_month[crew]} outings a month, last on ${last_outing_date[crew]}`));
}

function crewsTable(crews) {
  const { members, outing_count, outings_per_month, founding_date, last_outing_date } = gym.crews;
  return table({
    caption: "Crews", file: "crews", rows: crews, sort: 4, down: true, step: 25, own: true,
    columns: [
      { title: "Usual time", value: crewHour, cell: crewLink,
        sortBy: (crew) => WEEKDAYS.indexOf(gym.crews.usual_weekday[crew]) * 24 + gym.crews.usual_hour[crew] },
      { title: "Who", value: (crew) => members[crew].map(nameOf).join("; "),
        cell: (crew) => el("span", {}, customerLinks(members[crew])) },
      { title: "People", value: (crew) => members[crew].length, number: true, minor: true },
      { title: "A month", value: (crew) => outings_per_month[crew], number: true, minor: true, term: "outing" },
      { title: "Last met", value: (crew) => last_outing_date[crew] ?? "", date: true },
      { title: "Outings", value: (crew) => outing_count[crew], number: true, minor: true },
      { title: "Since", value: (crew) => founding_date[crew] ?? "", date: true, minor: true },
    ],
  });
}

function crewView(id) {
  const crew = gym.crewAt.get(id);
  if (crew === undefined) return [el("h1", {}, "Crews"), none("There is no crew “", bdi(id), "”.")];
  const { members, outing_count, outings_per_month, founding_date, last_outing_date } = gym.crews;
  return [
    el("h1", {}, bdi(crewName(crew))),
    lead(`Together since ${founding_date[crew]}, last on ${last_outing_date[crew]}. `, explain("crew")),
    tiles([
      ["people", number(members[crew].length)],
      ["outings", number(outing_count[crew]), "outing"],
      ["outings a month", number(outings_per_month[crew])],
    ]),
    skipDrawings(),
    el("div", { class: "shelf" }, crewFigure(crew, false)),
    panel("Members", table({
      caption: "Members", file: `crew_${id.replaceAll(/[^\w-]/g, "_")}`, rows: members[crew], sort: 2, down: true,
      columns: [
        customerColumn("Customer", (place) => place),
        idColumn((place) => place),
        { title: "Last check-in", value: (place) => dateOf(gym.people.last[place]), date: true },
        { title: "Check-ins", value: (place) => gym.people.visits[place], number: true, minor: true },
      ],
    })),
    el("p", {}, el("a", { href: "#/crews" }, "All crews")),
  ];
}

function crewsView(id) {
  if (id) return crewView(id);
  const all = gym.crews.crew_id.map((_, crew) => crew);
  const days = WEEKDAYS.filter((day) => gym.crews.usual_weekday.includes(day));
  const results = el("div", { class: "results" });
  const fill = () => {
    const day = filterValue("day", [ANY, ...days]);
    const crews = day === ANY ? all : all.filter((crew) => gym.crews.usual_weekday[crew] === day);
    const people = crews.reduce((sum, crew) => sum + gym.crews.members[crew].length, 0);
    results.replaceChildren(
      el("p", { class: "note", "data-crews": crews.length },
        `${many(crews.length, "crew")}, ${many(people, "person", "people")}. A dot opens its person; the table below lists the same crews.`),
      skipDrawings(),
      ...shelfOf(crews.length, (i) => crewFigure(crews[i]), CREW_CARDS, "crews"),
      panel("The same as a table", crewsTable(crews)),
    );
  };
  fill();
  return [
    el("h1", {}, "Crews"),
    lead("Small groups who come together more than habit and crowd explain. ", explain("crew")),
    el("div", { class: "choices" },
      filter("day", "Usual day", [[ANY, "any"], ...days.map((day) => [day, day])], fill)),
    results,
  ];
}
