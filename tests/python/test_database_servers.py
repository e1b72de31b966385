"""Tables of a Postgres or MySQL server are read as those of files, and nothing is told of it.

Each server is started by these tests on 127.0.0.1 and stopped by them. MariaDB stands for MySQL.
"""

from __future__ import annotations

import importlib.metadata
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from conftest import Project, write_sample
from test_dialect_reading import PEOPLE

from python_udfs import export_age
from python_udfs.dialects import databases
from python_udfs.dialects.document import parse
from python_udfs.dialects.files import tables_read
from python_udfs.dialects.source import Reader, Source
from python_udfs.file_kinds import FileError
from python_udfs.find_exports import SERVER_ENDINGS, list_files
from python_udfs.raw_exports import EXPORTS, cannot_tell, copies_of_servers
from python_udfs.s3 import load_extension
from scripts.dialects import check, draft
from scripts.dialects.check import files_in
from scripts.last_build import digest_of_exports
from scripts.sample_gym import dialects

USER, PASSWORD, DATABASE = "gym_reader", f"pw{secrets.token_hex(8)}", "gym_of_the_test"
DBT = str(Path(sys.executable).with_name("dbt"))
PASSWORDS = {"postgres": "PGPASSWORD", "mysql": "MYSQL_PWD"}


@dataclass(frozen=True)
class Running:
    """A server with one database and a user who may only read."""

    kind: str
    port: int

    def text(self, **changes: object) -> str:
        """What the file among the exports says of it."""
        name = "dbname" if self.kind == "postgres" else "database"
        values = {"host": "127.0.0.1", "port": self.port, name: DATABASE, "user": USER}
        return "".join(f"{key}={value}\n" for key, value in (values | changes).items())

    def owner(self, database: str = DATABASE) -> duckdb.DuckDBPyConnection:
        """A connection of who may do all, in which the database is `owned`."""
        connection = duckdb.connect()
        load_extension(connection, f"{self.kind}_scanner")
        named, given = ("dbname", "password") if self.kind == "postgres" else ("database", "passwd")
        connection.execute(
            f"attach 'host=127.0.0.1 port={self.port} user=owner {given}={PASSWORD}"
            f" {named}={database}' as owned (type {self.kind})"
        )
        return connection

    def run(self, *statements: str) -> None:
        """Run statements of the server's own as its owner."""
        with self.owner() as connection:
            for statement in statements:
                connection.execute(f"call {self.kind}_execute('owned', $sql)", {"sql": statement})

    def exports(self, folder: Path, **changes: object) -> Path:
        """Write the file that names the server."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"gym.{self.kind}").write_text(self.text(**changes))
        return folder


def as_nobody() -> dict[str, object]:
    """For a process: servers refuse to be run by root."""
    return {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.getuid() == 0 else {}


def program(name: str) -> str:
    """A program of a server, also where Debian keeps those of Postgres."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    there = shutil.which(name) or (str(found[-1]) if found else None)
    if there is None:
        pytest.skip(f"NO SERVER: {name} is not installed, and nothing is tested with it")
    return there


@pytest.fixture(scope="module", params=SERVER_ENDINGS)
def server(request: pytest.FixtureRequest) -> Iterator[Running]:
    kind = request.param
    try:
        importlib.metadata.version(f"duckdb-extension-{kind}-scanner")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip(f"NO EXTENSION: make databases; without it nothing is read from {kind}")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # not below pytest's folders, which only their owner may enter
    folder = Path(tempfile.mkdtemp(prefix="gym_server_"))
    if os.getuid() == 0:
        shutil.chown(folder, "nobody", "nogroup")
    command = (start_postgres if kind == "postgres" else start_mysql)(folder, port)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, **as_nobody())
    try:
        running = Running(kind, port)
        prepare(running, process, folder / "log")
        yield running
    finally:
        process.terminate()
        process.wait(60)
        shutil.rmtree(folder, ignore_errors=True)


