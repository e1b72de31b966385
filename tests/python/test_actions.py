"""Lists of whom to speak to: their memory, the lots, and what may be said of what came of them."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from conftest import PROJECT, Project, digests
from test_guests import Gym, before

from python_udfs import action_memory
from python_udfs.action_memory import COLUMNS, LANDED, ActionHistoryError, draw, remember, salt_of
from python_udfs.action_outcomes import arm_shares
from scripts.dashboard import write
from scripts.dashboard.brief import MOST_ROWS, Brief, brief_body, brief_text

MONDAY, TUESDAY, NEXT_MONDAY = "2025-06-30", "2025-07-01", "2025-07-07"
SECRET = "5" * 64


# --- the memory ---------------------------------------------------------------------------------


def row(as_of: str, person: int, **more: object) -> dict[str, object]:
    day = date.fromisoformat(as_of)
    found = dict.fromkeys(COLUMNS.names) | {"as_of": day, "period_start": day, "entry_date": day}
    found |= {"kind": "call_slipping", "customer_id": person, "arm": "listed", "priority": 1}
    return found | {"chance": Decimal("0.1"), "reason": "3 of 4", "figures": "{}"} | more


class Memory:
    """A folder of remembered lists, and a warehouse as a build leaves it."""

    def __init__(self, folder: Path) -> None:
        self.warehouse, self.folder = folder / "gym.duckdb", folder / "action_history"

    def landed(self, *erased: int) -> list[dict]:
        with duckdb.connect() as session:
            found = action_memory.read_history(session, str(self.folder), False, erased)
            return [row for batch in found for row in batch.to_pylist()]

    def build(self, today: str, *rows: Mapping, erased: tuple[int, ...] = ()) -> None:
        """Make the warehouse of a build whose lists are the rows."""
        landed = pa.Table.from_pylist(self.landed(*erased), LANDED)
        listed = pa.Table.from_pylist(list(rows), COLUMNS)
        with duckdb.connect(str(self.warehouse)) as connection:
            connection.register("landed", landed)
            connection.register("listed", listed)
            connection.execute("create schema if not exists landing")
            connection.execute(
                "create or replace table landing.raw_actions__history as from landed"
            )
            connection.execute("create or replace table action_history as from listed")
            connection.execute(f"create or replace table gym_today as select date '{today}' today")

    def remember(self, is_trial: bool = False) -> list[str]:
        return remember(self.warehouse, str(self.folder), is_trial)

    def people(self) -> list[tuple[str, int]]:
        return [(str(row["as_of"]), row["customer_id"]) for row in self.landed()]


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    return Memory(tmp_path)


def test_a_day_is_written_once_and_never_an_earlier_one(memory: Memory) -> None:
    memory.build("2025-06-03", row("2025-06-03", 2), row("2025-06-03", 1))
    assert memory.remember() == ["2025-06-03.parquet"]
    first = digests(memory.folder)
    memory.build("2025-06-03", row("2025-06-03", 3))
    assert memory.remember() == []
    memory.build("2025-06-02", row("2025-06-02", 4))
    assert memory.remember() == []
    assert digests(memory.folder) == first
    memory.build("2025-06-04")
    assert memory.remember() == ["2025-06-04.parquet"]
    assert memory.people() == [("2025-06-03", 1), ("2025-06-03", 2), ("2025-06-04", None)]
    assert (memory.folder / "2025-06-03.parquet").stat().st_mode & 0o200


def test_the_same_lists_are_the_same_bytes(memory: Memory, tmp_path: Path) -> None:
    rows = [row("2025-06-03", person) for person in range(1, 200)]
    memory.build("2025-06-03", *rows)
    memory.remember()
    other = Memory(tmp_path / "other")
    other.warehouse.parent.mkdir()
    other.build("2025-06-03", *random.Random(1).sample(rows, len(rows)))
    other.remember()
    assert digests(memory.folder) == digests(other.folder)


def test_a_trial_may_list_a_day_again(memory: Memory) -> None:
    memory.build("2025-06-03", row("2025-06-03", 1))
    memory.remember(is_trial=True)
    memory.build("2025-06-03", row("2025-06-03", 2))
    assert memory.remember(is_trial=True) == ["2025-06-03.parquet"]
    assert memory.people() == [("2025-06-03", 2)]


def test_a_trial_leaves_the_lists_of_a_gym_alone(memory: Memory) -> None:
    memory.build("2025-06-03", row("2025-06-03", 1))
    memory.remember()
    with duckdb.connect() as session:
        salt_of(session, str(memory.folder), False)
        with pytest.raises(ActionHistoryError, match="a trial needs another place"):
            salt_of(session, str(memory.folder), True)
    memory.build("2025-06-03", row("2025-06-03", 2))
    with pytest.raises(OSError, match="a trial needs another place"):
        memory.remember(is_trial=True)
    assert memory.people() == [("2025-06-03", 1)]


KILLED = """
import os, sys
from pathlib import Path
from python_udfs import action_memory
action_memory._put = lambda *arguments: os._exit(9)
action_memory.remember(Path(sys.argv[1]), sys.argv[2], False)
"""


def test_a_kill_before_the_file_is_in_its_place_leaves_no_day(memory: Memory) -> None:
    memory.build("2025-06-03", row("2025-06-03", 1))
    command = [sys.executable, "-c", KILLED, str(memory.warehouse), str(memory.folder)]
    assert subprocess.run(command, cwd=PROJECT, check=False).returncode == 9
    assert [path.name for path in memory.folder.iterdir()] == [".2025-06-03.parquet.part"]
    assert memory.landed() == []
    assert memory.remember() == ["2025-06-03.parquet"]
    assert [path.name for path in memory.folder.iterdir()] == ["2025-06-03.parquet"]


def test_who_is_erased_is_remembered_nowhere(memory: Memory) -> None:
    """Nor as whom somebody came through, nor in the name of a crew."""
    memory.build(
        "2025-06-03",
        row("2025-06-03", 7),
        row("2025-06-03", 8, other_customer_id=7),
        row("2025-06-03", 9, crew_id="7-77"),
        row("2025-06-03", 10, crew_id="77-78"),
    )
    memory.remember()
    memory.build("2025-06-04", row("2025-06-04", 70))
    memory.remember()
    untouched = digests(memory.folder)["2025-06-04.parquet"]
    landed = memory.landed(7)
    assert [(row["customer_id"], row["crew_id"]) for row in landed] == [
        *((9, None), (10, "77-78"), (70, None)),
    ]
    assert [row["is_changed"] for row in landed] == [True, True, False]
    memory.build("2025-06-05", erased=(7,))
    assert memory.remember() == ["2025-06-03.parquet", "2025-06-05.parquet"]
    assert {person for _, person in memory.people()} == {9, 10, 70, None}
    assert digests(memory.folder)["2025-06-04.parquet"] == untouched
    memory.build("2025-06-05", erased=(9, 10))
    assert memory.remember() == ["2025-06-03.parquet"]
    assert memory.people()[0] == ("2025-06-03", None)


@pytest.mark.parametrize(
    "content",
    [b"PAR1 and no more", b"", "other columns", "another day"],
    ids=["cut off", "empty", "other columns", "another day"],
)
def test_a_damaged_file_is_one_sentence_that_names_it(content, memory: Memory) -> None:
    memory.folder.mkdir()
    file = memory.folder / "2025-06-03.parquet"
    if isinstance(content, bytes):
        file.write_bytes(content)
    elif content == "other columns":
        duckdb.sql("select 1 as one").write_parquet(str(file))
    else:
        rows = pa.Table.from_pylist([row("2025-06-02", 1)], COLUMNS)
        duckdb.from_arrow(rows).write_parquet(str(file))
    [found] = memory.landed()
    assert str(file) in found["file_error"]
    assert "\n" not in found["file_error"]
    assert found["kind"] is None


def test_other_files_in_the_folder_are_nobodys_lists(memory: Memory) -> None:
    memory.folder.mkdir()
    for name in ("notes.txt", "x-2025-06-03.parquet", ".2025-06-03.parquet.part", "salt"):
        (memory.folder / name).write_text("no list")
    assert memory.landed() == []


# --- the lot ------------------------------------------------------------------------------------


def test_a_lot_falls_as_often_as_it_should_and_the_same_for_the_same() -> None:
    people = range(10_000)
    drawn = [draw("call_slipping", person, MONDAY, SECRET) for person in people]
    assert 0.19 < sum(number < 0.2 for number in drawn) / len(drawn) < 0.21
    assert drawn == [draw("call_slipping", person, MONDAY, SECRET) for person in people]
    for other in (
        [draw("thank_host", person, MONDAY, SECRET) for person in people],
        [draw("call_slipping", person, NEXT_MONDAY, SECRET) for person in people],
        [draw("call_slipping", person, MONDAY, "6" * 64) for person in people],
    ):
        both = sum(one < 0.2 and two < 0.2 for one, two in zip(drawn, other, strict=True))
        assert 0.03 < both / len(people) < 0.05


def test_the_secret_is_made_once_and_kept(memory: Memory) -> None:
    with duckdb.connect() as session:
        secret = salt_of(session, str(memory.folder), False)
        assert re.fullmatch(r"[0-9a-f]{64}\n", secret)
        assert salt_of(session, str(memory.folder), False) == secret
        assert [path.name for path in memory.folder.iterdir()] == ["salt"]
        assert salt_of(session, str(memory.folder / "of a trial"), True).strip() == "0" * 64
        assert not (memory.folder / "of a trial").exists()
        (memory.folder / "salt").write_text("cut off")
        with pytest.raises(ActionHistoryError, match="salt, the secret of the lot, is damaged"):
            salt_of(session, str(memory.folder), False)


# --- what came of them --------------------------------------------------------------------------


def compared(shares: Mapping[str, float], observed_days: int = 90, people: int = 400) -> dict:
    """The shares of two arms, one in five held out, whose outcomes happen at these rates."""
    chance = random.Random(7)
    rows = []
    for person in range(people):
        arm = "held out" if person % 5 == 0 else "listed"
        had = chance.random() < shares[arm]
        days = chance.randint(1, 30) if had else None
        rows.append(
            {"kind": "call_slipping", "round": 1, "arm": arm, "customer_id": person}
            | {"days_to_outcome": days, "observed_days": observed_days}
        )
    rows.sort(key=lambda row: (row["arm"], row["customer_id"]))
    schema = pa.schema(
        [("kind", pa.string()), ("round", pa.int64()), ("arm", pa.string())]
        + [(name, pa.int64()) for name in ("customer_id", "days_to_outcome", "observed_days")]
    )
    found = arm_shares(pa.Table.from_pylist(rows, schema), [30, 60, 90]).to_pylist()
    return {(row["arm"], row["horizon_days"]): row for row in found}


def test_a_known_effect_is_seen_and_none_where_there_is_none() -> None:
    """By hand: all are followed, so the share is the plain one."""
    found = compared({"listed": 0.6, "held out": 0.3})
    listed, held_out = found["listed", 30], found["held out", 30]
    assert listed["share"] == pytest.approx(listed["outcomes"] / 320, abs=1e-6)
    assert listed["low"] > held_out["high"]
    found = compared({"listed": 0.4, "held out": 0.4})
    assert found["listed", 90]["low"] < found["held out", 90]["high"]
    assert found["held out", 90]["low"] < found["listed", 90]["high"]


def test_nothing_is_looked_at_before_everybody_was_followed() -> None:
    assert {days for _, days in compared({"listed": 0.6, "held out": 0.3}, 59)} == {30}
    assert compared({"listed": 0.6, "held out": 0.3}, 29) == {}


# --- the brief ----------------------------------------------------------------------------------


def test_the_brief_fits_on_a_page_and_takes_no_name_for_a_mark() -> None:
    line = ("Call", "Ask", "*Ann* <b>|x</b> 1", "came on 1 days", "", None, None)
    brief = Brief([line] * (MOST_ROWS + 3), [("comes", 90, 1, 2, "too few")], 4, MONDAY)
    body, text = brief_body(brief), brief_text(brief)
    assert body.count('<th scope="row">*Ann* &lt;b&gt;|x&lt;/b&gt; 1</th>') == MOST_ROWS
    assert "<b>" not in body
    assert text.count("- \\*Ann\\* \\<b\\>\\|x\\</b\\> 1: came on 1 days\n") == MOST_ROWS
    for said in (body, text):
        assert "3 more stand in the table action" in said
        assert "4 children were here lately" in said
    assert "Nobody is on a list today." in brief_text(Brief([], [], 0, MONDAY))


# --- a gym, night after night -------------------------------------------------------------------

MANY = {"action_most_a_week": {"invite_guest": 50}}


def night(project: Project, as_of: str, **given: object) -> subprocess.CompletedProcess[str]:
    return project.build("--vars", json.dumps({"as_of": as_of} | MANY | given))


def arms(project: Project, as_of: str) -> dict[int, str]:
    return dict(
        project.query(f"select customer_id, arm from action_history where as_of = '{as_of}'")
    )


def listed(project: Project) -> set[int]:
    return {person for (person,) in project.query("select customer_id from action_list")}


@pytest.fixture(scope="module")
def gym(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Gym, dict[str, list[dict]]]:
    """Thirty guests and five children who keep coming on members' passes, on the first Monday."""
    made, who = Gym(), {"guest": [], "child": [], "host": []}
    for number in range(5):
        host = made.member(before(170 - number))
        who["host"].append(host)
        for place in range(7):
            child = place == 6
            guest = made.person("2015-05-05" if child else "1990-02-03")
            who["child" if child else "guest"].append(guest)
            name = f"{host['first_name']} {host['last_name']}"
            for week in range(3):
                day = before(1 + place + 8 * week)
                made.visit(guest, day, f"Guest Pass from {name}", "GUE", 10 + number)
                made.visit(host, day, "Solo Weekly", "MEM", 10 + number)
    made.visit(who["host"][0], before(0), "Solo Weekly", "MEM")
    folder = tmp_path_factory.mktemp("actions")
    project = Project(folder, folder / "exports")
    write_exports(project, made)
    (folder / "action_history").mkdir()
    (folder / "action_history/salt").write_text(f"{SECRET}\n")
    built = night(project, MONDAY)
    assert built.returncode == 0, built.stderr
    assert re.search(r"days remembered before +0 +a new start", built.stdout)
    return project, made, who


