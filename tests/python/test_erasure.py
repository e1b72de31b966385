"""A person who asked to be erased is in nothing that a build hands out."""

from __future__ import annotations

import duckdb
from conftest import PROJECT, Project

from python_udfs import person_names

NAME = "Zebedee Quillfeather"
EMAIL = "zebedee@example.org"


def gym_with_the_person(project: Project) -> None:
    people = [(1, "Zebedee", "Quillfeather", EMAIL), (2, "Bob", "Example", "bob@example.org")]
    project.write(
        "capitan/customers",
        [
            dict(zip(("customer_id", "first_name", "last_name", "email"), row, strict=True))
            for row in people
        ],
    )
    visit = {"entry_method": "ENT", "location_id": 1, "location_name": "Hall"}
    project.write(
        "capitan/checkins",
        [
            visit
            | {
                "checkin_id": 1,
                "customer_id": 1,
                "customer_first_name": "Zebedee",
                "customer_last_name": "Quillfeather",
                "checkin_datetime": "2025-01-01 10:00:00",
                "entry_method_description": "Day Pass (0 remaining)",
            },
            visit
            | {
                "checkin_id": 2,
                "customer_id": 2,
                "customer_first_name": "Bob",
                "customer_last_name": "Example",
                "checkin_datetime": "2025-01-01 10:01:00",
                "entry_method_description": f"Day Pass from {NAME} (0 remaining)",
            },
        ],
    )
    project.write(
        "capitan/relations",
        [
            {
                "customer_id": 2,
                "related_customer_id": 1,
                "relationship": "SIB",
                "related_customer_first_name": "Zebedee",
                "related_customer_last_name": "Quillfeather",
            }
        ],
    )
    project.write(
        "transactions/combined_transaction_data",
        [
            {
                "transaction_id": "t1",
                "Description": "Day Pass",
                "Name": NAME,
                "Date": "2025-01-01",
                "receipt_email": EMAIL,
                "Data Source": "Stripe",
                "Day Pass Count": 1,
                "Total Amount": "22.00",
            }
        ],
    )


def holders(project: Project) -> set[str]:
    """Files that a build made and that hold the name anywhere, and tables of the warehouse."""
    names = (b"quillfeather", b"zebedee")
    found = {
        str(path.relative_to(project.folder))
        for path in project.folder.rglob("*")
        if path.is_file()
        and not {"exports", "target"} & set(path.relative_to(project.folder).parts)
        and any(name in path.read_bytes().lower() for name in names)
    }
    for database in (project.warehouse, project.published):
        with duckdb.connect(str(database), read_only=True) as connection:
            tables = connection.sql("select schema_name, table_name from duckdb_tables()")
            for schema, table in tables.fetchall():
                rows = connection.sql(f'from "{schema}"."{table}"').fetchall()
                if any(name.decode() in str(row).lower() for row in rows for name in names):
                    found.add(f"{database.name}: {schema}.{table}")
    return found


def test_a_request_erases_id_name_and_payments(project: Project) -> None:
    gym_with_the_person(project)
    result = project.build()
    assert result.returncode == 0, result.stderr
    assert {"gym_connections.duckdb: main.customers", "files/customer_events.csv"} <= holders(
        project
    )
    assert project.query("select purchaser_customer_id from pass_transfers") == [(1,)]
    assert len(project.query("from customer_connections")) == 1

    requests = [{"customer_id": "0001.0"}, {"full_name": "Nobody Evermet"}]
    project.write("privacy/erasure_requests", requests)
    result = project.build()
    assert result.returncode == 0, result.stderr
    assert holders(project) == set()
    assert project.query(
        "select purchaser_name, purchaser_customer_id, match_method from pass_transfers"
    ) == [("(erased)", None, "no_match")]
    assert project.query("from customer_connections") == []
    assert project.query("select distinct customer_id from customer_events") == [(2,)]
    assert "1 erased" in result.stdout
    assert project.query("from erasure_requests_met") == [
        ("privacy/erasure_requests.csv", 2, 4, 1),
        ("privacy/erasure_requests.csv", 3, 0, 0),
    ]
    [met_nobody] = [line for line in result.stdout.splitlines() if "met nobody" in line]
    assert "privacy/erasure_requests.csv line 3" in met_nobody
    assert "Evermet" not in result.stdout


USABLE = [
    {"email": "Ada Quill <ada.quill@nowhere.example>"},
    {"email": "mailto:ada.quill@nowhere.example"},
    {"email": "a.quill@nowhere.example; b.quill@nowhere.example"},
    {"phone": "+1 (512) 555-0199"},
    {"email": "none", "full_name": "Adalbert Quill"},
    {"phone": "-", "customer_id": "77.0"},
]
UNUSABLE = {
    "customer_id cannot be read: seven": {"customer_id": "seven", "full_name": "Ada Quill"},
    "neither customer_id nor full_name nor email nor phone is given": {"requested_at": "2025"},
    "no address in email": {"email": "unknown"},
    "no number of 7 digits or more in phone": {"phone": "ext. 12"},
    "no letter in full_name; no address in email": {"full_name": "--", "email": "@"},
    "a line end that is none of CSV, behind which another request may stand": {
        "full_name": "Ada Quill\u2028Bea Quill"
    },
}


def test_a_request_that_names_nobody_stops_the_build_however_many_do(project: Project) -> None:
    gym_with_the_person(project)
    names = [{"full_name": f"Nobody Evermet{chr(97 + n % 26) * (n // 26 + 1)}"} for n in range(600)]
    project.write("privacy/erasure_requests", [*names, *USABLE, *UNUSABLE.values()])
    result = project.build()
    assert result.returncode == 1
    assert "assert_few_records_are_rejected" in result.stderr
    line = 2 + len(names) + len(USABLE)
    assert (
        f"export_name privacy/erasure_requests, rejected_count {len(UNUSABLE)}, record_count"
        f" {len(names) + len(USABLE) + len(UNUSABLE)}, rejected_share 0.0098, first_reject_reason"
        f" privacy/erasure_requests.csv line {line}: customer_id cannot be read: seven"
    ) in result.stderr
    rejected = project.query("select reject_reason from rejected_rows order by source_line")
    assert rejected == [(reason,) for reason in UNUSABLE]
    assert not project.published.exists()


def test_a_number_is_as_long_as_where_people_are_found() -> None:
    model = PROJECT / "models/staging/privacy/stg_privacy__erasure_requests.sql"
    assert f"set shortest_phone = {person_names.SHORTEST_PHONE} " in model.read_text()


def test_nothing_is_stored_while_the_requests_cannot_be_read(project: Project) -> None:
    gym_with_the_person(project)
    path = project.exports / "privacy/erasure_requests.csv"
    path.parent.mkdir()
    path.write_bytes(b"\x1f\x8b\x08half a gzip")
    result = project.build()
    assert result.returncode == 1
    assert "privacy/erasure_requests.csv" in result.stderr
    tables = project.query(
        "select schema_name || '.' || table_name from duckdb_tables() where schema_name = 'landing'"
    )
    stored = {table: project.query(f"select count(*) from {table}") for (table,) in tables}
    assert stored.pop("landing.raw_exports__files") != [(0,)]
    assert set(map(str, stored.values())) == {"[(1,)]"}, "the sentence, and nothing else"
