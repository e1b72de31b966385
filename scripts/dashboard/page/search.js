// Who is meant by what is typed. A pure function of the text, the people and the nicknames.

// The better, the lower: an id, the beginning of the name or id, all words, then what is only alike.
const EXACT_ID = 0;
const BEGINNING = 1;
const ALL_WORDS = 2;
const ALIKE = 3;
const WITHIN = 4;

const LETTERS = { ø: "o", ł: "l", đ: "d", ß: "ss", æ: "ae", œ: "oe", ð: "d", þ: "th", ı: "i" };
const lower = (text) => text.normalize("NFC").toLowerCase().replace(/['’`]/g, "");
const folded = (text) => lower(text).normalize("NFD").replace(/\p{M}/gu, "")
  .replace(/[øłđßæœðþı]/g, (letter) => LETTERS[letter]);
const wordsOf = (text) => text.split(/[^\p{L}\p{M}\p{N}]+/u).filter(Boolean);

// A name in the forms that are compared, made once for each person.
function nameForms(name) {
  const written = wordsOf(lower(name));
  const bare = wordsOf(folded(name));
  return { written, bare, whole: written.join(" "), bareWhole: bare.join(" ") };
}

// Word -> the words that stand for the same given name: Bob for Robert, and for Rob. Alan and Albert
// are not related by Al.
function relatedNames(nicknames) {
  const related = new Map();
  for (const [given, short] of Object.entries(nicknames)) {
    for (const word of [given, ...short]) {
      const others = related.get(word) ?? new Set();
      for (const other of [given, ...short]) if (other !== word) others.add(other);
      related.set(word, others);
    }
  }
  return related;
}

const eachBegins = (typed, words) => typed.every((part) => words.some((word) => word.startsWith(part)));

// How well a person fits; undefined for not at all. asked is what askedFor makes of the text.
function fit(asked, person, related) {
  const id = String(person.id);
  if (asked.id === id) return EXACT_ID;
  if (asked.id && id.startsWith(asked.id)) return BEGINNING;
  if (!person.whole || !asked.bare.length) return undefined;
  if (person.whole.startsWith(asked.whole)) return BEGINNING;
  if (eachBegins(asked.written, person.written)) return ALL_WORDS;
  if (eachBegins(asked.bare, person.bare)) return ALIKE;
  const given = person.bare.slice(0, Math.max(1, person.bare.length - 1));
  const isAlike = asked.bare.every((part) => person.bare.some((word) => word.startsWith(part))
    || given.some((word) => related.get(part)?.has(word)));
  if (isAlike) return ALIKE;
  return asked.bare.every((part) => person.bareWhole.includes(part)) ? WITHIN : undefined;
}

function askedFor(text) {
  const id = text.trim().replace(/^#/, "");
  return { ...nameForms(text), id: /^\d+$/.test(id) ? id : "" };
}

// People who fit, the best first; of equals the whole name before a part of it, then who came last.
// people: {id, last, name, ...nameForms(name)}
function ranking(text, people, related) {
  const asked = askedFor(text);
  if (!asked.id && !asked.bare.length) return [];
  return people
    .map((person) => ({ person, rank: fit(asked, person, related) }))
    .filter(({ rank }) => rank !== undefined)
    .sort((a, b) => a.rank - b.rank
      || (b.person.bareWhole === asked.bareWhole) - (a.person.bareWhole === asked.bareWhole)
      || b.person.last - a.person.last
      || a.person.bareWhole.localeCompare(b.person.bareWhole, "en")
      || a.person.id - b.person.id);
}
