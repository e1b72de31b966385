"""Nights of changes: after each, tables and files equal those of a build that has no history.

HISTORY_NIGHTS sets the length of the history, HISTORY_COMPARE after how many nights the tables are
compared, HISTORY_SEED another history.
"""

from __future__ import annotations

import csv
import hashlib
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from conftest import PROJECT, copy_of_the_project, digests, marts
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from test_build import a_night_of_changes

from scripts import build

NIGHTS = int(os.environ.get("HISTORY_NIGHTS", "12"))
COMPARE = int(os.environ.get("HISTORY_COMPARE", "3"))
SEED = int(os.environ.get("HISTORY_SEED", "20251124"))
TABLES = (
    "pass_transfers",
    "customer_interactions",
    "customer_connections",
    "customer_events",
    "crews",
    "crew_members",
)

Rows = list[dict[str, str]]


class Gym:
    """The exports of a gym as rows, which a night may change."""

    def __init__(self, exports: Path, project: Path) -> None:
        self.exports, self.project = exports, project
        self.window, self.closeness = 30, 10
        self.next_id = 900_000_000
        self.chance = random.Random(SEED)
        self.tables = {
            name: self._read(exports / f"{name}.csv")
            for name in ("capitan/checkins", "capitan/customers", "capitan/members")
            + ("capitan/relations",)
        }
        days = sorted({row["checkin_datetime"][:10] for row in self.checkins})[-40:]
        self.checkins[:] = [row for row in self.checkins if row["checkin_datetime"][:10] >= days[0]]

    @staticmethod
    def _read(path: Path) -> Rows:
        with path.open(newline="", encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if None not in row]
        return [row for row in rows if None not in row.values() and all(list(row.values())[:2])]

    @property
    def checkins(self) -> Rows:
        return self.tables["capitan/checkins"]

    def write(self) -> None:
        for name, rows in self.tables.items():
            path = self.exports / f"{name}.csv"
            with path.open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)

    def transfers(self) -> Rows:
        return [row for row in self.checkins if " from " in row["entry_method_description"]]

    def new_id(self) -> str:
        self.next_id += 1
        return str(self.next_id)


def many_at_once(gym: Gym, rng: random.Random) -> None:
    """What a night brings as a rule: late, edited and deleted check-ins of any age, a day gone."""
    gym.checkins[:] = a_night_of_changes(gym.checkins, gym.chance)


def late_checkin(gym: Gym, rng: random.Random) -> None:
    row = dict(rng.choice(gym.checkins), checkin_id=gym.new_id())
    day = rng.choice(gym.checkins)["checkin_datetime"][:10]
    row["checkin_datetime"] = day + row["checkin_datetime"][10:]
    gym.checkins.append(row)


def other_purchaser(gym: Gym, rng: random.Random) -> None:
    person = rng.choice(gym.tables["capitan/customers"])
    row = rng.choice(gym.transfers())
    pass_type = row["entry_method_description"].split(" from ")[0]
    name = f"{person['first_name']} {person['last_name']}"
    row["entry_method_description"] = f"{pass_type} from {name} (0 remaining)"


def other_time(gym: Gym, rng: random.Random) -> None:
    row = rng.choice(gym.checkins)
    row["checkin_datetime"] = f"{row['checkin_datetime'][:11]}{rng.randrange(8, 22):02}:15:00"


def checkin_deleted(gym: Gym, rng: random.Random) -> None:
    gym.checkins.remove(rng.choice(gym.checkins))


def day_deleted(gym: Gym, rng: random.Random) -> None:
    day = rng.choice(gym.checkins)["checkin_datetime"][:10]
    gym.checkins[:] = [row for row in gym.checkins if row["checkin_datetime"][:10] != day]


def customer_renamed(gym: Gym, rng: random.Random) -> None:
    name = rng.choice(gym.transfers())["entry_method_description"].split(" from ")[1]
    last = name.split(" (")[0].split()[-1]
    people = gym.tables["capitan/customers"]
    rng.choice([row for row in people if row["last_name"] == last] or people)["last_name"] = "Moved"


