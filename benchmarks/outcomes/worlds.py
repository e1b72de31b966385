"""Worlds in which it is known whether lapses are contagious, and who really slips away.

    python -m benchmarks.outcomes.worlds --seeds 1 2 3
    python -m benchmarks.outcomes.worlds --regulars --seeds 1 2 3
    python -m benchmarks.outcomes.worlds --exports DIR --world "contagion 2.0" --seeds 1

The first prints for each world what was planted beside what partner_lapses finds; the second how
many regulars of each kind slipping_away lists, as of each of 13 weeks. Both run the compiled models
in memory. The third writes a world as raw exports, for `GYM_RAW_EXPORTS=DIR make build` or
`dbt build --select +partner_lapses +slipping_away`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import duckdb
import numpy as np
import pyarrow as pa

from benchmarks.outcomes.chain import Gym, compile_models, run_models

FIRST_DAY = np.datetime64("2024-01-01")  # a Monday
MINUTE = 60_000_000
NEVER = 1_000_000


@dataclass(frozen=True)
class World:
    """How members leave: planted is the ratio of hazards in the 90 days after a partner's lapse.

    Partners join together, climb at one hour and are equally committed in every world, so that a
    partner's lapse predicts one's own also where it causes nothing.
    """

    name: str
    planted: float
    closure_and_price_rise: bool = False
    members: int = 3000
    pairs: int = 1000
    days: int = 548
    monthly_hazard: float = 0.04
    households: int = 100


WORLDS = (
    World("contagion 2.0", 2.0),
    World("contagion 2.5", 2.5),
    World("none, shared commitment", 1.0),
    World("none, closure and price rise", 1.0, closure_and_price_rise=True),
)
CLOSED = (250, 271)
PRICE_RISE = (330, 360)


def last_days(world: World, chance: np.random.Generator, joined: np.ndarray) -> np.ndarray:
    """The day on which each member leaves; NEVER for who stays."""
    couples = np.arange(world.members) // 2
    alike = np.arange(world.members) < 2 * world.pairs
    commitment = chance.normal(0, 0.7, world.members)
    commitment[alike] = chance.normal(0, 0.7, world.members)[couples[alike]]
    partner = np.where(alike, np.arange(world.members) ^ 1, -1)
    left = np.full(world.members, NEVER)
    for day in range(world.days):
        here = (joined <= day) & (left == NEVER)
        hazard = world.monthly_hazard / 30.4375 * np.exp(commitment - 0.245)
        hazard *= np.where(day - joined < 120, 1.5, 1.0)
        if world.closure_and_price_rise and PRICE_RISE[0] <= day < PRICE_RISE[1]:
            hazard = hazard * 4
        since = day - left[partner]
        hazard *= np.where(alike & (since > 0) & (since <= 90), world.planted, 1.0)
        left[here & (chance.random(world.members) < hazard)] = day
    # a household has one membership
    for couple in range(world.households):
        left[2 * couple : 2 * couple + 2] = left[2 * couple : 2 * couple + 2].min()
    return left


def as_checkins(people: list, days: list, minutes: list) -> pa.Table:
    """Check-ins of people, days since FIRST_DAY and minutes since midnight."""
    customer, day = np.concatenate(people), np.concatenate(days)
    at = (FIRST_DAY + day).astype("datetime64[us]")
    at = at + (np.clip(np.concatenate(minutes), 360, 1410) * MINUTE).astype("timedelta64[us]")
    return pa.table({"customer_id": customer, "checkin_datetime": at})


def gym_of(world: World, seed: int) -> Gym:
    """Members of a world, their visits alone and with their partner, and when they left.

    Example:
        >>> small = World("small", 1.0, members=20, pairs=5, days=60, households=1)
        >>> gym_of(small, 1).memberships.num_rows
        20
    """
    chance = np.random.default_rng(seed)
    members = np.arange(world.members)
    alike = members < 2 * world.pairs
    lead = np.where(alike, members // 2 * 2, members)
    joined = chance.integers(-400, world.days - 60, world.members)[lead]
    joined = joined + np.where(members % 2 == 1, chance.integers(0, 15, world.members), 0)
    left = last_days(world, chance, joined)
    hour = (chance.choice([10, 13, 17, 18, 19, 20], world.members) * 60.0)[lead]
    rate = chance.gamma(4, 0.35, world.members)[lead]  # visits a week
    share = np.where(alike, chance.uniform(0.5, 0.9, world.members)[lead], 0.0)
    people, days, minutes = [], [], []
    for day in range(world.days):
        if world.closure_and_price_rise and CLOSED[0] <= day < CLOSED[1]:
            continue
        here = (joined <= day) & (left >= day)
        together = (chance.random(world.members) < rate * share / 7)[lead]
        together &= here & (chance.random(world.members) < 0.9)
        alone = here & ~together & (chance.random(world.members) < rate * (1 - share) / 7)
        start = (hour + chance.normal(15, 40, world.members))[lead]
        own = hour + chance.normal(15, 40, world.members)
        arrived = np.where(together, start + chance.exponential(3, world.members), own)
        comes = together | alone
        people.append(members[comes] + 100_000)
        days.append(np.full(comes.sum(), day))
        minutes.append(arrived[comes])
    household = np.where(members < 2 * world.households, members // 2, world.members + members)
    ended = left < world.days
    memberships = pa.table(
        {
            "customer_id": members + 100_000,
            "household": household,
            "start_date": FIRST_DAY + joined,
            "end_date": pa.array(FIRST_DAY + np.where(ended, left, 0), mask=~ended),
        }
    )
    return Gym(as_checkins(people, days, minutes), memberships)


KINDS = ("steady", "decline", "irregular", "student", "holiday", "injury")
YEARS = 728  # days from FIRST_DAY to a Sunday at the end of a summer
WEEKS_ASKED = 13


class Regulars(NamedTuple):
    """Check-ins of regulars of each kind; when the fall of visits began, and when it was over."""

    gym: Gym
    kinds: np.ndarray
    begins: np.ndarray
    ends: np.ndarray


def regulars_of(seed: int, each: int = 250, closed: bool = False) -> Regulars:
    """Two years of regulars, whose visits fall in the last weeks, each for a reason of its own.

    A decline leaves none to 30 % of the visits. The irregular come in spells. Students are away for
    ten weeks of each summer, a holiday takes three to five weeks, an injury seven to ten. In summer
    everybody comes a quarter less. Where `closed`, the gym was, for three weeks.
    """
    chance = np.random.default_rng(seed)
    kinds = np.repeat(np.arange(len(KINDS)), each)
    people = len(kinds)
    asked = YEARS - 7 * WEEKS_ASKED
    begins = chance.integers(asked - 14, asked + 35, people)
    lengths = np.select(
        [kinds == KINDS.index("holiday"), kinds == KINDS.index("injury")],
        [chance.integers(21, 36, people), chance.integers(49, 71, people)],
        NEVER,
    )
    summer = chance.integers(-7, 8, people)
    begins = np.where(kinds == KINDS.index("student"), asked + 10 + summer, begins)
    lengths = np.where(kinds == KINDS.index("student"), 70, lengths)
    ends = begins + lengths
    left_over = np.where(
        kinds == KINDS.index("decline"), chance.choice([0.0, 0.0, 0.15, 0.3], people), 0.0
    )
    changes = np.isin(kinds, [KINDS.index(kind) for kind in KINDS[1:] if kind != "irregular"])
    rate = chance.gamma(8, 0.25, people)
    hour = chance.choice([10, 13, 17, 18, 19, 20], people) * 60.0
    spell = np.ones(people)
    customers, days, minutes = [], [], []
    for day in range(YEARS):
        if day % 14 == 0:
            spell = np.where(
                kinds == KINDS.index("irregular"), chance.gamma(0.8, 1 / 0.8, people), 1.0
            )
        if closed and asked + 21 <= day < asked + 42:
            continue
        season = 1 - 0.25 * (day % 364 >= 364 - 70)
        factor = np.where(changes & (begins <= day) & (day < ends), left_over, 1.0)
        last_year = (kinds == KINDS.index("student")) & (begins <= day + 364 + summer)
        factor = np.where(last_year & (day + 364 + summer < ends), 0.0, factor)
        comes = chance.random(people) < np.minimum(rate * season * factor * spell / 7, 0.9)
        customers.append(np.flatnonzero(comes) + 100_000)
        days.append(np.full(comes.sum(), day))
        minutes.append((hour + chance.normal(15, 40, people))[comes])
    none = pa.table(
        {
            "customer_id": pa.array([], pa.int64()),
            "household": pa.array([], pa.int64()),
            "start_date": pa.array([], pa.date32()),
            "end_date": pa.array([], pa.date32()),
        }
    )
    return Regulars(Gym(as_checkins(customers, days, minutes), none), kinds, begins, ends)


def days_of(gym: Gym) -> tuple[np.ndarray, np.ndarray]:
    """Person, from 0, and day since FIRST_DAY of each check-in."""
    days = gym.checkins["checkin_datetime"].to_numpy().astype("datetime64[D]") - FIRST_DAY
    return gym.checkins["customer_id"].to_numpy() - 100_000, days.astype(int)


def first_days_back(regulars: Regulars) -> np.ndarray:
    """The day of each one's first visit after the fall was over; NEVER for none."""
    people, days = days_of(regulars.gym)
    back = np.full(len(regulars.kinds), NEVER)
    is_after = days >= regulars.ends[people]
    np.minimum.at(back, people[is_after], days[is_after])
    return back


