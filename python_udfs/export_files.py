"""Write tables as CSV and Parquet files that a reader never sees half written.

All files are first written to a folder of their own and only then put in their places, and last
the manifest, which names them with their digests. So an error while writing leaves the files of
the build before as they were, and a set whose digests are those of the manifest is complete. What
the project did not write is never replaced or removed.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa

from python_udfs.s3 import is_s3, reason
from python_udfs.settings import FORMATS, export_formats
from python_udfs.written_files import CHILDREN, Note, mark_of, requests_in

MANIFEST = "manifest.json"
PARTS = ".parts"
# The tables that are written, and the columns to order them by.
ORDERS = {
    "pass_transfers": "checkin_datetime, checkin_id",
    "customer_interactions": "interaction_date, interaction_type, customer_id_1, customer_id_2",
    "customer_connections": "customer_id_1, customer_id_2",
    "customer_events": "customer_id, event_date, event_type, event_details",
}
# A spreadsheet takes a cell that begins so for a formula, also with a wide sign ...
FORMULA = r"^[=+\-@\t\r\n\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]"
# ... unless it is a number.
NUMBER = r"[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]+)?"
UPLOAD_CHUNK = 8 * 1024 * 1024
MIXED = "until a build ends well, the files there may be of two builds; manifest.json tells"
SCHEMA = pa.schema(
    [
        ("file_name", pa.string()),
        ("row_count", pa.int64()),
        ("byte_count", pa.int64()),
        ("sha256", pa.string()),
    ]
)


class DataFile(NamedTuple):
    """One file of a set."""

    name: str
    rows: int
    bytes: int
    sha256: str


class WriteError(Exception):
    """A file that cannot be written; the message is the sentence to show."""


def write_files(
    session: duckdb.DuckDBPyConnection,
    tables: Mapping[str, tuple[duckdb.DuckDBPyRelation, str]],
    folder: str,
    formats: str,
) -> pa.Table:
    """Write each table under its name, one file per format, then the manifest.

    Args:
        session: the build's connection; s3:// must be open in it where the folder is there.
        tables: name -> (rows, the columns to order them by; a key, or the bytes may differ).
        folder: a local folder, made where it is missing, or one on s3://.
        formats: `csv`, `parquet` or both with a comma between.

    Returns:
        One row per file: file_name, row_count, byte_count, sha256; by file name.

    Raises:
        ValueError: a format that is neither csv nor parquet.
        WriteError: the folder cannot be written, or holds files of others under these names.
    """
    try:
        wanted = export_formats(formats)
    except ValueError as error:
        raise ValueError(f"GYM_EXPORT_FORMATS {error}") from None
    note = Note.of(session)
    # the result files name children, whoever asks
    withheld = requests_in(session) | {CHILDREN}
    try:
        if others := not_ours(folder, file_names(tables, wanted), note):
            raise WriteError(f"GYM_EXPORTS_OUT {others}")
        with _workplace(folder, note, withheld, file_names(tables)) as workplace:
            files = [
                _write_file(*tables[name], workplace / f"{name}.{file_format}")
                for name in sorted(tables)
                for file_format in wanted
            ]
            (workplace / MANIFEST).write_text(manifest(files), encoding="utf-8")
            names = [file.name for file in files] + [MANIFEST]
            marks = {place(folder, name): _mark(folder, workplace / name) for name in names}
            if note:
                note.add("result", marks, withheld)
            for name in names:
                _put(session, workplace / name, folder)
            if note:
                note.settle(marks)
    except (duckdb.Error, OSError) as error:
        raise WriteError(
            f"the files cannot be written to {folder} (GYM_EXPORTS_OUT): {reason(error)}"
        ) from error
    return pa.Table.from_pylist(
        [dict(zip(SCHEMA.names, file, strict=True)) for file in files], schema=SCHEMA
    )


def manifest(files: Sequence[DataFile]) -> str:
    """The manifest of a set as JSON: the same for the same files, whenever they are written.

    Its `build_id` is the SHA-256 of the lines that `sha256sum` prints for the files by name.
    """
    by_name = sorted(files)
    lines = "".join(f"{file.sha256}  {file.name}\n" for file in by_name)
    content = {
        "build_id": hashlib.sha256(lines.encode()).hexdigest(),
        "files": [file._asdict() for file in by_name],
    }
    return json.dumps(content, indent=2) + "\n"


def place(folder: str, name: str) -> str:
    """Where a file of a set lies: its address on S3, or its full path whatever links lead there.

    Example:
        >>> place("s3://gym/out/", "a.csv")
        's3://gym/out/a.csv'
    """
    if is_s3(folder):
        return f"{folder.rstrip('/')}/{name}"
    return str(Path(folder).resolve() / name)


def file_names(tables: Iterable[str], formats: Iterable[str] = FORMATS) -> list[str]:
    """The names of a set of files.

    Example:
        >>> file_names(["a"], ["csv"])
        ['a.csv', 'manifest.json']
    """
    wanted = list(formats)
    return [f"{name}.{file_format}" for name in sorted(tables) for file_format in wanted] + [
        MANIFEST
    ]


def named_by(path: Path) -> dict[str, str]:
    """The digests of the files that a manifest of this project names; none in any other file."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        files = [DataFile(**file) for file in content["files"]]
        is_ours = json.loads(manifest(files)) == content
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return {file.name: file.sha256 for file in files} if is_ours else {}


