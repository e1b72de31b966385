"""Read the tables of a database: a SQLite or DuckDB file, or those of a Postgres or MySQL server.

A server is named by a small text file among the exports, `gym.postgres` or `gym.mysql`, which holds
where it is and no password. It is asked read-only and for text alone, as it would write the values
into a CSV file itself. What it says of itself may name a host or a user, so none of its own
sentences is shown.
"""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import duckdb

from python_udfs.dialects.sql import identifier, literal
from python_udfs.file_kinds import FileError
from python_udfs.find_exports import ExportFile, folded, last_ending
from python_udfs.raw_exports import RECORDS_PER_BATCH, open_file
from python_udfs.raw_exports import folded as folded_column
from python_udfs.s3 import S3Error, is_s3, load_extension

Row = list[str | None]
SQLITE_ENDINGS = ("sqlite", "sqlite3", "db")
DUCKDB_ENDINGS = ("duckdb",)


class Server(NamedTuple):
    """A kind of database server.

    Attributes:
        extension: of DuckDB, by which it is asked.
        keys: what the file that names it may hold.
        ask: the function that hands a query on to the server.
        tables: the server's own query for the tables and views that are found by name alone and
            may be read.
        quote: what stands around a name.
        text: the type of a text.
        password: where the password comes from.
        always: added to the keys.
    """

    extension: str
    keys: tuple[str, ...]
    ask: str
    tables: str
    quote: str
    text: str
    password: str
    always: str = ""


SERVERS = {
    "postgres": Server(
        "postgres_scanner",
        ("host", "port", "dbname", "user", "passfile", "service", "options", "sslmode")
        + ("sslrootcert", "sslcert", "sslkey"),
        "postgres_query",
        "select relname from pg_class where pg_table_is_visible(oid) and relkind in"
        " ('r', 'v', 'm', 'f', 'p') and relnamespace <> 'pg_catalog'::regnamespace"
        " and has_table_privilege(oid, 'select') order by relname",
        '"',
        "text",
        "PGPASSWORD or a passfile",
        # where nobody answers at all, a build would wait for minutes
        " connect_timeout=10",
    ),
    "mysql": Server(
        "mysql_scanner",
        ("host", "port", "database", "user", "socket", "ssl_mode", "ssl_ca", "ssl_cert", "ssl_key"),
        "mysql_query",
        "select table_name from information_schema.tables where table_schema = database()"
        " order by table_name",
        "`",
        "char",
        "MYSQL_PWD",
    ),
}
ENDINGS = (*SQLITE_ENDINGS, *DUCKDB_ENDINGS, *SERVERS)
# What a server says -> what can be done about it. The first that fits.
REASONS = (
    (r"denied for user .*to database|does not exist|Unknown database",
     "it has no such database, schema or table, or the user may not read it"),
    (r"password|passwd|Access denied for user|pg_hba|role ",
     "it refuses the user or the password; {password} gives the password"),
    (r"denied", "the user may not read it"),
    (r"SSL|TLS|certificate", "the connection cannot be encrypted as the file asks"),
    (r"translate host|server host|refused|[Cc]an't connect|[Tt]ime(d )?out|expired|No route|"
     r"unreachable|closed the connection|gone away|Lost connection|No such file",
     "it does not answer; check that it runs, and the host and port"),
)  # fmt: skip
# Of a server all tables are copied at one moment, for all models of a build.
_copying = Lock()


def server_of(file: ExportFile) -> Server | None:
    """The kind of server that a file names; None for any other file."""
    return SERVERS.get(last_ending(folded(file.name)))


def text_of(value: object) -> str | None:
    """A value of a cell as text; a day without a time as a day.

    Example:
        >>> text_of(102.0), text_of(True), text_of(dt.datetime(2026, 1, 2)), text_of(0.1)
        ('102', 'true', '2026-01-02', '0.1')
    """
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)


class _Tables:
    """The tables of an open database, as DuckDB or SQLite give them."""

    def __init__(self, database: duckdb.DuckDBPyConnection | sqlite3.Connection, names: str,
                 rows: str) -> None:  # fmt: skip
        self._database, self._names, self._rows = database, names, rows

    def names(self) -> list[str]:
        """The tables and views, by name."""
        return [name for (name,) in self._database.execute(self._names).fetchall()]

    def rows(self, name: str, limit: int | None = None) -> Iterator[Row]:
        """The header of a table, and its rows or the first of them."""
        query = self._rows.replace("{}", identifier(name)) + _limited(limit)
        found = self._database.execute(query)
        header: Row = [column[0] for column in found.description]
        return chain([header], _many(found))


def _many(found: duckdb.DuckDBPyConnection | sqlite3.Cursor) -> Iterator[Row]:
    """The rows of a query, without all of them in memory."""
    while rows := found.fetchmany(RECORDS_PER_BATCH):
        yield from ([text_of(value) for value in row] for row in rows)


