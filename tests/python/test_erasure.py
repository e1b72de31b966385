"""A person who asked to be erased is in nothing that a build hands out."""

from __future__ import annotations

import duckdb
from conftest import Project

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


def traces(project: Project) -> int:
    """Cells of the published tables, and lines of the files, that hold the name or the id."""
    found = 0
    with duckdb.connect(str(project.published), read_only=True) as connection:
        tables = [
            name for (name,) in connection.sql("select table_name from duckdb_tables()").fetchall()
        ]
        for table in tables:
            for row in connection.sql(f"from {table}").fetchall():
                found += sum("quillfeather" in str(cell).lower() for cell in row)
    for path in project.files.glob("*.csv"):
        found += path.read_text().lower().count("quillfeather")
    return found


def test_a_request_erases_id_name_and_payments(project: Project) -> None:
    gym_with_the_person(project)
    result = project.build()
    assert result.returncode == 0, result.stderr
    assert traces(project) > 0
    assert project.query("select purchaser_customer_id from pass_transfers") == [(1,)]
    assert len(project.query("from customer_connections")) == 1

    project.write("privacy/erasure_requests", [{"customer_id": 1}])
    result = project.build()
    assert result.returncode == 0, result.stderr
    assert traces(project) == 0
    assert project.query(
        "select purchaser_name, purchaser_customer_id, match_method from pass_transfers"
    ) == [("(erased)", None, "no_match")]
    assert project.query("from customer_connections") == []
    assert project.query("select distinct customer_id from customer_events") == [(2,)]
    assert "1 erased" in result.stdout


def test_a_request_that_names_nobody_is_rejected(project: Project) -> None:
    gym_with_the_person(project)
    project.write("privacy/erasure_requests", [{"customer_id": "seven"}])
    result = project.build()
    assert result.returncode == 1
    assert "privacy/erasure_requests" in result.stderr
    assert project.query("select reject_reason from rejected_rows") == [
        ("customer_id cannot be read: seven",)
    ]
