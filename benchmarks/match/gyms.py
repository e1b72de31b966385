"""Write benchmark folders of invented gyms that differ in what a matcher might take for granted.

    python -m benchmarks.match.gyms FOLDER [--gyms usual,abroad] [--seed 1]

Each gym is a folder as adapter.py reads it, with truth.csv.gz for score.py. The habits of a gym are
a row of GYMS; everything else is alike in all. Names are invented: last names of syllables, given
names of syllables or, so that there are nicknames, those of the seed `nicknames`.
"""

from __future__ import annotations

import argparse
import csv
import gzip
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

NICKNAMES = Path(__file__).resolve().parents[2] / "seeds/matching/nicknames.csv"
YEAR = date(2025, 1, 1)
DAY, PUNCH, GUEST = "Day Pass", "5 Climb Punch Pass 60 Days", "Guest Pass"


@dataclass(frozen=True)
class Gym:
    """The habits of one gym; shares are of all customers, purchases or names."""

    customers: int = 3000
    queries: int = 1200
    # lower: fewer names for the same people
    last_names: int = 1500
    given_names: int = 400
    hyphenated: float = 0.0
    children: float = 0.25
    recorded_relations: float = 0.6
    members: float = 0.2
    absent: float = 0.09
    nicknames: float = 0.08
    typos: float = 0.06
    abbreviated: float = 0.03
    maiden: float = 0.03
    doubled: float = 0.01
    birthdays: float = 0.93


GYMS = {
    "usual": Gym(),
    "abroad": Gym(last_names=120, given_names=900, hyphenated=0.5, nicknames=0.0),
    "families": Gym(children=0.6, recorded_relations=0.3),
    "few_members": Gym(members=0.01, recorded_relations=0.05, birthdays=0.6),
    "absent_2": Gym(absent=0.02),
    "absent_30": Gym(absent=0.30),
    "desk": Gym(abbreviated=0.25, nicknames=0.2, typos=0.15),
    "doubled": Gym(doubled=0.2),
    "small": Gym(customers=400, queries=300, last_names=300, given_names=150),
}


def syllables(random: Random, count: int) -> str:
    return "".join(
        random.choice("bcdfghjklmnprstvwz") + random.choice("aeiou") for _ in range(count)
    )


def zipf(size: int) -> list[float]:
    return [1 / (rank + 10) for rank in range(size)]


