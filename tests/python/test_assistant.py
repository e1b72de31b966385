"""The server for an assistant: the SDK's own client asks it, as a process, and tries to get out."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Awaitable, Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import anyio
import duckdb
import pytest
from conftest import PROJECT, Project
from mcp import MCPError, StdioServerParameters
from mcp.client.client import Client
from mcp.client.stdio import stdio_client

import scripts
from scripts import cli, publish
from scripts.assistant import asking, tools, worker

SECRET = "planted-secret-of-the-environment"
SERVE = ("-m", "scripts", "mcp")
# The handshake of older clients, and the one without a handshake.
MODES = ("legacy", "auto")
PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
SECONDS = 2


def with_client(
    published: Path,
    act: Callable[[Client], Awaitable[Any]],
    *options: str,
    mode: str = "auto",
    command: tuple[str, ...] = (sys.executable, *SERVE),
    folder: Path = PROJECT,
) -> Any:
    """What a client does with a server of a published file, which ends with it."""

    async def run() -> Any:
        environment = {"GYM_PUBLISHED": str(published), "AWS_SECRET_ACCESS_KEY": SECRET}
        environment |= {"PYTHONPATH": str(PROJECT)}
        program, *arguments = command
        started = StdioServerParameters(
            command=program, args=[*arguments, *options], env=environment, cwd=folder
        )
        async with Client(stdio_client(started), mode=mode) as client:
            return await act(client)

    return anyio.run(run)


async def said(client: Client, tool: str, **arguments: object) -> str:
    """The sentence with which a call is refused."""
    answer = await client.call_tool(tool, arguments)
    assert answer.is_error, answer
    [content] = answer.content
    return content.text


async def rows(client: Client, tool: str, **arguments: object) -> list[dict[str, Any]]:
    """The rows of a call, which the text has like the data."""
    answer = await client.call_tool(tool, arguments)
    assert not answer.is_error, answer.content
    [content] = answer.content
    found = answer.structured_content
    assert json.loads(content.text) == found
    names = [column["name"] for column in found["columns"]]
    assert all(list(row) == names for row in found["rows"])
    return found["rows"]


def one(published: Path, sql: str, *parameters: object) -> list[tuple]:
    with duckdb.connect(str(published), read_only=True) as connection:
        return connection.execute(sql, list(parameters)).fetchall()


def as_json(published: Path, sql: str) -> list[dict[str, Any]]:
    """What the file answers, by another way to JSON."""
    with duckdb.connect(str(published), read_only=True) as connection:
        connection.execute("create temp table found as " + sql)
        texts = connection.execute("select to_json(found) from found").fetchall()
        times = [
            name
            for name, kind in connection.execute(
                "select column_name, data_type from duckdb_columns() where table_name = 'found'"
            ).fetchall()
            if kind == "TIMESTAMP"
        ]
    found = [json.loads(text) for (text,) in texts]
    for row in found:
        row |= {name: row[name].replace(" ", "T") for name in times if row[name]}
    return found


def as_text(row: dict[str, Any]) -> str:
    """A row in which 5 and 5.0 are one number."""
    return json.dumps(
        {
            name: float(value) if isinstance(value, int) and not isinstance(value, bool) else value
            for name, value in row.items()
        }
    )


@pytest.fixture(scope="module")
def published(sample_project: tuple[Project, object]) -> Path:
    return sample_project[0].published


@pytest.mark.parametrize("mode", MODES)
def test_each_tool_answers_as_the_file_does(published: Path, mode: str) -> None:
    [(giver, user)] = one(
        published,
        # somebody whose card is short enough to be shown whole
        "select purchaser_customer_id, user_customer_id from pass_transfers"
        " join customers on purchaser_customer_id = customer_id"
        " where user_customer_id is not null order by checkin_count, 1, 2 limit 1",
    )
    [(name,)] = one(
        published,
        "select full_name from customers where full_name is not null order by checkin_count desc"
        " limit 1",
    )
    [(member,)] = one(published, "select customer_id from crew_members order by 1 limit 1")
    asked = {
        "find_customer": ({"text": name.upper()}, f"find_customer('{name.upper()}')"),
        "customer_card": ({"customer_id": giver}, f"customer_card({giver})"),
        "connections_of": ({"customer_id": giver}, f"connections_of({giver})"),
        "crew_of": ({"customer_id": member}, f"crew_of({member})"),
        "interactions_between": (
            {"customer_id": user, "other_customer_id": giver},
            f"interactions_between({giver}, {user})",
        ),
        "transfers_of": ({"customer_id": giver}, f"transfers_of({giver})"),
        "this_week": ({}, "(from action_list where as_of = (select max(as_of) from action_list))"),
        "query": (
            {"sql": "from calendar order by day limit 20"},
            "(from calendar order by day limit 20)",
        ),
    }

    async def act(client: Client) -> dict[str, Any]:
        listed = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(listed) == set(tools.TOOLS)
        assert all(tool.annotations.read_only_hint for tool in listed.values())
        found = {tool: await rows(client, tool, **given) for tool, (given, _) in asked.items()}
        found["list_tables"] = await rows(client, "list_tables")
        found["describe_table"] = await rows(client, "describe_table", table="pass_transfers")
        assert set(found) == set(listed)
        found["a function"] = await rows(client, "describe_table", table="Customer_Card")
        return found

    found = with_client(published, act, "--rows", "1000", mode=mode)
    for tool, (_, source) in asked.items():
        expected = as_json(published, f"from {source}")
        assert expected, tool
        told = [{name: row[name] for name in expected[0]} for row in found[tool]]
        assert sorted(map(as_text, told)) == sorted(map(as_text, expected)), tool
    assert name in {row["full_name"] for row in found["find_customer"]}
    assert found["query"][0]["day"] == str(one(published, "select min(day) from calendar")[0][0])
    assert any(isinstance(row["metadata"], dict) for row in found["interactions_between"])
    listed = {row["name"] for row in found["list_tables"]}
    assert listed == {*publish.TABLES, *publish.VIEWS, *publish.FUNCTIONS}
    described = found["describe_table"]
    assert described[0]["about"].startswith("Grain: one row per ")
    assert [row["name"] for row in described[1:]] == [
        name
        for (name,) in one(
            published,
            "select column_name from duckdb_columns() where table_name = 'pass_transfers'"
            " order by column_index",
        )
    ]
    assert all(row["about"] for row in described)
    [card] = found["a function"]
    assert (card["type"], bool(card["about"])) == ("function", True)
    assert card["name"].startswith("customer_card(")


def test_the_docs_of_every_table_are_resources(published: Path) -> None:
    async def act(client: Client) -> dict[str, str]:
        listed = (await client.list_resources()).resources
        found = {
            resource.name: (await client.read_resource(resource.uri)).contents[0].text
            for resource in listed
        }
        for address in ("gym://tables/nope", "gym://tables/../customers", "file:///etc/passwd"):
            with pytest.raises(MCPError, match="no such table"):
                await client.read_resource(address)
        return found

    found = with_client(published, act)
    assert set(found) == {*publish.TABLES, *publish.VIEWS}
    comments = one(
        published,
        "select table_name, column_name, comment from duckdb_columns() where not internal",
    )
    assert len(comments) > 200
    for table, column, comment in comments:
        assert f"- `{column}` (" in found[table]
        assert comment in found[table]


WRONG = {
    "no argument": ("customer_card", {}),
    "an unknown argument": ("this_week", {"day": "2025-01-01"}),
    "a number as text": ("customer_card", {"customer_id": "1 or 1 = 1"}),
    "a number below all": ("customer_card", {"customer_id": -1}),
    "a number above all": ("customer_card", {"customer_id": 2**63}),
    "a truth as number": ("crew_of", {"customer_id": True}),
    "a strength that is none": ("connections_of", {"customer_id": 1, "min_strength": 6}),
    "a list": ("find_customer", {"text": ["a"]}),
    "no text": ("find_customer", {"text": ""}),
    "a long text": ("find_customer", {"text": "a" * 201}),
    "a long query": ("query", {"sql": "select 1 -- " + "a" * tools.LONGEST_QUERY}),
    "no table": ("describe_table", {"table": "customers; drop table customers"}),
    "a table of the system": ("describe_table", {"table": "duckdb_settings"}),
    "an unknown tool": ("shell", {"command": "ls"}),
}


def test_arguments_that_cannot_be_meant_are_refused_in_a_sentence(published: Path) -> None:
    async def act(client: Client) -> dict[str, str]:
        return {case: await said(client, tool, **given) for case, (tool, given) in WRONG.items()}

    for case, sentence in with_client(published, act).items():
        assert re.fullmatch(r"[A-Z][^\n]{10,300}\.", sentence), (case, sentence)
        assert "pydantic" not in sentence, case


ONE = "Only one SELECT"
NOT_CALLED = "may not be called here"
NO_TABLE = "no published table"
OTHER_NAME = "another name"
LATE = f"took longer than {SECONDS} seconds"
MEMORY = "more memory"
# A part of the sentence with which each is refused.
HOSTILE = {
    "copy customers to '/tmp/stolen.csv'": ONE,
    "copy (select 1) to '/dev/stdout'": ONE,
    "export database '/tmp/stolen'": ONE,
    "attach '/tmp/other.duckdb' as other": ONE,
    "detach gym_connections": ONE,
    "use memory": ONE,
    "install httpfs": ONE,
    "load httpfs": ONE,
    "load '/tmp/evil.duckdb_extension'": ONE,
    "pragma database_list": ONE,
    "pragma enable_profiling": ONE,
    "set threads = 64": ONE,
    "set enable_external_access = true": ONE,
    "reset lock_configuration": ONE,
    "set variable x = 1": ONE,
    "create table stolen as from customers": ONE,
    "create temp macro f() as 1": ONE,
    "create secret (type s3, key_id 'a', secret 'b')": ONE,
    "insert into crews from crews": ONE,
    "update customers set full_name = 'x'": ONE,
    "delete from customers": ONE,
    "drop table customers": ONE,
    "checkpoint": ONE,
    "begin transaction": ONE,
    "prepare p as select 1": ONE,
    "execute p": ONE,
    "call pragma_version()": ONE,
    "explain analyze select 1": ONE,
    "select 1; select 2": ONE,
    "select 1; drop table customers": ONE,
    "select 1 -- one\n; delete from customers": ONE,
    "select 1 /* ; */ ; /* */ attach 'x'": ONE,
    "/* select 1 */ delete from customers": ONE,
    "-- select 1": ONE,
    "select 1\0; drop table customers": ONE,
    "with x as (delete from customers returning *) from x": "CTE needs a SELECT",
    "merge into customers using crews on true when matched then delete": ONE,
    ";": ONE,
    " ": ONE,
    "show all tables": "list_tables",
    "from (show databases)": "list_tables",
    "summarize customers": "list_tables",
    "select $1": "no parameters",
    "select * from read_csv('/etc/passwd')": NOT_CALLED,
    "select * from read_text('/etc/passwd')": NOT_CALLED,
    "select * from read_blob('/etc/passwd')": NOT_CALLED,
    "select * from read_parquet('s3://bucket/x')": NOT_CALLED,
    "select * from read_json('http://127.0.0.1:1/x')": NOT_CALLED,
    "select * from read_duckdb('/tmp/x')": NOT_CALLED,
    "select * from sniff_csv('/etc/passwd')": NOT_CALLED,
    "select * from parquet_metadata('/tmp/x')": NOT_CALLED,
    "select * from glob('/*')": NOT_CALLED,
    "from '/etc/passwd'": NO_TABLE,
    "from 'https://127.0.0.1:1/x.csv'": NO_TABLE,
    'from "x.parquet"': NO_TABLE,
    "select * from duckdb_settings()": NOT_CALLED,
    'select * from "DUCKDB_SETTINGS"()': NOT_CALLED,
    "select * from duckdb_databases()": NOT_CALLED,
    "select * from duckdb_secrets()": NOT_CALLED,
    "select * from duckdb_extensions()": NOT_CALLED,
    "select * from duckdb_logs()": NOT_CALLED,
    "select * from pragma_database_size()": NOT_CALLED,
    "from pragma_database_list": NO_TABLE,
    "from duckdb_databases": NO_TABLE,
    "from information_schema.tables": NO_TABLE,
    "from pg_catalog.pg_settings": NO_TABLE,
    "from system.main.duckdb_databases": NO_TABLE,
    "from temp.customers": NO_TABLE,
    "from sqlite_master": NO_TABLE,
    "from asking": NO_TABLE,
    "select current_setting('temp_directory')": NOT_CALLED,
    "select \"CURRENT_SETTING\"('temp_directory')": NOT_CALLED,
    "select system.main.current_setting('temp_directory')": NOT_CALLED,
    "select pg_catalog.current_setting('temp_directory')": NOT_CALLED,
    "select list_transform([1], x -> current_setting('threads'))": NOT_CALLED,
    "select 1 order by (select max(path) from duckdb_databases())": NOT_CALLED,
    "select 1 limit (select count(*) from duckdb_settings())": NOT_CALLED,
    "select * replace ((select 'a' from glob('*')) as full_name) from customers": NOT_CALLED,
    "select * from unnest((select list(path) from duckdb_databases()))": NOT_CALLED,
    "select sum(1) over (order by current_setting('threads'))": NOT_CALLED,
    "from customers, lateral (from read_text('/etc/passwd'))": NOT_CALLED,
    "select getenv('AWS_SECRET_ACCESS_KEY')": NOT_CALLED,
    "select getvariable('x')": NOT_CALLED,
    "select write_log('x')": NOT_CALLED,
    "select nextval('x')": NOT_CALLED,
    "select sleep_ms(60000)": NOT_CALLED,
    "select pg_sleep(60)": NOT_CALLED,
    "select finalize(sum(1))": NOT_CALLED,
    "select sum(1) export_state": NOT_CALLED,
    "from query('from duckdb_databases()')": NOT_CALLED,
    "from query_table('duckdb_databases')": NOT_CALLED,
    "from json_execute_serialized_sql(json_serialize_sql('select 1'))": NOT_CALLED,
    "from seq_scan('customers')": NOT_CALLED,
    # the name of the inner part would allow the outer one
    "with a as (with pragma_database_list as (select 1) select 1) from pragma_database_list": (
        OTHER_NAME
    ),
    "with duckdb_databases as (from duckdb_databases) from duckdb_databases": OTHER_NAME,
    'with "/etc/passwd" as (select 1) from "/etc/passwd"': OTHER_NAME,
    "with recursive r as (select 1 as a union all select a + 1 from r) select max(a) from r": LATE,
    "select count(*) from checkins a, checkins b, checkins c, checkins d"
    " where a.checkin_id != b.checkin_id": LATE,
    "select levenshtein(repeat('ab', 200000), repeat('ba', 200000))": LATE,
    "select range(2000000000)": MEMORY,
    "select string_agg(repeat('x', 100000), '') from range(1000000)": MEMORY,
    "select " + "(" * 4000 + "1" + ")" * 3999: "syntax error",
    "select " + "+".join(["1"] * 4000): "depth",
    "select " + "[" * 4000 + "1" + "]" * 4000: "depth",
    "select " + ", ".join(f"repeat('x', 1900) as c{i}" for i in range(40)): "too long",
    "selec 1": "syntax error",
    "select nope from customers": "not found",
}


def test_hostile_sql_gets_a_sentence_and_nothing_else(small_gym: Project) -> None:
    """And what comes after it is answered as before."""
    before = publish.mark_of(small_gym.published)

    async def act(client: Client) -> dict[str, str]:
        found = {}
        for sql, _ in HOSTILE.items():
            begun = time.monotonic()
            found[sql] = await said(client, "query", sql=sql)
            assert time.monotonic() - begun < SECONDS + asking.GRACE_SECONDS + 10, sql[:80]
        assert await rows(client, "query", sql="select 1 as a") == [{"a": 1}]
        return found

    found = with_client(small_gym.published, act, "--seconds", str(SECONDS), "--megabytes", "512")
    wrong = {sql[:80]: text for sql, text in found.items() if HOSTILE[sql] not in text}
    assert wrong == {}
    written = {sql: text for sql, text in found.items() if str(small_gym.folder) in text}
    assert written == {}
    assert all("\n" not in text and "Traceback" not in text for text in found.values())
    assert publish.mark_of(small_gym.published) == before
    assert not Path("/tmp/stolen.csv").exists()


# What DuckDB itself refuses, were a query to come so far.
CLOSED = {
    "select * from read_text('/etc/passwd')": duckdb.PermissionException,
    "from '/etc/passwd.csv'": duckdb.PermissionException,
    "copy customers to '/tmp/stolen.csv'": duckdb.PermissionException,
    "attach '/tmp/other.duckdb'": duckdb.PermissionException,
    "load '/tmp/evil.duckdb_extension'": duckdb.PermissionException,
    "install httpfs": duckdb.PermissionException,
    "set threads = 64": duckdb.InvalidInputException,
    "set enable_external_access = true": duckdb.InvalidInputException,
    "reset lock_configuration": duckdb.InvalidInputException,
    "delete from customers": duckdb.InvalidInputException,
    "create table stolen as from customers": duckdb.InvalidInputException,
    "from HOSTILE": duckdb.CatalogException,
}


def test_duckdb_itself_is_closed_too(published: Path) -> None:
    request = {
        "path": str(published),
        "tables": [*publish.TABLES, *publish.VIEWS],
        "functions": publish.FUNCTIONS,
        "megabytes": 256,
        "threads": 1,
    }
    with worker.opened(request) as connection:
        for sql, kind in CLOSED.items():
            with pytest.raises(kind):
                connection.execute(sql).fetchall()
        settings = dict(connection.execute("select name, value from duckdb_settings()").fetchall())
    assert settings["access_mode"] == "read_only"
    for name in ("autoinstall_known_extensions", "autoload_known_extensions"):
        assert settings[name] == "false"
    assert (settings["temp_directory"], settings["threads"]) == ("", "1")


PLAIN = {
    "a part of one's own": "with a as (select 1 as x) select x from a",
    "a part within a part": "with a as (with b as (select 1 as x) from b) from a",
    "a recursion that ends": (
        "with recursive r as (select 1 as x union all select x + 1 from r where x < 3) from r"
    ),
    "a window": "select row_number() over (order by day) as x from calendar limit 1",
    "an aggregate": (
        "select count(*), median(checkin_count), string_agg(distinct age_group, ',')"
        " filter (where is_child) from customers"
    ),
    "JSON": "select metadata ->> 'x', metadata -> 'y' from customer_interactions limit 1",
    "a list": "select [x + 1 for x in range(3) if x > 0], list_sum([1, 2]), {'a': [1]}.a[1]",
    "dates": "select day + interval 1 day, date_trunc('week', day) from calendar limit 1",
    "a whole name": "select customers.full_name from gym_connections.main.customers limit 1",
    "a function of the file": "select * from find_customer('a') join customers using (customer_id)",
    "a comment at the end": "select 1 -- and no more",
    "a semicolon in a text": "select ';drop table customers;' as x;",
    "a pivot": "from (pivot customers on age_group in ('adult') using count(*)) limit 1",
    "a sample": "from customers using sample 2",
    "an operator as function": "select 'a' like 'b', -1, not true, 1 between 0 and 2, 1 is null",
}


def test_a_plain_query_is_answered(published: Path) -> None:
    async def act(client: Client) -> None:
        for case, sql in PLAIN.items():
            answer = await client.call_tool("query", {"sql": sql})
            assert not answer.is_error, (case, answer.content)

    with_client(published, act)


def test_what_is_cut_is_said(published: Path) -> None:
    async def act(client: Client) -> dict[str, Any]:
        asked = {
            "all": "select * from range(5)",
            "rows": "select * from range(100000000000)",
            "cell": "select repeat('é', 100000) as x",
            "list": "select range(10000) as x",
            "room": "select repeat('x', 1999) as x from range(100)",
            "two of a name": "select 1 as a, 2 as a",
        }
        return {
            case: (await client.call_tool("query", {"sql": sql})).structured_content
            for case, sql in asked.items()
        }

    found = with_client(published, act, "--rows", "40")
    assert found["all"]["truncated"] is False
    assert "note" not in found["all"]
    assert len(found["rows"]["rows"]) == 40
    assert found["two of a name"]["rows"] == [{"a": 1, "a_2": 2}]
    for case in ("cell", "list"):
        [row] = found[case]["rows"]
        assert len(row["x"]) == worker.LONGEST_CELL + 1
        assert row["x"].endswith("…")
    assert 20 < len(found["room"]["rows"]) < 40
    for case, word in (
        ("rows", "first 40 rows"),
        ("cell", "cut"),
        ("list", "cut"),
        ("room", "room"),
    ):
        assert found[case]["truncated"] is True
        assert word in found[case]["note"]


def test_nothing_that_is_withheld_is_told(small_gym: Project) -> None:
    """A child is a number; the same search finds an adult's name."""
    people = {
        row["customer_id"]: row
        for row in csv.DictReader(
            (small_gym.exports / "capitan/customers.csv").open(newline="", encoding="utf-8")
        )
    }
    shown = dict(one(small_gym.published, "select customer_id, full_name from customers"))
    named = {str(name).lower() for name in shown.values()}
    children = [
        number
        for (number,) in one(
            small_gym.published, "select customer_id from customers where is_child order by 1"
        )
    ]
    hidden = {
        number: f"{people[str(number)]['first_name']} {people[str(number)]['last_name']}".strip()
        for number in children
        if str(number) in people
    }
    # a name that an adult has, too, is published as that adult's
    hidden = {
        number: name
        for number, name in hidden.items()
        if len(name.split()) == 2 and not any(name.lower() in adult for adult in named)
    }
    some = dict([*hidden.items()][:40])
    assert len(some) == 40
    adult = next(name for name in shown.values() if name and len(name.split()) == 2)
    contacts = {
        row[key].lower() for row in people.values() for key in ("email", "phone") if row[key]
    }

    def search(texts: list[str]) -> str:
        listed = ", ".join("'" + text.lower().replace("'", "''") + "'" for text in texts)
        return f"with sought as (select unnest([{listed}]) as text) " + " union all ".join(
            f"select '{table}' as found, text from {table}, sought"
            f" where contains(lower(cast({table} as varchar)), text)"
            for table in [*publish.TABLES, *publish.VIEWS]
        )

    async def act(client: Client) -> None:
        assert await rows(client, "query", sql=search([adult]))
        assert await rows(client, "query", sql=search([*some.values()])) == []
        assert await rows(client, "query", sql=search([*contacts][:40])) == []
        mails = " union all ".join(
            f"select '{table}' as found from {table} where contains(cast({table} as varchar), '@')"
            for table in publish.TABLES
        )
        assert await rows(client, "query", sql=mails) == []
        for number, name in [*some.items()][:5]:
            assert await rows(client, "find_customer", text=name) == []
            [row] = await rows(client, "find_customer", text=str(number))
            assert row["full_name"] is None
            card = await rows(client, "customer_card", customer_id=number)
            assert all(line["full_name"] is None for line in card if line["section"] == "customer")
        told = json.dumps(await rows(client, "this_week"))
        assert not any(name in told for name in some.values())

    with_client(small_gym.published, act, "--seconds", "60")


