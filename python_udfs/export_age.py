"""Tell SQL when an export was last written, by the files that the build would read."""

from __future__ import annotations

import time
from datetime import UTC

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin

from python_udfs.file_kinds import FileError
from python_udfs.find_exports import is_server, list_files
from python_udfs.raw_exports import EXPORTS, sources_for


def export_written_at(
    connection: duckdb.DuckDBPyConnection, root: str, export: str, now: float
) -> float:
    """When the newest file of an export was written, in seconds since 1970; now without one.

    How old the rows of a database server are nobody can tell, so its file has no part in this: the
    report says so.

    Raises:
        FileError: the root cannot be listed, or nobody knows when a file was written.
    """
    files = list_files(connection.cursor(), root, EXPORTS)
    mine = [file for file in files if file.export == export]
    # what a dialect reads for it is of it as well
    mine += [file for source in sources_for(export, files) for file in source.files]
    mine = [file for file in mine if not is_server(file)]
    undated = next((file.name for file in mine if not file.written_at), None)
    if undated:
        raise FileError(f"nobody knows when {undated} was written")
    dates = [file.written_at.replace(tzinfo=UTC).timestamp() for file in mine if file.written_at]
    return max(dates, default=now)


class Plugin(BasePlugin):
    """Gives the build's connection the function export_written_at(root, export)."""

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Called by dbt-duckdb, once for each connection to the warehouse."""
        conn.create_function(
            "export_written_at",
            lambda root, export: export_written_at(conn, root, export, time.time()),
            ["VARCHAR", "VARCHAR"],
            "DOUBLE",
            side_effects=True,
        )
