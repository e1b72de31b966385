"""Answer a purchaser benchmark with the project's own models.

A benchmark folder (customers, queries and, where it has them, checkins, memberships, relations
and transactions, each as `.csv.gz`) is written as raw exports, `dbt build` runs on them in a
folder of its own, and what `pass_transfers_matched` decided is written as predictions:
query_id, customer_id (blank where nobody was accepted), confidence.

    python -m benchmarks.match.adapter FOLDER --out predictions.csv [--keep WORK_FOLDER]
"""

from __future__ import annotations

import argparse
import csv
import gzip
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from python_udfs.raw_exports import EXPORTS

PROJECT = Path(__file__).resolve().parents[2]

Row = Mapping[str, object]

# Queries without a check-in of their own are a day apart: nothing but the name links them. Ten
# thousand fit between this day and today; what lies in the future is rejected.
FIRST_DAY = datetime(1995, 1, 1, 12)


def read(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows of one benchmark file; none where the benchmark has no such file."""
    path = folder / f"{name}.csv.gz"
    if not path.exists():
        return []
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(exports: Path, name: str, rows: Iterable[Row]) -> None:
    """Write one raw export with all columns of its contract, blank where nothing is known."""
    path = exports / f"{name}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(
            file, EXPORTS[name].columns, restval="", extrasaction="ignore", lineterminator="\n"
        )
        writer.writeheader()
        writer.writerows(rows)


def query_checkin(number: int, query: Row) -> dict[str, object]:
    """The check-in that shows a query's purchaser name; its remaining count only where known."""
    remaining = str(query.get("remaining_count") or "")
    count = f" ({int(float(remaining))} remaining)" if remaining else ""
    pass_type = query.get("pass_type") or "Day Pass"
    when = query.get("checkin_datetime") or str(FIRST_DAY + timedelta(days=number))
    return {
        "checkin_id": number,
        "customer_id": query.get("recipient_customer_id") or 10**12 + number,
        "checkin_datetime": when,
        "created_at": when,
        "entry_method": query.get("entry_method") or "ENT",
        "entry_method_description": f"{pass_type} from {query['purchaser_name']}{count}",
        "location_id": "1",
        "location_name": "Gym",
    }


def write_exports(folder: Path, exports: Path) -> dict[int, str]:
    """Write a benchmark folder as raw exports; returns the query_id of each query's check-in."""
    queries = read(folder, "queries")
    asked = {query["checkin_id"] for query in queries if query.get("checkin_id")}
    # A number of its own for each query, above every check-in there is.
    others = [row for row in read(folder, "checkins") if row["checkin_id"] not in asked]
    first = 1 + max((int(row["checkin_id"]) for row in others), default=0)
    numbered = dict(enumerate(queries, first))
    members = read(folder, "memberships")
    write(exports, "capitan/customers", read(folder, "customers"))
    write(
        exports,
        "capitan/checkins",
        [
            *(
                row
                | {
                    "created_at": row["checkin_datetime"],
                    "location_id": "1",
                    "location_name": "Gym",
                }
                for row in others
            ),
            *(query_checkin(number, query) for number, query in numbered.items()),
        ],
    )
    write(
        exports,
        "capitan/members",
        [
            row | {"member_id": number, "size": "solo", "status": "ACT"}
            for number, row in enumerate(members, 1)
        ],
    )
    write(
        exports,
        "capitan/memberships",
        [
            row
            | {
                "membership_id": number,
                "membership_type_id": row["membership_id"],
                "owner_id": row["customer_id"],
                "size": "solo",
                "status": "ACT",
            }
            for number, row in enumerate(members, 1)
        ],
    )
    write(exports, "capitan/relations", read(folder, "relations"))
    write(exports, "transactions/combined_transaction_data", read(folder, "transactions"))
    return {number: query["query_id"] for number, query in numbered.items()}


def build(exports: Path, work: Path) -> Path:
    """Build the models up to the match in `work`; returns the warehouse file."""
    warehouse = work / "benchmark.duckdb"
    environment = os.environ | {
        "GYM_RAW_EXPORTS": str(exports),
        "GYM_WAREHOUSE": str(warehouse),
        "GYM_EXPORTS_OUT": str(work / "files"),
        "DBT_TARGET_PATH": str(work / "target"),
        "DBT_LOG_PATH": str(work / "logs"),
    }
    dbt = Path(sys.executable).with_name("dbt")
    command = [
        str(dbt), "build", "--select", "+pass_transfers_matched",
        "--resource-type", "model", "--resource-type", "seed",
    ]  # fmt: skip
    result = subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
    )
    if result.returncode != 0:
        raise SystemExit(result.stdout + result.stderr)
    return warehouse


def predictions(warehouse: Path, query_ids: Mapping[int, str]) -> list[tuple[str, str, int]]:
    """What was decided about each query, in the order of the queries."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        (schema,) = connection.sql(
            "select table_schema from information_schema.tables"
            " where table_name = 'pass_transfers_matched'"
        ).fetchall()[0]
        rows = connection.sql(
            "select checkin_id, coalesce(cast(purchaser_customer_id as varchar), ''),"
            f" match_confidence from {schema}.pass_transfers_matched"
        ).fetchall()
    decided = {checkin: (customer, confidence) for checkin, customer, confidence in rows}
    return [(name, *decided.get(number, ("", 0))) for number, name in query_ids.items()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="benchmark folder")
    parser.add_argument("--out", type=Path, required=True, help="predictions to write")
    parser.add_argument("--keep", type=Path, help="keep exports and warehouse in this folder")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        work = (arguments.keep or Path(scratch)).resolve()
        query_ids = write_exports(arguments.folder, work / "exports")
        rows = predictions(build(work / "exports", work), query_ids)
    with arguments.out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("query_id", "customer_id", "confidence"))
        writer.writerows(rows)


if __name__ == "__main__":
    main()
