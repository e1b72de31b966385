"""Customer records: one per person and, for a few people, a second one by mistake."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from . import names
from .config import AS_OF_EPOCH, DAY_US, Arguments
from .memberships import ACTIVE, FROZEN, Memberships
from .passes import Purchases
from .people import CHILD, People
from .visits import Visits

MAIL_HOSTS = ("example.org", "example.com", "example.net")
MINUTE_US = 60_000_000
DOUBLES = 9  # second records at scale 1 that say little of whose they are


@dataclass
class Accounts:
    """Customer records in customer_id order; `main` maps a person to the first record."""

    customer_id: np.ndarray
    person: np.ndarray
    second: np.ndarray
    created_us: np.ndarray
    first: list[str]
    last: list[str]
    preferred: list[str]
    email: list[str]
    phone: list[str]
    birthday: list[str]
    main: np.ndarray
    other: np.ndarray  # record of the second account of a person, -1 for none
    is_late: np.ndarray  # added by plant_doubles

    def __len__(self) -> int:
        return len(self.person)

    def name(self, record: int) -> str:
        """Name as the gym prints it on passes: first, a space, last."""
        return f"{self.first[record]} {self.last[record]}"


def _needed_us(people: People, visits: Visits, held: Memberships, sold: Purchases) -> np.ndarray:
    """First moment at which a person must be known to the gym, int64[n]; far future if never."""
    needed = np.full(len(people), np.iinfo(np.int64).max)
    np.minimum.at(needed, visits.person, visits.time_us())
    opening = 8 * 3600 * 1_000_000
    np.minimum.at(needed, held.roster_person, held.start[held.roster_instance] * DAY_US + opening)
    np.minimum.at(needed, held.owner, held.start * DAY_US + opening)
    buyer, day = np.array(sold.buyer), np.array(sold.day)
    known = buyer >= 0
    np.minimum.at(needed, buyer[known], day[known] * DAY_US + opening)
    return needed


def _created(args: Arguments, rng, people: People, needed: np.ndarray) -> np.ndarray:
    """Moment of each person's registration, int64[n]: households mostly sign up together."""
    homes = len(people.household_gym)
    first = np.full(homes, np.iinfo(np.int64).max)
    np.minimum.at(first, people.household, needed)
    span = (args.days + 40) * DAY_US
    idle = (args.first_day - 40) * DAY_US + (rng.random(homes) * (span - DAY_US)).astype(np.int64)
    lead = (rng.exponential(1.5, homes) * DAY_US * (rng.random(homes) < 0.6)).astype(np.int64)
    lead += rng.integers(2 * MINUTE_US, 40 * MINUTE_US, homes)
    family = np.where(first == np.iinfo(np.int64).max, idle, first - lead)
    place = np.arange(len(people)) - people.homes.start[people.household]
    own = np.minimum(needed, AS_OF_EPOCH * DAY_US) - rng.integers(2, 30, len(people)) * MINUTE_US
    together = (rng.random(len(people)) < 0.93) | (needed == np.iinfo(np.int64).max)
    created = family[people.household] + place * 41_000_000
    latest = np.minimum(needed, (AS_OF_EPOCH * 24 + 19) * 3600 * 1_000_000)
    created = np.where(together, created, np.maximum(own, created))
    return np.minimum(created, latest - place * 1_000_000 - 1_000_000)