def alarms(
    folder: Path, regulars: Regulars, seed: int, weeks: int = WEEKS_ASKED
) -> tuple[Counter, dict[str, set]]:
    """Who was judged and who was listed, by kind and phase, on the last day of each week.

    Args:
        folder: where the models were compiled.
        regulars: the world.
        seed: goes into the sets, so that worlds can be added up.
        weeks: how many, the last one first.

    Returns:
        Numbers of people by (kind, phase, judged or listed), each week anew; and for `judged kind`
        and `listed kind` the people who were so at least once while their visits had fallen.
    """
    back = first_days_back(regulars)
    counts: Counter = Counter()
    people: dict[str, set] = defaultdict(set)
    for week in range(weeks):
        day = YEARS - 1 - 7 * week
        today = (FIRST_DAY + day).astype(object)
        connection = run_models(folder, regulars.gym, today, with_meetings=False)
        judged = connection.sql("select customer_id from intermediate.regulars_scored").fetchall()
        listed = connection.sql("select customer_id from main.slipping_away").fetchall()
        for what, found in (("judged", judged), ("listed", listed)):
            for (customer_id,) in found:
                person = customer_id - 100_000
                kind = KINDS[regulars.kinds[person]]
                phase = "as ever"
                if kind not in ("steady", "irregular") and day >= regulars.begins[person]:
                    is_over = day >= regulars.ends[person]
                    phase = "fallen" if not is_over else "due" if day < back[person] else "back"
                counts[kind, phase, what] += 1
                if phase == "fallen":
                    people[f"{what} {kind}"].add((seed, person))
    return counts, people


