"""What is planted in the sample is found in its truth, and the exports agree with that truth."""

from __future__ import annotations

import json
from math import exp, sqrt
from pathlib import Path

import duckdb
import pytest

from scripts.sample_gym import config, lapses, memberships, people
from scripts.sample_gym.config import Arguments

TRUTHS = (
    "checkins", "conversions", "duplicates", "guardians", "host_effects", "households", "lapses",
    "members", "partners", "transfers",
)  # fmt: skip


@pytest.fixture(scope="module")
def gym(sample_exports: Path) -> duckdb.DuckDBPyConnection:
    """The default sample: truths under their names, exports with a `raw_` before."""
    found = duckdb.connect()
    for name in TRUTHS:
        path = sample_exports / "truth" / f"{name}.csv"
        found.execute(f"create table {name} as from read_csv('{path}', nullstr = '')")
    for name in ("checkins", "customers", "memberships", "relations"):
        path = sample_exports / "exports/capitan" / f"{name}.csv"
        found.execute(
            f"""create table raw_{name} as from read_csv(
                '{path}', all_varchar = true, strict_mode = false, null_padding = true,
                ignore_errors = true)"""
        )
    found.execute(
        """create view visits as
        select distinct on (checkins.checkin_id)
            checkins.checkin_id, checkins.person_id, checkins.customer_id, checkins.party_id,
            try_cast(raw.checkin_datetime as date) as day, raw.entry_method
        from checkins
        inner join raw_checkins as raw on checkins.checkin_id::varchar = raw.checkin_id
        where day is not null"""
    )
    return found


def rows(gym: duckdb.DuckDBPyConnection, sql: str) -> list[tuple]:
    """Result of a query."""
    return gym.sql(sql).fetchall()


# Partners


def lived(args: Arguments) -> lapses.Lives:
    """A town's memberships with all decisions to leave."""
    town = people.build_people(args)
    held = memberships.build_memberships(args, town, [])
    lives = lapses.Lives(args, held, lapses.find_pairs(args, town, held, []), set())
    lives.run()
    return lives


@pytest.mark.parametrize(("contagion", "low", "high"), [(2.0, 1.3, 3.0), (1.0, 0.7, 1.4)])
def test_the_planted_contagion_is_found_and_no_other(
    contagion: float, low: float, high: float
) -> None:
    """Lapses by what was expected had no partner left, in the 90 days after it and later."""
    lives = lived(Arguments(scale=5, contagion=contagion))
    (early, expected_early), (later, expected_later) = lives.early, lives.later
    assert later > 50
    ratio = (early / expected_early) / (later / expected_later)
    wide = exp(1.96 * sqrt(1 / early + 1 / later))
    assert ratio / wide < contagion < ratio * wide
    assert low < ratio < high
    assert any(lapse.cause == "partner" for lapse in lives.lapses) == (contagion > 1)


def test_commitment_that_two_share_misleads_where_nobody_causes_anything() -> None:
    """Who lost a partner leaves sooner than who has one, and no partner is the cause."""
    lives = lived(Arguments(scale=5, contagion=1.0))
    left = {lapse.person: lapse.day for lapse in reversed(lives.lapses)}
    days, gone = {True: 0, False: 0}, {True: 0, False: 0}
    for one, (two,) in lives.pairs.partners.items():
        start, end = min(lives.starts[one]), left.get(one, config.AS_OF_EPOCH)
        lost = max(start, min(left.get(two, end), end))
        days[False] += lost - start
        days[True] += end - lost
        gone[lost < end] += one in left
    assert gone[True] / days[True] > 1.15 * gone[False] / days[False]
    assert all(
        lives.pairs.hazard[one] == lives.pairs.hazard[two]
        for one, (two,) in lives.pairs.partners.items()
    )