def write_exports(project: Project, made: Gym) -> None:
    project.write("capitan/customers", made.customers)
    project.write("capitan/checkins", made.checkins)
    project.write("capitan/members", made.members)


def test_adults_are_listed_or_held_out_and_children_neither(gym) -> None:
    project, _, who = gym
    drawn = arms(project, MONDAY)
    assert set(drawn) == {guest["customer_id"] for guest in who["guest"]}
    expected = {
        person: "held out" if draw("invite_guest", person, MONDAY, SECRET) < 0.2 else "listed"
        for person in drawn
    }
    assert drawn == expected
    assert set(drawn.values()) == {"listed", "held out"}
    assert listed(project) == {person for person, arm in drawn.items() if arm == "listed"}


def test_every_number_of_a_reason_stands_in_the_row(gym) -> None:
    project, _, _ = gym
    rows = project.query("select reason, figures from action_list")
    assert rows
    for reason, figures in rows:
        assert set(re.findall(r"[\d.-]*\d", reason)) <= set(re.findall(r"[\d.-]*\d", figures))


def test_the_brief_names_no_child_and_nobody_who_is_held_out(gym, tmp_path: Path) -> None:
    project, _, who = gym
    drawn = arms(project, MONDAY)
    pages = write.write(project.published, tmp_path, pages=write.BRIEF)
    assert [page.name for page in pages] == ["brief.html", "brief.md"]
    for page in pages:
        text = page.read_text()
        named = {
            person["customer_id"]
            for person in who["guest"] + who["child"]
            if f"{person['first_name']} {person['last_name']}" in text
            or str(person["customer_id"]) in text
        }
        assert named == {person for person, arm in drawn.items() if arm == "listed"}
    with duckdb.connect(str(project.published), read_only=True) as connection:
        tables = {
            name for (name,) in connection.sql("select table_name from duckdb_tables()").fetchall()
        }
    assert "action_list" in tables
    assert tables.isdisjoint({"action_history", "actions_today", "children_without_guardian"})


