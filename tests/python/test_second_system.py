"""An invented second system, the dialect in examples/second_system, reaches every mart.

Beside it stand Capitan, Rock Gym Pro of a second place and Square, all in one gym.
"""

# A row of a file, or a case, stands on a line of its own.
# ruff: noqa: E501

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
FILES = {
    "wallgate/people.csv": """guest_no,given,family,mail,born
1,Ottoline,Wallgateby,o@wall.example,1980-03-02
9002,Perdita,Turnstiley,p@wall.example,1985-07-09
9003,Quill,Turnstiley,q@wall.example,2019-07-09
9004,Ramona,Erasedby,r@wall.example,1980-01-05
,Nobody,Atall,,
""",
    "wallgate/visits.csv": """visit_no,guest_no,arrived,admission,ticket,hall
1,1,2025-11-03 18:00:00,Season,Season Ticket,East
800002,9002,2025-11-03 18:10:00,day ticket,Day Pass from Ottoline Wallgateby (3 remaining),East
800003,9002,2025-11-05 18:00:00,friend,Guest Pass from Ottoline Wallgateby,East
800004,9003,2025-11-05 18:05:00,day ticket,Youth Pass from Ottoline Wallgateby (2 remaining),East
800005,1,2025-11-05 18:20:00,season,Season Ticket,East
800006,9004,2025-11-05 18:20:00,free climb,,East
800007,1,whenever,season,,East
""",
    "rock_gym_pro.north/customers.csv": """customerGuid,customerId,firstName,lastName,email,bday,responsiblePartyId
g-1,1,Ada,Northern,ada@north.example,1980-03-02,0
g-2,2,Bert,Northern,bert@north.example,1980-03-02,1
g-3,3,Ottoline,Wallgateby,o@wall.example,1980-03-02,0
""",
    "rock_gym_pro.north/checkins.csv": """checkinId,customerId,customerGuid,whereDatabaseTag,postDate,details
1,1,g-1,NTH,2025-11-04 18:00:00,Day Pass
2,2,g-2,NTH,2025-11-04 18:05:00,Day Pass
2,2,g-2,NTH,2025-11-04 18:05:00,Day Pass
3,-100,,NTH,2025-11-04 18:05:00,Visitor
""",
    "square/items/november.csv": """Date,Time,Item,Qty,Net Sales,Tax,Transaction ID,Event Type,Customer Name,Customer Email
11/04/25,17:58:00,Day Pass,2,$50.00,$4.10,T1,Payment,Ada Northern,
11/05/25,17:58:00,Day Pass,1,$25.00,$2.05,T3,Payment,Bert Northern,
11/05/25,17:58:00,Day Pass,1,$25.00,$2.05,T3,Payment,Bert Northern,
11/06/25,09:00:00,Day Pass,-1,-$25.00,-$2.05,T3,Refund,Bert Northern,
11/04/25,17:59:00,Chalk,1,$5.00,$0.41,T2,Payment,Bert Northern,
""",
    "square/items/overlap.csv": """Date,Time,Item,Qty,Net Sales,Tax,Transaction ID,Event Type,Customer Name,Customer Email
11/05/25,17:58:00,Day Pass,1,$25.00,$2.05,T3,Payment,Bert Northern,
11/05/25,17:58:00,Day Pass,1,$25.00,$2.05,T3,Payment,Bert Northern,
""",
    "mindbody.studio/clients.json": """{"Clients": [
{"Id": "AB-1", "FirstName": "Ida", "LastName": "Studioson", "Email": "i@s.example", "BirthDate": "1980-03-02",
 "IsCompany": false},
{"Id": "AB-2", "FirstName": "Jo", "LastName": "Other", "Email": "j@s.example", "BirthDate": "1980-03-02",
 "IsCompany": false},
{"Id": "AB-3", "FirstName": "Kim", "LastName": "Erasedby", "IsCompany": false}]}
""",
    "mindbody.studio/visits.json": """{"Visits": [
{"Id": 1, "ClientId": "AB-1", "StartDateTime": "2025-11-04T18:00:00Z", "LocationId": 7, "Name": "Yoga",
 "SignedIn": true, "Missed": false, "LateCancelled": false, "ServiceId": 5, "ServiceName": "Ten Classes",
 "Service": {"ClientID": "AB-2"}},
{"Id": 2, "ClientId": "AB-2", "StartDateTime": "2025-11-04T18:00:00Z", "LocationId": 7, "Name": "Yoga",
 "SignedIn": true, "Missed": false, "LateCancelled": false, "ServiceId": 5, "ServiceName": "Ten Classes",
 "Service": {"ClientID": "AB-2"}}]}
""",
    "privacy/erasure_requests.csv": "customer_id,email\n,r@wall.example\nab-3,\nstudio:GONE-7,\n",
    "square.south/notes.txt": "not an export\n",
}