def _limited(limit: int | None) -> str:
    return "" if limit is None else f" limit {limit}"


class _ServerTables:
    """The tables of a server."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, kind: Server, file: str) -> None:
        self._connection, self._kind, self._file = connection, kind, file

    def _ask(self, query: str) -> duckdb.DuckDBPyRelation:
        """The rows of a query of the server's own."""
        return self._connection.sql(f"from {self._kind.ask}('server', {literal(query)})")

    def told(self) -> AbstractContextManager[None]:
        """Tell in words of ours why the server fails."""
        return _without_its_words(self._kind, self._file)

    def names(self) -> list[str]:
        """The tables and views, by name."""
        with self.told():
            return [name for (name,) in self._ask(self._kind.tables).fetchall()]

    def columns(self, name: str) -> list[str]:
        """The columns of a table."""
        with self.told():
            return self._ask(f"select * from {self._quoted(name)} limit 0").columns

    def rows(self, name: str, limit: int | None = None) -> Iterator[Row]:
        """The header of a table, and its rows or the first of them."""
        header = self.columns(name)
        yield [*header]
        values = ", ".join(map(self._text, header))
        with self.told():
            yield from map(
                list,
                self._ask(f"select {values} from {self._quoted(name)}{_limited(limit)}").fetchall(),
            )

    def together(
        self, tables: Mapping[str, Sequence[str]], read: Mapping[str, Collection[str]]
    ) -> duckdb.DuckDBPyRelation:
        """The rows of several tables in one statement, and so of one moment.

        What no dialect reads stays on the server. The first column is the number of the table.

        Args:
            tables: for each table its columns.
            read: for each table, folded, the columns that are read, folded.
        """
        width = max(map(len, tables.values()))
        parts = []
        for number, (name, columns) in enumerate(tables.items()):
            values = [
                self._text(column if folded_column(column) in read[folded(name)] else None)
                for column in [*columns, *[""] * (width - len(columns))]
            ]
            named = ", ".join(f"{value} as c{place}" for place, value in enumerate(values))
            parts.append(f"select {number} as part, {named} from {self._quoted(name)}")
        return self._ask(" union all ".join(parts))

    def _text(self, column: str | None) -> str:
        value = "null" if column is None else self._quoted(column)
        return f"cast({value} as {self._kind.text})"

    def _quoted(self, name: str) -> str:
        quote = self._kind.quote
        return quote + name.replace(quote, quote * 2) + quote


@contextmanager
def _without_its_words(kind: Server, file: str) -> Iterator[None]:
    """Tell in words of ours why a server failed: its own may name the host and the user."""
    try:
        yield
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        said = str(error).partition('": ')[2] or str(error)
        why = next((text for pattern, text in REASONS if re.search(pattern, said)), "")
        why = why or "its own client may say why, with the same values"
        why = why.format(password=kind.password)
        raise FileError(f"the server of {file} cannot be read: {why}") from None


def connection_text(content: bytes, kind: Server, file: str) -> str:
    r"""What DuckDB is told of a server, out of the file that names it.

    Raises:
        FileError: it holds anything else, such as a password; what that is is not shown.

    Example:
        >>> connection_text(b"# the desk's\nhost=10.0.0.7\nuser=reader", SERVERS["mysql"], "a")
        'host=10.0.0.7 user=reader'
    """
    allowed = re.compile(rf"({'|'.join(kind.keys)})=[^\s'\"\\]+")
    found = []
    for number, line in enumerate(content.decode("utf-8-sig", "replace").splitlines(), 1):
        for word in line.split() if not line.lstrip().startswith("#") else []:
            if not allowed.fullmatch(word):
                raise FileError(
                    f"{file} line {number} may hold nothing but {'=, '.join(kind.keys)}=, without"
                    f" blanks and quotes; the password comes from {kind.password}"
                )
            found.append(word)
    return " ".join(found) + kind.always


@contextmanager
def _server(
    cursor: duckdb.DuckDBPyConnection, file: ExportFile, kind: Server
) -> Iterator[_ServerTables]:
    """The tables of a server, read-only and on a connection of their own."""
    with open_file(cursor, file) as stored:
        told = connection_text(stored.read(), kind, file.name)
    with duckdb.connect() as connection:
        try:
            load_extension(connection, kind.extension, file.name)
        except S3Error as error:
            raise FileError(f"{error}; make databases installs it") from None
        with _without_its_words(kind, file.name):
            name = kind.extension.partition("_")[0]
            connection.execute(f"attach '{told}' as server (type {name}, read_only)")
        yield _ServerTables(connection, kind, file.name)


