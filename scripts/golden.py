"""Write a digest of each column of each result of the sample into tests/golden.csv.

A test compares a build of the sample with it, so that what a change does to the results is seen in
the change itself. Run it after a build of the sample that is meant to differ, and read the lines.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import duckdb

from python_udfs import settings

PROJECT = Path(__file__).resolve().parent.parent
GOLDEN = PROJECT / "tests/golden.csv"
HEADER = ("table_name", "column_name", "rows", "digest")
# Each table with the columns that put its rows in one order.
RESULTS = {
    "pass_transfers": "checkin_id",
    "customer_interactions": "interaction_date, interaction_type, customer_id_1, customer_id_2",
    "customer_connections": "customer_id_1, customer_id_2",
    "customer_events": "customer_id, event_date, event_type, event_details",
    "crews": "crew_id",
    "crew_members": "customer_id",
    "customers": "customer_id",
    "guest_journeys": "customer_id",
    "guest_conversion": "entry_kind, is_child, horizon_days",
    "host_credit": "host_customer_id",
    "checkins": "checkin_id",
    "memberships": "membership_id",
    "lapses": "customer_id, lapse_date, kind",
    "slipping_away": "customer_id",
    "partner_lapses": "population",
    "match_accuracy": "confidence_from",
    "duplicate_customers": "customer_id_1, customer_id_2",
    "rejected_rows": "export_name, source_file, source_line",
}
Line = tuple[str, str, int, str]
# Processors differ in the last digits of a double.
DOUBLE = "format('{{:.9g}}', {})"


def column_digest(name: str, kind: str, order: str) -> str:
    """The SQL of one column's digest."""
    text = (
        DOUBLE.format(f'"{name}"') if kind in ("DOUBLE", "FLOAT") else f'cast("{name}" as varchar)'
    )
    return f"md5(string_agg(coalesce({text}, chr(0)), chr(10) order by {order}))"


def digests(connection: duckdb.DuckDBPyConnection, database: str = "") -> list[Line]:
    """Table, column, number of rows and digest of all results.

    Args:
        connection: has the warehouse open.
        database: its name and a point, where it is attached under one.
    """
    lines: list[Line] = []
    for table, order in RESULTS.items():
        relation = connection.table(f"{database}{table}")
        columns = dict(zip(relation.columns, map(str, relation.types), strict=True))
        sums = ", ".join(column_digest(name, kind, order) for name, kind in columns.items())
        [(rows, *found)] = connection.sql(
            f"select count(*), {sums} from {database}{table}"
        ).fetchall()
        lines += [(table, name, rows, found[i] or "") for i, name in enumerate(columns)]
    return lines


def main() -> int:
    """Write the file anew; returns the exit status."""
    # as a build of the sample finds its places, also where the gym's own are there
    found = settings.load(writes=True)
    warehouse = PROJECT / found.warehouse
    if found.has_own_exports or not warehouse.exists():
        print(
            "tests/golden.csv is of the invented sample: first make build without GYM_RAW_EXPORTS",
            file=sys.stderr,
        )
        return 1
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        lines = digests(connection)
    with GOLDEN.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([HEADER, *lines])
    print(f"{GOLDEN.relative_to(PROJECT)}: {len(lines)} columns of {len(RESULTS)} tables")
    return 0
