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

import csv
import html
import re
import unicodedata
import urllib.parse
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

EMAIL = re.compile(r"(?<![\w.+%'~-])[\w.+%'~-]+[@\uff20][\w-]+(?:\.[\w-]+)*")
PHONE = re.compile(r"(?<![\w.])[+(]?\d[\d\s().\-/\u00a0\u2010-\u2015]{5,}\d(?!\w)")
SHORTEST_PHONE = 7
# What decides whether two telephone numbers are one, with or without the code of the country.
PHONE_DIGITS = 10
MOST_CODE_DIGITS = 3
MOST_MIDDLE_NAMES = 3
SHORTEST_HALF = 4
MOST_WORDS = 8

APOSTROPHES = "'`\u2019\u2018\u00b4\u02bc\u2032"
LETTERS = str.maketrans("øłđðıħ", "olddih") | {
    ord("ß"): "ss", ord("æ"): "ae", ord("œ"): "oe", ord("þ"): "th",
}  # fmt: skip
WORD = re.compile(rf"[^\W_]+(?:[{APOSTROPHES}]+[^\W_]+)*")
POSSESSIVE = re.compile(rf"[{APOSTROPHES}][sS]$")
AFFIXES = Path(__file__).resolve().parent.parent / "seeds/matching/name_affixes.csv"


def _affixes(*kinds: str) -> frozenset[str]:
    """Words that stand before or behind a name, from the seed that the matcher reads, too.

    What people are called as well is left out, but for generations.
    """
    with AFFIXES.open(encoding="utf-8", newline="") as file:
        return frozenset(
            row["word"]
            for row in csv.DictReader(file)
            if row["kind"] in kinds
            and (row["is_also_a_name"] != "true" or row["kind"] == "generation")
        )


TITLES = _affixes("title")
SUFFIXES = _affixes("generation", "degree")
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
# What joins the names of a list, and what may stand between a last name and such a list.
JOINTS = "&+"
LIST_BEGINS = ",:;(-\u2013"
FAMILY = frozenset(["children", "family", "familie", "kids", "siblings", "twins"])
# Between the words of one name anything may stand but these; a comma and its like where the words
# are neighbours.
ENDS = "!?\u2026"
NEIGHBOURS_ONLY = ",;:|\t"
HYPHENS = ("-", "\u2010", "\u2011")
MOJIBAKE = re.compile(r"[\u00c2-\u00f4][^\x00-\x7f]")
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
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


def readings(text: str) -> Iterator[str]:
    """A text, and what it was before a system wrote its letters in another way."""
    yield text
    if (mended := repaired(text)) != text:
        yield mended
    if "%" in text or "&" in text or "<" in text:
        plain = re.sub(r"<[^<>]*>", " ", html.unescape(urllib.parse.unquote(text)))
        if plain != text:
            yield plain


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


def email_keys(text: str | None) -> set[str]:
    """The e-mail addresses in a text as they are compared.

    Example:
        >>> sorted(email_keys("Ann Lee <Ann.Lee@Example.ORG>; mailto:lee@example.org."))
        ['ann.lee@example.org', 'lee@example.org']
    """
    found = {match[0].lower().replace("\uff20", "@") for match in EMAIL.finditer(text or "")}
    return {address.strip("'.~-") for address in found}


def phone_keys(text: str | None) -> set[str]:
    """The telephone numbers in a text as they are compared: by their last ten digits.

    Example:
        >>> phone_keys("512-555-0144 ext. 3"), "5125550144" in phone_keys("+1 (512) 555-0144")
        ({'5125550144'}, True)
    """
    found = set()
    for match in PHONE.finditer(text or ""):
        digits = re.sub(r"\D", "", match[0])
        # a spreadsheet may have written .0 behind it
        found |= {digits[-PHONE_DIGITS:], digits[:PHONE_DIGITS]}
    return {number for number in found if len(number) >= SHORTEST_PHONE}


