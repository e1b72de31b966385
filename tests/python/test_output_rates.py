"""What stops a night whose outputs are not those of the last good build: the guard's own SQL."""

from __future__ import annotations

import duckdb
import pytest
from test_guards import rendered

RATE = "transfers_per_pass_checkin"
NEVER = "never_by_itself"


def problems(
    total: tuple[int, int],
    before: int | None = None,
    recent: tuple[int, int] = (0, 0),
    earlier: tuple[int, int] = (0, 0),
    steady: bool = True,
    share: bool = False,
    days: int = 400,
    settings: str = "as set",
    none_from: int | None = None,
    allowed: str = "",
) -> list[str]:
    """What the guard says of one rate; the second of two rates is always as it was.

    Args:
        total: how many were made, out of how many.
        before: how many of 1,000 at the last good build; none at the first build.
        recent: the same as total, of the last days.
        earlier: of the weeks before them.
        steady: whether the last days must resemble the weeks before.
        share: whether each of the whole gives one or none.
        days: how long the gym has been open.
        settings: the digest of the vars at the last good build.
        none_from: so many chances without a result are a fault.
        allowed: GYM_ALLOW_CHANGE.
    """
    counts = [*total, *recent, *earlier]
    with duckdb.connect() as connection:
        connection.execute(
            """
            create schema s;
            set schema = 's';
            create table main.output_rates (
                rate varchar, meaning varchar, is_share boolean, is_steady boolean,
                none_is_a_fault_from integer,
                part_count hugeint, whole_count hugeint, recent_part_count hugeint,
                recent_whole_count hugeint, earlier_part_count hugeint, earlier_whole_count hugeint,
                history_days bigint, per_thousand double, settings_digest varchar
            );
            create table main.build_figures (
                build_number integer, section varchar, metric varchar, value bigint,
                settings_digest varchar
            );
            insert into main.build_figures values
            (1, 'rates', 'never_by_itself', 500, 'as set'), (1, 'rates', ?, 1, 'as set'),
            (2, 'exports', ?, 1, 'as set');
            """.replace("?", f"'{RATE}'")
        )
        for rate, numbers in ((RATE, counts), (NEVER, [500, 1000, 0, 0, 0, 0])):
            connection.execute(
                "insert into main.output_rates select ?, 'what it means', ?, ?, ?, *, ?,"
                " 1000 * part / nullif(whole, 0), 'as set'"
                " from (select ? as part, ? as whole, ?, ?, ?, ?)",
                [rate, share, steady, none_from, days, *numbers],
            )
        if before is None:
            connection.execute("delete from main.build_figures")
        else:
            connection.execute(
                "insert into main.build_figures values (3, 'rates', ?, 500, ?),"
                " (3, 'rates', ?, ?, ?)",
                [NEVER, settings, RATE, before, settings],
            )
        sql = rendered("assert_outputs_keep_their_rates", allowed)
        rows = connection.sql(sql).fetchall()
    assert {rate for rate, _, _ in rows} <= {RATE}
    return [problem for _, problem, _ in rows]


def test_none_at_all_is_a_fault_at_the_first_build_too() -> None:
    assert problems((0, 50), none_from=50) == ["none at all of 50"]
    assert problems((0, 49), none_from=50) == []
    assert problems((1, 50), none_from=50) == []
    assert problems((0, 5000)) == [], "a gym may have none of these"


def test_none_that_was_allowed_once_stops_no_further_night() -> None:
    assert problems((0, 60), before=0, none_from=50) == []
    assert problems((0, 60), before=0, none_from=50, settings="set otherwise") != []
    assert problems((0, 60), before=10, none_from=50) == ["none at all of 60"]


def test_without_chances_nothing_is_said() -> None:
    assert problems((0, 0), none_from=5) == []
    assert problems((0, 0), before=700, none_from=5) == []


@pytest.mark.parametrize("now", [0, 400, 1600, 5000])
def test_a_rate_that_moved_since_the_last_good_build_is_told_with_both(now: int) -> None:
    assert problems((now, 10_000), before=100) == [
        f"{now} of 10000: {now / 10:.0f} for each 1000, and 100 at the last good build"
    ]


@pytest.mark.parametrize("now", [700, 1000, 1300])
def test_a_rate_that_moved_a_little_is_none(now: int) -> None:
    assert problems((now, 10_000), before=100) == []


def test_the_last_good_build_is_compared_and_no_other() -> None:
    """The first build had one of 1,000, the second no rates."""
    assert problems((1000, 10_000), before=100) == []
    assert problems((10, 10_000), before=100) != []


def test_a_build_with_other_settings_is_meant_to_differ() -> None:
    assert problems((0, 10_000), before=100) != []
    assert problems((0, 10_000), before=100, settings="set otherwise") == []


@pytest.mark.parametrize("now", range(0, 13, 3))
def test_the_chance_of_a_small_gym_is_no_alarm(now: int) -> None:
    """Four of forty passes were shared: next night it may be none or twelve."""
    assert problems((now, 40), before=100) == []


def test_chance_does_not_halve_a_share_of_nearly_all() -> None:
    """Half of eighty members have no code any more."""
    assert problems((40, 80), before=1000) == []
    assert problems((40, 80), before=1000, share=True) != []
    assert problems((79, 80), before=1000, share=True) == []


@pytest.mark.parametrize(("transfers", "is_fault"), [(1, False), (20, False), (21, True)])
def test_a_few_buyers_less_may_be_one_who_asked_to_be_erased(
    transfers: int, is_fault: bool
) -> None:
    assert bool(problems((0, transfers), before=1000, share=True)) is is_fault


def test_the_first_weeks_of_a_gym_are_not_compared() -> None:
    assert problems((2500, 10_000), before=100) != []
    assert problems((2500, 10_000), before=100, days=5) == []


def test_a_figure_that_was_rounded_to_nothing_is_no_alarm() -> None:
    assert problems((4, 10_000), before=0) == []
    assert problems((400, 10_000), before=0) != []


def test_last_days_that_dropped_are_told_whatever_the_total_is() -> None:
    dropped = {"total": (1010, 10_100), "before": 100, "recent": (10, 4000), "earlier": (800, 8000)}
    assert problems(**dropped) == [
        "10 of 4000 in the last 14 days, and 800 of 8000 in the weeks before"
    ]
    assert problems(**dropped, steady=False) == []
    assert problems(**(dropped | {"recent": (160, 4000)})) == []
    assert problems(**(dropped | {"recent": (0, 0)})) == [], "the gym was closed"
    assert problems(**(dropped | {"earlier": (0, 0)})) == [], "it opened two weeks ago"
    assert problems(**(dropped | {"recent": (0, 100)})) == [], "ten, by chance none"
    assert problems(**(dropped | {"recent": (0, 200)})) != [], "twenty, and none"


@pytest.mark.parametrize("allowed", [RATE, "all", f"other, {RATE}", f"other {RATE}"])
def test_what_is_right_may_be_named(allowed: str) -> None:
    assert problems((10, 10_000), before=100, none_from=5, allowed=allowed) == []


@pytest.mark.parametrize("allowed", ["", NEVER, RATE[:-1]])
def test_another_name_allows_nothing(allowed: str) -> None:
    assert len(problems((10, 10_000), before=100, allowed=allowed)) == 1
