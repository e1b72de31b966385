// The other side of pack.py: text to bytes to typed arrays, and what is looked up in them.
const ARRAYS = { u1: Uint8Array, u2: Uint16Array, u4: Uint32Array, f8: Float64Array };
const DAY = 86400000;

async function unpacked(text) {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const buffer = await new Response(stream).arrayBuffer();
  const headLength = new DataView(buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, headLength)));
  for (const { name, type, at, length } of head.arrays) {
    let values = new ARRAYS[type](buffer, 4 + headLength + at, length);
    let key = name;
    if (name.endsWith("_step")) {
      key = name.slice(0, -5);
      let sum = 0;
      values = Float64Array.from(values, (step) => {
        sum += step;
        return sum;
      });
    }
    const [group, column] = key.split(".");
    head[group] ??= {};
    head[group][column] = values;
  }
  return head;
}

// For each person the pairs: those of person p stand at order[start[p]] to order[start[p + 1] - 1].
function pairsByPerson(gym) {
  const { one, other } = gym.pairs;
  const start = new Uint32Array(gym.people.id.length + 1);
  for (let pair = 0; pair < one.length; pair++) {
    start[one[pair] + 1]++;
    start[other[pair] + 1]++;
  }
  for (let p = 1; p < start.length; p++) start[p] += start[p - 1];
  const order = new Uint32Array(2 * one.length);
  const next = start.slice();
  for (let pair = 0; pair < one.length; pair++) {
    order[next[one[pair]]++] = pair;
    order[next[other[pair]]++] = pair;
  }
  return (p) => order.subarray(start[p], start[p + 1]);
}

function indexed(gym) {
  const { pairs, people } = gym;
  gym.placeOf = new Map(Array.from(people.id, (id, place) => [id, place]));
  gym.pairsOf = pairsByPerson(gym);
  gym.meetingsAt = new Uint32Array(pairs.count.length);
  let at = 0;
  pairs.count.forEach((count, pair) => {
    gym.meetingsAt[pair] = at;
    if (count > 1) at += count;
  });
  const pairAt = new Map();
  for (let i = 0; i < pairs.one.length; i++) {
    pairAt.set(pairs.one[i] * people.id.length + pairs.other[i], i);
  }
  gym.pairBetween = (a, b) => pairAt.get(Math.min(a, b) * people.id.length + Math.max(a, b));
  gym.crewOf = new Map();
  for (const [crew, members] of gym.crews.members.entries()) {
    for (const p of members) gym.crewOf.set(p, crew);
  }
  gym.crewAt = new Map(gym.crews.crew_id.map((id, crew) => [id, crew]));
  gym.listed = new Map(gym.week.rows.map((row) => [gym.placeOf.get(row[LISTED.id]), row]));
  gym.partner = (pair, p) => (pairs.one[pair] === p ? pairs.other[pair] : pairs.one[pair]);
  gym.left_out = gym.totals.connections - gym.totals.pairs_here;
  return gym;
}

// Where things stand in a row of the week.
const LISTED = { kind: 0, title: 1, what: 2, priority: 3, id: 4, reason: 5, other: 6, crew: 7 };

const dateOf = (day) => (day ? new Date(day * DAY).toISOString().slice(0, 10) : "");
const number = (value) => (value ?? 0).toLocaleString("en-US");
const percent = (value) => (value === null || value === undefined ? "" : `${value.toFixed(value > 0 && value < 0.1 ? 2 : 1)} %`);
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const monthName = (month) => `${MONTHS[Number(month.slice(5)) - 1]} ${month.slice(0, 4)}`;
const words = (code) => code.replaceAll("_", " ");
const typeNames = (mask) => gym.types.filter((_, bit) => mask & (1 << bit)).map(words).join(", ");
// A tie is what the gym knows of, or what the meetings show beyond chance.
const isBeyond = (pair) => gym.pairs.level[pair] === 0;
const isTie = (pair) => Boolean(gym.pairs.known[pair]) || isBeyond(pair);
const levelName = (level) => words(gym.levels[level]);
const many = (count, one, more) => `${number(count)} ${count === 1 ? one : more ?? `${one}s`}`;

const AGES = ["", "a child", "of unknown age"];
const ageOf = (place) => AGES[gym.people.child[place]];

function nameOf(place) {
  const name = gym.names[place];
  if (name) return name;
  return `${gym.people.child[place] === 1 ? "Child" : "Customer"} ${gym.people.id[place]}`;
}
