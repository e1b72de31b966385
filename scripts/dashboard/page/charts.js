// Bars, months and trends. Each drawing has its figures beside it as text.

// rows: label, count, share in per cent, and perhaps a hint
function bars(caption, rows) {
  const most = Math.max(1, ...rows.map(([, count]) => count));
  return el(
    "table",
    { class: "bars" },
    el("caption", { class: "unseen" }, caption),
    el("thead", { class: "unseen" }, el("tr", {},
      ["what", "count", "share"].map((title) => el("th", { scope: "col" }, title)), el("td"))),
    el(
      "tbody",
      {},
      rows.map(([label, count, share, hint]) =>
        el(
          "tr",
          { title: hint },
          el("th", { scope: "row" }, label),
          el("td", { class: "number" }, number(count)),
          el("td", { class: "number share" }, percent(share)),
          el("td", { class: "bar", "aria-hidden": "true" },
            svg("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none" },
              svg("rect", { class: "fill", width: (100 * count) / most, height: 10, rx: 1 }))),
        ),
      ),
    ),
  );
}

// values: count per month, in the order of months; each chart has its own scale
function monthChart(title, months, values, color) {
  const [width, height, floor] = [320, 118, 96];
  const most = Math.max(1, ...values);
  const step = width / months.length;
  const peak = values.indexOf(Math.max(...values));
  const total = values.reduce((sum, value) => sum + value, 0);
  const every = months.length > 14 ? 6 : 3;
  const labels = months
    .map((month, place) => [month, place])
    .filter(([month, place]) => (Number(month.slice(5)) - 1) % every === 0
      && place * step < width - 30);
  return el(
    "figure",
    { class: `chart ${color}` },
    el("figcaption", {}, el("strong", {}, title), ` ${number(total)}`),
    svg(
      "svg",
      { viewBox: `0 0 ${width} ${height}`, role: "img",
        "aria-label": `${title} by month; most in ${monthName(months[peak])}, ${number(most)}` },
      svg("line", { class: "axis", x1: 0, x2: width, y1: floor + 0.5, y2: floor + 0.5 }),
      values.map((value, place) => {
        const tall = (value / most) * (floor - 18);
        return svg("rect", { class: "fill", x: place * step + 1, y: floor - tall,
          width: Math.max(1, step - 2), height: tall, rx: 1 },
          svg("title", {}, `${monthName(months[place])}: ${number(value)}`));
      }),
      svg("text", { class: "peak", x: Math.min(Math.max(peak * step + step / 2, 14), width - 14),
        y: 12, "text-anchor": "middle" }, number(most)),
      labels.map(([month, place]) =>
        svg("text", { x: place * step + 1, y: height - 6 }, monthName(month))),
    ),
  );
}

// points: label and value of each build, the oldest first
function trend(title, points, shownAs) {
  const [width, height, edge] = [320, 84, 12];
  const values = points.map(([, value]) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const x = (place) => edge + (place * (width - 2 * edge)) / Math.max(1, points.length - 1);
  const y = (value) =>
    high === low ? height / 2 : height - edge - ((value - low) / (high - low)) * (height - 2 * edge);
  return el(
    "figure",
    { class: "chart" },
    el("figcaption", {}, el("strong", {}, title), ` ${shownAs(values.at(-1))}`,
      low === high ? null : el("span", { class: "muted" }, ` (${shownAs(low)} to ${shownAs(high)})`)),
    svg(
      "svg",
      { viewBox: `0 0 ${width} ${height}`, role: "img",
        "aria-label": `${title}: ${shownAs(values[0])} to ${shownAs(values.at(-1))}` },
      svg("polyline", { class: "line", points: values.map((v, p) => `${x(p)},${y(v)}`).join(" ") }),
      points.map(([label, value], place) =>
        svg("circle", { class: "fill", cx: x(place), cy: y(value), r: points.length > 60 ? 1.5 : 3 },
          svg("title", {}, `${label}: ${shownAs(value)}`))),
    ),
  );
}
