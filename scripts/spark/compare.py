"""Say in which rows the tables of a Spark build differ from a DuckDB build of the same exports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from scripts.spark.stand_in import read_files
from scripts.spark.translate import spark_type

# What differs and is meant to. The check fails where one of these does not differ any more.
EXPECTED = {
    "exported_files": "the result files are written by a build of DuckDB only",
}
# Numbers that only tell a row from another, made by each engine in its own way.
OWN_TO_THE_ENGINE = {"record_hash", "fingerprint", "built_at"}
# Lists without an order.
UNORDERED = {"names"}


def compared(kind: str, column: str) -> str:
    """A column as it is compared: doubles to nine digits after the point."""
    if column in UNORDERED and kind.endswith("[]"):
        return f'list_sort("{column}")'
    return f'round("{column}", 9)' if kind == "DOUBLE" else f'cast("{column}" as {kind})'


def differences(
    warehouse: Path, folder: Path, schemas: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    """Each table of some schemas whose rows or types differ, with a sentence; none is left out."""
    database = duckdb.connect(str(warehouse), read_only=True)
    tables = database.execute(
        "select schema_name, table_name from duckdb_tables() where not internal"
        " and schema_name = any($1) union all"
        " select schema_name, view_name from duckdb_views() where not internal"
        " and schema_name = any($1) order by all",
        [list(schemas)],
    ).fetchall()
    for schema, table in tables:
        files = folder / schema / table
        if not list(files.rglob("*.parquet")):
            yield table, "is not on Spark"
            continue
        here, there = f'"{schema}"."{table}"', read_files(files)
        kinds = {name: str(kind) for name, kind, *_ in database.sql(f"describe {here}").fetchall()}
        others = {
            name: str(kind)
            for name, kind, *_ in database.sql(f"describe select * from {there}").fetchall()
        }
        if list(kinds) != list(others):
            yield table, f"has other columns: {', '.join(kinds.keys() ^ others.keys()) or 'order'}"
            continue
        if wrong := [n for n in kinds if spark_type(kinds[n]) != spark_type(others[n])]:
            yield table, "types: " + ", ".join(f"{n} {kinds[n]} and {others[n]}" for n in wrong)
        shown = ", ".join(compared(kinds[n], n) for n in kinds if n not in OWN_TO_THE_ENGINE)
        one, other = f"select {shown} from {here}", f"select {shown} from {there}"
        missing, more = (
            database.sql(f"select count(*) from ({a} except all {b})").fetchall()[0][0]
            for a, b in ((one, other), (other, one))
        )
        if missing or more:
            rows = database.sql(f"select count(*) from {here}").fetchall()[0][0]
            yield table, f"of {rows} rows {missing} are not on Spark, {more} only there"


def unexpected(
    warehouse: Path, folder: Path, schemas: tuple[str, ...] = ("core", "main")
) -> list[str]:
    """Differences that nobody expects, and those that are expected and not found."""
    found = dict(differences(warehouse, folder, schemas))
    return [f"{table}: {what}" for table, what in found.items() if table not in EXPECTED] + [
        f"{table} no longer differs" for table in EXPECTED if table not in found
    ]