def test_a_publish_is_seen_by_the_next_call_and_waits_for_none(
    night: Project, tmp_path: Path
) -> None:
    """Also through a link, and while a query runs."""
    link = tmp_path / "link.duckdb"
    link.symlink_to(night.published)
    slow = "with recursive r as (select 1 as a union all select a + 1 from r) select max(a) from r"

    async def act(client: Client) -> None:
        assert await rows(client, "find_customer", text="Zoe Newcomer") == []
        async with anyio.create_task_group() as tasks:
            asked: list[str] = []

            async def ask_slowly() -> None:
                asked.append(await said(client, "query", sql=slow))

            tasks.start_soon(ask_slowly)
            await anyio.sleep(1)
            with duckdb.connect(str(night.warehouse)) as connection:
                connection.execute(
                    "update customers set full_name = 'Zoe Newcomer' where customer_id ="
                    " (select min(customer_id) from customers where age_group = 'adult')"
                )
            await anyio.to_thread.run_sync(publish.publish, night.warehouse, night.published)
            assert asked == []
            [row] = await rows(client, "find_customer", text="zoe newcomer")
            assert row["full_name"] == "Zoe Newcomer"
            assert asked == []
            tasks.cancel_scope.cancel()
        night.published.unlink()
        assert await said(client, "this_week") == worker.NOT_THERE

    with_client(link, act, "--seconds", "120")