def namesake_added(gym: Gym, rng: random.Random) -> None:
    person = dict(rng.choice(gym.tables["capitan/customers"]), customer_id=gym.new_id())
    gym.tables["capitan/customers"].append(person | {"email": "", "birthday": "1970-01-01"})


def roster_changed(gym: Gym, rng: random.Random) -> None:
    members = gym.tables["capitan/members"]
    shared = [row for row in members if row["size"] in ("duo", "family")]
    members.remove(rng.choice(shared))
    rng.choice(shared)["start_date"] = "2025-10-01"


def crowd_imported(gym: Gym, rng: random.Random) -> None:
    """Ten people at one second among those who are there already."""
    stamp = rng.choice(gym.checkins)["checkin_datetime"][:19]
    people = rng.sample(gym.checkins, 10)
    gym.checkins.extend(
        row | {"checkin_id": gym.new_id(), "checkin_datetime": stamp} for row in people
    )


def became_a_placeholder(gym: Gym, rng: random.Random) -> None:
    name = {"first_name": "Front", "last_name": "Desk"}
    number = rng.choice(gym.transfers())["customer_id"]
    for person in gym.tables["capitan/customers"]:
        if person["customer_id"] == number:
            person.update(name)


def two_visitors_became_one_person(gym: Gym, rng: random.Random) -> None:
    """Of two who met, the second gets the name and birthday of the first."""
    first = rng.choice(gym.checkins)
    day = first["checkin_datetime"][:13]
    near = [row for row in gym.checkins if row["checkin_datetime"][:13] == day]
    known = {row["customer_id"]: row for row in gym.tables["capitan/customers"]}
    if {first["customer_id"], near[-1]["customer_id"]} <= set(known):
        told = {key: known[first["customer_id"]][key] for key in ("first_name", "last_name")}
        known[near[-1]["customer_id"]].update(told, birthday="1980-02-03")
        known[first["customer_id"]].update(birthday="1980-02-03")


def relation_deleted(gym: Gym, rng: random.Random) -> None:
    gym.tables["capitan/relations"].remove(rng.choice(gym.tables["capitan/relations"]))


def window_changed(gym: Gym, rng: random.Random) -> None:
    gym.window = rng.choice((10, 30, 45))


def buckets_changed(gym: Gym, rng: random.Random) -> None:
    edge = rng.choice((6, 8, 9))
    (gym.project / "seeds" / "strength_buckets.csv").write_text(
        "strength_score,min_interactions,max_interactions\n"
        f"1,1,1\n2,2,2\n3,3,4\n4,5,{edge}\n5,{edge + 1},\n"
    )


def closeness_changed(gym: Gym, rng: random.Random) -> None:
    gym.closeness = rng.choice((5, 10, 20))


def macro_edited(gym: Gym, rng: random.Random) -> None:
    """No text of a model changes, and the window of a meeting does."""
    path = gym.project / "macros" / "meetings.sql"
    text = path.read_text()
    factors = ("* 60000000)", "* 30000000)")
    [old] = [factor for factor in factors if factor in text]
    [new] = set(factors) - {old}
    path.write_text(text.replace(old, new))