def related_names(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """Word -> the words that stand for the same given name: Bob for Robert, and for Rob.

    Args:
        pairs: given names, each with a nickname.

    Example:
        >>> sorted(related_names([("robert", "bob"), ("robert", "rob")])["rob"])
        ['bob', 'robert']
    """
    short: dict[str, set[str]] = defaultdict(set)
    given: dict[str, set[str]] = defaultdict(set)
    for name, nickname in pairs:
        short[name].add(nickname)
        given[nickname].add(name)
    related = {word: set(short.get(word, ())) for word in (*short, *given)}
    for word, names in given.items():
        related[word] |= names.union(*(short[name] for name in names)) - {word}
    return related


def bare(word: str) -> str:
    """A folded word without the number that stands behind it, as in "Ann Lee2"."""
    return word.rstrip("0123456789") or word


@lru_cache(maxsize=100_000)
def spellings(text: str | None) -> list[tuple[str, ...]]:
    """The ways in which systems write the words of a name.

    As they are; with ae for a letter with two dots, and the other way round; in two words where an
    apostrophe or a Mc stands in one.
    """
    text = text or ""
    found = [name_words(text), name_words(text.translate(UMLAUTS))]
    found.append(name_words(re.sub(rf"[{APOSTROPHES}]", " ", text)))
    plain = found[0]
    found.append(tuple(re.sub("(?<=[^aeiou])([aou])e(?=[^aeiou])", r"\1", word) for word in plain))
    found.append(
        tuple(part for word in plain for part in re.sub(r"^(mc|mac)(?=.{4})", r"\1 ", word).split())
    )
    return [tuple(bare(word) for word in spelling) for spelling in dict.fromkeys(found) if spelling]


@dataclass
class Names:
    """The forms in which one person may be written.

    Attributes:
        firsts: forms of the first name, each a tuple of folded words.
        lasts: forms of the last name.
        wholes: names that are compared whole only, such as a name of one word.
        exact: the names as the records have them, first name first.
    """

    firsts: set[tuple[str, ...]] = field(default_factory=set)
    lasts: set[tuple[str, ...]] = field(default_factory=set)
    wholes: set[tuple[str, ...]] = field(default_factory=set)
    exact: set[tuple[str, ...]] = field(default_factory=set)

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
        if not (name_words(first) and name_words(last)):
            self.add_whole(first if name_words(first) else last, nicknames)
            return
        self.exact.add((*name_words(first), *name_words(last)))
        for words_of in spellings(first):
            given = {words_of, words_of[:1], ("".join(words_of),)}
            given |= {(word,) for word in words_of[1:] if len(word) >= SHORTEST_HALF}
            self.firsts |= given
        self.firsts |= {form for form in (name_words(preferred), nickname_words(first)) if form}
        for form in [form for form in self.firsts if len(form) == 1]:
            self.firsts |= {(other,) for other in (nicknames or {}).get(form[0], ())}
        for words_of in spellings(last):
            self.lasts |= {words_of, ("".join(words_of),)}
            if len(words_of) > 1:
                self.lasts |= {(word,) for word in words_of if len(word) >= SHORTEST_HALF}

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
        self.exact.add(found)
        for spelling in spellings(name):
            # a name of very many words is none
            for cut in range(1, min(len(spelling), MOST_WORDS)):
                self.firsts |= {spelling[:cut], ("".join(spelling[:cut]),)}
                self.lasts |= {spelling[cut:], ("".join(spelling[cut:]),)}
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
        self._exact: set[tuple[str, ...]] = set()
        self._east_asian: dict[str, set[str]] = defaultdict(set)
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
        self._exact |= names.exact
        for joined in {"".join(last + first) for last in names.lasts for first in names.firsts}:
            if CJK.match(joined) and len(joined) > 2:
                self._east_asian[joined[0]].add(joined)

    def add_exact(self, names: Names) -> None:
        """Add what a name is exactly, and none of its forms: enough for another person."""
        self._exact |= names.exact

    def add_email(self, who: Hashable, email: str | None) -> None:
        """Add an address; a text that holds it names the person."""
        for key in email_keys(email):
            self._emails[key].add(who)

    def add_phone(self, who: Hashable, phone: str | None) -> None:
        """Add a telephone number; a text that holds it names the person."""
        for key in phone_keys(phone):
            self._phones[key].add(who)

    def except_for(self, others: People) -> None:
        """Take no name of one of these other people for one of the first.

        That is a name in which the first ones are a part, or one that is exactly the other's and
        would be the first one's by a nickname or a middle name only.
        """
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
        return set().union(*(self._emails.get(key, ()) for key in email_keys(email)))

    def phone_owners(self, phone: str | None) -> set[Hashable]:
        """Whose telephone number this is."""
        return set().union(*(self._phones.get(key, ()) for key in phone_keys(phone)))

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
        name = name_words(text)
        if "," not in text and self._is_anothers(name):
            return set()
        found = self._wholes.get(name, set()) | self._joined.get("".join(name), set())
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
            address = match[0]
            while not (owners := self.email_owners(address)) and "-" in address.partition("@")[2]:
                address = address.rpartition("-")[0]
            found += [Span(match.start(), match.start() + len(address), who) for who in owners]
        for match in PHONE.finditer(text) if self._phones else ():
            found += self._numbers(text, *match.span())
        place = words(text)
        named = self._pairs(text, place, is_record)
        if not is_record and self._wholes:
            named += [Span(0, len(text), who) for who in self._wholes.get(name_words(text), ())]
        if named and self._others is not None:
            theirs = self._others._pairs(text, place)
            named = [span for span in named if not self._is_of_another(span, text, place, theirs)]
        return sorted(found + named, key=lambda span: span[:2])

    def _is_anothers(self, name: tuple[str, ...]) -> bool:
        """Whether a name is exactly that of another person, and of nobody here."""
        return self._others is not None and name in self._others._exact and name not in self._exact

    def _is_of_another(
        self, span: Span, text: str, place: list[Word], theirs: Iterable[Span]
    ) -> bool:
        """Whether a part of a text is, or lies within, the name of another person."""
        inside = tuple(w.folded for w in place if span.start <= w.start < span.end)
        if "," not in text[span.start : span.end] and self._is_anothers(inside):
            return True
        return any(
            other.start <= span.start
            and span.end <= other.end
            and other.end - other.start > span.end - span.start
            for other in theirs
        )

    def without_names(self, text: str, replacement: str, is_record: bool = False) -> str:
        """The text with each part that names somebody here replaced."""
        found = self.found(text, is_record)
        return replaced(found.text, found.spans, replacement) if found.spans else text

    def found(self, text: str, is_record: bool = False) -> Found:
        """The parts of a text that name somebody, also where systems have garbled its letters."""
        for spelling in readings(text):
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
        found = self._in_one_word(place)
        plain = [bare(word.folded) for word in place]
        is_list = any(sign in text for sign in JOINTS) or not CONJUNCTIONS.isdisjoint(plain)
        for number, word in enumerate(plain):
            found_lasts = list(self._lasts.get(word, {}).items())
            # "the Lees", "Ann and Bob Lees"
            if word.endswith("s") and (is_list or plain[max(number - 1, 0)] == "the"):
                theirs = self._lasts.get(word[:-1], {}).get((word[:-1],))
                found_lasts += [((word,), theirs)] if theirs else []
            for last, people in found_lasts:
                end = number + len(last)
                if tuple(plain[number:end]) != last:
                    continue
                for who, firsts in people.items():
                    found += [
                        Span(place[first].start, place[stop - 1].end, who)
                        for first, stop in _around(
                            text, place, plain, (number, end), firsts, is_record
                        )
                        if not _is_longer(text, place, first, stop, name_begins)
                    ]
        return found

    def _in_one_word(self, place: list[Word]) -> list[Span]:
        """Where first and last name are written as one word; in East Asia also within one."""
        found = []
        for word in place:
            written = bare(word.folded)
            found += [Span(word.start, word.end, who) for who in self._joined.get(written, ())]
            for at, letter in enumerate(written) if self._east_asian else ():
                for name in self._east_asian.get(letter, ()):
                    if written.startswith(name, at) and written != name:
                        start = word.start + at
                        found += [Span(start, start + len(name), who) for who in self._joined[name]]
        return found


def _around(
    text: str,
    place: list[Word],
    plain: list[str],
    last_name: tuple[int, int],
    firsts: Collection[tuple[str, ...]],
    is_record: bool,
) -> Iterator[tuple[int, int]]:
    """Words from and to, where a first name stands beside a last name."""
    number, end = last_name
    behind = end
    while behind < len(plain) and plain[behind] in TITLES | SUFFIXES:
        behind += 1
    for first in firsts:
        size = len(first)
        for middle in range(MOST_MIDDLE_NAMES + 1):
            begin = number - middle - size
            if begin < 0:
                break
            if tuple(plain[begin : begin + size]) == first and _is_one_name(
                text, place, (begin, begin + size, number, end), is_record
            ):
                yield begin, end
        if tuple(plain[behind : behind + size]) == first and _is_one_name(
            text, place, (number, end, end, behind + size), is_record or behind > end
        ):
            yield number, behind + size
    for item in _listed(text, place, plain, end):
        if (plain[item],) in firsts:
            yield number, item + 1


def _listed(text: str, place: list[Word], plain: list[str], end: int) -> Iterator[int]:
    """The words of a list of first names behind a last name: "Lee: Ann, Bob and Eve"."""
    if end == len(plain):
        return
    item = end + (plain[end] in FAMILY)
    gap = text[place[end - 1].end : place[end].start]
    if item == end and not any(sign in gap for sign in LIST_BEGINS):
        return
    while item < len(plain):
        yield item
        begin = place[item].end
        item += 1 + (item + 1 < len(plain) and plain[item + 1] in CONJUNCTIONS)
        if item < len(plain):
            gap = text[begin : place[item].start]
            if not any(sign in gap for sign in (",", "/", *JOINTS)) and (
                plain[item - 1] not in CONJUNCTIONS
            ):
                return


def _is_one_name(
    text: str, place: list[Word], numbers: tuple[int, int, int, int], any_sign: bool
) -> bool:
    """Whether nothing between two parts of a name parts one person from the next.

    Args:
        text: the text.
        place: its words.
        numbers: first and last word (exclusive) of the one part, and of the other.
        any_sign: whether commas may stand anywhere.
    """
    begin, stop, start, end = numbers
    if any(word.folded in PARTING for word in place[stop:start]):
        return False
    # "Ann, Bob and Eve Lee" are three of one name
    between = text[place[stop - 1].end : place[start].start]
    any_sign = (
        any_sign
        or any(sign in between for sign in JOINTS)
        or any(word.folded in CONJUNCTIONS for word in place[stop:start])
    )
    for number in range(begin, end - 1):
        gap = text[place[number].end : place[number + 1].start]
        if any(sign in ENDS for sign in gap):
            return False
        if start > stop and not any_sign and any(sign in NEIGHBOURS_ONLY for sign in gap):
            return False
    return True


def _is_longer(text: str, place: list[Word], begin: int, end: int, name_begins: int) -> bool:
    """Whether a longer name goes on before or behind these words."""
    start, stop = place[begin].start, place[end - 1].end
    if (
        begin > 0
        and text[place[begin - 1].end : start] in HYPHENS
        and place[begin - 1].folded not in PRODUCT_WORDS
    ):
        return True
    if end == len(place):
        return False
    follower = place[end]
    gap = text[stop : follower.start]
    if follower.folded in SUFFIXES | PARTING | CONJUNCTIONS | PRODUCT_WORDS:
        return False
    if gap in HYPHENS:
        return True
    # where a whole name belongs, a further capitalised word at its end belongs to it
    behind = place[end + 1 : end + 2]
    ends_there = (
        not behind
        or text[follower.end :].lstrip()[:1] in ("(", "[")
        or behind[0].folded in SUFFIXES
    )
    return start >= name_begins and gap.isspace() and text[follower.start].isupper() and ends_there


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