def test_a_correction_changes_the_next_list_and_not_the_one_that_was_made(
    gym, tmp_path: Path
) -> None:
    """One of the listed turns out to be a member, one of the held out as well."""
    first, made, _ = gym
    drawn = arms(first, MONDAY)
    joined = [min(p for p in drawn if drawn[p] == arm) for arm in ("listed", "held out")]
    project = first.copy(tmp_path / "corrected")
    corrected = Gym()
    corrected.__dict__ |= {name: [*rows] for name, rows in made.__dict__.items()}
    for person in joined:
        corrected.join({"customer_id": person}, before(5))
    write_exports(project, corrected)
    before_it = digests(project.folder / "action_history")
    again = night(project, MONDAY)
    assert again.returncode == 0, again.stderr
    assert arms(project, MONDAY) == drawn
    assert listed(project) == listed(first)
    assert digests(project.folder / "action_history") == before_it
    after = night(project, TUESDAY)
    assert after.returncode == 0, after.stderr
    kept = {person: arm for person, arm in drawn.items() if person not in joined}
    assert arms(project, TUESDAY) == kept
    assert arms(project, MONDAY) == drawn
    assert sorted(digests(project.folder / "action_history")) == [
        *(f"{MONDAY}.parquet", f"{TUESDAY}.parquet", "salt"),
    ]