def children_of(number: int) -> list[int]:
    """The processes that a process began, and those that they began."""
    if not Path("/proc/self/task").exists():
        pytest.skip("only Linux tells which processes a process began")
    found: list[int] = []
    for path in Path(f"/proc/{number}/task").glob("*/children"):
        for child in map(int, path.read_text().split()):
            found += [child, *children_of(child)]
    return found


def is_running(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(holds: Callable[[], bool], seconds: float = 15) -> bool:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)
    return holds()


# A client whose query no interruption ends, so that only a kill does.
CLIENT = """
import sys
import anyio
from mcp import StdioServerParameters
from mcp.client.client import Client
from mcp.client.stdio import stdio_client

async def main():
    started = StdioServerParameters(
        command=sys.executable, args=["-m", "scripts", "mcp", "--seconds", "120"],
        env={"GYM_PUBLISHED": sys.argv[1]}, cwd=sys.argv[2],
    )
    async with Client(stdio_client(started), mode="auto") as client:
        await client.list_tools()
        print("asking", flush=True)
        sql = "select levenshtein(repeat('ab', 900000), repeat('ba', 900000))"
        await client.call_tool("query", {"sql": sql})

anyio.run(main)
"""


@pytest.fixture
def asking_client(published: Path) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """A client in the middle of a long query, and the server and worker that work for it."""
    client = subprocess.Popen(
        [sys.executable, "-c", CLIENT, str(published), str(PROJECT)],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
    )
    started: list[int] = []
    try:
        assert client.stdout.readline() == "asking\n"

        def is_busy() -> bool:
            started[:] = children_of(client.pid)
            return any(ticks(number) > 100 for number in started[1:])

        assert wait_until(is_busy, 60)
        yield client, started
    finally:
        client.kill()
        client.wait()
        client.stdout.close()
        for number in filter(is_running, started):
            os.kill(number, signal.SIGKILL)