def build(code: Path, project: Project, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Build the gym with the code of another folder."""
    command = ("-m", "scripts", "build", "--vars", "{max_rejected_share: 1}")
    return subprocess.run(
        [sys.executable, *command, *arguments],
        cwd=code,
        env=project.environment | {"DBT_PROFILES_DIR": str(code)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with the dialect of the second system."""
    folder = copy_of_the_project(tmp_path_factory.mktemp("code"))
    shutil.copy(EXAMPLE / "wallgate.yml", folder / "dialects")
    return folder


@pytest.fixture(scope="module")
def gym(code: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """All systems in one gym, built."""
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
                "entry_method": "MEM", "location_id": "60.0", "location_name": "West",
            }
        ],
    )  # fmt: skip
    for name, content in FILES.items():
        path = project.exports / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    built = build(code, project)
    assert built.returncode == 0, built.stdout + built.stderr
    return project


def test_its_visits_are_check_ins_in_the_words_of_the_core(gym: Project) -> None:
    """Numbers of two systems cannot be one; where somebody was is of the system, too."""
    assert gym.query(
        "select entry_kind, location_id, location_name, source_system, count(distinct checkin_id)"
        " from core.core_checkins group by all order by source_system, entry_kind"
    ) == [
        ("membership", "60", "West", "capitan", 1),
        ("other", "north:NTH", "NTH", "north", 2),
        ("entry_pass", "studio:7", "7", "studio", 2),
        ("entry_pass", "wallgate:East", "East", "wallgate", 2),
        ("guest_pass", "wallgate:East", "East", "wallgate", 1),
        ("membership", "wallgate:East", "East", "wallgate", 2),
    ]


def names(gym: Project) -> str:
    """A query for whom each customer is, by the id of the own system."""
    return (
        "ids as (select customer_id, coalesce(source_customer_id, cast(customer_id as varchar)) as id"
        " from core.core_customers)"
    )


def test_its_people_share_passes_and_meet(gym: Project) -> None:
    assert gym.query(
        f"with {names(gym)} select pass_type, buyers.id, users.id, transfer_type, match_method = 'source_field'"
        " from pass_transfers inner join ids as buyers on purchaser_customer_id = buyers.customer_id"
        " inner join ids as users on user_customer_id = users.customer_id order by 1"
    ) == [
        ("Day Pass", "1", "9002", "entry_pass", False),
        ("Guest Pass", "1", "9002", "guest_pass", False),
        ("Ten Classes", "AB-2", "AB-1", "entry_pass", True),
        ("Youth Pass", "1", "9003", "entry_pass", False),
    ]
    assert gym.query(
        "select distinct match_confidence from pass_transfers where match_method = 'source_field'"
    ) == [(100,)]
    found = gym.query(
        f"with {names(gym)} select interaction_type, least(one.id, two.id), greatest(one.id, two.id), count(*)"
        " from customer_interactions inner join ids as one on customer_id_1 = one.customer_id"
        " inner join ids as two on customer_id_2 = two.customer_id group by all order by all"
    )
    assert found == [
        ("frequent_guest", "1", "9002", 1),
        ("same_day_checkin", "1", "9002", 2),
        ("same_day_checkin", "1", "9003", 1),
        ("same_day_checkin", "9002", "9003", 1),
        ("same_day_checkin", "g-1", "g-2", 1),
        ("shared_pass", "1", "9002", 2),
        ("shared_pass", "1", "9003", 1),
        ("shared_pass", "AB-1", "AB-2", 1),
    ]


def test_the_begin_of_a_class_is_no_meeting(gym: Project) -> None:
    """Both came to one class, which says nothing of when they arrived."""
    assert gym.query(
        "select count(*) from core.core_checkins where source_system = 'studio' and has_time_of_day"
    ) == [(0,)]


def test_a_person_in_two_systems_is_one(gym: Project) -> None:
    assert gym.query(
        "select count(*) from duplicate_customers"
        " inner join source_customers as one on customer_id_1 = one.customer_id"
        " inner join source_customers as two on customer_id_2 = two.customer_id"
        " where one.source_system != two.source_system"
    ) == [(1,)]


def test_its_people_have_events_and_ages(gym: Project) -> None:
    assert gym.query(
        "select distinct event_source from customer_events where event_source not like 'capitan%' order by 1"
    ) == [(f"{name}",) for name in ("north_checkins", "studio_checkins", "studio_transfers",
                                    "wallgate_checkins", "wallgate_transfers")]  # fmt: skip
    assert gym.query(
        "select source_customer_id, age_group from customers inner join source_customers"
        " using (customer_id) where source_system = 'wallgate' order by 1"
    ) == [("1", "adult"), ("9002", "adult"), ("9003", "child")]


def test_an_id_is_found_as_its_system_writes_it(gym: Project) -> None:
    with duckdb.connect(str(gym.published), read_only=True) as connection:
        found = connection.sql("select full_name from find_customer('AB-2')").fetchall()
    assert found == [("Jo Other",)]