def test_a_lost_warehouse_loses_no_list_and_an_erased_person_is_on_none(
    gym, tmp_path: Path
) -> None:
    first, _, _ = gym
    drawn = arms(first, MONDAY)
    project = first.copy(tmp_path / "lost")
    project.warehouse.unlink()
    erased = max(person for person, arm in drawn.items() if arm == "listed")
    project.write("privacy/erasure_requests", [{"customer_id": erased}])
    built = night(project, TUESDAY)
    assert built.returncode == 0, built.stderr
    rest = {person: arm for person, arm in drawn.items() if person != erased}
    assert arms(project, MONDAY) == arms(project, TUESDAY) == rest
    for day in (MONDAY, TUESDAY):
        file = project.folder / f"action_history/{day}.parquet"
        held = duckdb.sql(f"select customer_id from '{file}'").fetchall()
        assert {person for (person,) in held} == set(rest)
    assert re.search(r"days remembered before +1", built.stdout)


def test_a_week_later_nobody_is_listed_anew(gym, tmp_path: Path) -> None:
    project = gym[0].copy(tmp_path / "later")
    select = ("--select", "raw_actions__history+", "gym_today", "--exclude", "exported_files")
    given = {"as_of": NEXT_MONDAY} | MANY
    found = {}
    for quiet in (28, 7):
        done = project.build("--vars", json.dumps(given | {"action_quiet_days": quiet}),
                             "--select", "core_today", "gym_today", *select[1:])  # fmt: skip
        assert done.returncode == 0, done.stderr
        found[quiet] = arms(project, NEXT_MONDAY)
    assert found[28] == {}
    drawn = arms(project, MONDAY)
    # each stays where the first lot put him, though the week is another
    assert found[7] == {person: drawn[person] for person in found[7]} != {}
    # but where the gym holds nobody out
    done = project.build(
        "--vars",
        json.dumps(given | {"action_quiet_days": 7, "action_holdout_share": 0}),
        *select,
    )
    assert done.returncode == 0, done.stderr
    assert set(arms(project, NEXT_MONDAY).values()) == {"listed"}


