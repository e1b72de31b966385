"""A DuckDB file over the Parquet files of a build on Spark, with its tables under their names.

What reads a warehouse reads this file the same way. It holds the rows of no model, only where they
lie, and what the next build reads from this one.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

STAND_IN = "gym_connections.duckdb"


def read_files(table: Path) -> str:
    """The rows of a table, as DuckDB reads them; the folders of its months are no column."""
    return f"read_parquet('{table}/**/*.parquet', hive_partitioning = false)"


def make(folder: Path) -> Path:
    """Write the file of a build into its folder."""
    file = folder / STAND_IN
    with duckdb.connect(str(file)) as connection:
        for table in sorted(folder.glob("*/*/")):
            schema = table.parent.name
            connection.execute(f'create schema if not exists "{schema}"')
            kind = "table" if schema == "build_state" else "view"
            connection.execute(
                f'create {kind} "{schema}"."{table.name}" as select * from {read_files(table)}'
            )
    return file