def _shown_names(rng, people: People, person: np.ndarray) -> tuple[list[str], list[str], list[str]]:
    """First, last and preferred name per record, with the slips people make at the desk."""
    items = people.words.items
    first = [items[code] for code in people.first[person].tolist()]
    last = [items[code] for code in people.last[person].tolist()]
    preferred = [""] * len(person)
    slip = rng.random(len(person))
    for row in np.flatnonzero(slip < 0.10).tolist():
        nick = names.NICKNAMES.get(first[row].split(" ")[0], "")
        draw = float(slip[row])
        if draw < 0.003:
            first[row] += " "
        elif draw < 0.005:
            first[row] = " " + first[row]
        elif draw < 0.009:
            first[row], last[row] = first[row].upper(), last[row].upper()
        elif draw < 0.014:
            first[row], last[row] = first[row].lower(), last[row].lower()
        elif draw < 0.017 and people.role[person[row]] != CHILD:
            last[row] += (" Jr.", " III", " Sr.")[row % 3]
        elif draw < 0.022 and nick:
            first[row] += f' "{nick}"' if row % 2 else f" ({nick})"
        elif draw < 0.025:
            first[row], last[row] = names.ascii_fold(first[row]), names.ascii_fold(last[row])
        else:
            preferred[row] = nick
    return first, last, preferred


def build_accounts(
    args: Arguments, people: People, visits: Visits, held: Memberships, sold: Purchases
) -> Accounts:
    """All customer records; ids grow with the time of registration."""
    rng = args.rng(9)
    created = _created(args, rng, people, _needed_us(people, visits, held, sold))
    adult = people.role != CHILD
    doubles = np.flatnonzero(adult & (rng.random(len(people)) < 0.0085))
    if len(doubles) == 0:
        doubles = np.flatnonzero(adult)[:1]
    person = np.concatenate([np.arange(len(people)), doubles])
    second = np.arange(len(person)) >= len(people)
    later = created[doubles] + (rng.random(len(doubles)) * 200 * DAY_US).astype(np.int64)
    latest = (AS_OF_EPOCH * 24 + 12) * 3600 * 1_000_000
    created = np.concatenate([created, np.maximum(np.minimum(later, latest), created[doubles] + 1)])
    order = np.lexsort((person, created))
    person, second, created = person[order], second[order], created[order]
    first, last, preferred = _shown_names(rng, people, person)
    _vary_second_names(rng, first, second)
    email, phone, birthday = _contact(rng, people, person, first, last)
    main = np.empty(len(people), dtype=np.int64)
    main[person[~second]] = np.flatnonzero(~second)
    other = np.full(len(people), -1, dtype=np.int64)
    other[person[second]] = np.flatnonzero(second)
    return Accounts(
        4_210_000 + np.cumsum(rng.integers(1, 160, len(person))), person, second, created,
        first, last, preferred, email, phone, birthday, main, other,
        np.zeros(len(person), dtype=bool),
    )  # fmt: skip


def free_numbers(taken: np.ndarray, place: np.ndarray) -> np.ndarray:
    """A number that is still free for each position in an ascending list, int64[n], ascending.

    It lies between the neighbours where there is room, and else in the next gap.
    """
    found, last = [], -1
    for spot in place.tolist():
        number = max(last, int(taken[spot - 1]) if spot else int(taken[0]) - len(place) - 1) + 1
        while True:
            here = int(np.searchsorted(taken, number))
            if here == len(taken) or taken[here] != number:
                break
            number += 1
        found.append(number)
        last = number
    return np.array(found, dtype=np.int64)


