"""An invented second system, made of the files in examples/second_system, reaches every mart."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from conftest import PROJECT, Project, copy_of_the_project

from python_udfs.export_contracts import contract

EXAMPLE = PROJECT / "examples/second_system"
LINE = "    transactions:\n      payments: combined_transaction_data\n"
WALLGATE = "    wallgate: {checkins: visits, customers: people}\n"
PEOPLE = """guest_no,given,family,mail,born
9001,Ottoline,Wallgateby,o@wall.example,1980-03-02
9002,Perdita,Turnstiley,p@wall.example,1985-07-09
9003,Quill,Turnstiley,q@wall.example,2019-07-09
9004,Ramona,Erasedby,r@wall.example,1980-01-05
x,Nobody,Atall,,
"""
VISITS = """visit_no,guest_no,arrived,admission,ticket,hall
800001,9001,2025-11-03 18:00:00,Season,Season Ticket,East
800002,9002,2025-11-03 18:10:00,day ticket,Day Pass from Ottoline Wallgateby (3 remaining),East
800003,9002,2025-11-05 18:00:00,friend,Guest Pass from Ottoline Wallgateby,East
800004,9003,2025-11-05 18:05:00,day ticket,Youth Pass from Ottoline Wallgateby (2 remaining),East
800005,9001,2025-11-05 18:20:00,season,Season Ticket,East
800006,9004,2025-11-05 18:20:00,free climb,,East
800007,9001,whenever,season,,East
"""


def build(code: Path, project: Project) -> subprocess.CompletedProcess[str]:
    """Build the gym with the code of another folder."""
    return subprocess.run(
        [sys.executable, "-m", "scripts", "build", "--vars", "{max_rejected_share: 1}"],
        cwd=code,
        env=project.environment | {"DBT_PROFILES_DIR": str(code)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with the files of the second system."""
    folder = copy_of_the_project(tmp_path_factory.mktemp("code"))
    for part in ("models", "seeds"):
        shutil.copytree(EXAMPLE / part, folder / part, dirs_exist_ok=True)
    settings = folder / "dbt_project.yml"
    text = settings.read_text()
    assert LINE in text
    settings.write_text(text.replace(LINE, LINE + WALLGATE))
    return folder


