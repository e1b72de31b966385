// Sortable tables that grow on demand, and their download as CSV.
const STEP = 50;

// A spreadsheet takes a cell that begins so for a formula; an apostrophe before it makes it text.
function csvCell(value) {
  let text = String(value ?? "");
  const isNumber = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text);
  if (/^[=+\-@\t\r\n＝＋－＠]/.test(text) && !isNumber) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function download(file, columns, rows) {
  const lines = [
    columns.map((column) => csvCell(column.title)),
    ...rows.map((row) => columns.map((column) => csvCell(column.value(row)))),
  ];
  const text = `\uFEFF${lines.map((line) => `${line.join(",")}\r\n`).join("")}`;
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  el("a", { href: url, download: `${file}.csv` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

function ordered(rows, column, down) {
  const side = down ? -1 : 1;
  const key = column.sortBy ?? column.value;
  return rows
    .map((row) => [key(row), row])
    .sort(([a], [b]) =>
      typeof a === "string" ? side * a.localeCompare(b, "en") : side * (a - b),
    )
    .map(([, row]) => row);
}

const keyOf = (column) => column.title.toLowerCase().replaceAll(/[^a-z]+/g, "-");

// The order in which the address asks for a table: a column, and falling behind a minus.
function askedOrder(columns, sort, down) {
  const text = asked().query.get("sort") ?? "";
  const place = columns.findIndex((column) => keyOf(column) === text.replace(/^-/, ""));
  return place < 0 ? [sort, down] : [place, text.startsWith("-")];
}

// columns: title, value(row) for sorting and CSV, and perhaps sortBy, cell(row), number, date, a term
// to be explained, minor for what a phone has no room for, and only in the CSV. The order of a table
// that is the view's own stands in the address.
function table({ caption, file, columns: all, rows, sort = 0, down = false, step = STEP, own = false }) {
  const columns = all.filter((column) => !column.onlyCsv);
  let [by, falling] = own ? askedOrder(columns, sort, down) : [sort, down];
  let shown = Math.max(step, remembered(file) ?? 0);
  let sorted = ordered(rows, columns[by], falling);
  const body = el("tbody");
  const more = el("button", { type: "button", click: () => grow() });
  const kind = (column) => ["number", "minor", "date"].filter((name) => column[name]);
  const classOf = (column) => kind(column).join(" ") || null;
  const line = (row) =>
    el(
      "tr",
      {},
      columns.map((column) => {
        const value = column.value(row);
        const text = column.number ? number(value) : column.date ? value : breakable(value);
        return el("td", { class: classOf(column) }, column.cell ? column.cell(row) : text);
      }),
    );
  const heads = columns.map((column, place) =>
    el(
      "th",
      { scope: "col", class: classOf(column) },
      el("button", { type: "button", class: "sort", click: () => sortBy(place) }, column.title),
      column.term ? [" ", explain(column.term)] : null,
    ),
  );

  function fill() {
    body.replaceChildren(...sorted.slice(0, shown).map(line));
    heads.forEach((head, place) => {
      if (place === by) head.setAttribute("aria-sort", falling ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    more.hidden = shown >= sorted.length;
    more.textContent = `Show ${Math.min(step, sorted.length - shown)} more of ${number(sorted.length)}`;
  }
  function grow() {
    const first = shown;
    shown += step;
    remember({ [file]: shown });
    fill();
    const next = body.rows[first];
    (next?.querySelector("a") ?? more).focus();
  }
  function sortBy(place) {
    falling = place === by ? !falling : Boolean(columns[place].number);
    by = place;
    const isFirst = by === sort && falling === down;
    if (own) setFilters({ sort: isFirst ? null : `${falling ? "-" : ""}${keyOf(columns[by])}` }, false);
    sorted = ordered(rows, columns[by], falling);
    fill();
  }
  fill();
  if (!rows.length) return none(`${caption}: none.`);
  return el(
    "div",
    { class: "table", "data-rows": rows.length, "data-file": file },
    el(
      "div",
      { class: "scroll", tabindex: 0, role: "group", "aria-label": caption },
      el("table", {}, el("caption", { class: "unseen" }, caption),
        el("thead", {}, el("tr", {}, heads)), body),
    ),
    el("div", { class: "below" }, more,
      el("button", { type: "button", class: "quiet csv", click: () => download(file, all, sorted) },
        "Download CSV")),
  );
}

const customerColumn = (title, place) => ({
  title,
  value: (row) => nameOf(place(row)),
  sortBy: (row) => folded(nameOf(place(row))),
  cell: (row) => customerLink(place(row)),
});
const idColumn = (place, title = "Number") => ({ title, value: (row) => gym.people.id[place(row)],
  cell: (row) => String(gym.people.id[place(row)]), minor: true });
