"""Print the figures of the last build as a table that fits a terminal."""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path

import duckdb

from python_udfs.settings import load

PROJECT = Path(__file__).resolve().parent.parent


def table(rows: list[tuple[str, ...]]) -> list[str]:
    """Rows of text as lines with aligned columns; numbers, which end a digit, to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for name, value, percent, note in rows:
        line = f"  {name:<{widths[0]}}  {value:>{widths[1]}}  {percent:>{widths[2]}}  {note}"
        lines.append(line.rstrip())
    return lines


def print_report(connection: duckdb.DuckDBPyConnection, folder: str) -> None:
    """Print pipeline_report, section by section, and the files that were written into a folder."""
    figures = connection.sql(
        "select section, metric, value, percent, note from pipeline_report order by line_number"
    ).fetchall()
    for section, rows in groupby(figures, key=lambda row: row[0]):
        print(f"\n{section}")
        lines = table(
            [
                (
                    metric,
                    "-" if value is None else f"{value:,}",
                    "" if percent is None else f"{percent} %",
                    note or "",
                )
                for _, metric, value, percent, note in rows
            ]
        )
        print("\n".join(lines))
    files = connection.sql(
        "select file_name, row_count, byte_count from exported_files order by file_name"
    ).fetchall()
    print(f"\nfiles in {folder}")
    lines = table(
        [(name, f"{rows:,} rows", "", f"{size / 1e6:.1f} MB") for name, rows, size in files]
        or [("none", "", "", "")]
    )
    print("\n".join(lines))


def main(warehouse: Path | None = None) -> int:
    """Print the report of a warehouse, of the build's own by default; returns the exit status."""
    found = load()
    warehouse = warehouse or PROJECT / found.warehouse
    if not warehouse.exists():
        print(f"{warehouse} is not there yet: run make build first", file=sys.stderr)
        return 1
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        print_report(connection, found.exports_out)
    return 0
