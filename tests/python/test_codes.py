"""What the desk typed where a code belongs is counted, and passed on nowhere."""

from __future__ import annotations

import duckdb
from conftest import Project

from scripts.dashboard import public

NOTE = "Quillfeather pays cash, call 555-010-0199"


def test_a_note_in_place_of_a_code_is_other_and_counted(project: Project) -> None:
    visits = ["", NOTE, "gue ", "mem", "MEMBER"]
    project.write(
        "capitan/customers",
        [{"customer_id": n, "first_name": "Ann", "last_name": f"Example{n}"} for n in range(1, 6)],
    )
    project.write(
        "capitan/checkins",
        [
            {
                "checkin_id": n,
                "customer_id": n,
                "checkin_datetime": "2025-01-01 10:00:00",
                "entry_method": code,
                "location_id": 1,
                "location_name": "Annex, key: zeb@desk.example",
            }
            for n, code in enumerate(visits, start=1)
        ],
    )
    seat = {"membership_id": 7, "name": "Duo", "start_date": "2024-01-01"}
    project.write(
        "capitan/members",
        [
            seat | {"member_id": 1, "customer_id": 1, "size": "Duo", "status": "act"},
            seat | {"member_id": 2, "customer_id": 2, "size": NOTE, "status": NOTE},
        ],
    )
    project.write(
        "capitan/relations",
        [{"customer_id": 1, "related_customer_id": 2, "relationship": NOTE}],
    )
    built = project.build()
    assert built.returncode == 0, built.stdout + built.stderr
    report = dict(
        project.query(
            "select metric, value from pipeline_report"
            " where section in ('check-ins', 'unknown codes') and metric != 'total'"
        )
    )
    assert report == {
        "guest_pass": 1,
        "membership": 1,
        "other": 3,
        "capitan/checkins entry_method": 3,
        "capitan/members size": 1,
        "capitan/members status": 1,
        "capitan/relations relationship": 1,
    }
    with duckdb.connect(str(project.published), read_only=True) as published:
        tables = published.sql("select table_name from duckdb_tables()").fetchall()
        texts = [str(published.sql(f"from {name}").fetchall()) for (name,) in tables]
        page = public.public_body(published)
    files = [path.read_text() for path in project.files.glob("*.csv")]
    assert files
    for text in (*texts, *files, page, built.stdout):
        assert not [word for word in ("Quillfeather", "0199") if word in text]
    # the place keeps its name in the private files
    assert not [text for text in (*texts, page) if "zeb@" in text]
    # five people are too few for any figure
    assert "<dd>" not in page
    assert page.count("Left out") == 1