def plant_doubles(args: Arguments, people: People, visits: Visits, book: Accounts) -> Accounts:
    """Second records of a few regulars, without e-mail and birthday, half of them with the phone.

    Staff would merge them by the name, the telephone, or the company in which both come.
    """
    rng = args.rng(50)
    names_held = Counter(zip(book.first, book.last, strict=True))
    unique = np.array([names_held[key] == 1 for key in zip(book.first, book.last, strict=True)])
    known = unique[book.main] & (book.other < 0) & (people.role != CHILD)
    known &= np.bincount(visits.person, minlength=len(people)) >= 8
    known &= np.array([phone != "" for phone in book.phone])[book.main]
    pool = np.flatnonzero(known)
    person = rng.permutation(pool)[: max(2, round(DOUBLES * args.gyms * args.people_share))]
    seen = np.sort(visits.time_us())
    first = np.full(len(people), np.iinfo(np.int64).max)
    np.minimum.at(first, visits.person, visits.time_us())
    made = first[person] + ((seen[-1] - first[person]) * rng.uniform(0.2, 0.7, len(person))).astype(
        np.int64
    )
    order = np.argsort(made, kind="stable")
    person, made = person[order], made[order]
    place = np.searchsorted(book.created_us, made)
    main = book.main[person].tolist()

    def put(values, new):
        if isinstance(values, np.ndarray):
            return np.insert(values, place, new)
        many = zip(place.tolist(), new, strict=True)
        grown, done = [], 0
        for spot, value in many:
            grown += [*values[done:spot], value]
            done = spot
        return grown + values[done:]

    size, blank = len(person), [""] * len(person)
    phone = [book.phone[row] if turn % 2 == 0 else "" for turn, row in enumerate(main)]
    everyone, second = put(book.person, person), put(book.second, np.ones(size, dtype=bool))
    main_of = np.empty_like(book.main)
    main_of[everyone[~second]] = np.flatnonzero(~second)
    other = np.full_like(book.other, -1)
    other[everyone[second]] = np.flatnonzero(second)
    return Accounts(
        put(book.customer_id, free_numbers(book.customer_id, place)), everyone, second,
        put(book.created_us, made),
        put(book.first, [book.first[row].strip() for row in main]),
        put(book.last, [book.last[row] for row in main]), put(book.preferred, blank),
        put(book.email, blank), put(book.phone, phone), put(book.birthday, blank), main_of, other,
        put(book.is_late, np.ones(size, dtype=bool)),
    )  # fmt: skip


def _vary_second_names(rng, first: list[str], second: np.ndarray) -> None:
    """Second records now and then use the nickname."""
    rows = np.flatnonzero(second)
    for row in rows[rng.random(len(rows)) < 0.3].tolist():
        first[row] = names.NICKNAMES.get(first[row], first[row])


def _contact(rng, people: People, person: np.ndarray, first: list[str], last: list[str]):
    """E-mail, phone and birthday per record; equal for both records of one person."""
    size = len(people)
    draw = rng.random((3, size))
    adult = people.age >= 16
    has_mail = draw[0] < np.where(adult, 0.84, 0.12)
    has_phone = draw[1] < np.where(adult, 0.78, 0.2)
    has_birthday = draw[2] < 0.988
    host = rng.integers(0, 3, size)
    digits = rng.permutation(size)
    mail, phone = [""] * len(person), [""] * len(person)
    part = {text: names.email_part(text) for text in {*first, *last}}
    person_mail: dict[int, str] = {}
    for row, one in enumerate(person.tolist()):
        if has_mail[one]:
            text = f"{part[first[row]]}.{part[last[row]]}{digits[one]}@{MAIL_HOSTS[host[one]]}"
            mail[row] = person_mail.setdefault(one, text)
        if has_phone[one]:
            phone[row] = f"555{digits[one]:07d}"
    born = people.birth.astype("datetime64[D]").astype(str)
    birthday = np.where(has_birthday, born, "")[person].tolist()
    return mail, phone, birthday


def record_of_visits(args: Arguments, accounts: Accounts, visits: Visits) -> np.ndarray:
    """Customer record of each check-in, int64[n]: the second one only after it was made."""
    rng = args.rng(10)
    main, other = accounts.main[visits.person], accounts.other[visits.person]
    made = np.where(other >= 0, accounts.created_us[np.maximum(other, 0)], np.iinfo(np.int64).max)
    use = (other >= 0) & (visits.time_us() > made) & (rng.random(len(visits)) < 0.5)
    return np.where(use, other, main)


def has_active_membership(people: People, held: Memberships) -> np.ndarray:
    """True for people on the roster of an instance that runs on the last day, bool[n]."""
    runs = np.isin(held.status, (ACTIVE, FROZEN)) & (held.start <= AS_OF_EPOCH)
    active = np.zeros(len(people), dtype=bool)
    active[held.roster_person[runs[held.roster_instance]]] = True
    return active
