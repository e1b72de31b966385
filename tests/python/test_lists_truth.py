"""Who is on a list of the sample is there rightly, by the truth it was written with."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from conftest import Project


@pytest.fixture(scope="module")
def lists(
    sample_project: tuple[Project, subprocess.CompletedProcess[str]], sample_exports: Path
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The lists of a week, with whoever is held out of them, beside a view of each truth."""
    warehouse = sample_project[0].warehouse
    with duckdb.connect() as connection:
        connection.execute(f"attach '{warehouse}' as gym (read_only)")
        connection.execute("create view rows_of as from gym.intermediate.actions_eligible")
        for file in (sample_exports / "truth").glob("*.csv"):
            connection.execute(f"create view {file.stem} as from read_csv('{file}')")
        yield connection


def judged(lists: duckdb.DuckDBPyConnection, kind: str, is_right: str) -> tuple[int, int]:
    """How many rows a list of a kind has, and for how many of them a condition holds."""
    found = lists.execute(
        f"select count(*), count(*) filter ({is_right}) from rows_of where kind = $kind",
        {"kind": kind},
    ).fetchone()
    assert found is not None
    return found


RIGHT = {
    # never a member, and the host named is who bought the pass
    "invite_guest": (
        """
        customer_id not in (select customer_id from members)
        and (other_customer_id is null or (customer_id, other_customer_id) in (
            select (user_customer_id, true_purchaser_customer_id) from transfers
        ))
        """,
        1.0,
    ),
    # two records of one person
    "merge_records": (
        """
        (least(customer_id, other_customer_id), greatest(customer_id, other_customer_id)) in (
            select (customer_id_1, customer_id_2) from duplicates
        )
        """,
        1.0,
    ),
    # the partner named left
    "partner_left": ("other_customer_id in (select customer_id from lapses)", 1.0),
    # who comes less without having left, or is on holiday for long, is called for nothing
    "call_slipping": ("customer_id in (select customer_id from lapses)", 0.8),
    # a member by now, and no friend of anybody in that crew
    "introduce_newcomer": (
        """
        customer_id in (select customer_id from members)
        and not exists (
            from friend_pairs
            inner join gym.main.crew_members as crew
                on crew.customer_id in (friend_pairs.customer_id_1, friend_pairs.customer_id_2)
            where crew.crew_id = rows_of.crew_id and friend_pairs.kind = 'friends_or_guest'
                and rows_of.customer_id in (friend_pairs.customer_id_1, friend_pairs.customer_id_2)
        )
        """,
        0.9,
    ),
}


@pytest.mark.parametrize("kind", RIGHT)
def test_who_is_listed_is_listed_rightly(lists: duckdb.DuckDBPyConnection, kind: str) -> None:
    condition, share = RIGHT[kind]
    rows, right = judged(lists, kind, f"where {condition}")
    assert rows > 0
    assert right >= share * rows, f"{right} of {rows}"
