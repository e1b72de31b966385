"""What analysts open: whole at every moment, nothing private in it, every column explained."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest
from conftest import DESK_EMAIL, PROJECT, Project, digests

from python_udfs.settings import Settings, load
from scripts import build, publish

READERS = 2
PUBLISHES = int(os.environ.get("GYM_PUBLISHES", "6"))
# Reads until the file named last is there; says after the first read that it has begun.
READER = """
import json, sys
from pathlib import Path
import duckdb

published, stop = sys.argv[1:]
counts = {
    "pass transfers": "pass_transfers", "interactions": "customer_interactions",
    "connections": "customer_connections",
}
reads, errors, seen = 0, [], set()
while not reads or not Path(stop).exists():
    try:
        with duckdb.connect(published, read_only=True) as connection:
            told = dict(connection.sql(
                "select section, value from pipeline_report where metric = 'total'"
            ).fetchall())
            found = {
                section: connection.sql(f"select count(*) from {table}").fetchall()[0][0]
                for section, table in counts.items()
            }
            seen.add(found["connections"])
            if any(told[section] != count for section, count in found.items()):
                errors.append(f"{told} but {found}")
    except Exception as error:
        errors.append(str(error))
    reads += 1
    if reads == 1:
        print("reading", flush=True)
print(json.dumps({"reads": reads, "errors": errors, "seen": sorted(seen)}))
"""
# Publishes up to where all tables are copied, says so, and waits.
HALF_A_PUBLISH = """
import sys
from pathlib import Path
from scripts import publish

copy_tables = publish.copy_tables
def copy_and_wait(*arguments):
    copy_tables(*arguments)
    print("copied", flush=True)
    sys.stdin.read()