def test_what_cannot_be_read_or_must_go_is_counted(gym: Project) -> None:
    assert gym.query(
        "select export_name, record_count, kept_count, rejected_count, erased_count, left_out_count"
        " from export_row_counts where export_name not like 'capitan/%' and record_count > 0 order by 1"
    ) == [
        ("north/checkins", 4, 2, 0, 0, 2),
        ("north/customers", 3, 3, 0, 0, 0),
        ("north/relations", 3, 1, 0, 0, 2),
        ("privacy/erasure_requests", 3, 3, 0, 0, 0),
        ("square/payments", 7, 5, 0, 0, 0),
        ("studio/checkins", 2, 2, 0, 0, 0),
        ("studio/customers", 3, 2, 0, 1, 0),
        ("wallgate/checkins", 7, 5, 1, 1, 0),
        ("wallgate/customers", 5, 3, 1, 1, 0),
    ]
    assert gym.query(
        "select export_name, source_file, source_line, reject_reason from rejected_rows order by 1"
    ) == [
        (
            "wallgate/checkins",
            "wallgate/visits.csv",
            8,
            "checkin_datetime cannot be read: ? whenever",
        ),
        ("wallgate/customers", "wallgate/people.csv", 6, "customer_id is empty"),
    ]
    texts = [path.read_text() for path in gym.files.glob("*.csv")]
    assert texts
    assert not [text for text in texts if "Erasedby" in text]
    # the last one is in no export any more
    assert gym.query(
        "select source_line, records_erased > 0 from erasure_requests_met order by source_line"
    ) == [(2, True), (3, True), (4, False)]


def test_two_equal_lines_of_a_sale_are_two_and_one_refund_takes_back_one(gym: Project) -> None:
    assert gym.query(
        "select day_pass_count, cast(paid_amount as double), no_purchase_reason, count(*)"
        " from core.core_payments"
        " where transaction_id = 'square:T3' group by all order by all"
    ) == [(-1, -27.05, "refunded", 1), (1, 27.05, "refunded", 1), (1, 27.05, None, 1)]


def test_columns_that_no_dialect_reads_are_named_once(gym: Project) -> None:
    notes = dict(gym.query("select metric, note from pipeline_report where note is not null"))
    assert "; columns not read: Time, Customer Email" in notes["square/payments"]
    assert notes["square/payments"].count("columns not read") == 1
    assert "columns not read" not in notes["wallgate/checkins"]


def test_the_report_says_what_a_system_cannot_tell(gym: Project) -> None:
    notes = dict(
        gym.query(
            "select metric, note from pipeline_report where section = 'what a system cannot tell'"
        )
    )
    assert "no shared passes" in notes["north"]
    assert set(notes) == {"north", "square", "studio", "wallgate"}
    unread = gym.query("select note from pipeline_report where section = 'files not read'")
    assert any(
        "square.south/notes.txt: the dialect square reads no file" in (note or "")
        for (note,) in unread
    )


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


def test_a_source_that_is_gone_stops_the_build(
    code: Path, gym: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = gym.copy(tmp_path)
    shutil.rmtree(project.exports / "rock_gym_pro.north")
    refused = build(code, project, "--select", "+assert_no_export_shrank")
    assert refused.returncode == 1, refused.stdout
    assert "north/checkins" in refused.stdout + refused.stderr
    monkeypatch.setenv("GYM_ALLOW_SHRINK", "north/checkins,north/customers north/relations")
    allowed = build(code, project, "--select", "assert_no_export_shrank")
    assert allowed.returncode == 0, allowed.stdout


@pytest.mark.parametrize(
    "meta",
    [{"person": "frist_name"}, {"when_erased": "keep"}, {"required": True}],
    ids=["a misspelt role", "a misspelt rule", "nobody's row"],
)
def test_a_contract_that_would_erase_nobody_is_refused(meta: dict) -> None:
    columns = [{"name": "visit_no", "config": {"meta": meta}}]
    with pytest.raises(ValueError, match="wallgate/visits: "):
        contract("wallgate", {"name": "visits", "columns": columns}, "checkins")


def test_a_dialect_that_is_wrong_stops_the_build_with_its_line(code: Path, gym: Project) -> None:
    path = code / "dialects/wallgate.yml"
    before = path.read_text()
    path.write_text(before.replace("first_name: given", "frist_name: given"))
    built = build(code, gym)
    path.write_text(before)
    assert built.returncode == 1
    assert (
        "dialects/wallgate.yml:17: customers has no column frist_name; did you mean first_name?"
        in (built.stdout + built.stderr)
    )


def test_an_edited_dialect_is_built_anew_and_a_fresh_build_is_the_same(
    code: Path, gym: Project, tmp_path: Path
) -> None:
    """An incremental build after an edit equals a build from nothing, by every row that ties people."""
    path = code / "dialects/wallgate.yml"
    before = path.read_text()
    path.write_text(before.replace("party: event", "free climb: free, party: event"))
    again = build(code, gym)
    fresh = Project(tmp_path, gym.exports)
    built = build(code, fresh)
    path.write_text(before)
    assert (again.returncode, built.returncode) == (0, 0), again.stdout + built.stdout
    for table in ("customer_interactions", "customer_connections", "pass_transfers", "customers"):
        columns = "* exclude (interaction_id)" if table == "customer_interactions" else "*"
        query = f"select {columns} from {table} order by all"
        assert gym.query(query) == fresh.query(query), table