def ticks(number: int) -> int:
    """The processor's time that a process has had, in hundredths of a second."""
    try:
        return int(Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[11])
    except FileNotFoundError:
        return 0


@pytest.mark.parametrize("killed", ["client", "server", "server politely"])
def test_a_kill_leaves_no_process_behind(asking_client, killed: str) -> None:
    client, started = asking_client
    server, *workers = started
    assert workers
    if killed == "client":
        client.kill()
    else:
        os.kill(server, signal.SIGTERM if killed == "server politely" else signal.SIGKILL)
    assert wait_until(lambda: not any(map(is_running, workers)))
    if killed == "client":
        assert wait_until(lambda: not is_running(server))


def test_no_secret_reaches_the_query_and_no_network_is_used(asking_client) -> None:
    _, (server, *workers) = asking_client
    tables = [Path(f"/proc/{server}/net/{name}") for name in ("tcp", "tcp6", "udp", "udp6")]
    inodes = {
        line.split()[9]
        for table in tables
        if table.exists()
        for line in table.read_text().splitlines()[1:]
    }
    for number in (server, *workers):
        links = [str(path.readlink()) for path in Path(f"/proc/{number}/fd").iterdir()]
        sockets = {link[8:-1] for link in links if link.startswith("socket:[")}
        assert sockets & inodes == set()
    for number in workers:
        environment = Path(f"/proc/{number}/environ").read_bytes().split(b"\0")
        names = {text.partition(b"=")[0].decode() for text in environment if text}
        assert names <= {*asking.HANDED_ON, "LC_CTYPE"}
        limits = Path(f"/proc/{number}/limits").read_text()
        if ticks(number) > 100:
            assert re.search(r"^Max file size +0 ", limits, re.MULTILINE)
            assert not re.search(r"^Max address space +unlimited ", limits, re.MULTILINE)


