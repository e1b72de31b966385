"""Effects laid over the ordinary days: people leave, pause, join, buy for children.

The ordinary days are drawn first and from their own streams. So an effect moves only the rows that
it touches, and all others keep their ids and texts.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from . import config, exports, pauses
from .accounts import Accounts, free_numbers, record_of_visits
from .config import MEM, Arguments
from .dirt import Writing
from .guardians import Nursery
from .guests import GuestDesk, first_visits, join_up
from .lapses import Lives, Pairs, find_pairs
from .memberships import Memberships, active_instance, with_lives
from .passes import Purchases, Rows
from .people import People
from .planted import Planted
from .visits import Visits, units_of, visits_of_units

MOST = 1.02  # visits, relative to the ordinary days
MEETS = 0.45  # joint visits a week that two partners have at least
DAY = 100_000  # person * DAY + day is a person's day


@dataclass
class Days:
    """Check-ins in time order, with what the exports say of each."""

    visits: Visits
    record: np.ndarray
    checkin_id: np.ndarray
    created_us: np.ndarray
    desk: exports.Desk
    writing: Writing


def as_planned(args: Arguments, book: Accounts, seen: Visits, writing: Writing) -> Days:
    """The days as they were drawn."""
    record = record_of_visits(args, book, seen)
    rng = args.rng(19)
    checkin_id = 30_400_000 + np.cumsum(rng.integers(1, 140, len(seen)))
    created = seen.time_us() + rng.integers(300_000, 2_900_000, len(seen))
    return Days(seen, record, checkin_id, created, exports.desk_notes(args, seen), writing)


def keys_of(visits: Visits) -> np.ndarray:
    """Person and day of each visit as one number, int64[n]."""
    return visits.person.astype(np.int64) * DAY + visits.day


def plant(
    args: Arguments, people: People, held: Memberships, friends: list, days: Days,
    sold: Purchases, book: Accounts, grown_up: np.ndarray, reserved: list[int],
) -> tuple[Days, Memberships, Planted]:  # fmt: skip
    """Days, memberships and purchases (in place) with all effects, and the truth of these.

    Parties in which a name was written wrongly stay whole, and the memberships of their buyers and
    of those of `reserved` purchases as they were: each way to write a name is there at least once.
    """
    odd = _odd_parties(days)
    days = _after_the_closure(days, odd)
    seen, first_purchase, size = days.visits, len(sold), len(held)
    rng = args.rng(44)
    pairs = find_pairs(args, people, held, friends)
    lives = Lives(args, held, pairs, _settled(days, sold, reserved))
    lives.run()
    lived = with_lives(held, lives.items)
    keep = ~_left(held, lived, seen) | (odd & (seen.method != MEM))
    stopped = pauses.plan_pauses(args, people, lived, seen.take(keep), set(pairs.partners))
    gone = keep & pauses.missed(args, rng, people, seen, stopped)
    gone &= ~odd | ~config.is_open(args, seen.day)
    keep &= ~gone
    keep &= ~_left_alone(seen, keep, sold) | odd
    rows = Rows(int(seen.party.max()) + 1)
    desk = GuestDesk(args, people, book, sold, rows)
    desk.bring_many(lived, seen.take(keep), lives)
    nursery = Nursery(args, people, lived, seen, book, sold, rows, desk.busy)
    nursery.grown_up = grown_up
    for gym in range(args.gyms):
        nursery.plant(gym)
    so_far = _both(seen.take(keep), rows.visits(args.rng(45)))
    dirt = np.append(days.writing.dirt[keep], np.full(len(so_far) - int(keep.sum()), "clean"))
    guests = first_visits(people, lived, so_far, sold, dirt)
    hosts = join_up(desk, people, lived, guests, lives)
    lives.run()
    lived = with_lives(held, lives.items)
    bought = _once(rows.visits(args.rng(45)), keys_of(seen.take(keep)))
    climbing = _climbing(args, people, lived, pairs, hosts, size, seen.take(keep), bought)
    climbing = climbing.take(~pauses.missed(args, rng, people, climbing, stopped))
    keep[_moved(seen, keep, climbing)] = False
    room = round(MOST * len(seen)) - int(keep.sum()) - len(bought)
    added = _both(bought, _fitting(args, climbing, room))
    last = config.AS_OF_EPOCH * config.DAY_US + config.LAST_SECOND * 1_000_000
    known = book.created_us[book.main[added.person]] < added.time_us()
    added = added.take(known & (added.time_us() <= last) & config.is_open(args, added.day))
    days = _with(args, days, keep, added, book)
    caused = guests.person[guests.by_host]
    guests = first_visits(people, lived, days.visits, sold, days.writing.dirt)
    guests.by_host = np.isin(guests.person, caused)
    paused = pauses.pause_lapses(people, days.visits, stopped, seen.take(gone))
    planted = Planted(
        size, first_purchase, lives, _came_back(lives, paused, days.visits), guests,
        desk.multiplier, nursery.traps, nursery.parents, nursery.relations,
    )  # fmt: skip
    return days, lived, planted


def _odd_parties(days: Days) -> np.ndarray:
    """Visits of parties in which a name is written otherwise than in the records, bool[n]."""
    odd = ~np.isin(days.writing.dirt, ("", "clean"))
    return np.isin(days.visits.party, np.unique(days.visits.party[odd]))


def _settled(days: Days, sold: Purchases, reserved: list[int]) -> set[int]:
    """Hosts and buyers whose names are written wrongly or shared."""
    visits = days.visits
    odd = ~np.isin(days.writing.dirt, ("", "clean")) & (visits.purchase >= 0)
    hosts = visits.purchase[odd & (visits.method == config.GUE)].tolist()
    bought = visits.purchase[odd & (visits.method == config.ENT)].tolist()
    return {*hosts, *(sold.buyer[purchase] for purchase in [*bought, *reserved])}


def _after_the_closure(days: Days, odd: np.ndarray) -> Days:
    """Odd parties of the closed weeks come two weeks later, each person who has time then."""
    first, last = config.CLOSURE
    rows = np.flatnonzero(odd & (days.visits.day >= first) & (days.visits.day <= last))
    length = last - first + 1
    rows = rows[~np.isin(keys_of(days.visits)[rows] + length, keys_of(days.visits))]
    visits = days.visits.take(np.arange(len(days.visits)))
    visits.day[rows] += length
    created = days.created_us.copy()
    created[rows] += length * config.DAY_US
    return replace(days, visits=visits, created_us=created)


def _fitting(args: Arguments, visits: Visits, room: int) -> Visits:
    """As many whole parties as there is room for."""
    _, party = np.unique(visits.party, return_inverse=True)
    size = np.bincount(party)
    order = args.rng(56).permutation(len(size))
    kept = np.zeros(len(size), dtype=bool)
    kept[order] = np.cumsum(size[order]) <= room
    return visits.take(kept[party])


def _both(one: Visits, two: Visits) -> Visits:
    """One after the other, party numbers as they are."""
    return Visits(*(
        np.concatenate([getattr(one, item.name), getattr(two, item.name)])
        for item in fields(Visits)
    ))  # fmt: skip


def _once(added: Visits, taken: np.ndarray) -> Visits:
    """The first visit of each person and day on which there is none yet."""
    key = keys_of(added)
    first = np.zeros(len(key), dtype=bool)
    first[np.unique(key, return_index=True)[1]] = True
    return added.take(first & ~np.isin(key, taken))


def _left_alone(seen: Visits, keep: np.ndarray, sold: Purchases) -> np.ndarray:
    """Visits whose host or buyer would have come along and does not, bool[n]."""
    rows = np.flatnonzero((seen.written >= 0) & (seen.purchase >= 0))
    bought = np.where(seen.method[rows] == config.ENT, seen.purchase[rows], 0)
    buyer = np.array(sold.buyer)[bought]
    buyer = np.where(seen.method[rows] == config.GUE, seen.purchase[rows], buyer)
    width = int(seen.person.max()) + 2
    key = seen.party.astype(np.int64) * width + seen.person
    wanted = seen.party[rows].astype(np.int64) * width + buyer
    alone = np.zeros(len(seen), dtype=bool)
    alone[rows] = np.isin(wanted, key[~keep]) & ~np.isin(wanted, key[keep])
    return alone


def _left(held: Memberships, lived: Memberships, seen: Visits) -> np.ndarray:
    """Visits of members, and of guests of theirs, after the membership's new end, bool[n]."""
    member = np.where(seen.method == MEM, seen.person, -1)
    member = np.where(seen.method == config.GUE, seen.purchase, member)
    rows = np.flatnonzero(member >= 0)
    gone = np.zeros(len(seen), dtype=bool)
    planned = active_instance(held, member[rows], seen.day[rows]) >= 0
    gone[rows] = planned & (active_instance(lived, member[rows], seen.day[rows]) < 0)
    return gone