@pytest.fixture(scope="module")
def gym(code: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Both systems in one gym, built."""
    folder = tmp_path_factory.mktemp("gym")
    project = Project(folder, folder / "exports")
    project.write(
        "capitan/customers",
        [
            {"customer_id": n, "first_name": "Ann", "last_name": f"Example{n}"}
            for n in range(1, 400)
        ],
    )
    project.write(
        "capitan/checkins",
        [
            {
                "checkin_id": 1, "customer_id": 1, "checkin_datetime": "2025-11-05 18:01:00",
                "entry_method": "MEM", "location_id": "West", "location_name": "West",
            }
        ],
    )  # fmt: skip
    for name, content in {
        "wallgate/visits.csv": VISITS,
        "wallgate/people.csv": PEOPLE,
        "privacy/erasure_requests.csv": "customer_id\n9004\n",
    }.items():
        path = project.exports / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
    built = build(code, project)
    assert built.returncode == 0, built.stdout + built.stderr
    return project


def test_its_visits_are_check_ins_in_the_words_of_the_core(gym: Project) -> None:
    assert gym.query(
        "select checkin_id, entry_kind, location_name, source_system"
        " from core.core_checkins order by 1"
    ) == [
        (1, "membership", "West", "capitan"),
        (800001, "membership", "East", "wallgate"),
        (800002, "entry_pass", "East", "wallgate"),
        (800003, "guest_pass", "East", "wallgate"),
        (800004, "entry_pass", "East", "wallgate"),
        (800005, "membership", "East", "wallgate"),
    ]


def test_its_people_share_passes_and_meet(gym: Project) -> None:
    assert gym.query(
        "select checkin_id, purchaser_customer_id, transfer_type from pass_transfers order by 1"
    ) == [
        (800002, 9001, "entry_pass"),
        (800003, 9001, "guest_pass"),
        (800004, 9001, "entry_pass"),
    ]
    assert gym.query(
        "select interaction_type, customer_id_1, customer_id_2, count(*)"
        " from customer_interactions group by all order by all"
    ) == [
        ("frequent_guest", 9001, 9002, 1),
        ("same_day_checkin", 9001, 9002, 2),
        ("same_day_checkin", 9001, 9003, 1),
        ("same_day_checkin", 9002, 9003, 1),
        ("shared_pass", 9001, 9002, 2),
        ("shared_pass", 9001, 9003, 1),
    ]
    assert gym.query("select count(*) from customer_connections") == [(3,)]


def test_its_people_have_events_and_ages(gym: Project) -> None:
    assert gym.query(
        "select distinct event_source from customer_events where customer_id > 9000 order by 1"
    ) == [("wallgate_checkins",), ("wallgate_transfers",)]
    assert gym.query(
        "select customer_id, age_group from customers where customer_id > 9000 order by 1"
    ) == [
        (9001, "adult"),
        (9002, "adult"),
        (9003, "child"),
    ]


def test_what_cannot_be_read_or_must_go_is_counted(gym: Project) -> None:
    assert gym.query(
        "select export_name, kept_count, rejected_count, erased_count from export_row_counts"
        " where export_name like 'wallgate/%' order by 1"
    ) == [("wallgate/people", 3, 1, 1), ("wallgate/visits", 5, 1, 1)]
    assert gym.query("select export_name, reject_reason from rejected_rows order by 1") == [
        ("wallgate/people", "customer_id cannot be read: x"),
        ("wallgate/visits", "checkin_datetime cannot be read: whenever"),
    ]
    texts = [path.read_text() for path in gym.files.glob("*.csv")]
    assert texts
    assert not [text for text in texts if "Erasedby" in text]


def test_what_no_model_writes_any_more_is_dropped(code: Path, gym: Project) -> None:
    """A table of before holds whom nobody asked again; one that an analyst added stays."""
    with duckdb.connect(str(gym.warehouse)) as connection:
        connection.execute(
            "create table staging.former as select 'Ramona Erasedby' as name;"
            "create view intermediate.former as from staging.former;"
            "create table main.of_an_analyst as select 1 as one;"
            # where the adapter keeps the new rows of an incremental Python model
            "create table main.match_word_similarities__dbt_tmp20250102030405060708"
            " as select 'erasedby' as known_word"
        )
    built = build(code, gym)
    assert built.returncode == 0, built.stdout + built.stderr
    with duckdb.connect(str(gym.warehouse)) as connection:
        left = connection.sql(
            "select name from (select table_name as name from duckdb_tables()"
            " union all select view_name from duckdb_views())"
            " where name in ('former', 'of_an_analyst') or contains(name, '__dbt_tmp')"
        ).fetchall()
        assert left == [("of_an_analyst",)]
        connection.execute("drop table main.of_an_analyst")


@pytest.mark.parametrize(
    "meta",
    [{"person": "frist_name"}, {"when_erased": "keep"}, {"required": True}],
    ids=["a misspelt role", "a misspelt rule", "nobody's row"],
)
def test_a_contract_that_would_erase_nobody_is_refused(meta: dict) -> None:
    columns = [{"name": "visit_no", "config": {"meta": meta}}]
    with pytest.raises(ValueError, match="wallgate/visits: "):
        contract("wallgate", {"name": "visits", "columns": columns}, "checkins")


@pytest.mark.parametrize(
    ("export", "line"),
    [
        ("people", "1,Somebody,Else,s@wall.example,1990-05-05\n"),
        ("visits", "800008,1,2025-11-05 20:00:00,season,Season Ticket,East\n"),
    ],
    ids=["a record", "a visit without a record"],
)
def test_two_systems_that_number_alike_stop_the_build(
    code: Path, gym: Project, export: str, line: str
) -> None:
    path = gym.exports / f"wallgate/{export}.csv"
    before = path.read_text()
    path.write_text(before + line)
    built = build(code, gym)
    path.write_text(before)
    assert built.returncode == 1
    assert "1 numbers stand for one customer_id in capitan and for another in wallgate" in (
        built.stdout + built.stderr
    )
