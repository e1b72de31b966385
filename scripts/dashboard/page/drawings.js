// Dots and lines: the people around one, and groups. Each dot is a link to the person.

// Text in at most so many lines of at most so many letters, broken at a space, after a hyphen, and
// within a word that is longer than a line.
function wrapped(text, letters, most) {
  const lines = [];
  for (const word of text.split(/ |(?<=-)/).filter(Boolean)) {
    let rest = [...word];
    const last = lines.at(-1);
    const longer = last === undefined ? word : `${last}${last.endsWith("-") ? "" : " "}${word}`;
    if (last !== undefined && [...longer].length <= letters) {
      lines[lines.length - 1] = longer;
      continue;
    }
    for (; rest.length; rest = rest.slice(letters)) lines.push(rest.slice(0, letters).join(""));
  }
  if (lines.length <= most) return lines;
  const end = [...lines[most - 1]].slice(0, letters - 1).join("");
  return [...lines.slice(0, most - 1), `${end}…`];
}

// x and y are the dot's, hit the radius that a finger needs, label what stands beside it.
function dot(place, hint, { x, y, hit, radius, kind }, label) {
  return svg("a", { class: "dot", href: personAddress(place), "data-place": place, "aria-label": hint },
    svg("title", {}, hint),
    svg("circle", { class: "hit", cx: x, cy: y, r: hit }),
    svg("circle", { class: kind, cx: x, cy: y, r: radius }),
    label);
}

// Partners stand in two columns around the person, so that no name covers another.
function egoGraph(place, pairs) {
  const narrow = matchMedia("(max-width: 640px)").matches;
  const [width, reach, letters] = narrow ? [350, 50, 17] : [640, 150, 28];
  const sides = [pairs.filter((_, i) => i % 2 === 0), pairs.filter((_, i) => i % 2 === 1)];
  const row = 30;
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
  const dots = [...spots].map(([partner, { pair, right, x, y }]) => {
    const { count, level } = gym.pairs;
    const name = wrapped(nameOf(partner), letters, 2);
    return dot(partner, `${nameOf(partner)}: ${many(count[pair], "interaction")}, ${levelName(level[pair])}`,
      { x, y, hit: 14, radius: 7, kind: `level${level[pair]}` },
      name.map((line, i) => svg("text", { x: x + (right ? 13 : -13),
        y: y + 4 + 13 * (i - (name.length - 1) / 2), "text-anchor": right ? "start" : "end" }, line)));
  });
  return svg("svg", { class: narrow ? "ego narrow" : "ego", viewBox: `0 0 ${width} ${height}`, role: "group",
    "data-edges": lines.length,
    "aria-label": `The ${lines.length} closest to ${nameOf(place)}; the table below lists all` },
    among, lines, svg("circle", { class: "self", cx: midX, cy: midY, r: 10 }), dots);
}

const levelLegend = () => el("p", { class: "legend" },
  gym.levels.map((_, level) => el("span", {}, svg("svg", { viewBox: "0 0 14 14", "aria-hidden": "true" },
    svg("circle", { class: `level${level}`, cx: 7, cy: 7, r: 5.5 })), levelName(level))),
  explain("affinity"),
  el("span", { class: "muted" }, "Thick: met often. Dashed: a tie among themselves. A dot opens its person."));

function buyersIn(group) {
  const buyers = new Set();
  for (const [one, other, , sign] of group.edges) {
    if (sign & 1) buyers.add(one);
    if (sign & 2) buyers.add(other);
  }
  return buyers;
}

function groupDrawing(group, kind, title) {
  const [width, height] = group.size;
  const at = (member) => [group.places[2 * member], group.places[2 * member + 1]];
  const buyers = kind === "passes" ? buyersIn(group) : null;
  const labelled = group.members.length <= 40;
  return svg(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": `${title}, drawn`,
      "data-edges": group.edges.length },
    group.edges.map(([one, other, weight]) => {
      const [[x1, y1], [x2, y2]] = [at(one), at(other)];
      return svg("line", { class: "edge", x1, y1, x2, y2, "stroke-width": Math.min(3.5, 1.2 + Math.log2(weight) / 2) },
        svg("title", {}, `${nameOf(group.members[one])} and ${nameOf(group.members[other])}: ${weight}`));
    }),
    group.members.map((place, member) => {
      const [x, y] = at(member);
      const hollow = buyers && !buyers.has(member);
      return dot(place, nameOf(place),
        { x, y, hit: labelled ? 12 : 9, radius: labelled ? 7 : 5, kind: hollow ? "hollow" : "full" },
        labelled ? wrapped(nameOf(place), 14, 3).map((line, i) =>
          svg("text", { x, y: y + 17 + 10 * i, "text-anchor": "middle" }, line)) : null);
    }),
  );
}

// Drawings that grow on demand; figure is the element of one of them, from its place.
function shelfOf(count, figure, step, what) {
  const shelf = el("div", { class: "shelf" });
  const more = el("button", { type: "button", click: () => grow() });
  let shown = 0;
  function grow() {
    const first = shown;
    shown = Math.min(count, shown + step);
    shelf.append(...Array.from({ length: shown - first }, (_, i) => figure(first + i)));
    more.hidden = shown >= count;
    more.textContent = `Draw ${Math.min(step, count - shown)} more of ${number(count)} ${what}`;
    if (first) shelf.children[first].querySelector("a")?.focus();
  }
  grow();
  return count ? [shelf, el("div", { class: "below" }, more)] : [];
}

// Who goes by keyboard need not pass each dot to come to the table.
const skipDrawings = () => el("button", { type: "button", class: "skip inner", click: (event) =>
  event.target.closest("main").querySelector("section.panel .scroll")?.focus() }, "Skip to the table");