def _climbing(
    args: Arguments, people: People, held: Memberships, pairs: Pairs, hosts: dict[int, int],
    size: int, kept: Visits, bought: Visits,
) -> Visits:  # fmt: skip
    """Visits of new members, and of partners together."""
    rng = args.rng(51)
    new = np.flatnonzero(held.roster_instance >= size)
    row = held.roster_instance[new]
    stop = held.last_visit_day
    alone = units_of(
        items=held.roster_person[new], size=np.ones(len(new), dtype=np.int64),
        start=held.start[row], stop=stop[row],
        rate=np.minimum(0.25 + rng.gamma(1.1, 0.6, len(new)), 4),
        attend=1.0, spread=0.0, kind=config.SOLO, gym=held.gym[row], midday=False,
    )  # fmt: skip
    taken = np.concatenate([keys_of(kept), keys_of(bought)])
    visits = visits_of_units(args, people, held, rng, alone, taken)
    two = [(one, others[0]) for one, others in pairs.partners.items() if one not in hosts]
    two = sorted({(min(pair), max(pair)) for pair in two})
    two += hosts.items()
    wanted = np.minimum(MEETS + rng.gamma(1.0, 0.4, len(two)), 2.0)
    met = _joint_days(kept, two)
    since, until = _member_days(held, len(people))
    one, other = np.array(two, dtype=np.int64).reshape(-1, 2).T
    start, end = np.maximum(since[one], since[other]), np.minimum(until[one], until[other])
    weeks = (end - start + 1) / 7
    rate = np.where(weeks > 0, wanted - met / np.maximum(weeks, 1), 0).clip(0)
    fits = rate > 0
    if not fits.any():
        return _numbered(visits)
    pair = units_of(
        items=np.stack([one, other], axis=1)[fits].reshape(-1), size=np.full(fits.sum(), 2),
        start=start[fits], stop=end[fits], rate=rate[fits], attend=0.96, spread=150.0,
        kind=config.FRIENDS, gym=people.gym[one[fits]], midday=False,
    )  # fmt: skip
    together = visits_of_units(args, people, held, rng, pair, taken)
    together.party += int(visits.party.max(initial=-1)) + 1
    return _numbered(_once(_both(together, visits), taken))