def test_an_ended_client_ends_all(published: Path) -> None:
    seen: list[int] = []
    # of other tests, such as the dbt that is kept warm
    others = {os.getpid(), *children_of(os.getpid())}

    async def act(client: Client) -> None:
        await rows(client, "this_week")
        seen.extend(children_of(os.getpid()))

    with_client(published, act)
    servers = [number for number in seen if number not in others]
    assert servers
    assert wait_until(lambda: not any(map(is_running, servers)))


def test_a_client_that_gives_up_ends_the_query(published: Path) -> None:
    slow = "select levenshtein(repeat('ab', 900000), repeat('ba', 900000))"

    async def act(client: Client) -> None:
        for _ in range(asking.AT_ONCE + 1):
            with anyio.move_on_after(1):
                await client.call_tool("query", {"sql": slow})
        with anyio.fail_after(15):
            assert await rows(client, "query", sql="select 1 as a") == [{"a": 1}]

    with_client(published, act, "--seconds", "120")


def started(published: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The server of a file whose client says nothing and ends."""
    return subprocess.run(
        [sys.executable, *SERVE, *options],
        cwd=PROJECT,
        env=os.environ | {"GYM_PUBLISHED": str(published)} | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def not_there(_: Project, folder: Path) -> Path:
    return folder / "nothing.duckdb"


def no_database(_: Project, folder: Path) -> Path:
    (folder / "letter.duckdb").write_text("Dear all, this is no database.")
    return folder / "letter.duckdb"


def empty(_: Project, folder: Path) -> Path:
    (folder / "empty.duckdb").touch()
    return folder / "empty.duckdb"


def cut(gym: Project, folder: Path) -> Path:
    (folder / "cut.duckdb").write_bytes(gym.published.read_bytes()[:5000])
    return folder / "cut.duckdb"


def another_database(_: Project, folder: Path) -> Path:
    with duckdb.connect(str(folder / "another.duckdb")) as connection:
        connection.execute("create table passwords as select 'x' as password")
    return folder / "another.duckdb"


def older(gym: Project, folder: Path) -> Path:
    (folder / "older.duckdb").write_bytes(gym.published.read_bytes())
    with duckdb.connect(str(folder / "older.duckdb")) as connection:
        connection.execute("drop macro table crew_of")
        connection.execute("drop table action_outcomes")
    return folder / "older.duckdb"


def a_warehouse(gym: Project, folder: Path) -> Path:
    (folder / "warehouse.duckdb").write_bytes(gym.warehouse.read_bytes())
    return folder / "warehouse.duckdb"


REFUSED = {
    not_there: worker.NOT_THERE,
    no_database: worker.NO_DUCKDB,
    empty: worker.NO_DUCKDB,
    cut: worker.NOT_READABLE,
    another_database: worker.NOT_PUBLISHED,
    older: worker.OLDER,
    a_warehouse: worker.NOT_PUBLISHED,
}


@pytest.mark.parametrize("make", REFUSED, ids=lambda make: make.__name__)
def test_another_file_is_not_served_and_a_sentence_says_why(
    small_gym: Project, tmp_path: Path, make: Callable[[Project, Path], Path]
) -> None:
    done = started(make(small_gym, tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [REFUSED[make]]


def test_a_file_that_is_being_written_is_told(small_gym: Project, tmp_path: Path) -> None:
    copied = tmp_path / "busy.duckdb"
    copied.write_bytes(small_gym.published.read_bytes())
    with duckdb.connect(str(copied)):
        done = started(copied)
    assert (done.returncode, done.stderr.splitlines()) == (1, [worker.BUSY])


def test_without_a_client_it_ends_at_once_and_says_nothing(published: Path) -> None:
    done = started(published)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_client_that_speaks_no_protocol_is_answered_without_a_traceback(
    published: Path,
) -> None:
    lines = ["no json", '{"jsonrpc": "2.0", "id": 1, "method": "nope"}', "[" * 100_000, "\0"]
    done = subprocess.run(
        [sys.executable, *SERVE],
        cwd=PROJECT,
        env=os.environ | {"GYM_PUBLISHED": str(published)},
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0
    assert "Traceback" not in done.stdout + done.stderr
    assert str(PROJECT) not in done.stdout
    assert all(json.loads(line)["jsonrpc"] == "2.0" for line in done.stdout.splitlines())


def test_the_entry_serves_from_any_folder(published: Path, tmp_path: Path) -> None:
    module, _, function = PYPROJECT["project"]["scripts"]["gym-connections-mcp"].partition(":")
    code = f"import sys; from {module} import {function} as entry; sys.exit(entry())"

    async def act(client: Client) -> list[dict[str, Any]]:
        return await rows(client, "query", sql="select count(*) as people from customers")

    entry = (sys.executable, "-c", code)
    [row] = with_client(published, act, command=entry, folder=tmp_path)
    assert row["people"] == one(published, "select count(*) from customers")[0][0]


PAGE = (PROJECT / "docs/assistants.md").read_text(encoding="utf-8")


def test_the_snippet_of_the_page_runs(published: Path) -> None:
    [snippet] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    [(name,)] = one(
        published, "select full_name from customers where full_name is not null order by 1 limit 1"
    )
    [word] = re.findall(r'"text": "(\w+)"', snippet)
    # the child of the snippet's server has its own few variables, so the place is written into it
    place = f'args=["-m", "scripts", "mcp"], env={{"GYM_PUBLISHED": {str(published)!r}}}'
    code = snippet.replace(f'"{word}"', repr(name)).replace('args=["-m", "scripts", "mcp"]', place)
    assert "GYM_PUBLISHED" in code
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[0].endswith(f" {name}")


def test_the_page_has_every_tool_and_limit() -> None:
    told = re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`[^|]*) \|", PAGE, re.MULTILINE)))
    assert set(tools.TOOLS) <= set(told)
    limits = asking.Limits()
    options = {parameter.opts[0]: parameter.default for parameter in cli.cli.commands["mcp"].params}
    for name, default in options.items():
        assert default == getattr(limits, name[2:])
        assert f"| {default} | `{name}` |" in PAGE
    sizes = (worker.LONGEST_CELL, asking.LONGEST_ANSWER, tools.LONGEST_QUERY)
    assert "; ".join(f"{size:,}" for size in sizes) in PAGE


def test_the_extra_and_the_group_that_is_locked_are_one_list() -> None:
    extra = PYPROJECT["project"]["optional-dependencies"]["mcp"]
    assert extra == PYPROJECT["dependency-groups"]["mcp"]
    assert set(PYPROJECT["build-system"]["requires"]) <= set(extra)
    for lock in ("requirements.txt", "requirements-dev.txt", "requirements-benchmark.txt"):
        assert not re.search(r"^mcp==", (PROJECT / lock).read_text(encoding="utf-8"), re.MULTILINE)


def test_a_missing_extra_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As in an environment that `make build` alone has made."""
    for name in [name for name in sys.modules if name.split(".")[0] in ("mcp", "mcp_types")]:
        monkeypatch.delitem(sys.modules, name)
    for name in [name for name in sys.modules if name.startswith("scripts.assistant")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr(scripts, "assistant", raising=False)
    monkeypatch.setitem(sys.modules, "mcp_types", None)
    monkeypatch.setitem(sys.modules, "mcp", None)
    assert cli.main(["mcp"]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.splitlines() == [
        "No server:",
        "  mcp_types is missing; `make mcp` installs it",
    ]


VALUES = {
    "nothing": (None, None),
    "a truth": (True, True),
    "a whole number": (2**53 - 1, 2**53 - 1),
    "a number that JavaScript would change": (-(2**60), "-1152921504606846976"),
    "money": (Decimal("23.82"), 23.82),
    "a whole decimal": (Decimal("23.00"), 23),
    "an endless decimal": (Decimal("NaN"), "NaN"),
    "no number": (float("nan"), "nan"),
    "what JSON's numbers may not be": (json.loads("[1e999, NaN, 1e3]"), ["inf", "nan", 1000.0]),
    "beyond numbers": (float("-inf"), "-inf"),
    "bytes": (b"\x00\xff", "AP8="),
    "a structure": ({"a": [Decimal("1.5"), {1: b""}]}, {"a": [1.5, {"1": ""}]}),
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_every_value_is_json(value: object, expected: object) -> None:
    assert worker.plain(value) == expected
    json.dumps(worker.plain(value), allow_nan=False)


# What their names have in common is that they may reach out of the tables; these do not.
HARMLESS = {
    *("current_query", "formatreadablesize", "formatreadabledecimalsize", "log", "log10", "log2"),
    *("parse_dirname", "parse_dirpath", "parse_filename", "parse_path", "json_extract_path"),
    *("json_extract_path_text", "in_search_path", "current_database", "has_database_privilege"),
}
REACHING = re.compile(
    r"setting|variable|env$|secret|file|path|query|exec|read|write|load|attach|copy|glob|extension"
    r"|database|serialize|sleep|^log|pragma|duckdb_|nextval|currval|setseed|error"
)


def test_no_function_that_may_be_called_reaches_out_of_the_tables() -> None:
    """A later DuckDB with another one is noticed."""
    with duckdb.connect() as connection:
        known = worker.callable_functions(connection)
    assert len(known) > 400
    assert {name for name in known if REACHING.search(name)} - HARMLESS == set()
    assert not known & worker.CLOSED
    assert {"count", "sum", "list_transform", "date_trunc", "round_even"} <= known


def test_ctrl_c_ends_it_in_a_sentence(published: Path) -> None:
    """The server waits for a client; what it began ends with it."""
    server = subprocess.Popen(
        [sys.executable, *SERVE],
        cwd=PROJECT,
        env=os.environ | {"GYM_PUBLISHED": str(published)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    asked = {"jsonrpc": "2.0", "id": 1, "method": "initialize"}
    client = {"name": "test", "version": "1"}
    asked["params"] = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client}
    server.stdin.write(json.dumps(asked) + "\n")
    server.stdin.flush()
    assert json.loads(server.stdout.readline())["id"] == 1
    workers = children_of(server.pid)
    server.send_signal(signal.SIGINT)
    try:
        assert server.wait(20) == 130
    finally:
        server.kill()
        shown = server.communicate()[1]
    assert "Traceback" not in shown
    assert "Stopped by Ctrl-C" in shown
    assert wait_until(lambda: not any(map(is_running, workers)))


def test_dates_are_iso_text() -> None:
    query = (
        "select date '2025-11-24' as d, timestamp '2025-11-24 18:05:00' as t, time '18:05' as c,"
        " interval 1 day as i, timestamptz '2025-11-24 18:05:00+00' as z"
    )
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        [row] = worker.answer(connection, query, [], 10, 10_000)["rows"]
    assert row == {
        "d": "2025-11-24",
        "t": "2025-11-24T18:05:00",
        "c": "18:05:00",
        "i": "1 day, 0:00:00",
        "z": "2025-11-24T18:05:00+00:00",
    }