def write_exports(gym: Gym, folder: Path) -> None:
    """Write a gym as raw exports in Capitan's format, with a household as a duo membership.

    Args:
        gym: the gym.
        folder: root of the exports; made where it does not exist.
    """
    (folder / "capitan").mkdir(parents=True, exist_ok=True)
    (folder / "transactions").mkdir(exist_ok=True)
    connection = duckdb.connect()
    connection.register("checkins", gym.checkins)
    connection.register("memberships", gym.memberships)
    # a surname of letters, the household's own
    surname = "translate(cast({} as varchar), '0123456789', 'abcdefghik')"
    connection.execute(
        "create table people as select *, 'N' || "
        + surname.format("customer_id")
        + " as first_name, 'S' || "
        + surname.format("household")
        + " as last_name, count(*) over (partition by household) as seats from memberships"
    )
    last = connection.sql("select max(checkin_datetime) from checkins").fetchone()[0]
    until = f"coalesce(end_date, date '{last:%Y-%m-%d}' + 20) as end_date"
    kind = "if(seats = 2, 2, 1)"
    status = "if(end_date is null, 'ACT', 'END') as status, 'monthly' as frequency"
    size = "if(seats = 2, 'duo', 'solo') as size"
    for name, query in {
        "checkins": f"""
            select
                row_number() over (order by checkin_datetime, customer_id) as checkin_id,
                customer_id, coalesce(first_name, 'N') as customer_first_name,
                coalesce(last_name, 'S' || {surname.format("customer_id")}) as customer_last_name,
                '' as customer_email, '' as customer_birthday, checkin_datetime,
                if(first_name is null, 'ENT', 'MEM') as entry_method,
                'Monthly' as entry_method_description, 1 as location_id, 'Gym' as location_name,
                'False' as is_free_entry, '' as free_entry_reason, '' as lifetime_checkin_count,
                checkin_datetime as created_at
            from checkins left join people using (customer_id)
            order by 1
        """,
        "customers": f"""
            select
                customer_id, '' as email, '' as phone, coalesce(first_name, 'N') as first_name,
                coalesce(last_name, 'S' || {surname.format("customer_id")}) as last_name,
                '' as preferred_name,
                date '1985-03-02' + cast(customer_id % 3000 as integer) as birthday,
                'False' as has_opted_in_to_marketing, 'False' as has_active_membership,
                'True' as active_waiver_exists, '' as latest_waiver_expiration_date,
                '' as relations_url, '' as emergency_contacts_url,
                timestamp '2020-01-01 12:00:00' as created_at
            from (
                select customer_id from checkins union select customer_id from memberships
            ) left join people using (customer_id)
            order by customer_id
        """,
        "members": f"""
            select
                {kind} as membership_id, customer_id as member_id, customer_id,
                first_name as member_first_name, last_name as member_last_name,
                'False' as member_is_individually_frozen, 'Monthly ' || seats as name, start_date,
                {until}, '80.00' as billing_amount, 'MON' as interval, {status}, {size}
            from people order by customer_id
        """,
        "memberships": f"""
            select
                household + 1000000 as membership_id, {kind} as membership_type_id,
                'Monthly ' || seats as name, start_date, {until}, '80.00' as billing_amount,
                '' as upcoming_bill_dates, '80.00' as projected_amount, 'MON' as interval,
                {status}, customer_id as owner_id, 34 as membership_owner_age, {size}
            from people
            qualify row_number() over (partition by household order by customer_id) = 1
            order by household
        """,
    }.items():
        connection.execute(f"copy ({query}) to '{folder}/capitan/{name}.csv' (header)")
    connection.close()