def test_a_planted_effect_is_found_and_none_where_none_is(gym, tmp_path: Path) -> None:
    """A hundred days ago 294 were to be called, of whom more came who were; 93 to be invited."""
    first, made, _ = gym
    project = first.copy(tmp_path / "experiment")
    shutil.rmtree(project.folder / "action_history")
    planted = Gym()
    planted.__dict__ |= {name: [*rows] for name, rows in made.__dict__.items()}
    rows, came = [], {"listed": 0, "held out": 0}
    for kind, count in (("call_slipping", 294), ("invite_guest", 93)):
        for place in range(count):
            person, arm = planted.person(), "held out" if place % 5 == 0 else "listed"
            drawn = {"kind": kind, "arm": arm, "held_out_share": Decimal("0.2")}
            rows.append(row(str(before(100)), person["customer_id"], **drawn))
            planted.visit(person, before(120), "Day Pass (0 remaining)")
            if kind == "invite_guest" and place // 5 % 10 < 3:
                planted.join(person, before(80))
            if kind == "call_slipping" and place % 10 < (2 if arm == "held out" else 8):
                planted.visit(person, before(85), "Day Pass (0 remaining)")
                came[arm] += 1
    write_exports(project, planted)
    (project.folder / "action_history").mkdir()
    file = project.folder / f"action_history/{before(100)}.parquet"
    duckdb.from_arrow(pa.Table.from_pylist(rows, COLUMNS)).write_parquet(str(file))
    # the tests of data ask for tables that are left out here
    built = project.build(
        *("--vars", json.dumps({"as_of": MONDAY} | MANY)),
        *("--resource-type", "model", "--resource-type", "seed"),
        *("--select", "+action_outcomes", "+action_list"),
    )
    assert built.returncode == 0, built.stderr
    found = {
        (kind, days): rest
        for kind, days, *rest in project.query(
            """select kind, horizon_days, listed, held_out, listed_outcomes, held_out_outcomes,
                difference, low, high, finding from action_outcomes"""
        )
    }
    difference = came["listed"] / 235 - came["held out"] / 59
    for days in (30, 60, 90):
        *counts, measured, low, high, finding = found["call_slipping", days]
        assert counts == [235, 59, came["listed"], came["held out"]]
        assert float(measured) == pytest.approx(difference, abs=1e-5)
        assert 0 < low < measured < high
        assert finding == f"it helped: {100 * difference:.0f} of 100 more"
        *_, low, high, finding = found["invite_guest", days]
        assert low <= 0 <= high
        assert finding == "no effect shown"
        assert found["thank_host", days][-1] == "too few to say: 0 of 297 people"
    # the list whose worth was measured has it
    chances = dict(project.query("select distinct kind, chance from action_list"))
    [effect] = project.query(
        "select difference from action_outcomes where kind = 'invite_guest' and horizon_days = 90"
    )
    assert chances["invite_guest"] == max(effect[0], 0)