def _numbered(visits: Visits) -> Visits:
    """Party numbers far beyond those there are."""
    visits.party = visits.party + (1 << 29)
    return visits


def _member_days(held: Memberships, people: int) -> tuple[np.ndarray, np.ndarray]:
    """First and last day on which each person may enter as a member, int64[n]."""
    since, until = np.full(people, 1 << 40), np.full(people, -1)
    np.minimum.at(since, held.roster_person, held.start[held.roster_instance])
    np.maximum.at(until, held.roster_person, held.last_visit_day[held.roster_instance])
    return since, until


def _joint_days(visits: Visits, two: list[tuple[int, int]]) -> np.ndarray:
    """Days that each pair spent in one party, float64[n]."""
    wanted = {person for pair in two for person in pair}
    rows = np.flatnonzero(np.isin(visits.person, np.fromiter(wanted, dtype=np.int64)))
    parties: dict[int, set[int]] = {}
    for person, party in zip(
        visits.person[rows].tolist(), visits.party[rows].tolist(), strict=True
    ):
        parties.setdefault(person, set()).add(party)
    nothing: set[int] = set()
    return np.array(
        [float(len(parties.get(one, nothing) & parties.get(other, nothing))) for one, other in two]
    )


def _moved(seen: Visits, keep: np.ndarray, climbing: Visits) -> list[int]:
    """Lone visits of the days around whose place a visit with the partner takes."""
    size = np.bincount(seen.party)[seen.party]
    lone = np.flatnonzero(keep & (seen.method == MEM) & (seen.kind == config.SOLO) & (size == 1))
    by_key = dict(zip(keys_of(seen)[lone].tolist(), lone.tolist(), strict=True))
    moved = []
    for key in keys_of(climbing)[climbing.kind == config.FRIENDS].tolist():
        for step in (1, -1, 2, -2, 3, -3):
            row = by_key.pop(key + step, -1)
            if row >= 0:
                moved.append(row)
                break
    return moved


def _with(args: Arguments, days: Days, keep: np.ndarray, added: Visits, book: Accounts) -> Days:
    """Days without some visits and with others, all in time order."""
    rng = args.rng(55)
    added = added.take(np.lexsort((added.person, added.time_us())))
    old, size = np.flatnonzero(keep), len(added)
    visits = _both(days.visits.take(old), added)
    order = np.lexsort((visits.person, visits.time_us()))
    place = np.searchsorted(days.visits.time_us(), added.time_us())
    position = np.full(len(keep), -1)
    position[old] = np.argsort(order)[: len(old)]

    def more(values: np.ndarray, new) -> np.ndarray:
        return np.concatenate([values[old], np.broadcast_to(new, (size,))])[order]

    text = {int(position[row]): line for row, line in days.writing.text.items() if keep[row]}
    visits = visits.take(order)
    _, visits.party = np.unique(visits.party, return_inverse=True)
    visits.party = visits.party.astype(np.int32)
    dirt = np.where(added.written >= 0, "clean", "").astype(days.writing.dirt.dtype)
    return Days(
        visits, more(days.record, book.main[added.person]),
        more(days.checkin_id, free_numbers(days.checkin_id, place)),
        more(days.created_us, added.time_us() + rng.integers(300_000, 2_900_000, size)),
        exports.Desk(more(days.desk.reason, -1), more(days.desk.nameless, False)),
        Writing(more(days.writing.dirt, dirt), text, days.writing.ghosts),
    )  # fmt: skip


def _came_back(lives: Lives, paused: list, visits: Visits) -> list:
    """All lapses by day; those who left have their first visit after it."""
    order = np.lexsort((visits.day, visits.person))
    keys = keys_of(visits)[order]
    for item in lives.lapses:
        place = int(np.searchsorted(keys, item.person * DAY + item.day, side="right"))
        if place < len(keys) and keys[place] // DAY == item.person:
            item.back = int(keys[place] % DAY)
    return sorted([*lives.lapses, *paused], key=lambda item: (item.day, item.person, item.kind))