class Town:
    """People of one name stock; the same law gives customers and those who are none."""

    def __init__(self, random: Random, gym: Gym) -> None:
        with NICKNAMES.open(encoding="utf-8", newline="") as file:
            rows = [(row["given_name"], row["nickname"]) for row in csv.DictReader(file)]
        self.random, self.gym = random, gym
        self.short: dict[str, list[str]] = {}
        for given, nickname in rows:
            self.short.setdefault(given.title(), []).append(nickname.title())
        known = sorted(self.short)
        random.shuffle(known)
        self.given = [
            *known[: gym.given_names // 2 if gym.nicknames else 0],
            *(self.invented() for _ in range(gym.given_names // 2)),
        ]
        random.shuffle(self.given)
        self.last = sorted(
            {syllables(random, random.choice((2, 3, 3, 4))).title() for _ in range(gym.last_names)}
        )
        random.shuffle(self.last)

    def invented(self) -> str:
        if self.random.random() < self.gym.hyphenated:
            return f"{syllables(self.random, 1)}-{syllables(self.random, 1)}".title()
        return syllables(self.random, self.random.choice((2, 3))).title()

    def name(self, last: str = "") -> tuple[str, str]:
        (given,) = self.random.choices(self.given, zipf(len(self.given)))
        return given, last or self.random.choices(self.last, zipf(len(self.last)))[0]


def misspelled(random: Random, word: str) -> str:
    if len(word) < 4:
        return word
    place = random.randrange(1, len(word) - 1)
    return random.choice((
        word[:place] + word[place + 1] + word[place] + word[place + 2 :],
        word[:place] + word[place + 1 :],
        word[:place] + word[place] + word[place:],
        word[:place] + random.choice("aeioumnrst") + word[place + 1 :],
    ))  # fmt: skip


def written(random: Random, town: Town, given: str, last: str) -> tuple[str, str]:
    """How the desk writes a name, and what kind of writing that is."""
    gym, draw = town.gym, random.random()
    if draw < gym.nicknames:
        if given in town.short:
            return f"{random.choice(town.short[given])} {last}", "nickname"
        return f"{given} {last}", "clean"
    draw -= gym.nicknames
    if draw < gym.typos:
        if random.random() < 0.5:
            return f"{misspelled(random, given)} {last}", "typo"
        return f"{given} {misspelled(random, last)}", "typo"
    draw -= gym.typos
    if draw < gym.abbreviated:
        return random.choice((
            (f"{given[0]}. {last}", "initial"), (f"{given} {last[0]}.", "last_initial"),
            (f"{given} {last[:4]}", "cut"),
        ))  # fmt: skip
    draw -= gym.abbreviated
    if draw < gym.maiden:
        return f"{given} {town.name()[1]}", "maiden"
    draw -= gym.maiden
    if draw < 0.06:
        return random.choice((
            (f"{last}, {given}", "comma"), (f"{last} {given}", "swapped"),
            (f"{given} {last}".upper(), "case"), (f"{given.replace('-', ' ')} {last}", "blank"),
        ))  # fmt: skip
    return f"{given} {last}", "clean"


def write(folder: Path, name: str, rows: list[dict[str, object]]) -> None:
    with gzip.open(folder / f"{name}.csv.gz", "wt", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(
            file, list(rows[0]) if rows else ["customer_id"], lineterminator="\n"
        )
        writer.writeheader()
        writer.writerows(rows)


def write_gym(folder: Path, gym: Gym, seed: int) -> None:
    """Write one gym; the same seed writes the same people and visits."""
    random = Random(seed)
    town = Town(random, gym)
    customers: list[dict[str, object]] = []
    households: list[list[int]] = []
    relations: list[dict[str, object]] = []
    adults: list[int] = []
    while len(customers) < gym.customers:
        size = random.choice((2, 3, 4, 5)) if random.random() < gym.children else 1
        last = town.name()[1]
        members = []
        is_recorded = random.random() < gym.recorded_relations
        for place in range(size):
            number = 1000 + len(customers)
            is_child = place > 1 or (place == 1 and random.random() < 0.5)
            born = YEAR - timedelta(
                days=random.randrange(*((1800, 6000) if is_child else (7000, 21000)))
            )
            given, _ = town.name()
            customers.append({
                "customer_id": number, "first_name": given,
                "last_name": last if random.random() < 0.85 else town.name()[1],
                "email": "" if is_child else f"c{number}@example.com",
                "birthday": born if random.random() < gym.birthdays else "",
                "created_at": YEAR + timedelta(days=random.randrange(-900, 300)),
            })  # fmt: skip
            members.append(number)
            if not is_child:
                adults.append(number)
            if place and is_recorded:
                relations.append({
                    "customer_id": members[0], "related_customer_id": number,
                    "relationship": "CHI" if is_child else "SPO",
                })  # fmt: skip
        households.append(members)
    of = {number: members for members in households for number in members}
    by_id = {int(str(row["customer_id"])): row for row in customers}
    records = {number: [number] for number in by_id}
    for number in random.sample(sorted(by_id), int(gym.doubled * len(by_id))):
        second = 500000 + number
        records[number].append(second)
        customers.append(by_id[number] | {"customer_id": second, "email": "", "birthday": ""})
    hosts = set(random.sample(adults, int(gym.members * len(adults))))
    checkins: list[dict[str, object]] = []

    def visit(customer: int, moment: datetime, method: str, text: str) -> None:
        checkins.append({
            "checkin_id": 1 + len(checkins), "customer_id": customer, "checkin_datetime": moment,
            "entry_method": method, "entry_method_description": text,
        })  # fmt: skip

    def moment() -> datetime:
        day = YEAR + timedelta(days=random.randrange(365))
        return datetime(day.year, day.month, day.day, random.randrange(9, 21), random.randrange(60))

    for number in by_id:
        for _ in range(min(int(random.expovariate(0.45)), 30)):
            if number in hosts:
                visit(number, moment(), "MEM", "Membership")
            else:
                visit(number, moment(), "ENT", f"{random.choice((DAY, DAY, PUNCH))} (1 remaining)")
    queries: list[dict[str, object]] = []
    truth: list[dict[str, object]] = []
    while len(queries) < gym.queries:
        recipient = random.choice(sorted(by_id))
        family = [one for one in of[recipient] if one != recipient and one in adults]
        is_absent = random.random() < gym.absent
        product = random.choices((DAY, PUNCH, GUEST), (7, 2, 1 if hosts else 0))[0]
        buyer = 0
        if is_absent:
            last = str(by_id[recipient]["last_name"]) if random.random() < 0.4 else ""
            given, last = town.name(last)
        else:
            if product == GUEST:
                buyer = random.choice(sorted(hosts))
            elif family and random.random() < 0.6:
                buyer = random.choice(family)
            else:
                buyer = random.choice(adults)
            if buyer == recipient:
                continue
            given, last = str(by_id[buyer]["first_name"]), str(by_id[buyer]["last_name"])
        shown, kind = written(random, town, given, last)
        for _ in range(min(1 + int(random.expovariate(0.9)), 6)):
            when = moment()
            if buyer and random.random() < (0.92 if product == GUEST else 0.6):
                method = "MEM" if product == GUEST else "ENT"
                text = "Membership" if product == GUEST else f"{product} (2 remaining)"
                visit(buyer, when - timedelta(minutes=random.randrange(20)), method, text)
            queries.append({
                "query_id": len(queries) + 1, "checkin_id": "", "purchaser_name": shown,
                "pass_type": product, "remaining_count": 1, "checkin_datetime": when,
                "recipient_customer_id": recipient,
                "entry_method": "GUE" if product == GUEST else "ENT",
            })  # fmt: skip
            truth.append({
                "query_id": len(queries),
                "acceptable_ids": "|".join(map(str, records.get(buyer, []))),
                "absent": int(is_absent), "kind": "absent" if is_absent else kind,
            })  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    write(folder, "customers", customers)
    write(folder, "checkins", checkins)
    write(folder, "relations", relations)
    ends = {"start_date": YEAR, "end_date": date(2026, 1, 1)}
    memberships = [{"membership_id": one, "customer_id": one, **ends} for one in sorted(hosts)]
    write(folder, "memberships", memberships)
    write(folder, "queries", queries)
    write(folder, "truth", truth)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="a folder for the folders of the gyms")
    parser.add_argument("--gyms", default=",".join(GYMS), help="names of GYMS, with commas")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    for name in arguments.gyms.split(","):
        write_gym(arguments.folder / name, GYMS[name], arguments.seed)
        print(arguments.folder / name)


if __name__ == "__main__":
    main()