def test_without_effects_everybody_leaves_when_the_lot_had_it(monkeypatch) -> None:
    monkeypatch.setattr(lapses, "LOOSE", 1.0)
    monkeypatch.setattr(lapses, "STAYS", {1.0: 1.0})
    monkeypatch.setattr(lapses, "PRICE_HAZARD", 1.0)
    args = Arguments(scale=0.3, contagion=1.0)
    town = people.build_people(args)
    held = memberships.build_memberships(args, town, [])
    lives = lapses.Lives(args, held, lapses.find_pairs(args, town, held, []), set())
    lives.run()
    after = memberships.with_lives(held, lives.items)
    assert (after.end == held.end).all()
    assert (after.status == held.status).all()


def test_partners_climb_together(gym) -> None:
    """Somebody who left missed the partner more than anybody else: they had met often."""
    [(pairs, met)] = rows(
        gym,
        """with parties as (select distinct party_id, customer_id from visits)
        select count(*), count(*) filter (met >= 3) from (
            select lapses.customer_id, count(*) as met
            from lapses
            inner join parties as one on lapses.customer_id = one.customer_id
            inner join parties as two
                on one.party_id = two.party_id and lapses.partner_customer_id = two.customer_id
            group by all
        )""",
    )
    assert pairs >= 40
    assert met >= 0.8 * pairs


# Lapses


def test_a_lapse_is_an_end_without_renewal(gym) -> None:
    """Each lapse of a membership is the end of one, and none starts within 30 days."""
    wrong = rows(
        gym,
        """with held as (
            select members.customer_id, raw.start_date::date as start_date,
                raw.end_date::date as end_date
            from members inner join raw_memberships as raw
                on members.membership_instance_id::varchar = raw.membership_id
        )
        select lapses.customer_id from lapses
        where kind = 'membership' and (
            not exists (from held where held.customer_id = lapses.customer_id
                and held.end_date = lapses.lapse_date)
            or exists (from held where held.customer_id = lapses.customer_id
                and start_date > lapse_date and start_date <= lapse_date + 30)
        )""",
    )
    assert wrong == []
    [(causes,)] = rows(gym, "select count(distinct cause) from lapses")
    assert causes == 6
    assert rows(gym, "from lapses where returned_date <= lapse_date") == []


def test_nobody_climbs_as_a_member_after_the_end(gym) -> None:
    late = rows(
        gym,
        """select count(*) from lapses
        inner join visits on lapses.customer_id = visits.customer_id
        where kind = 'membership' and entry_method = 'MEM' and day > lapse_date
            and returned_date is null""",
    )
    assert late == [(0,)]


def test_who_is_away_is_away(gym) -> None:
    seen = rows(
        gym,
        """select lapses.customer_id from lapses
        inner join visits on lapses.customer_id = visits.customer_id
        where kind = 'visits' and day > lapse_date and day < returned_date""",
    )
    assert seen == []
    [(length,)] = rows(
        gym, "select median(returned_date - lapse_date) from lapses where cause = 'season'"
    )
    assert 75 < length < 130


def test_nobody_is_let_in_while_the_walls_are_set(gym) -> None:
    first, last = (config.iso(day) for day in config.CLOSURE)
    assert rows(gym, f"from visits where day between '{first}' and '{last}'") == []


# Guests


def test_guests_become_members_as_their_entry_and_host_have_it(gym) -> None:
    """More on a guest pass than on a shared one, more there than on a day pass."""
    share = dict(
        rows(
            gym, "select entry_kind, count(membership_date) / count(*) from conversions group by 1"
        )
    )
    assert share["guest_pass"] > 1.5 * share["shared_pass"] > 2 * share["day_pass"] > 0
    by_host = dict(
        rows(
            gym,
            """select multiplier, count(membership_date) / count(*)
            from conversions inner join host_effects using (host_customer_id)
            where entry_kind = 'guest_pass' group by 1""",
        )
    )
    assert by_host[2.0] > by_host[1.0] > by_host[0.4]
    assert rows(gym, "select max(guests) >= 30 from host_effects where multiplier = 2") == [(True,)]
    caused = rows(
        gym,
        """select bool_and(multiplier > 1 and membership_date is not null) from conversions
        inner join host_effects using (host_customer_id) where converted_by_host_effect""",
    )
    assert caused == [(True,)]


