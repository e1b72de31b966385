"""The lists of every date, remembered beside the warehouse, and the lot that holds some people out.

One Parquet file a date, `<as_of>.parquet`, written once by a whole build and never changed by a
later one, but for an erasure. What it holds no export can give back: who was on a list, and who was
kept off it by lot before anybody knew what would become of them. So it lies outside the warehouse,
in a folder of its own or on S3. `salt` beside the files is the secret of the lot.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from python_udfs.export_files import WriteError, place, upload
from python_udfs.s3 import S3Error, is_s3, open_s3, reason
from python_udfs.settings import history_beside

NAME = re.compile(r"\d{4}-\d\d-\d\d\.parquet")
SALT = "salt"
# A trial is the same everywhere.
SALT_OF_A_TRIAL = "0" * 64
COLUMNS = pa.schema(
    [
        ("as_of", pa.date32()),
        ("period_start", pa.date32()),
        ("kind", pa.string()),
        ("customer_id", pa.int64()),
        ("other_customer_id", pa.int64()),
        ("crew_id", pa.string()),
        ("arm", pa.string()),
        ("entry_date", pa.date32()),
        ("held_out_share", pa.decimal128(5, 4)),
        ("priority", pa.int64()),
        ("chance", pa.decimal128(9, 6)),
        ("value", pa.decimal128(12, 2)),
        ("expected_value", pa.decimal128(12, 2)),
        ("reason", pa.string()),
        ("figures", pa.string()),
    ]
)
# What a build knows beside them: of a date without rows there is one with no kind.
LANDED = pa.schema(
    [
        *COLUMNS,
        ("file_name", pa.string()),
        ("is_trial", pa.bool_()),
        ("is_changed", pa.bool_()),
        ("file_error", pa.string()),
    ]
)
DRAWS = pa.schema([("kind", pa.string()), ("customer_id", pa.int64()), ("draw", pa.float64())])


class ActionHistoryError(Exception):
    """The memory cannot be read or written; the message is the sentence to show."""


def folder_of(session: duckdb.DuckDBPyConnection, named: str) -> str:
    """The folder that is named, or the one beside the warehouse that is open."""
    if named:
        return named
    [(path,)] = (
        session.cursor()
        .execute("select path from duckdb_databases() where database_name = current_database()")
        .fetchall()
    )
    return history_beside(path)


def file_names(session: duckdb.DuckDBPyConnection, folder: str) -> list[str]:
    """The files of the memory, the earliest date first; none where there is no folder.

    Raises:
        duckdb.Error, OSError: the folder cannot be listed.
    """
    return sorted(name for name in _names_in(session, folder) if NAME.fullmatch(name))


def _names_in(session: duckdb.DuckDBPyConnection, folder: str) -> list[str]:
    if not is_s3(folder):
        there = Path(folder)
        return [path.name for path in there.iterdir()] if there.is_dir() else []
    # a name without a * is given back by S3 whether or not it is there
    found = session.cursor().execute("select file from glob($p)", {"p": place(folder, "*")})
    return [path.rpartition("/")[2] for (path,) in found.fetchall()]


def read_file(session: duckdb.DuckDBPyConnection, folder: str, name: str) -> pa.Table:
    """The rows of one date.

    Raises:
        ActionHistoryError: the file is damaged, of another kind or of another date.
    """
    path = place(folder, name)
    try:
        with session.cursor() as cursor:
            # a name with a * in it is a pattern to DuckDB
            found = cursor.execute(
                "select * from read_parquet($p) order by kind, customer_id",
                {"p": re.sub(r"([*?\[])", r"[\1]", path)},
            ).to_arrow_table()
        rows = found.cast(COLUMNS)
    except (duckdb.Error, OSError, pa.ArrowException, ValueError) as error:
        why = reason(error) if isinstance(error, duckdb.Error | OSError) else "other columns"
        raise ActionHistoryError(
            f"{path}, the lists of a date, cannot be read ({why}); put back a copy of it, or move"
            " it away to do without that date"
        ) from None
    if {str(day) for day in rows.column("as_of").unique().to_pylist()} - {name[:10]}:
        raise ActionHistoryError(f"{path} holds lists of another date than its name says")
    return rows


def without_erased(rows: pa.Table, erased: Collection[int]) -> pa.Table:
    """The rows that are about no erased person, and no crew that is called after one."""
    if not erased:
        return rows
    kept = []
    for row in rows.to_pylist():
        if row["customer_id"] not in erased and row["other_customer_id"] not in erased:
            named = {int(number) for number in re.findall(r"\d+", row["crew_id"] or "")}
            kept.append(row | {"crew_id": None if named & set(erased) else row["crew_id"]})
    return pa.Table.from_pylist(kept, schema=COLUMNS)


def read_history(
    session: duckdb.DuckDBPyConnection, named: str, is_trial: bool, erased: Collection[int]
) -> Iterator[pa.RecordBatch]:
    """What is remembered, without the people who asked to be erased.

    Args:
        session: the build's connection.
        named: the folder, empty for the one beside the warehouse.
        is_trial: whether this is a trial, whose lists of a date may be made again.
        erased: ids of customers who asked to be erased.

    Yields:
        The rows of LANDED. Where a file cannot be read, one row with that sentence as `file_error`.
    """
    try:
        folder = folder_of(session, named)
        for name in file_names(session, folder):
            before = read_file(session, folder, name)
            rows = without_erased(before, erased)
            landed = {
                "file_name": name,
                "is_trial": is_trial,
                "is_changed": not rows.equals(before),
                "file_error": None,
            }
            found = rows.to_pylist() or [
                dict.fromkeys(COLUMNS.names)
                | {"as_of": pa.scalar(name[:10]).cast(pa.date32()).as_py()}
            ]
            yield pa.RecordBatch.from_pylist([row | landed for row in found], schema=LANDED)
    except (duckdb.Error, OSError) as error:
        sentence = f"the lists of before (GYM_ACTION_HISTORY) cannot be read: {reason(error)}"
        yield failed(sentence)
    except ActionHistoryError as error:
        yield failed(str(error))


def failed(sentence: str) -> pa.RecordBatch:
    """The one row of a memory that cannot be read."""
    row = dict.fromkeys(LANDED.names) | {"file_error": sentence}
    return pa.RecordBatch.from_pylist([row], schema=LANDED)


def draw(kind: str, customer_id: int, period_start: object, salt: str) -> float:
    """A number from 0 to 1 that says who is held out: the same for the same four, whoever asks.

    Example:
        >>> round(draw("call_slipping", 7, "2025-06-02", "a secret"), 6)
        0.06554
    """
    text = f"{salt.strip()}|{kind}|{customer_id}|{period_start}"
    return int(hashlib.sha256(text.encode()).hexdigest()[:13], 16) / 16**13


def draws(
    session: duckdb.DuckDBPyConnection,
    eligible: duckdb.DuckDBPyRelation,
    named: str,
    is_trial: bool,
) -> pa.Table:
    """A draw for each row of kind, customer_id and period_start.

    Raises:
        ActionHistoryError: the salt can be neither read nor made.
    """
    rows = eligible.order("kind, customer_id").fetchall()
    salt = salt_of(session, folder_of(session, named), is_trial) if rows else ""
    found = [(kind, person, draw(kind, person, period, salt)) for kind, person, period in rows]
    arrays = zip(*found, strict=True) if found else [[] for _ in DRAWS]
    return pa.table([*map(list, arrays)], schema=DRAWS)


def salt_of(session: duckdb.DuckDBPyConnection, folder: str, is_trial: bool) -> str:
    """The secret of the lot, made by the first build that needs it.

    Raises:
        ActionHistoryError: it can be neither read nor made.
    """
    try:
        found = _read_salt(session, folder)
        if is_trial and found:
            raise ActionHistoryError(
                f"{folder} (GYM_ACTION_HISTORY) has the lists of a gym; a trial needs another place"
            )
        if is_trial:
            return SALT_OF_A_TRIAL + "\n"
        if found is None:
            with _written(folder, SALT) as part:
                part.write_text(secrets.token_hex() + "\n", encoding="utf-8")
                _put(session, part, folder, SALT)
            found = _read_salt(session, folder)
    except (duckdb.Error, OSError, WriteError) as error:
        raise ActionHistoryError(
            f"the secret of the lot cannot be kept in {folder} (GYM_ACTION_HISTORY):"
            f" {error if isinstance(error, WriteError) else reason(error)}"
        ) from error
    if not re.fullmatch(r"[0-9a-f]{64}\n", found or ""):
        raise ActionHistoryError(
            f"{place(folder, SALT)}, the secret of the lot, is damaged; put back a copy of it, or"
            " remove it: who is held out from then on is drawn anew"
        )
    return str(found)


def _read_salt(session: duckdb.DuckDBPyConnection, folder: str) -> str | None:
    path = place(folder, SALT)
    if not is_s3(folder):
        return Path(path).read_text(encoding="utf-8") if os.path.lexists(path) else None
    if SALT not in _names_in(session, folder):
        return None
    found = session.cursor().execute("select content from read_text($p)", {"p": path})
    return found.fetchall()[0][0]


@contextmanager
def _written(folder: str, name: str) -> Iterator[Path]:
    """A place to write a file before it is put into the folder; gone afterwards."""
    if is_s3(folder):
        with tempfile.TemporaryDirectory(prefix="gym_connections_") as there:
            yield Path(there) / name
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    part = Path(folder) / f".{name}.part"
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def _put(
    session: duckdb.DuckDBPyConnection, part: Path, folder: str, name: str, anew: bool = False
) -> bool:
    """Put a file into the folder all at once; whether it is there now and was not before.

    Args:
        session: with S3 open where the folder is there.
        part: the file.
        folder: where to.
        name: under which name.
        anew: whether it takes the place of one that is there.
    """
    path = place(folder, name)
    if is_s3(folder):
        if not anew and name in _names_in(session, folder):
            return False
        upload(session, part, path)
        return True
    if not anew and os.path.lexists(path):
        return False
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(path)
    at = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(at)
    finally:
        os.close(at)
    return True


def _write(
    session: duckdb.DuckDBPyConnection, rows: str, folder: str, name: str, anew: bool
) -> bool:
    with _written(folder, name) as part:
        part.unlink(missing_ok=True)
        session.sql(f"select {', '.join(COLUMNS.names)} from {rows}").order(
            "kind, customer_id"
        ).write_parquet(str(part), compression="zstd")
        return _put(session, part, folder, name, anew)


def remember(warehouse: Path, folder: str, is_trial: bool) -> list[str]:
    """Write the lists of today, once, and the files of before without who asked to be erased.

    Args:
        warehouse: that of a whole build whose tests passed.
        folder: the place of the memory.
        is_trial: whether the lists of today may be written anew.

    Returns:
        The names of the files that were written.

    Raises:
        OSError: a file cannot be written; those that are there are whole.
    """
    written = []
    try:
        with duckdb.connect(str(warehouse), read_only=True) as session:
            if is_s3(folder):
                open_s3(session, os.environ, [folder])
            if is_trial:
                salt_of(session, folder, is_trial)
            landed = "landing.raw_actions__history"
            changed = f"select distinct file_name from {landed} where is_changed order by all"
            for (name,) in session.sql(changed).fetchall():
                rows = f"{landed} where file_name = '{name}' and kind is not null"
                _write(session, rows, folder, name, anew=True)
                written.append(name)
            names = file_names(session, folder)
            for (today,) in session.sql("select today from gym_today").fetchall():
                name = f"{today}.parquet"
                # a day before the newest was not listed when it was today
                if is_trial or (name not in names and [name] > names[-1:]):
                    rows = f"action_history where as_of = date '{today}'"
                    if _write(session, rows, folder, name, anew=is_trial):
                        written.append(name)
    except ActionHistoryError as error:
        raise OSError(str(error)) from None
    except (duckdb.Error, OSError, WriteError, S3Error) as error:
        why = reason(error) if isinstance(error, duckdb.Error | OSError) else str(error)
        raise OSError(
            f"the lists cannot be remembered in {folder} (GYM_ACTION_HISTORY): {why}"
        ) from error
    return written
