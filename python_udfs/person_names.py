"""When a text names a person: the one definition for erasure and for withheld names.

A name is compared by its words, as the matcher compares it: without case, accents, apostrophes
and punctuation, titles and suffixes taken off. A text names a person where a form of the first
name and a form of the last name stand side by side, in either order, with at most two further names
between them. Forms of a first name are the name, its parts, the preferred name and its nicknames;
forms of a last name are the whole and, of a double name, each longer half. It does not name a
person whose words are only a part of a longer name: a known one ("Ann Lee Smithson" where she is a
customer), a hyphenated one, or one that stands where a whole name belongs.

The words are those of the SQL macros normalise_letters and normalise_words; a test compares them.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

EMAIL = re.compile(r"[^\s@\"'<>(),;:]+@[\w-]+(?:\.[\w-]+)*")
PHONE = re.compile(r"(?<![\w.])[+(]?\d[\d\s().\-/\u00a0\u2010-\u2015]{5,}\d(?!\w)")
SHORTEST_PHONE = 7
# What decides whether two telephone numbers are one, with or without the code of the country.
PHONE_DIGITS = 10
MOST_CODE_DIGITS = 3
MOST_MIDDLE_NAMES = 2
SHORTEST_HALF = 4

APOSTROPHES = "'`\u2019\u2018\u00b4\u02bc"
LETTERS = str.maketrans("øłđðıħ", "olddih") | {
    ord("ß"): "ss", ord("æ"): "ae", ord("œ"): "oe", ord("þ"): "th",
}  # fmt: skip
WORD = re.compile(rf"[^\W_]+(?:[{APOSTROPHES}][^\W_]+)*")
POSSESSIVE = re.compile(rf"[{APOSTROPHES}][sS]$")
TITLES = frozenset(
    ["mr", "mrs", "ms", "mx", "miss", "dr", "prof", "coach", "sir", "herr", "frau", "sra"]
)
SUFFIXES = frozenset(
    ["jr", "sr", "junior", "senior", "ii", "iii", "iv", "phd", "md", "dds", "esq", "mba"]
)
# A name of such words alone is a product or a placeholder: it would be found in every pass.
PRODUCT_WORDS = frozenset([
    "account", "adult", "birthday", "camp", "class", "climb", "climbing", "club", "customer",
    "day", "desk", "entry", "event", "family", "free", "friends", "front", "gear", "group",
    "guest", "guests", "gym", "in", "kid", "kids", "member", "membership", "monthly", "party",
    "pass", "passes", "punch", "rental", "staff", "student", "team", "test", "unknown", "user",
    "visitor", "walk", "weekly", "youth",
])  # fmt: skip
# What stands beyond such a word is no part of the same name. "Ann and Bob Lee" names Ann Lee.
PARTING = frozenset(["with", "for", "from", "of", "the", "to", "by", "mit", "von", "para", "con"])
CONJUNCTIONS = frozenset(["and", "und", "y", "et", "e", "plus"])
SIGNS_WITHIN = '._-()[]&+/"\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}«»'
MOJIBAKE = re.compile(r"[\u00c2-\u00f4][^\x00-\x7f]")
BUYER = re.compile(r".*[\s)]((?:from|guest of)\b:?\s*)", re.IGNORECASE | re.DOTALL)


class Word(NamedTuple):
    """A word of a text: where it stands, and how it is compared."""

    start: int
    end: int
    folded: str


class Span(NamedTuple):
    """A part of a text that names somebody."""

    start: int
    end: int
    who: Hashable


class Found(NamedTuple):
    """A text, its mojibake mended where that was needed to find somebody, and who was found."""

    text: str
    spans: list[Span]


@lru_cache(maxsize=200_000)
def fold(word: str) -> str:
    """A word as it is compared.

    Example:
        >>> fold("O'Brien"), fold("Façade"), fold("Łukasz")
        ('obrien', 'facade', 'lukasz')
    """
    if word.isascii():
        return word.lower().replace("'", "").replace("`", "")
    decomposed = unicodedata.normalize("NFKD", word.lower())
    kept = (letter for letter in decomposed if letter.isalnum())
    return unicodedata.normalize("NFC", "".join(kept)).translate(LETTERS)


def words(text: str) -> list[Word]:
    """The words of a text, in their order.

    Example:
        >>> [word.folded for word in words("Day Pass from D'Arcy,\u00a0Ann's (2 left)")]
        ['day', 'pass', 'from', 'darcy', 'ann', '2', 'left']
    """
    shown = text
    if text.isascii():
        if "'" not in text and "`" not in text:
            return [Word(*m.span(), m[0].lower()) for m in WORD.finditer(text)]
    else:
        # accents that stand alone, soft hyphens and the like belong to the word around them
        shown = "".join("m" if unicodedata.category(c) in ("Mn", "Mc", "Cf") else c for c in text)
    found = []
    for match in WORD.finditer(shown):
        start, end = match.span()
        if possessive := POSSESSIVE.search(shown, start, end):
            end = possessive.start()
        if folded := fold(text[start:end]):
            found.append(Word(start, end, folded))
    return found


def repaired(text: str) -> str:
    """A text of UTF-8 that was once read as Windows-1252, turned back; any other as it is.

    Example:
        >>> repaired("NoÃ«l"), repaired("Noël")
        ('Noël', 'Noël')
    """
    if text.isascii() or not MOJIBAKE.search(text):
        return text
    try:
        return b"".join(_windows_1252(letter) for letter in text).decode("utf-8")
    except UnicodeError:
        return text


def _windows_1252(letter: str) -> bytes:
    try:
        return letter.encode("windows-1252")
    except UnicodeEncodeError:
        return letter.encode("latin-1")


@lru_cache(maxsize=100_000)
def name_words(text: str | None) -> tuple[str, ...]:
    """The words of a written name without title, suffix and what stands in brackets or quotes.

    Example:
        >>> name_words("Dr. Theodora M. Titlewood, PhD"), name_words("Robert (Bob) Smith Jr.")
        (('theodora', 'm', 'titlewood'), ('robert', 'smith'))
    """
    bare = re.sub(r"[(\[\"“«].*?[)\]\"”»]", " ", text or "") if text else ""
    found = [word.folded for word in words(bare)] or [word.folded for word in words(text or "")]
    while len(found) > 1 and found[0] in TITLES:
        found.pop(0)
    while len(found) > 1 and found[-1] in SUFFIXES:
        found.pop()
    return tuple(found)


@lru_cache(maxsize=100_000)
def nickname_words(text: str | None) -> tuple[str, ...]:
    """The words of a nickname in brackets or quotes within a name.

    Example:
        >>> nickname_words('Robert "Bob" Smith')
        ('bob',)
    """
    found = re.search(r"(?:^|\s)[(\[\"“«](.+?)[)\]\"”»]", text or "")
    return tuple(word.folded for word in words(found[1])) if found else ()


def email_key(text: str | None) -> str:
    """An e-mail address as it is compared; empty where the text is none.

    Example:
        >>> email_key(" Ann.Lee@Example.ORG ")
        'ann.lee@example.org'
    """
    found = EMAIL.fullmatch((text or "").strip())
    return found[0].lower() if found else ""


def phone_key(text: str | None) -> str:
    """A telephone number as it is compared: its last ten digits; empty where the text is none.

    Example:
        >>> phone_key("+1 (512) 555-0144") == phone_key("5125550144")
        True
    """
    digits = re.sub(r"\D", "", text or "")
    return digits[-PHONE_DIGITS:] if len(digits) >= SHORTEST_PHONE else ""


@dataclass
class Names:
    """The forms in which one person may be written.

    Attributes:
        firsts: forms of the first name, each a tuple of folded words.
        lasts: forms of the last name.
        wholes: names that are compared whole only, such as a name of one word.
    """

    firsts: set[tuple[str, ...]] = field(default_factory=set)
    lasts: set[tuple[str, ...]] = field(default_factory=set)
    wholes: set[tuple[str, ...]] = field(default_factory=set)

    def add(
        self,
        first: str | None,
        last: str | None,
        preferred: str | None = None,
        nicknames: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        """Add the name of a record.

        Args:
            first: the first name, or the whole name, as the record has it.
            last: the last name.
            preferred: what the person wants to be called.
            nicknames: word -> the words that stand for the same given name.
        """
        first_words, last_words = name_words(first), name_words(last)
        if first_words and last_words:
            given = {first_words, first_words[:1], ("".join(first_words),), name_words(preferred)}
            given |= {nickname_words(first)}
            given |= {(word,) for word in first_words[1:] if len(word) >= SHORTEST_HALF}
            for form in [form for form in given if len(form) == 1]:
                given |= {(other,) for other in (nicknames or {}).get(form[0], ())}
            family = {last_words, ("".join(last_words),)}
            if len(last_words) > 1:
                family |= {(word,) for word in last_words if len(word) >= SHORTEST_HALF}
            self.firsts |= {form for form in given if form and "".join(form)}
            self.lasts |= family
        elif whole := first_words or last_words:
            self.add_whole(" ".join(whole), nicknames)

    def add_whole(
        self, name: str | None, nicknames: Mapping[str, Collection[str]] | None = None
    ) -> None:
        """Add a name of which nobody says where the last name begins.

        Example:
            >>> names = Names()
            >>> names.add_whole("Lee, Ann")
            >>> names.firsts, names.lasts
            ({('ann',)}, {('lee',)})
        """
        last, comma, first = (name or "").partition(",")
        if comma and name_words(first) and name_words(first)[0] not in SUFFIXES:
            self.add(first, last, None, nicknames)
            return
        found = name_words(name)
        if len(found) < 2:
            self.wholes |= {found} if found else set()
            return
        for cut in range(1, len(found)):
            self.firsts |= {found[:cut], ("".join(found[:cut]),)}
            self.lasts |= {found[cut:], ("".join(found[cut:]),)}
        self.firsts |= {(other,) for other in (nicknames or {}).get(found[0], ())}
        if nickname := nickname_words(name):
            self.firsts.add(nickname)

    def is_of_products(self) -> bool:
        """Whether all words are those of products, so that it names nobody."""
        every = {word for form in self.firsts | self.lasts | self.wholes for word in form}
        joined = {a[0] + b[0] for a in self.firsts for b in self.lasts if len(a) == len(b) == 1}
        return every - joined <= PRODUCT_WORDS


class People:
    """People whom a text may name, found by the words of their names.

    Example:
        >>> people = People()
        >>> ann = Names()
        >>> ann.add("Ann", "Lee")
        >>> people.add("ann", ann)
        >>> people.without_names("Day Pass from LEE, Ann (0 remaining)", "(erased)")
        'Day Pass from (erased) (0 remaining)'
    """

    def __init__(self) -> None:
        # first word of a last name -> last name -> who has it -> forms of their first names
        self._lasts: dict[str, dict[tuple[str, ...], dict[Hashable, set[tuple[str, ...]]]]] = (
            defaultdict(lambda: defaultdict(lambda: defaultdict(set)))
        )
        self._joined: dict[str, set[Hashable]] = defaultdict(set)
        self._wholes: dict[tuple[str, ...], set[Hashable]] = defaultdict(set)
        self._emails: dict[str, set[Hashable]] = defaultdict(set)
        self._phones: dict[str, set[Hashable]] = defaultdict(set)
        self._others: People | None = None

    def add(self, who: Hashable, names: Names) -> None:
        """Add a person with the forms of the name."""
        if names.is_of_products():
            return
        for last in names.lasts:
            self._lasts[last[0]][last][who] |= names.firsts
            for first in names.firsts:
                self._joined["".join(first) + "".join(last)].add(who)
                self._joined["".join(last) + "".join(first)].add(who)
        for whole in names.wholes:
            self._wholes[whole].add(who)

    def add_email(self, who: Hashable, email: str | None) -> None:
        """Add an address; a text that holds it names the person."""
        if key := email_key(email):
            self._emails[key].add(who)

    def add_phone(self, who: Hashable, phone: str | None) -> None:
        """Add a telephone number; a text that holds it names the person."""
        if key := phone_key(phone):
            self._phones[key].add(who)

    def except_for(self, others: People) -> None:
        """Take no part of a longer name of one of these other people for one of the first."""
        self._others = others

    def __bool__(self) -> bool:
        return any((self._lasts, self._joined, self._wholes, self._emails, self._phones))

    def knows_words_of(self, names: Names) -> bool:
        """Whether a name holds all words of the last name of somebody here, and more."""
        held = {word for form in names.firsts | names.lasts for word in form}
        return any(
            set(last) <= held
            for word in held
            for last in self._lasts.get(word, ())
        )  # fmt: skip

    def email_owners(self, email: str | None) -> set[Hashable]:
        """Whose address this is."""
        return self._emails.get(email_key(email), set())

    def phone_owners(self, phone: str | None) -> set[Hashable]:
        """Whose telephone number this is."""
        return self._phones.get(phone_key(phone), set())

    def called(self, text: str | None) -> set[Hashable]:
        """Who may be meant by a text that is a whole name and nothing else.

        Example:
            >>> people = People()
            >>> ann = Names()
            >>> ann.add("Ann", "Lee")
            >>> people.add("ann", ann)
            >>> people.called("Ms. Ann M. Lee"), people.called("Ann Lee Marsh")
            ({'ann'}, set())
        """
        if not text:
            return set()
        bare = name_words(text)
        found = self._wholes.get(bare, set()) | self._joined.get("".join(bare), set())
        place = words(text)
        extras = {word for word in place if word.folded in TITLES | SUFFIXES}
        for start, end, who in self._pairs(text, place):
            beyond = {word for word in place if word.end <= start or end <= word.start}
            if beyond <= extras:
                found = found | {who}
        return found

    def spans(self, text: str, is_record: bool = False) -> list[Span]:
        """The parts of a text that name somebody here, in their order; they may overlap.

        Args:
            text: any text.
            is_record: whether it is a line of a file, in which a comma may part a name's words.
        """
        found: list[Span] = []
        for match in EMAIL.finditer(text) if "@" in text else ():
            owners = self._emails.get(match[0].rstrip(".").lower(), ())
            found += [Span(match.start(), match.end(), who) for who in owners]
        for match in PHONE.finditer(text) if self._phones else ():
            found += self._numbers(text, *match.span())
        place = words(text)
        named = self._pairs(text, place, is_record)
        if not is_record and (bare := self._wholes.get(name_words(text))):
            named += [Span(0, len(text), who) for who in bare]
        if named and self._others is not None:
            longer = self._others._pairs(text, place)
            named = [
                span
                for span in named
                if not any(
                    other.start <= span.start
                    and span.end <= other.end
                    and other.end - other.start > span.end - span.start
                    for other in longer
                )
            ]
        return sorted(found + named, key=lambda span: span[:2])

    def without_names(self, text: str, replacement: str, is_record: bool = False) -> str:
        """The text with each part that names somebody here replaced."""
        found = self.found(text, is_record)
        return replaced(found.text, found.spans, replacement) if found.spans else text

    def found(self, text: str, is_record: bool = False) -> Found:
        """The parts of a text that name somebody, also where its letters are mojibake."""
        for spelling in dict.fromkeys((text, repaired(text))):
            if spans := self.spans(spelling, is_record):
                return Found(spelling, spans)
        return Found(text, [])

    def _numbers(self, text: str, begin: int, end: int) -> list[Span]:
        """Telephone numbers among the digits of a part of a text, which may hold other numbers."""
        digits = [place for place in range(begin, end) if text[place].isdigit()]
        found = []
        for size in {len(number) for number in self._phones}:
            for first in range(len(digits) - size + 1):
                places = digits[first : first + size]
                owners = self._phones.get("".join(text[place] for place in places), ())
                if owners and not text[places[-1] + 1 : places[-1] + 2].isdigit():
                    # before the number stands the code of a country, of three digits at most
                    start = begin if first <= MOST_CODE_DIGITS else places[0]
                    found += [Span(start, places[-1] + 1, who) for who in owners]
        return found

    def _pairs(self, text: str, place: list[Word], is_record: bool = False) -> list[Span]:
        """Where a first and a last name stand together."""
        if not (self._lasts or self._joined):
            return []
        buyer = BUYER.match(text)
        name_begins = buyer.end(1) if buyer else len(text) + 1
        found = []
        for number, word in enumerate(place):
            found += [Span(word.start, word.end, who) for who in self._joined.get(word.folded, ())]
            for last, people in self._lasts.get(word.folded, {}).items():
                end = number + len(last)
                if tuple(w.folded for w in place[number:end]) != last:
                    continue
                for who, firsts in people.items():
                    found += [
                        Span(place[first].start, place[stop - 1].end, who)
                        for first, stop in self._around(text, place, number, end, firsts, is_record)
                        if not _is_longer(text, place, first, stop, name_begins)
                    ]
        return found

    def _around(
        self,
        text: str,
        place: list[Word],
        number: int,
        end: int,
        firsts: Collection[tuple[str, ...]],
        is_record: bool,
    ) -> Iterator[tuple[int, int]]:
        """Words from and to, where a first name stands beside the last name at number to end."""
        for first in firsts:
            size = len(first)
            for middle in range(MOST_MIDDLE_NAMES + 1):
                begin = number - middle - size
                if begin < 0:
                    break
                if tuple(w.folded for w in place[begin : begin + size]) == first and _is_one_name(
                    text, place, begin, end, ",;|\t\"'" if is_record else ""
                ):
                    yield begin, end
            if tuple(w.folded for w in place[end : end + size]) == first and _is_one_name(
                text, place, number, end + size, ",;|\t\"'" if is_record else ","
            ):
                yield number, end + size


def _is_one_name(text: str, place: list[Word], begin: int, end: int, signs: str) -> bool:
    """Whether nothing between these words parts one name from the next."""
    if any(place[number].folded in PARTING for number in range(begin + 1, end - 1)):
        return False
    return all(
        all(
            sign.isspace() or sign in SIGNS_WITHIN or sign in APOSTROPHES or sign in signs
            or unicodedata.category(sign) in ("Cf", "Pd", "Zs")
            for sign in text[place[number].end : place[number + 1].start]
        )
        for number in range(begin, end - 1)
    )  # fmt: skip


def _is_longer(text: str, place: list[Word], begin: int, end: int, name_begins: int) -> bool:
    """Whether a longer name goes on before or behind these words."""
    start, stop = place[begin].start, place[end - 1].end
    if begin > 0 and text[place[begin - 1].end : start] in ("-", "\u2010", "\u2011"):
        return True
    if end == len(place):
        return False
    follower = place[end]
    gap = text[stop : follower.start]
    if gap in ("-", "\u2010", "\u2011"):
        return True
    # where a whole name belongs, a further capitalised word belongs to it
    return (
        start >= name_begins
        and gap.isspace()
        and text[follower.start].isupper()
        and follower.folded not in SUFFIXES | PARTING | CONJUNCTIONS | PRODUCT_WORDS
    )


def replaced(text: str, spans: Iterable[Span], replacement: str) -> str:
    """The text with the spans replaced; spans that touch or overlap are one.

    Example:
        >>> replaced("from Ann Lee Marsh", [Span(5, 12, 1), Span(9, 18, 2)], "(erased)")
        'from (erased)'
    """
    pieces: list[str] = []
    done = 0
    merged: list[list[int]] = []
    for start, end, _ in sorted(spans, key=lambda span: span[:2]):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    for start, end in merged:
        pieces += [text[done:start], replacement]
        done = end
    return "".join(pieces) + text[done:]