def test_a_guest_was_neither_there_before_nor_a_member(gym) -> None:
    wrong = rows(
        gym,
        """select conversions.customer_id from conversions
        inner join households using (customer_id)
        inner join visits on households.person_id = visits.person_id
        group by all
        having min(day) != any_value(first_visit_date)
            or any_value(membership_date) <= any_value(first_visit_date)""",
    )
    assert wrong == []
    former = rows(
        gym,
        """select count(distinct visits.customer_id) from visits
        inner join lapses on visits.customer_id = lapses.customer_id
        where entry_method = 'GUE' and day > lapse_date
            and visits.customer_id not in (select customer_id from conversions)""",
    )
    assert former[0][0] >= 4


def test_who_joins_then_climbs_as_a_member(gym) -> None:
    [(joined, climbed)] = rows(
        gym,
        """select count(distinct conversions.customer_id),
            count(distinct visits.customer_id) filter (entry_method = 'MEM')
        from conversions left join visits
            on conversions.customer_id = visits.customer_id and day >= membership_date
        where membership_date < date '2025-10-01'""",
    )
    assert joined > 100
    assert climbed > 0.85 * joined


# Children


def test_each_trap_of_guardians_is_there_and_is_no_guardian(gym) -> None:
    traps = dict(rows(gym, "select trap, count(*) from guardians where not is_guardian group by 1"))
    assert set(traps) == {"aunt", "buyer", "coach", "no_adult", "sibling"}
    assert traps["coach"] == 10
    assert rows(gym, "select distinct purchases from guardians where trap = 'aunt'") == [(1,)]
    assert rows(
        gym, "select max(purchases), bool_or(is_recorded) from guardians where trap = 'sibling'"
    ) == [(2, False)]
    apart = rows(
        gym,
        """select count(distinct household_id) from guardians
        inner join households on guardian_customer_id = customer_id
        where trap = 'two_households' group by child_customer_id""",
    )
    assert apart
    assert {count for (count,) in apart} == {2}


def test_no_child_is_of_age_and_no_sibling_is_a_child(gym) -> None:
    age = "date_diff('day', birthday::date, date '2025-11-24') / 365.25"
    born = f"select {age} as age, raw_customers.* from raw_customers where birthday != ''"
    [(oldest,)] = rows(
        gym,
        f"""select max(age) from guardians inner join ({born}) as born
            on child_customer_id::varchar = customer_id""",
    )
    [(youngest,)] = rows(
        gym,
        f"""select min(age) from guardians inner join ({born}) as born
            on guardian_customer_id::varchar = customer_id where trap = 'sibling'""",
    )
    assert oldest < 18 <= youngest


# Records


def test_some_second_records_say_little(gym) -> None:
    """Neither e-mail nor birthday; the phone in one half, only the name in the other."""
    found = rows(
        gym,
        """select sign, count(distinct customer_id_2),
            bool_and(two.email is null and two.birthday is null),
            bool_and(one.phone = two.phone), bool_and(trim(one.first_name) = two.first_name)
        from duplicates
        inner join raw_customers as one on customer_id_1::varchar = one.customer_id
        inner join raw_customers as two on customer_id_2::varchar = two.customer_id
        where sign != 'copied' group by 1 order by 1""",
    )
    assert found == [("name", 4, True, None, True), ("phone", 5, True, True, True)]
    both = rows(
        gym,
        """select count(distinct customer_id_2) from duplicates
        inner join visits on customer_id_2 = visits.customer_id where sign != 'copied'""",
    )
    assert both[0][0] >= 5


# Size


def test_effects_leave_the_gym_as_large_as_it_was(sample_exports: Path) -> None:
    manifest = json.loads((sample_exports / "truth/manifest.json").read_text(encoding="utf-8"))
    assert manifest["counts"]["checkins"] == pytest.approx(37_703, rel=0.03)
    assert manifest["counts"]["customers"] == pytest.approx(11_358, rel=0.03)
    assert manifest["arguments"]["contagion"] == manifest["planted"]["contagion"] == 2.0
