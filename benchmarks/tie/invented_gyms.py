"""Write invented gyms whose ties are known, for adapter.py and judge.py.

    python -m benchmarks.tie.invented_gyms DIR [--seed 1] [strong_habits loose_habits ...]

For each gym DIR/<gym>_checkins.parquet (customer_id, location_id, checkin_at) and
DIR/<gym>_truth.csv (person_1, person_2, kind). The kinds of a tie are `household`, `friend` and
`group`, a party on a day pass; mates of a class or a team are no ties and are not listed.

    strong_habits    nine visits of ten in one's own slots of the week, ten minutes around the hour
    loose_habits     three of ten, 35 minutes around it; the rest when the gym is open
    two_places       as in between, in two places, everybody now and then in the other one
    frequent_couples about 1,000 people and 110,000 check-ins; 300 partners, some of whom meet 40
                     to 270 times, many of them at hours at which both would come anyway
    no_ties          as in between, and nobody waits for anybody
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

START = datetime(2024, 1, 1)  # a Monday
# how busy each hour of a weekday and of a weekend day is
WEEKDAY = {7: 2, 9: 3, 10: 3, 12: 4, 14: 2, 16: 5, 17: 10, 18: 14, 19: 12, 20: 6}
WEEKEND = {10: 8, 11: 9, 12: 7, 13: 8, 14: 9, 15: 7, 16: 5, 17: 3}


class Gym(NamedTuple):
    """What a gym is like: how many people come how often, and how they keep their hours."""

    days: int
    regulars: int
    casuals: int
    visits_a_week: tuple[float, float]  # of a regular: from, to; few come as often as the latter
    in_slots: float  # share of the visits in one's own slots of the week
    minutes_around: float  # standard deviation of the arrival around the slot's hour
    households: int
    friends: int
    groups: int
    classes: int
    places: int = 1
    together: tuple[float, float] = (0.3, 0.9)  # of a household: share of visits as one


GYMS = {
    "strong_habits": Gym(480, 420, 3000, (0.2, 2.5), 0.9, 10, 90, 90, 260, 14),
    "loose_habits": Gym(480, 420, 3000, (0.2, 2.5), 0.3, 35, 90, 90, 260, 14),
    "two_places": Gym(360, 700, 5000, (0.2, 2.5), 0.6, 20, 150, 150, 400, 20, places=2),
    "frequent_couples": Gym(500, 1000, 0, (0.4, 6.5), 0.9, 12, 300, 0, 0, 0, together=(0.03, 0.9)),
    "no_ties": Gym(480, 420, 3000, (0.2, 2.5), 0.6, 20, 0, 0, 0, 14),
}

Visits = list[tuple[int, str, datetime]]


class Person:
    """Somebody with slots of the week, a place and a rate of coming."""

    def __init__(self, gym: Gym, chance: random.Random, number: int, visits_a_week: float) -> None:
        self.number, self.visits_a_week = number, visits_a_week
        self.place = str(1 + chance.randrange(gym.places))
        self.away = 0.1 if gym.places > 1 else 0.0
        self.first = chance.randrange(gym.days // 2) if chance.random() < 0.4 else 0
        self.last = gym.days - (chance.randrange(gym.days // 3) if chance.random() < 0.3 else 0)
        self.slots = [slot(chance) for _ in range(max(1, round(visits_a_week * 1.2)))]


def slot(chance: random.Random) -> tuple[int, int]:
    """A weekday and a minute of the day, as busy as the gym is then."""
    weekday = chance.choices(range(7), (5, 6, 5, 6, 3, 5, 5))[0]
    hours = WEEKEND if weekday > 4 else WEEKDAY
    hour = chance.choices(list(hours), list(hours.values()))[0]
    return weekday, hour * 60 + chance.choice((0, 15, 30, 45))


def arrival(gym: Gym, chance: random.Random, person: Person, week: int) -> tuple[int, float, str]:
    """Day, minute of the day and place of one visit in a week."""
    if chance.random() < gym.in_slots:
        weekday, minute = chance.choice(person.slots)
        minute += chance.gauss(0, gym.minutes_around)
    else:
        weekday, minute = slot(chance)
        minute += chance.uniform(-30, 30)
    place = person.place
    if chance.random() < person.away:
        place = str(1 + chance.randrange(gym.places))
    return week * 7 + weekday, minute, place


def plans(gym: Gym, chance: random.Random, person: Person) -> Iterator[tuple[int, float, str]]:
    """The visits that a person makes by themselves, one a day at most."""
    for week in range(gym.days // 7):
        number = int(person.visits_a_week) + (chance.random() < person.visits_a_week % 1)
        if chance.random() < 0.1:  # ill, or away
            continue
        week_days = {}
        for _ in range(number):
            day, minute, place = arrival(gym, chance, person, week)
            week_days.setdefault(day, (day, minute, place))
        yield from (plan for plan in week_days.values() if person.first <= plan[0] < person.last)


def make(gym: Gym, seed: int) -> tuple[Visits, list[tuple[tuple[int, int], str]]]:
    """The check-ins of a gym and its ties.

    Args:
        gym: what it is like.
        seed: the same seed gives the same gym.

    Returns:
        Visits, and of each tie the two customers and its kind.
    """
    chance = random.Random(seed)
    low, high = gym.visits_a_week
    people = [
        Person(gym, chance, 100000 + number, low + (high - low) * chance.random() ** 2)
        for number in range(gym.regulars)
    ]
    own = {
        person.number: {plan[0]: plan for plan in plans(gym, chance, person)} for person in people
    }
    ties: list[tuple[int, int, str]] = []
    bonds = ["household"] * gym.households + ["friend"] * gym.friends
    # nobody in two ties: the friend of a housemate would come along, too
    bonded = iter(chance.sample(people, 2 * len(bonds)))
    for kind in bonds:
        one, other = next(bonded), next(bonded)
        share = chance.uniform(*gym.together) if kind == "household" else chance.uniform(0.1, 0.5)
        late = 2.0 if kind == "household" else 9.0
        if gym.together[0] < 0.1 and chance.random() < 0.5:
            # partners with one week: habit alone would bring them together
            other.slots, other.visits_a_week = one.slots, one.visits_a_week
            other.first, other.last = one.first, one.last
            own[other.number] = {plan[0]: plan for plan in plans(gym, chance, other)}
        for day, (_, minute, place) in list(own[one.number].items()):
            if chance.random() < share and other.first <= day < other.last:
                own[other.number][day] = (day, minute + chance.expovariate(1 / late), place)
        ties.append((min(one.number, other.number), max(one.number, other.number), kind))
    for _ in range(gym.classes):  # mates keep one hour, each missing some, and are no tie
        weekday, minute = slot(chance)
        for person in chance.sample(people, chance.randrange(5, 14)):
            for week in range(person.first // 7 + 1, person.last // 7):
                day = week * 7 + weekday
                if chance.random() < 0.7:
                    own[person.number][day] = (day, minute - chance.uniform(0, 12), person.place)
    visits = [
        (number, place, START + timedelta(days=day, minutes=minute))
        for number, days in own.items()
        for day, minute, place in days.values()
    ]
    number = 200000
    for _ in range(gym.casuals):  # a visit or two, at any hour
        for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 6))):
            visits.append((number, str(1 + chance.randrange(gym.places)), moment(gym, chance)))
        number += 1
    for _ in range(gym.groups):  # a party on a day pass that comes again
        members = range(number, number + chance.choice((2, 2, 2, 3, 3, 4, 5)))
        place = str(1 + chance.randrange(gym.places))
        for _ in range(chance.choice((2, 2, 3))):
            at = moment(gym, chance)
            visits += [
                (member, place, at + timedelta(minutes=chance.expovariate(1 / 2)))
                for member in members
            ]
        ties += [(one, other, "group") for one in members for other in members if one < other]
        number += len(members)
    return sorted(visits), sorted({(one, other): kind for one, other, kind in ties}.items())


def moment(gym: Gym, chance: random.Random) -> datetime:
    """Any moment, as busy as the gym is then."""
    weekday, minute = slot(chance)
    day = 7 * chance.randrange(gym.days // 7) + weekday
    return START + timedelta(days=day, minutes=minute + chance.uniform(-20, 20))


def write(folder: Path, name: str, seed: int) -> int:
    """Write one gym and its ties; returns the number of check-ins."""
    visits, ties = make(GYMS[name], seed)
    customers, places, times = zip(*visits, strict=True)
    table = pa.table(
        {
            "customer_id": pa.array(customers, pa.int64()),
            "location_id": pa.array(places, pa.string()),
            "checkin_at": pa.array([at.replace(microsecond=0) for at in times], pa.timestamp("us")),
        }
    )
    pq.write_table(table, folder / f"{name}_checkins.parquet")
    with (folder / f"{name}_truth.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("person_1", "person_2", "kind"))
        writer.writerows((*pair, kind) for pair, kind in ties)
    return len(visits)


def main(arguments: list[str]) -> int:
    """Write the gyms that are named, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where to write")
    parser.add_argument("gyms", nargs="*", default=list(GYMS), help="which; all by default")
    parser.add_argument("--seed", type=int, default=1, help="another seed is another gym")
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    for name in options.gyms:
        print(f"{name}: {write(options.folder, name, options.seed):,} check-ins")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