def start_postgres(folder: Path, port: int) -> list[str]:
    password = folder / "password"
    password.write_text(PASSWORD)
    password.chmod(0o644)
    subprocess.run(
        [program("initdb"), "-D", folder / "data", "-U", "owner", "-A", "scram-sha-256", "-E",
         "UTF8", "--no-sync", f"--pwfile={password}"],
        check=True, capture_output=True, **as_nobody(),
    )  # fmt: skip
    return [program("postgres"), "-D", str(folder / "data"), "-p", str(port), "-h", "127.0.0.1",
            "-k", "", "-F"]  # fmt: skip


def start_mysql(folder: Path, port: int) -> list[str]:
    subprocess.run(
        [program("mariadb-install-db"), "--no-defaults", f"--datadir={folder / 'data'}",
         "--auth-root-authentication-method=normal", "--skip-test-db"],
        check=True, capture_output=True, **as_nobody(),
    )  # fmt: skip
    owner = folder / "owner.sql"
    owner.write_text(
        f"create user owner identified by '{PASSWORD}';\n"
        "grant all on *.* to owner with grant option;\n"
    )
    # whatever the umask is: the server is nobody
    owner.chmod(0o644)
    return [program("mariadbd"), "--no-defaults", f"--init-file={owner}", "--skip-name-resolve",
            f"--datadir={folder / 'data'}", f"--port={port}",
            f"--socket={folder / 'socket'}", "--bind-address=127.0.0.1",
            "--character-set-server=utf8mb4"]  # fmt: skip


def prepare(running: Running, process: subprocess.Popen, log: Path) -> None:
    """Wait for a server, and make its database and who may read it."""
    first = "postgres" if running.kind == "postgres" else "mysql"
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        try:
            connection = running.owner(first)
            break
        except duckdb.Error:
            time.sleep(0.25)
    else:
        raise AssertionError(log.read_text()[-2000:])
    is_postgres = running.kind == "postgres"
    made = [
        f"create database {DATABASE}",
        f"create user {USER} password '{PASSWORD}'"
        if is_postgres
        else f"create user {USER} identified by '{PASSWORD}'",
    ]
    if not is_postgres:
        made.append(f"grant select on {DATABASE}.* to {USER}")
    with connection:
        for statement in made:
            connection.execute(
                f"call {running.kind}_execute('owned', $sql, use_transaction = false)"
                if is_postgres
                else f"call {running.kind}_execute('owned', $sql)",
                {"sql": statement},
            )
    if is_postgres:
        running.run(f"alter default privileges grant select on tables to {USER}")


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PASSWORDS.values():
        monkeypatch.setenv(name, PASSWORD)


def read(folder: Path, text: str = PEOPLE) -> list[dict]:
    """The customers that a dialect makes of a folder."""
    source = Source("gate", parse(text, "dialects/gate.yml"), "", files_in(folder))
    with duckdb.connect() as connection:
        batches = list(Reader(connection, source).rows("capitan/customers"))
    return [row for batch in batches for row in batch.to_pylist()]


WIDE = PEOPLE.replace(
    "last_name: family", "last_name: family, email: amount, phone: member, preferred_name: born"
)


@pytest.fixture(scope="module")
def people(server: Running) -> Running:
    quote = '"' if server.kind == "postgres" else "`"
    number = "numeric" if server.kind == "postgres" else "decimal(38, 21)"
    server.run(
        *(["set sql_mode = ''"] if server.kind == "mysql" else []),
        "create table people (no varchar(9) primary key, given varchar(40), family varchar(40),"
        f" amount {number}, member {'boolean' if server.kind == 'postgres' else 'tinyint(1)'},"
        f" born varchar(10), {quote}Desk Note{quote} varchar(40))",
        "insert into people values ('104', 'Bo', 'Exämple', null, null, null, 'owes a rope'),"
        " ('000104', 'Zoë 🧗', 'O''Neil \"x\" `y`', 12345678901.123456789123456789123,"
        f" {'true' if server.kind == 'postgres' else '2'}, '0000-00-00', null)",
        "create view visits as select no from people",
    )
    return server