def print_partner_lapses(
    folder: Path, worlds: list[World], seeds: list[int], with_memberships: bool
) -> None:
    """Print what was planted in each world, and what partner_lapses finds."""
    print("| world | seed | early / later | timing | pretended | placebo | finding |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    summary = []
    for world in worlds:
        found = []
        for seed in seeds:
            gym = gym_of(world, seed)
            if not with_memberships:
                gym = Gym(gym.checkins, gym.memberships.slice(0, 0))
            connection = run_models(folder, gym, wanted=lambda name: name not in SLIPPING)
            rows = connection.sql("from main.partner_lapses where population = 'partners'")
            row = dict(zip(rows.columns, rows.fetchone(), strict=True))
            intervals = [
                f"{row[f'{of}ratio']} [{row[f'{of}low']}, {row[f'{of}high']}]"
                for of in ("", "pretended_", "placebo_")
            ]
            lapses = f"{row['lapses_early']} / {row['lapses_later']}"
            line = [world.name, str(seed), lapses, *intervals, row["finding"]]
            print("|", " | ".join(line), "|", flush=True)
            found.append(row)
        ratios = [float(row["ratio"]) for row in found if row["ratio"]]
        covered = sum(row["low"] <= world.planted <= row["high"] for row in found if row["ratio"])
        said = Counter(row["finding"].split(";")[0][:10] for row in found)
        summary.append(
            [
                *(world.name, f"{world.planted:.1f}", str(len(found))),
                f"{np.exp(np.mean(np.log(ratios))):.2f}",
                *(
                    str(covered),
                    *(str(said[word]) for word in ("a lapse is", "no effect ", "too few to")),
                ),
            ]
        )
    print()
    print(
        "| world | planted | worlds | mean found | covered | effect | no effect shown | too few |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for line in summary:
        print("|", " | ".join(line), "|")


def print_alarms(folder: Path, seeds: list[int]) -> None:
    """Print how many regulars of each kind slipping_away lists."""
    print("| world | kind | phase | regulars, each week anew | listed of 1000 | ever listed |")
    print("| --- | --- | --- | --- | --- | --- |")
    for closed in (False, True):
        counts: Counter = Counter()
        people: dict[str, set] = defaultdict(set)
        for seed in seeds:
            more, found = alarms(folder, regulars_of(seed, closed=closed), seed)
            counts += more
            for what, who in found.items():
                people[what] |= who
        for kind, phase in sorted({key[:2] for key in counts}):
            judged, listed = counts[kind, phase, "judged"], counts[kind, phase, "listed"]
            share = ""
            if phase == "fallen":
                share = f"{len(people[f'listed {kind}'])} of {len(people[f'judged {kind}'])}"
            name = "gym closed three weeks" if closed else "gym open"
            print(
                f"| {name} | {kind} | {phase} | {judged} | {1000 * listed / judged:.1f} | {share} |"
            )


SLIPPING = {"slipping_away", "regulars_scored", "regular_habits", "regular_weeks", "place_weeks"}


def main(arguments: list[str]) -> int:
    """Print a table, or write one world as exports."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1], help="worlds of each kind")
    parser.add_argument("--world", choices=[world.name for world in WORLDS], help="only this one")
    parser.add_argument("--members", type=int, default=3000, help="members of a world, in all")
    parser.add_argument("--without-memberships", action="store_true", help="check-ins only")
    parser.add_argument("--regulars", action="store_true", help="ask slipping_away instead")
    parser.add_argument("--exports", type=Path, help="write the first world there instead")
    options = parser.parse_args(arguments)
    size = {"members": options.members, "pairs": options.members // 3}
    worlds = [
        replace(world, **size, households=options.members // 30)
        for world in WORLDS
        if options.world in (None, world.name)
    ]
    if options.exports:
        write_exports(gym_of(worlds[0], options.seeds[0]), options.exports)
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        compile_models(folder)
        if options.regulars:
            print_alarms(folder, options.seeds)
        else:
            with_memberships = not options.without_memberships
            print_partner_lapses(folder, worlds, options.seeds, with_memberships)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