def seed_edited(gym: Gym, rng: random.Random) -> None:
    """Other nicknames find other buyers."""
    path = gym.project / "seeds" / "matching" / "nicknames.csv"
    header, *rows = path.read_text().splitlines()
    path.write_text("\n".join([header, *rng.sample(rows, len(rows) * 9 // 10)]) + "\n")


def nothing(gym: Gym, rng: random.Random) -> None:
    """A night on which the exports are those of the night before."""


CHANGES: tuple[Callable[[Gym, random.Random], None], ...] = (
    late_checkin,
    other_purchaser,
    other_time,
    checkin_deleted,
    day_deleted,
    customer_renamed,
    namesake_added,
    roster_changed,
    crowd_imported,
    became_a_placeholder,
    two_visitors_became_one_person,
    relation_deleted,
    window_changed,
    closeness_changed,
    macro_edited,
    seed_edited,
    buckets_changed,
    nothing,
)


@pytest.fixture
def gym(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gym:
    """A small gym and a copy of the project beside it, in which the test may edit a seed."""
    project = copy_of_the_project(tmp_path / "project")
    sample = tmp_path / "sample"
    subprocess.run(
        [sys.executable, "-m", "scripts", "sample", "--out", str(sample)]
        + ["--scale", "0.12", "--seed", "3"],
        cwd=PROJECT,
        check=True,
        capture_output=True,
    )
    for name, value in {
        "GYM_RAW_EXPORTS": sample / "exports",
        "GYM_WAREHOUSE": tmp_path / "gym_connections.duckdb",
        "GYM_EXPORTS_OUT": tmp_path / "files",
        "DBT_TARGET_PATH": tmp_path / "target",
        "DBT_LOG_PATH": tmp_path / "logs",
        "DBT_PROFILES_DIR": project,
    }.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.chdir(project)
    return Gym(sample / "exports", project)


def dbt_build(gym: Gym) -> None:
    """Build the tables, and all that they are made of."""
    result = build.run_dbt(
        *("build", "--exclude-resource-type", "test", "unit_test"),
        *("--select", *(f"+{table}" for table in TABLES)),
        "--vars",
        f"{{meeting_window_minutes: {gym.window}, closeness_minutes: {gym.closeness}}}",
    )
    warehouse = Path(os.environ["GYM_WAREHOUSE"])
    assert build.failures(result, warehouse) == []


def differences(nightly: Path, fresh: Path) -> dict[str, int]:
    """Rows that only one of two warehouses has, by table."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{nightly}' as nightly (read_only)")
        connection.execute(f"attach '{fresh}' as fresh (read_only)")
        found = {}
        for table in TABLES:
            only = "(from {}.main.{} except all from {}.main.{})"
            [(count,)] = connection.sql(
                f"""select (select count(*) from {only.format("nightly", table, "fresh", table)})
                + (select count(*) from {only.format("fresh", table, "nightly", table)})"""
            ).fetchall()
            found[table] = count
    return found


def digests_below(folder: Path) -> str:
    """One digest of the names and contents of all files below a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    contents = (f"{path.relative_to(folder)}\0".encode() + path.read_bytes() for path in files)
    return hashlib.sha256(b"\0".join(contents)).hexdigest()


def mart_files(warehouse: Path) -> dict[str, str]:
    """Digests of the result files of a warehouse."""
    return digests(marts(warehouse, warehouse.with_suffix(".marts")))


def test_each_change_is_one(gym: Gym) -> None:
    """A history draws some of them only, so that one which has lost its place would not be seen."""

    def state() -> tuple:
        gym.write()
        return digests_below(gym.project), digests_below(gym.exports), gym.window, gym.closeness

    rng = random.Random(SEED)
    for change in (*(one for one in CHANGES if one is not nothing), many_at_once):
        before, tries = state(), 0
        while state() == before and tries < 9:
            change(gym, rng)
            tries += 1
        assert state() != before, change.__name__


def test_after_any_history_the_tables_equal_a_build_without_one(gym: Gym) -> None:
    warehouse = Path(os.environ["GYM_WAREHOUSE"])
    fresh, aside = warehouse.with_suffix(".fresh"), warehouse.with_suffix(".aside")
    gym.write()
    dbt_build(gym)

    @seed(SEED)
    @settings(
        max_examples=1,
        phases=[Phase.generate],
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        st.lists(
            st.lists(st.sampled_from(CHANGES), min_size=1, max_size=4),
            min_size=NIGHTS,
            max_size=NIGHTS,
        ),
        st.randoms(use_true_random=False),
    )
    def live_through(nights: list[list[Callable]], rng: random.Random) -> None:
        for night, changes in enumerate(nights, 1):
            compared = night % COMPARE == 0 or night == NIGHTS
            for change in (*changes, *[many_at_once] * compared):
                change(gym, rng)
            gym.write()
            dbt_build(gym)
            if not compared:
                continue
            warehouse.rename(aside)
            dbt_build(gym)
            warehouse.rename(fresh)
            aside.rename(warehouse)
            names = [change.__name__ for change in changes]
            assert differences(warehouse, fresh) == dict.fromkeys(TABLES, 0), (night, names)
            assert mart_files(warehouse) == mart_files(fresh), (night, names)

    live_through()