def test_values_are_the_texts_that_the_server_writes(people: Running, tmp_path: Path) -> None:
    """No number loses a digit and no id its zeros, and rows come in an order of their own."""
    rows = read(people.exports(tmp_path), WIDE)
    assert [
        tuple(row[name] for name in ("source_customer_id", "first_name", "last_name", "email",
                                     "phone", "preferred_name", "source_line"))
        for row in rows
    ] == [
        ("000104", "Zoë 🧗", "O'Neil \"x\" `y`", "12345678901.123456789123456789123",
         "true" if people.kind == "postgres" else "2", "0000-00-00", 2),
        ("104", "Bo", "Exämple", None, None, None, 3),
    ]  # fmt: skip


def test_what_is_not_read_stays_on_the_server(people: Running, tmp_path: Path) -> None:
    [file] = files_in(people.exports(tmp_path))
    dialect = parse(PEOPLE, "dialects/gate.yml")
    read_of_it = tables_read(dialect)
    with (
        duckdb.connect() as connection,
        databases.at_one_moment(connection, file, read_of_it) as found,
    ):
        assert found.names() == ["people"]
        header, *rows = found.rows("people")
    assert header[-1] == "Desk Note"
    assert {row[-1] for row in rows} == {None}


def test_all_models_of_a_build_read_one_copy(people: Running, tmp_path: Path) -> None:
    """They are cursors of one connection; another build reads anew."""
    [file] = files_in(people.exports(tmp_path))
    names = tables_read(parse(PEOPLE, "dialects/gate.yml"))
    with duckdb.connect() as connection:
        first = databases.copied_at(connection.cursor(), file, names)
        people.run("insert into people (no) values ('new')")
        try:
            with databases.at_one_moment(connection.cursor(), file, names) as later:
                assert len(list(later.rows("people"))) == 1 + 2
            assert databases.copied_at(connection, file, names) == first
            with duckdb.connect() as another:
                assert databases.copied_at(another, file, names) > first
                with databases.at_one_moment(another, file, names) as later:
                    assert len(list(later.rows("people"))) == 1 + 3
        finally:
            people.run("delete from people where no = 'new'")


BOTH = {
    "postgres": "with one as (update pair_a set n = n + 1) update pair_b set n = n + 1",
    "mysql": "update pair_a, pair_b set pair_a.n = pair_a.n + 1, pair_b.n = pair_b.n + 1",
}


def test_all_tables_are_of_one_moment(server: Running, tmp_path: Path) -> None:
    """While somebody writes two tables together, no copy has one of the two alone."""
    [file] = files_in(server.exports(tmp_path))
    for name in ("pair_a", "pair_b"):
        server.run(f"create table {name} (n integer)", f"insert into {name} values (0)")
    stopped = threading.Event()

    def write() -> None:
        while not stopped.is_set():
            server.run(*[BOTH[server.kind]] * 50)

    writer = threading.Thread(target=write)
    writer.start()
    seen = []
    try:
        for _ in range(20):
            with (
                duckdb.connect() as connection,
                databases.at_one_moment(
                    connection, file, {"pair_a": {"n"}, "pair_b": {"n"}}
                ) as found,
            ):
                seen.append([list(found.rows(name))[1] for name in found.names()])
    finally:
        stopped.set()
        writer.join()
    assert len({one for [one], _ in seen}) > 1, "nobody wrote"
    assert [pair for pair in seen if pair[0] != pair[1]] == []


def test_nothing_can_be_written(people: Running, tmp_path: Path) -> None:
    """Also by a user who may: the connection itself is for reading."""
    [file] = files_in(people.exports(tmp_path, user="owner"))
    with (
        duckdb.connect() as connection,
        databases.opened(connection, file) as found,
        pytest.raises(duckdb.Error, match="read-only"),
    ):
        found._connection.execute("insert into server.people (no) values ('x')")