def not_ours(folder: str, names: Iterable[str], note: Note | None) -> str:
    """What lies in a local folder where files are to be written, and is none of this project's.

    A file is the project's where the note of the warehouse has it, or where a manifest of the
    project names it with its digest: an earlier version, or another warehouse, wrote that.

    Returns:
        The end of a sentence that begins with the folder's variable; empty where all is ours.
    """
    if is_s3(folder):
        return ""
    noted = note.files() if note else {}
    found = [
        path
        for name in names
        if os.path.lexists(path := Path(folder) / name) and place(folder, name) not in noted
    ]
    named = named_by(Path(folder) / MANIFEST) if found else {}
    others = [
        path.name
        for path in found
        if not named or (path.name != MANIFEST and named.get(path.name) != _digest(path))
    ]
    if others:
        return (
            f"{folder} holds {', '.join(others)}, which this project did not write; name another"
            " folder, or move that away"
        )
    return ""


def others_among(workplace: Path, names: Iterable[str]) -> str:
    """The first thing in a folder of unfinished files that is none of them; empty without one."""
    if not os.path.lexists(workplace):
        return ""
    if workplace.is_symlink() or not workplace.is_dir():
        return f"{workplace} is no folder of this project; move it away"
    # DuckDB gives a file another name while it writes it
    known = {start + name for name in names for start in ("", "tmp_")}
    for path in sorted(workplace.iterdir()):
        if path.name not in known or not path.is_file():
            return f"{path} was not written by this project; move it away"
    return ""


def clear_parts(workplace: Path, names: Iterable[str]) -> None:
    """Remove a folder of unfinished files.

    Raises:
        OSError: something else is in it; nothing was removed.
    """
    if other := others_among(workplace, names):
        raise FileExistsError(errno.EEXIST, other)
    if workplace.exists():
        shutil.rmtree(workplace)


def _digest(path: Path) -> str:
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _mark(folder: str, path: Path) -> list[int]:
    return [] if is_s3(folder) else mark_of(path)


@contextmanager
def _workplace(
    folder: str, note: Note | None, withheld: set[str], names: Sequence[str]
) -> Iterator[Path]:
    """A folder to write in, gone afterwards; for a local folder inside it, to move files from."""
    if is_s3(folder):
        with tempfile.TemporaryDirectory(prefix="gym_connections_") as name:
            yield Path(name)
        return
    # The name is the same each time, so that what a killed build left is cleared by the next.
    workplace = Path(folder) / PARTS
    clear_parts(workplace, names)
    noted = {place(folder, PARTS): []}
    if note:
        note.add("part", noted, withheld)
    workplace.mkdir(parents=True)
    try:
        yield workplace
    finally:
        with suppress(OSError):
            clear_parts(workplace, names)
        if note:
            note.forget(noted)


def harmless(rows: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """Rows in which no text is a formula to a spreadsheet: an apostrophe stands before such a text.

    Example:
        >>> harmless(duckdb.sql("select '=1+1' as a, '-2.5' as b, -2.5 as c")).fetchall()
        [("'=1+1", '-2.5', Decimal('-2.5'))]
    """
    texts = [
        '"' + name.replace('"', '""') + '"'
        for name, kind in zip(rows.columns, rows.types, strict=True)
        if kind == "VARCHAR"
    ]
    changed = ", ".join(
        f"case when regexp_matches({text}, '{FORMULA}') and not regexp_full_match({text},"
        f" '{NUMBER}') then '''' || {text} else {text} end as {text}"
        for text in texts
    )
    return rows.project(f"* replace ({changed})") if texts else rows


def _write_file(rows: duckdb.DuckDBPyRelation, order: str, path: Path) -> DataFile:
    [(row_count,)] = rows.count("*").fetchall()
    if path.suffix == ".csv":
        harmless(rows).order(order).write_csv(str(path), header=True)
    else:
        rows.order(order).write_parquet(str(path), compression="zstd")
    return DataFile(path.name, row_count, path.stat().st_size, _digest(path))


def _put(session: duckdb.DuckDBPyConnection, path: Path, folder: str) -> None:
    """Put a finished file in its place, replacing the one before."""
    if is_s3(folder):
        upload(session, path, place(folder, path.name))
    else:
        path.replace(Path(folder) / path.name)


def upload(session: duckdb.DuckDBPyConnection, path: Path, location: str) -> None:
    """Send the bytes of a file to S3; the object changes at once, when the last one is there.

    Raises:
        WriteError: it cannot be written, or is not as long as the file.
    """
    try:
        with session.cursor() as cursor:
            cursor.register("chunks", _chunks(path))
            target = location.replace("'", "''")
            cursor.execute(f"copy (select content from chunks) to '{target}' (format blob)")
            cursor.unregister("chunks")
            found = cursor.execute(
                "select size from read_blob($location)", {"location": location}
            ).fetchall()
    except duckdb.Error as error:
        raise WriteError(f"{location} cannot be written: {reason(error)}; {MIXED}") from error
    if found != [(path.stat().st_size,)]:
        raise WriteError(f"{location} is not as long as what was written to it; {MIXED}")


def _chunks(path: Path) -> pa.RecordBatchReader:
    """A file as rows of bytes, read in constant memory."""
    schema = pa.schema([("content", pa.large_binary())])

    def batches() -> Iterator[pa.RecordBatch]:
        with path.open("rb") as file:
            while chunk := file.read(UPLOAD_CHUNK):
                yield pa.record_batch([pa.array([chunk], pa.large_binary())], schema=schema)

    return pa.RecordBatchReader.from_batches(schema, batches())