@contextmanager
def _sqlite(cursor: duckdb.DuckDBPyConnection, file: ExportFile) -> Iterator[_Tables]:
    """The tables of a SQLite file; one on S3 is held in memory."""
    names = "select name from sqlite_master where type in ('table', 'view') order by name"
    if is_s3(file.location):
        database = sqlite3.connect(":memory:")
        with open_file(cursor, file) as stored:
            content = bytearray(stored.read())
        # what is held in memory has no journal beside it, and says so in these two bytes
        content[18:20] = b"\1\1"
        database.deserialize(bytes(content))
    else:
        address = f"{Path(file.location).resolve().as_uri()}?mode=ro"
        database = sqlite3.connect(address, uri=True)
    with closing(database):
        yield _Tables(database, names, "select * from {}")


@contextmanager
def _duckdb(cursor: duckdb.DuckDBPyConnection, file: ExportFile) -> Iterator[_Tables]:
    """The tables of a DuckDB file; one on S3 is read where it lies."""
    if is_s3(file.location):
        with _copying:
            cursor.execute(
                f"attach if not exists {literal(file.location)} as"
                f" {identifier(file.name)} (read_only)"
            )
        yield _attached(cursor, file.name)
        return
    with duckdb.connect(file.location, read_only=True) as database:
        [(name,)] = database.execute("select current_database()").fetchall()
        yield _attached(database, name)


def _attached(connection: duckdb.DuckDBPyConnection, database: str) -> _Tables:
    """The tables of a database that is attached to a connection."""
    of_it = f"where database_name = {literal(database)} and schema_name = 'main'"
    return _Tables(
        connection.cursor(),
        f"select table_name as name from duckdb_tables() {of_it} union all"
        f" select view_name from duckdb_views() {of_it} and not internal order by name",
        f"select cast(columns(*) as varchar) from {identifier(database)}.main.{{}}",
    )


def opened(
    cursor: duckdb.DuckDBPyConnection, file: ExportFile
) -> AbstractContextManager[_Tables | _ServerTables]:
    """The tables of a database, as they are now."""
    if kind := server_of(file):
        return _server(cursor, file, kind)
    is_sqlite = last_ending(folded(file.name)) in SQLITE_ENDINGS
    return _sqlite(cursor, file) if is_sqlite else _duckdb(cursor, file)


@contextmanager
def at_one_moment(
    cursor: duckdb.DuckDBPyConnection, file: ExportFile, read: Mapping[str, Collection[str]]
) -> Iterator[_Tables | _ServerTables]:
    """The tables of a database, for a server as they were when the build first asked.

    Args:
        cursor: of the build; what it is a cursor of keeps the copy of a server, in memory.
        file: the database.
        read: for each table that is read, folded, its columns that are, folded.

    Raises:
        FileError: the server, or one of the tables, cannot be read.
    """
    if not server_of(file):
        with opened(cursor, file) as found:
            yield found
        return
    copied_at(cursor, file, read)
    yield _attached(cursor, _copy_of(file))


def _copy_of(file: ExportFile) -> str:
    return f"copy of {file.name}"


def copied_at(
    cursor: duckdb.DuckDBPyConnection, file: ExportFile, read: Mapping[str, Collection[str]]
) -> dt.datetime:
    """When the tables of a server were copied for this build; they are now, if they were not."""
    copy = identifier(_copy_of(file))
    with _copying:
        known = cursor.execute(
            "select 1 from duckdb_databases() where database_name = $name", {"name": _copy_of(file)}
        ).fetchall()
        if not known:
            cursor.execute(f"attach ':memory:' as {copy}")
            try:
                _copy(cursor, file, copy, read)
            except BaseException:
                cursor.execute(f"detach {copy}")
                raise
        [(moment,)] = cursor.execute(f"select moment from {copy}.about.copied").fetchall()
    return moment


def _copy(
    cursor: duckdb.DuckDBPyConnection,
    file: ExportFile,
    copy: str,
    read: Mapping[str, Collection[str]],
) -> None:
    """Copy the tables of a server that are read, as they are at one moment."""
    cursor.execute(f"create schema {copy}.about")
    with opened(cursor, file) as server:
        assert isinstance(server, _ServerTables)
        tables = {name: server.columns(name) for name in server.names() if folded(name) in read}
        if len({folded(name) for name in tables}) < len(tables):
            raise FileError(
                f"{file.name} has tables of one name, but for the case of its letters:"
                f" {', '.join(tables)}"
            )
        if tables:
            with server.told():
                rows = server.together(tables, read).to_arrow_reader(RECORDS_PER_BATCH)
                cursor.register("_rows", rows)
                cursor.execute(f"create table {copy}.about.rows as from _rows")
                cursor.unregister("_rows")
            for number, (name, columns) in enumerate(tables.items()):
                named = ", ".join(
                    f"c{place} as {identifier(column)}" for place, column in enumerate(columns)
                )
                # a server gives rows in any order, and a build the same for the same rows
                cursor.execute(
                    f"create table {copy}.main.{identifier(name)} as select {named}"
                    f" from {copy}.about.rows where part = {number} order by all"
                )
            cursor.execute(f"drop table {copy}.about.rows")
    cursor.execute(f"create table {copy}.about.copied as select now() as moment")