def test_a_damaged_list_stops_the_build_before_anything_is_replaced(gym, tmp_path: Path) -> None:
    project = gym[0].copy(tmp_path / "damaged")
    file = project.folder / f"action_history/{MONDAY}.parquet"
    file.write_bytes(file.read_bytes()[:-100])
    held = [digests(folder) for folder in (project.files, project.published.parent, file.parent)]
    built = night(project, TUESDAY)
    assert built.returncode == 1
    assert f"{file}, the lists of a date, cannot be read" in built.stderr
    assert "Traceback" not in built.stderr
    assert held == [
        digests(folder) for folder in (project.files, project.published.parent, file.parent)
    ]


def test_a_night_writes_the_pages_and_the_brief(gym, tmp_path: Path) -> None:
    """And builds nothing where somebody else's page lies in the way."""
    project = gym[0].copy(tmp_path / "night")
    pages = project.folder / "dashboard"
    built = project.build("--nightly")
    assert built.returncode == 0, built.stderr
    assert {path.name for path in pages.iterdir()} == set(write.PAGES)
    (pages / "brief.md").write_text("# Shopping\n")
    project.warehouse.with_name(f".{project.warehouse.name}.written.json").unlink()
    refused = project.build("--nightly")
    assert refused.returncode == 1
    assert "brief.md was not written by this project" in refused.stderr
    assert (pages / "brief.md").read_text() == "# Shopping\n"