FAULTS = {
    "a wrong password": ({}, "wrong", "it refuses the user or the password"),
    "no password": ({}, "", "it refuses the user or the password"),
    "no such user": ({"user": "stranger"}, PASSWORD, "it refuses the user or the password"),
    "no such database": ({"dbname": "none_such"}, PASSWORD, "no such database"),
    "no server": ({"port": 1}, PASSWORD, "it does not answer"),
    "no such host": ({"host": "nowhere.invalid"}, PASSWORD, "it does not answer"),
}


@pytest.mark.parametrize(("changes", "given", "sentence"), FAULTS.values(), ids=FAULTS)
def test_a_server_that_cannot_be_asked_is_told_without_its_name(
    people: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict, given: str,
    sentence: str,
) -> None:  # fmt: skip
    if people.kind == "mysql" and "dbname" in changes:
        changes = {"database": changes["dbname"]}
    monkeypatch.setenv(PASSWORDS[people.kind], given)
    with pytest.raises(FileError) as refused:
        read(people.exports(tmp_path, **changes))
    told = str(refused.value)
    assert f"gym.{people.kind} cannot be read: " in told
    assert sentence in told
    assert refused.value.__suppress_context__
    for secret in (PASSWORD, USER, DATABASE, "127.0.0.1", str(people.port), *changes.values()):
        assert str(secret) not in told.replace("gym.", "") or secret == 1


def test_a_table_that_is_missing_is_named(people: Running, tmp_path: Path) -> None:
    with pytest.raises(FileError, match="has no sheet or table visitors, or none that may be read"):
        read(people.exports(tmp_path), PEOPLE.replace("[people]", "[visitors]"))


def test_a_table_that_may_not_be_read_is_none(people: Running, tmp_path: Path) -> None:
    people.run("create view closed as select no from people")
    what = "closed" if people.kind == "postgres" else f"{DATABASE}.*"
    people.run(f"revoke select on {what} from {USER}")
    try:
        with pytest.raises(FileError, match=r"none that may be read|the user may not read it"):
            read(people.exports(tmp_path), PEOPLE.replace("[people]", "[closed]"))
    finally:
        people.run("drop view closed")
        if people.kind == "mysql":
            people.run(f"grant select on {DATABASE}.* to {USER}")


def test_check_and_draft_read_a_server(people: Running, tmp_path: Path, capsys) -> None:
    (tmp_path / "gate.yml").write_text(PEOPLE)
    exports = people.exports(tmp_path / "gate")
    assert check.main(str(tmp_path / "gate.yml"), exports) == 0
    said = capsys.readouterr().out
    assert "2 rows of people: 2 read" in said
    assert f"gym.{people.kind}: amount, member, born, Desk Note" in said
    assert {sheet.name for sheet in draft.drafted(exports)[0]} >= {"people", "visits"}
    assert USER not in said


# Columns that a server has a type of its own for.
TYPES = {"customerId": "bigint", "bday": "date"}


def load(server: Running, folder: Path) -> None:
    """The CSV files of a folder as tables."""
    schema = "public." if server.kind == "postgres" else ""
    with server.owner() as connection:
        for path in sorted(folder.glob("*.csv")):
            rows = connection.sql(f"from read_csv('{path}', all_varchar = true)")
            columns = ", ".join(
                f'try_cast("{name}" as {TYPES.get(name, "varchar")}) as "{name}"'
                for name in rows.columns
            )
            connection.execute(
                f"create table owned.{schema}{path.stem} as select {columns} from rows"
            )