publish.copy_tables = copy_and_wait
publish.publish(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def python(code: str, *arguments: Path, **options) -> subprocess.Popen[str]:
    """Start a Python process that finds the scripts."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def killed_publish(warehouse: Path, published: Path) -> None:
    """Kill a publish when the new file is written and not yet in its place."""
    process = python(HALF_A_PUBLISH, warehouse, published)
    assert process.stdout.readline() == "copied\n", process.communicate()[1]
    process.send_signal(signal.SIGKILL)
    process.communicate()


def beside(published: Path) -> list[str]:
    """What else is in the folder of a published file."""
    return [path.name for path in published.parent.iterdir() if path != published]


def another_build(built: Project, folder: Path) -> Path:
    """A warehouse that agrees with itself and has fewer connections."""
    warehouse = folder / "other" / built.warehouse.name
    warehouse.parent.mkdir()
    warehouse.write_bytes(built.warehouse.read_bytes())
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("delete from customer_connections where strength_score < 3")
        connection.execute(
            """update pipeline_report set value = (select count(*) from customer_connections)
            where section = 'connections' and metric = 'total'"""
        )
    return warehouse


def query(published: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(published), read_only=True) as connection:
        return connection.sql(sql).fetchall()


def test_readers_see_one_whole_build_at_every_moment(small_gym: Project, tmp_path: Path) -> None:
    """Also while one is published, and while a publish is killed half-way."""
    published, stop = tmp_path / "published.duckdb", tmp_path / "stop"
    warehouses = [small_gym.warehouse, another_build(small_gym, tmp_path)]
    publish.publish(warehouses[0], published)
    readers = [python(READER, published, stop) for _ in range(READERS)]
    try:
        for reader in readers:
            assert reader.stdout.readline() == "reading\n"
        for number in range(PUBLISHES):
            if number == PUBLISHES // 2:
                killed_publish(warehouses[number % 2], published)
            publish.publish(warehouses[(number + 1) % 2], published)
    finally:
        stop.touch()
        results = [json.loads(reader.communicate()[0]) for reader in readers]
    reads = sum(result["reads"] for result in results)
    errors = [error for result in results for error in result["errors"]]
    print(f"{len(errors)} errors of {reads} reads during {PUBLISHES} publishes and a killed one")
    assert errors == []
    assert len({count for result in results for count in result["seen"]}) <= len(warehouses)


def test_a_reader_keeps_the_build_it_opened(small_gym: Project, tmp_path: Path) -> None:
    published = tmp_path / "published.duckdb"
    publish.publish(small_gym.warehouse, published)
    sql = "select count(*) from customer_connections"
    with duckdb.connect(str(published), read_only=True) as connection:
        before = connection.sql(sql).fetchall()
        reader = python(
            "import sys, duckdb; connection = duckdb.connect(sys.argv[1], read_only=True);"
            " print(connection.sql(sys.argv[2]).fetchall(), flush=True); sys.stdin.readline();"
            " print(connection.sql(sys.argv[2]).fetchall())",
            published,
            sql,
        )
        assert reader.stdout.readline() == f"{before}\n"
        publish.publish(another_build(small_gym, tmp_path), published)
        assert reader.communicate("\n")[0] == f"{before}\n"
    assert query(published, sql) < before


def test_a_killed_publish_changes_nothing_and_the_next_clears_up(
    small_gym: Project, tmp_path: Path
) -> None:
    published = tmp_path / "published" / "gym.duckdb"
    publish.publish(small_gym.warehouse, published)
    before = digest(published)
    killed_publish(another_build(small_gym, tmp_path), published)
    assert digest(published) == before
    assert published.with_name(".gym.duckdb.part").exists()
    publish.publish(small_gym.warehouse, published)
    assert beside(published) == [publish.owner_note(published).name]


def test_a_publish_without_room_leaves_the_file_before(small_gym: Project, tmp_path: Path) -> None:
    """A limit of the size of a file stands for the full disk: it needs no rights."""
    published = tmp_path / "published" / "gym.duckdb"
    publish.publish(small_gym.warehouse, published)
    before = digest(published)
    limit = 2**18
    process = python(
        "import sys; from pathlib import Path; from scripts import publish;"
        " publish.publish(Path(sys.argv[1]), Path(sys.argv[2]))",
        another_build(small_gym, tmp_path),
        published,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    errors = process.communicate()[1]
    assert process.returncode == 1
    assert "File too large" in errors
    assert digest(published) == before
    assert beside(published) == [publish.owner_note(published).name]


def test_a_warehouse_that_another_has_open_is_not_published(
    small_gym: Project, tmp_path: Path
) -> None:
    warehouse, published = another_build(small_gym, tmp_path), tmp_path / "published.duckdb"
    writer = python(
        "import sys, duckdb; connection = duckdb.connect(sys.argv[1]); print(flush=True);"
        " sys.stdin.read()",
        warehouse,
    )
    try:
        assert writer.stdout.readline()
        with pytest.raises(duckdb.IOException, match="Could not set lock"):
            publish.publish(warehouse, published)
    finally:
        writer.communicate("")
    assert not published.exists()


PARTS = {
    "a long flag": (("--select", "dialect_capitan", "crew_of"), {}),
    "a flag with an equals sign": (("--select=dialect_capitan",), {}),
    "a short flag": (("-m", "dialect_capitan"), {}),
    "an old flag": (("--models", "dialect_capitan"), {}),
    "a tag of a type": (("--resource-type", "seed"), {}),
    "the environment": (("--select", "dialect_capitan"), {"DBT_EMPTY": "true"}),
    "models without their tests": ((), {"DBT_RESOURCE_TYPES": "model"}),
}


@pytest.mark.parametrize("arguments,environment", PARTS.values(), ids=PARTS)
def test_a_part_of_the_build_is_not_published(
    arguments: tuple[str, ...],
    environment: dict[str, str],
    night: Project,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, text in environment.items():
        monkeypatch.setenv(name, text)
    before, figures = night.published.stat(), night.query("from build_state.build_figures")
    files = digests(night.files)
    with (night.exports / "capitan/checkins.csv").open("a") as file:
        file.write("not read by a part, and by no test\n")
    result = night.build(*arguments)
    assert result.returncode == 0, result.stderr
    assert "A part only: not published, and no result file was written." in result.stdout
    after = night.published.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert night.query("from build_state.build_figures") == figures
    assert digests(night.files) == files


FOREIGN = {
    "a letter": "Dear analyst",
    "nothing": "",
    "a database of somebody": "create table pipeline_report as select 1",
    "a warehouse": None,
}


@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN)
def test_a_file_of_somebody_else_is_not_replaced(
    content: str | None, small_gym: Project, tmp_path: Path
) -> None:
    """Nor what a client of it has not yet written into it; ours is known without a note."""
    published = tmp_path / "gym.duckdb"
    if content is None:
        published.write_bytes(small_gym.warehouse.read_bytes())
    elif content.startswith("create"):
        with duckdb.connect(str(published)) as connection:
            connection.execute(content)
    else:
        published.write_text(content)
    log = tmp_path / "gym.duckdb.wal"
    log.write_text("unwritten")
    before = published.read_bytes()
    warehouse = another_build(small_gym, tmp_path)
    with pytest.raises(FileExistsError, match="this project did not write it"):
        publish.publish(warehouse, published)
    assert (published.read_bytes(), log.read_text()) == (before, "unwritten")
    published.unlink()
    with pytest.raises(FileExistsError, match="wal is there"):
        publish.publish(warehouse, published)
    log.unlink()
    publish.publish(small_gym.warehouse, published)
    publish.owner_note(published).unlink()
    publish.publish(warehouse, published)


def test_all_that_stands_in_the_way_is_told_before_a_build(
    small_gym: Project, tmp_path: Path
) -> None:
    """And not what this warehouse wrote, or an earlier version: its manifest tells."""
    places = {
        "warehouse": str(tmp_path / "gym.duckdb"),
        "published": str(tmp_path / "published"),
        "exports_out": str(tmp_path / "out"),
    }
    found = Settings(**places)
    shutil.copytree(small_gym.files, tmp_path / "out")
    (tmp_path / "published").write_bytes(small_gym.published.read_bytes())
    assert build.in_the_way(found) == []
    (tmp_path / "published").write_text("a letter")
    (tmp_path / "out/customer_events.csv").write_text("a list")
    (tmp_path / "out/.parts").mkdir()
    (tmp_path / "out/.parts/precious.csv").write_text("a list")
    (tmp_path / ".gym.duckdb.last_good.json.part").mkdir()
    told = build.in_the_way(found)
    assert len(told) == 4
    for words in ("GYM_PUBLISHED", "customer_events.csv", "precious.csv", "is a folder"):
        assert sum(words in sentence for sentence in told) == 1, words


WHOLE = {
    "all that there is": (["success", "pass", "warn"], True, True),
    "a test that failed": (["success", "fail", "warn"], True, False),
    "a model that was skipped": (["skipped", "pass", "warn"], True, False),
    "a part was asked for": (["success", "pass", "warn"], False, False),
}


@pytest.mark.parametrize("statuses,asked,whole", WHOLE.values(), ids=WHOLE)
def test_a_build_is_whole_by_what_was_asked_and_ran(
    statuses: list[str], asked: bool, whole: bool, tmp_path: Path
) -> None:
    warehouse = tmp_path / "gym.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema build_state")
        connection.execute(f"create table build_state.this_command as select {asked} as asked")
    kinds = ("model", "test", "test")
    ran = [
        SimpleNamespace(node=SimpleNamespace(resource_type=kind), status=status)
        for kind, status in zip(kinds, statuses, strict=True)
    ]
    ran.append(SimpleNamespace(node=SimpleNamespace(resource_type="exposure"), status="no-op"))
    assert build.is_whole(ran, warehouse) == whole


def test_a_link_stays_and_what_it_leads_to_is_replaced(small_gym: Project, tmp_path: Path) -> None:
    share, link = tmp_path / "share", tmp_path / "here" / "gym.duckdb"
    share.mkdir()
    link.parent.mkdir()
    link.symlink_to("../share/gym_of_today.duckdb")
    for _ in range(2):
        publish.publish(small_gym.warehouse, link)
        assert link.is_symlink()
        assert query(link, "select count(*) > 0 from customers") == [(True,)]
    assert [path.name for path in link.parent.iterdir()] == ["gym.duckdb"]
    assert not (share / "gym_of_today.duckdb").is_symlink()


def test_a_second_warehouse_is_refused_until_it_says_so(
    small_gym: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also through a link; and a folder that is moved with both in it goes on."""
    link = tmp_path / "link.duckdb"
    link.symlink_to(small_gym.published)
    other = tmp_path / "other.duckdb"
    monkeypatch.setenv("GYM_WAREHOUSE", str(other))
    for published in (small_gym.published, link):
        monkeypatch.setenv("GYM_PUBLISHED", str(published))
        with pytest.raises(PermissionError, match=r"from another warehouse than .*other\.duckdb"):
            publish.refuse_another_warehouse(load())
    monkeypatch.setenv("GYM_TAKE_OVER_PUBLISHED", "1")
    publish.refuse_another_warehouse(load())
    monkeypatch.delenv("GYM_TAKE_OVER_PUBLISHED")
    moved = small_gym.copy(tmp_path / "moved")
    monkeypatch.setenv("GYM_PUBLISHED", str(moved.published))
    monkeypatch.setenv("GYM_WAREHOUSE", str(moved.warehouse))
    publish.refuse_another_warehouse(load())
    publish.owner_note(moved.published).unlink()
    monkeypatch.setenv("GYM_WAREHOUSE", str(other))
    publish.refuse_another_warehouse(load())


def test_what_a_dead_client_left_beside_it_spoils_no_publication(
    small_gym: Project, tmp_path: Path
) -> None:
    """It opened the file to write, and died before its changes were in it."""
    published = tmp_path / "gym.duckdb"
    publish.publish(small_gym.warehouse, published)
    client = python(
        "import os, sys, duckdb; connection = duckdb.connect(sys.argv[1]);"
        " connection.execute('create table scratch as select 1'); os._exit(9)",
        published,
    )
    assert client.wait() == 9
    assert Path(f"{published}.wal").exists()
    fewer = another_build(small_gym, tmp_path)
    publish.publish(fewer, published)
    sql = "select count(*) from customer_connections"
    with duckdb.connect(str(fewer), read_only=True) as connection:
        assert query(published, sql) == connection.sql(sql).fetchall()
    assert query(published, "from duckdb_tables() where table_name = 'scratch'") == []


def test_dbt_alone_does_not_know_where_to_publish() -> None:
    read_by_dbt = [PROJECT / "dbt_project.yml", PROJECT / "profiles.yml"]
    for folder in ("models", "macros", "seeds", "tests", "analyses"):
        read_by_dbt += (path for path in (PROJECT / folder).rglob("*.*") if path.is_file())
    texts = {path: path.read_bytes() for path in read_by_dbt if "tests/python" not in str(path)}
    assert len(texts) > 100
    assert [path for path, text in texts.items() if b"PUBLISHED" in text] == []


def test_only_the_named_tables_are_published(small_gym: Project) -> None:
    found = query(small_gym.published, "select table_name from duckdb_tables() order by all")
    assert [name for (name,) in found] == sorted(publish.TABLES)
    views = query(small_gym.published, "select view_name from duckdb_views() where not internal")
    assert sorted(name for (name,) in views) == sorted(publish.VIEWS)


def test_published_tables_have_the_rows_of_the_warehouse(small_gym: Project) -> None:
    for table in [*publish.TABLES, *publish.VIEWS]:
        sql = f"select count(*) from {table}"
        assert query(small_gym.published, sql) == small_gym.query(sql), table


def test_every_published_table_and_column_is_explained(small_gym: Project) -> None:
    sql = """
    select table_name, null, comment from duckdb_tables()
    union all
    select view_name, null, comment from duckdb_views() where not internal
    union all
    select table_name, column_name, comment from duckdb_columns() where not internal
    union all
    select function_name, null, comment from duckdb_functions()
    where function_type = 'table_macro' and not internal
    """
    assert {row[0] for row in query(small_gym.published, sql)} >= set(publish.FUNCTIONS)
    assert [row[:2] for row in query(small_gym.published, sql) if not row[2]] == []


def test_no_email_phone_or_birthday_is_published(small_gym: Project, tmp_path: Path) -> None:
    """By the columns, by the texts, and by the bytes of a copy that is not compressed."""
    columns = query(small_gym.published, "select column_name from duckdb_columns()")
    private = ("mail", "phone", "birth")
    assert [name for (name,) in columns if any(word in name.lower() for word in private)] == []
    bytes_of_copy = uncompressed(small_gym.published, tmp_path / "copy.duckdb")
    secrets = {
        value
        for column in ("email", "phone")
        for (value,) in small_gym.query(f"select {column} from landing.raw_capitan__customers")
        if value
    }
    assert len(secrets) > 500
    assert {secret for secret in secrets if secret.encode() in bytes_of_copy} == set()
    dates = query(
        small_gym.published,
        "select table_name, column_name from duckdb_columns() where data_type = 'DATE'",
    )
    assert {column for _, column in dates} == {
        "as_of",
        "checkin_date",
        "day",
        "end_date",
        "first_checkin_date",
        "first_entry_date",
        "first_interaction_date",
        "first_outing_date",
        "first_visit_date",
        "founding_date",
        "interaction_date",
        "known_date",
        "lapse_date",
        "last_checkin_date",
        "last_entry_date",
        "last_interaction_date",
        "last_listed_date",
        "last_outing_date",
        "last_visit_date",
        "linked_paid_date",
        "meeting_date",
        "membership_date",
        "month_start",
        "own_pass_date",
        "returned_date",
        "second_visit_date",
        "start_date",
        "today",
        "week_start",
    }


def uncompressed(published: Path, path: Path) -> bytes:
    """The bytes of a copy in which every text stands as it is."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("set force_compression = 'uncompressed'")
        connection.execute(f"attach '{published}' as published (read_only)")
        for table in publish.TABLES:
            connection.execute(f"create table {table} as from published.main.{table}")
        connection.execute("detach published")
        connection.execute("force checkpoint")
    return path.read_bytes()


def test_an_email_that_the_desk_typed_for_a_name_is_hidden(
    small_gym: Project, tmp_path: Path
) -> None:
    sql = "select purchaser_name from pass_transfers where checkin_id = 1"
    assert small_gym.query(sql) == [(DESK_EMAIL,)]
    assert query(small_gym.published, sql) == [("[e-mail]",)]
    assert DESK_EMAIL.encode() not in uncompressed(small_gym.published, tmp_path / "copy.duckdb")


def names_of_children(gym: Project) -> set[str]:
    """Full names that children have and no adult, as the exports write them.

    Reads the exports, not the models: the age is worked out here once more.
    """
    children, adults = set(), set()
    with (gym.exports / "capitan/checkins.csv").open(newline="", encoding="utf-8") as file:
        checkins = list(csv.DictReader(file))
    with (gym.exports / "capitan/customers.csv").open(newline="", encoding="utf-8") as file:
        customers = list(csv.DictReader(file))
    [(today,)] = gym.query("from core.core_today")
    for row in customers:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", row["birthday"] or ""):
            is_child = int(row["birthday"].replace("-", "")) > int(f"{today:%Y%m%d}") - 180000
        else:
            is_child = any(
                "Youth" in (visit["entry_method_description"] or "").split(" from ")[0]
                for visit in checkins
                if visit["customer_id"] == row["customer_id"]
            )
        if row["first_name"] and row["last_name"]:
            name = f"{row['first_name'].strip()} {row['last_name'].strip()}"
            (children if is_child else adults).add(name)
    # what stands in an adult's name tells nothing of a child, nor does another way to write it
    spelled = "\n".join(adults).casefold()
    return {name for name in children if name.casefold() not in spelled}


def found_in(names: set[str], content: bytes) -> set[str]:
    return {name for name in names if name.encode() in content}


def test_no_name_of_a_child_is_published_unless_asked_for(
    small_gym: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = names_of_children(small_gym)
    assert len(names) > 100
    assert found_in(names, uncompressed(small_gym.published, tmp_path / "copy.duckdb")) == set()
    users = """
    select count(*) from pass_transfers
    inner join customers on user_customer_id = customer_id
    where is_child and (user_first_name is not null or user_last_name is not null)
    """
    assert query(small_gym.published, users) == [(0,)]

    monkeypatch.setenv("GYM_PUBLISH_CHILDREN", "1")
    published = tmp_path / "with_children.duckdb"
    publish.publish(small_gym.warehouse, published)
    assert found_in(names, uncompressed(published, tmp_path / "other.duckdb")) == names
    assert query(published, users) > [(0,)]


def test_every_withheld_name_has_been_replaced(small_gym: Project, tmp_path: Path) -> None:
    """A key that the publishing reads in another way than the model would replace nothing."""
    for table, key in publish.ROW_KEYS.items():
        sql = f"select cast({key} as varchar) as row_key, * from {table}"
        withheld = small_gym.query(f"from names_withheld where table_name = '{table}'")
        assert withheld, table
        with duckdb.connect(str(small_gym.published), read_only=True) as connection:
            relation = connection.sql(sql)
            rows = [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]
        published = {row["row_key"]: row for row in rows if row["row_key"]}
        for _, column, row_key, text in withheld:
            assert published[row_key][column] == text


def test_the_names_of_adults_stay(small_gym: Project) -> None:
    sql = "select count(full_name), count(*) from customers where not is_child"
    assert query(small_gym.published, sql) == small_gym.query(sql)
    sql = """
    select count(*) from pass_transfers
    left join customers on purchaser_customer_id = customer_id
    where purchaser_name = '(child)' and not is_child
    """
    assert query(small_gym.published, sql) == [(0,)]
