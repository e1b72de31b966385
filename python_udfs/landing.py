"""Hand an export on to its landing table, without the people who asked to be erased."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from threading import Lock

import duckdb
import pyarrow as pa

from python_udfs import action_memory
from python_udfs.erasure import (
    ADDED,
    Erased,
    OwnIds,
    find_erased,
    requests_from,
    without_erased,
)
from python_udfs.file_kinds import FileError
from python_udfs.find_exports import ERASURE, ExportFile, files_of, list_files
from python_udfs.person_names import related_names
from python_udfs.raw_exports import (
    EXPORTS,
    READ_ERRORS,
    copies_of_servers,
    file_error,
    read_export,
    read_file,
    root_of,
    rows_of_source,
    sources_for,
    why_unreadable,
)

# Whom the requests mean is found once for all exports of a build, and stands in memory only: a
# table of these people is the last thing that they asked for.
_found: dict[tuple[tuple[ExportFile, ...], tuple[datetime, ...]], Erased] = {}
_finding = Lock()


def land(
    session: duckdb.DuckDBPyConnection,
    path: str,
    source: duckdb.DuckDBPyRelation,
    nicknames: duckdb.DuckDBPyRelation,
) -> pa.RecordBatchReader:
    """Read all files of one export in the order of their names.

    Args:
        session: the build's connection.
        path: the export's path under the root, a key of EXPORTS.
        source: one row and column, the exports root.
        nicknames: given names and their nicknames.

    Returns:
        A stream of batches: the columns of raw_exports.read_export, then `is_erased` and
        `erased_for`, see erasure.without_erased. Where the requests cannot be carried out, one row
        with that sentence as `file_error`: then nothing of the export is stored.
    """
    schema = pa.schema([*EXPORTS[path].schema, *ADDED])

    def batches() -> Iterator[pa.RecordBatch]:
        try:
            erased = _erased(session, source, nicknames)
        except FileError as error:
            yield without_erased(file_error(EXPORTS[path], path, str(error)), path, Erased())
            return
        for batch in read_export(session, path, source):
            yield without_erased(batch, path, erased)

    return pa.RecordBatchReader.from_batches(schema, batches())


def land_history(
    session: duckdb.DuckDBPyConnection,
    source: duckdb.DuckDBPyRelation,
    nicknames: duckdb.DuckDBPyRelation,
    folder: str,
    is_trial: bool,
) -> pa.RecordBatchReader:
    """Read the lists of before, without the people who asked to be erased.

    Args:
        session: the build's connection.
        source: one row and column, the exports root.
        nicknames: given names and their nicknames.
        folder: where the lists are remembered; empty for the folder beside the warehouse.
        is_trial: whether this is a trial.

    Returns:
        A stream of batches, see action_memory.read_history.
    """

    def batches() -> Iterator[pa.RecordBatch]:
        try:
            erased = _erased(session, source, nicknames)
        except FileError as error:
            yield action_memory.failed(str(error))
            return
        yield from action_memory.read_history(session, folder, is_trial, erased.ids)

    return pa.RecordBatchReader.from_batches(action_memory.LANDED, batches())


def _erased(
    session: duckdb.DuckDBPyConnection,
    source: duckdb.DuckDBPyRelation,
    nicknames: duckdb.DuckDBPyRelation,
) -> Erased:
    """Whom the requests mean; found anew when a file, or the copy of a server, is another.

    Raises:
        FileError: the requests, or the exports that tell whom they mean, cannot be read.
    """
    root = root_of(source)
    if root is None:
        return Erased()
    files = list_files(session.cursor(), root, EXPORTS)
    if not files_of(ERASURE, False, files):
        return Erased()
    with _finding:
        read = tuple(file for file in files if file.export is not None)
        seen = read, copies_of_servers(session, files)
        if seen not in _found:
            _found.clear()

            def rows_of(path: str) -> Iterator[Mapping[str, str | None]]:
                columns = [*EXPORTS[path].columns, "source_file", "source_line", "reject_reason"]
                sources = sources_for(path, files)
                for file in files_of(path, EXPORTS[path].required and not sources, files):
                    try:
                        for batch in read_file(session.cursor(), EXPORTS[path], file):
                            yield from batch.select(columns).to_pylist()
                    except (UnicodeDecodeError, *READ_ERRORS) as error:
                        raise FileError(why_unreadable(error, file.name)) from error
                for source in sources:
                    for batch in rows_of_source(session, source, path):
                        yield from batch.select(columns).to_pylist()

            paths = [path for path, export in EXPORTS.items() if export.feeds == "customers"]
            others = any(sources_for(path, files) for path in paths)
            own = OwnIds(row for path in paths for row in rows_of(path)) if others else OwnIds()
            requests = requests_from(rows_of(ERASURE), own)
            _found[seen] = find_erased(requests, rows_of, related_names(nicknames.fetchall()))
        return _found[seen]