def test_a_gym_on_a_server_has_the_core_of_its_files(server: Running, tmp_path: Path) -> None:
    write_sample(tmp_path, "--scale", "0.01")
    dialects.write("rock_gym_pro", tmp_path, tmp_path / "files")
    load(server, tmp_path / "files/rock_gym_pro")
    shutil.copytree(tmp_path / "files/square", tmp_path / "server/square")
    server.exports(tmp_path / "server/rock_gym_pro")
    tables = ("customers", "checkins", "relations", "payments")
    built = {}
    for name in ("files", "server"):
        built[name] = Project(tmp_path / f"built_{name}", tmp_path / name)
        built[name].folder.mkdir()
        no_tests = ("--exclude-resource-type", "test", "unit_test")
        chosen = [f"+core_{table}" for table in tables]
        done = built[name].run(DBT, "build", *no_tests, "--select", *chosen, "raw_exports__files")
        assert done.returncode == 0, done.stdout
    with duckdb.connect() as connection:
        for name, project in built.items():
            connection.execute(f"attach '{project.warehouse}' as {name} (read_only)")
        for table in tables[:2]:
            one, two = (f"select * from {name}.core.core_{table}" for name in built)
            for left, right in ((one, two), (two, one)):
                rest = connection.sql(f"from ({left}) except all from ({right})")
                assert rest.fetchall() == []
            [(count,)] = connection.sql(f"select count(*) from ({one})").fetchall()
            assert count > 10
        [(cannot,)] = connection.sql(
            "select cannot from server.landing.raw_exports__files where file_name like 'rock%'"
        ).fetchall()
        assert cannot.endswith("GYM_MAX_EXPORT_AGE_HOURS does not guard them")
    written = [path for path in built["server"].folder.rglob("*") if path.is_file()]
    assert any(path.name == "dbt.log" for path in written)
    for path in written:
        for secret in (PASSWORD, USER, DATABASE):
            assert secret.encode() not in path.read_bytes(), path


# --- without a server -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    ["host=a\npassword=hunter2", "host=a passwd=hunter2", "mysql://ann:hunter2@a/gym",
     "host = hunter2", "user='hunter2'", "PASSWORD=hunter2"],
)  # fmt: skip
@pytest.mark.parametrize("kind", SERVER_ENDINGS)
def test_what_names_a_server_holds_no_password(content: str, kind: str) -> None:
    with pytest.raises(FileError, match=r"line [12] may hold nothing but host=, ") as refused:
        databases.connection_text(content.encode(), databases.SERVERS[kind], f"gym.{kind}")
    assert "hunter2" not in str(refused.value)
    assert PASSWORDS[kind] in str(refused.value)


def test_without_the_extension_it_is_said_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    (tmp_path / "gym.mysql").write_text("host=127.0.0.1\n")
    with pytest.raises(FileError) as refused:
        read(tmp_path)
    assert str(refused.value) == (
        f"gym.mysql needs the package duckdb-extension-mysql-scanner=={duckdb.__version__}, which"
        " is not installed; make databases installs it"
    )


def test_what_a_server_holds_is_never_taken_for_unchanged(tmp_path: Path) -> None:
    (tmp_path / "square").mkdir()
    (tmp_path / "square/items.csv").write_text("Date\n")
    assert digest_of_exports(str(tmp_path)) is not None
    (tmp_path / "square/gym.postgres").write_text("host=127.0.0.1\n")
    assert digest_of_exports(str(tmp_path)) is None


def test_how_old_the_rows_of_a_server_are_is_not_guessed(tmp_path: Path) -> None:
    """The date of the file that names it says nothing; beside other files these have an age."""
    (tmp_path / "square").mkdir()
    path = tmp_path / "square/gym.postgres"
    path.write_text("host=127.0.0.1\n")
    os.utime(path, (1_000_000, 1_000_000))
    export = "transactions/combined_transaction_data"
    with duckdb.connect() as connection:
        assert (
            export_age.export_written_at(connection, str(tmp_path), export, 3_000_000) == 3_000_000
        )
    [file] = list_files(None, str(tmp_path), EXPORTS)
    assert "how old its rows are" in (cannot_tell(file) or "")


def test_the_endings_are_those_of_the_servers() -> None:
    assert tuple(databases.SERVERS) == SERVER_ENDINGS


def test_without_a_server_there_is_no_copy(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        assert copies_of_servers(connection, list_files(None, str(tmp_path), EXPORTS)) == ()
