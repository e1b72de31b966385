"""One question of the published file, in a process of its own: it reads one request and ends.

It is run by its path and without the environment of its parent, so that it imports nothing of the
project and knows no secret. What a query may do is decided here, before DuckDB runs it: one SELECT
of the published tables and functions. DuckDB itself is closed besides: read-only, no file, no
network, no extension and no setting.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
import re
import resource
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

# What a query may call in FROM, beside the functions of the file.
TABLE_FUNCTIONS = {"generate_series", "json_each", "json_tree", "range", "unnest"}
# Of the functions that give another answer each time, or do something, only these may be called.
VOLATILE = {"random", "uuid", "gen_random_uuid"}
# They tell of the machine or the settings, or read bytes as what DuckDB keeps within.
CLOSED = {
    *("current_setting", "getvariable", "getenv", "version", "vector_type", "stats"),
    *("json_deserialize_sql", "json_execute_serialized_sql", "json_serialize_plan"),
    *("json_serialize_sql", "parse_duckdb_log_message", "pg_get_viewdef", "pg_sleep", "finalize"),
    *("combine", "create_sort_key", "inet_client_addr", "inet_server_addr", "pg_conf_load_time"),
    *("pg_postmaster_start_time", "duckdb_logs_parsed", "duckdb_profiling_settings", "write_log"),
}
# DuckDB lists them among no functions.
IN_WINDOWS = {
    *("cume_dist", "dense_rank", "fill", "first_value", "lag", "last_value", "lead", "nth_value"),
    *("ntile", "percent_rank", "rank", "rank_dense", "row_number", "grouping", "unnest"),
}
CLOSED_BEGINNINGS = ("__internal", "variant_", "st_")
# Kinds of what stands in FROM which a SELECT may have.
SOURCES = {"BASE_TABLE", "EMPTY", "EXPRESSION_LIST", "JOIN", "PIVOT", "SUBQUERY", "TABLE_FUNCTION"}
# Kinds of a query itself.
QUERIES = {"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"}
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
# JavaScript, and so many a client, reads a larger whole number as another one.
LARGEST_NUMBER = 2**53 - 1
LONGEST_CELL = 2_000
LONGEST_REASON = 400
MEGABYTE = 2**20
# DuckDB counts what it stores; what a function makes, and Python's own copy, come on top.
MEMORY_TIMES = 3
MEMORY_BESIDE = 1024 * MEGABYTE

NOT_THERE = "There is no published file yet: run make build."
NO_DUCKDB = "The published file is no DuckDB file: run make build."
OTHER_VERSION = "The published file was written by another version of DuckDB: run make build."
BUSY = "Another program has the published file open for writing; close it, or ask again later."
NOT_READABLE = "The published file cannot be read by this user, or is broken."
OLDER = "The published file was written by an older version of this project: run make build."
NOT_PUBLISHED = (
    "GYM_PUBLISHED names a file with tables that are never published; it is not opened to an"
    " assistant."
)
ONE_SELECT = "Only one SELECT is run, and nothing else; no second statement, and no other command."
SHOWS = "Use list_tables and describe_table for that; only one SELECT is run here."
TOO_DEEP = "The query is nested too deeply."
TOO_MUCH_MEMORY = "The query needs more memory than one call may have; ask for less."
FAILED = "The query could not be run."


class RefusedError(Exception):
    """A question that is not answered; its text is the sentence that says why."""


def one_select(connection: duckdb.DuckDBPyConnection, sql: str) -> dict[str, Any]:
    """The only statement of a text, as DuckDB's own parser sees it.

    Raises:
        RefusedError: it has more statements, or another one than a SELECT, or is no SQL.
    """
    if "\0" in sql:
        # the parser ends there, and what comes after it would be seen by nobody
        raise RefusedError(ONE_SELECT)
    try:
        [(text,)] = connection.execute(
            "select json_serialize_sql(cast($1 as varchar))", [sql]
        ).fetchall()
        parsed = json.loads(text)
    except RecursionError:
        raise RefusedError(TOO_DEEP) from None
    if parsed["error"]:
        if parsed["error_type"] == "not implemented":
            raise RefusedError(ONE_SELECT)
        raise RefusedError(in_a_sentence(parsed["error_message"]))
    if len(parsed["statements"]) != 1:
        raise RefusedError(ONE_SELECT)
    return parsed["statements"][0]


def parts(statement: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every part of a statement, however deep."""
    waiting: list[Any] = [statement]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield part
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)


def callable_functions(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """The scalar functions, aggregates and macros of DuckDB which a query may call."""
    found = connection.execute(
        """
        select distinct function_name from duckdb_functions()
        where function_type in ('scalar', 'aggregate', 'macro')
            and internal
            and (stability is distinct from 'VOLATILE' or function_name in (select unnest($1)))
        """,
        [[*VOLATILE]],
    ).fetchall()
    return {
        name.lower()
        for (name,) in found
        if name.lower() not in CLOSED and not name.lower().startswith(CLOSED_BEGINNINGS)
    }


def refuse_reach(
    connection: duckdb.DuckDBPyConnection,
    statement: dict[str, Any],
    tables: set[str],
    functions: set[str],
) -> None:
    """Make sure that a statement reads published tables by known functions, and nothing else.

    Raises:
        RefusedError: it names something else, such as a file, a setting or a table of the system.
    """
    found = [*parts(statement)]
    ctes = {
        str(entry["key"]).lower()
        for part in found
        for entry in part.get("cte_map", {}).get("map", [])
    }
    ctes |= {str(part["cte_name"]).lower() for part in found if part.get("cte_name")}
    system = {
        name.lower()
        for (name,) in connection.execute(
            "select view_name from duckdb_views() where internal"
        ).fetchall()
    }
    for name in sorted(ctes):
        # within itself, or outside of its query, it would mean the table of the system
        if name in system or not NAME.fullmatch(name):
            raise RefusedError(f"Call the part {shown(name)} of the query another name.")
    known = callable_functions(connection)
    [(database,)] = connection.execute("select current_database()").fetchall()
    for part in found:
        kind = part.get("type")
        if "SHOW_REF" in (kind, part.get("from_table", {}).get("type")):
            raise RefusedError(SHOWS)
        for key in ("from_table", "source"):
            if isinstance(part.get(key), dict) and part[key].get("type") not in SOURCES:
                raise RefusedError(ONE_SELECT)
        if isinstance(part.get("node"), dict) and part["node"].get("type") not in QUERIES:
            raise RefusedError(ONE_SELECT)
        if kind == "BASE_TABLE":
            name = str(part["table_name"]).lower()
            here = (part.get("catalog_name") or database, part.get("schema_name") or "main")
            qualified = bool(part.get("catalog_name") or part.get("schema_name"))
            if part.get("schema_name") == database and not part.get("catalog_name"):
                here = (database, "main")
            is_known = name in tables or (not qualified and name in ctes)
            if not is_known or here != (database, "main"):
                raise RefusedError(
                    f"There is no published table {shown(name)}; list_tables names them."
                )
        if kind == "TABLE_FUNCTION":
            name = str(part["function"].get("function_name", "")).lower()
            if name not in functions | TABLE_FUNCTIONS:
                raise RefusedError(f"The function {shown(name)} may not be called here.")
    in_from = {id(part["function"]) for part in found if part.get("type") == "TABLE_FUNCTION"}
    for part in found:
        name = part.get("function_name")
        if name is None or id(part) in in_from:
            continue
        if part.get("export_state"):
            raise RefusedError(f"The function {shown(name)} may not be called here.")
        is_sign = part.get("is_operator") and not NAME.match(str(name))
        if is_sign or str(name).lower() in known | IN_WINDOWS:
            continue
        raise RefusedError(f"The function {shown(name)} may not be called here, or is none.")


def shown(name: object) -> str:
    """A name that somebody wrote, short and on one line.

    Example:
        >>> shown("a" * 100)[-4:], shown("a b")
        ("aa'…", "'a b'")
    """
    text = repr(str(name)[:60])
    return text + ("…" if len(str(name)) > 60 else "")


def in_a_sentence(text: str) -> str:
    r"""What DuckDB said, in one line and without the place in the query.

    Example:
        >>> in_a_sentence('Binder Error: Table "x" is not there!\n\nLINE 1: from x')
        'Table "x" is not there!'
    """
    said = re.split(r"\n+LINE \d+:", text)[0]
    said = re.sub(r"^\s*[A-Z]\w+( \w+)* Error: ", "", said)
    said = " ".join(said.split())
    return said[:LONGEST_REASON] + ("…" if len(said) > LONGEST_REASON else "")


def plain(value: Any) -> Any:
    """A value of DuckDB as JSON has it: dates are ISO text, and so is what JSON has no kind for.

    Example:
        >>> plain(dt.date(2025, 11, 24)), plain(Decimal("23.82")), plain(2**60)
        ('2025-11-24', 23.82, '1152921504606846976')
    """
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return value if abs(value) <= LARGEST_NUMBER else str(value)
    if isinstance(value, Decimal):
        if not value.is_finite():
            return str(value)
        return plain(int(value)) if value == value.to_integral_value() else float(value)
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else str(value)
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return str(value)


def cell(value: Any, kind: str) -> tuple[Any, bool]:
    """A value as JSON, and whether it was too long and was cut."""
    if isinstance(value, str) and len(value) > LONGEST_CELL:
        return value[:LONGEST_CELL] + "…", True
    if isinstance(value, str) and kind == "JSON":
        try:
            return plain(json.loads(value)), False
        except (ValueError, RecursionError):
            return value, False
    found = plain(value)
    if isinstance(found, dict | list) or (isinstance(found, str) and not isinstance(value, str)):
        text = found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)
        if len(text) > LONGEST_CELL:
            return text[:LONGEST_CELL] + "…", True
    return found, False


def apart(names: Sequence[str]) -> list[str]:
    """Column names of which no two are alike.

    Example:
        >>> apart(["a", "b", "a", "a_2"])
        ['a', 'b', 'a_2', 'a_2_2']
    """
    # an ordered set
    seen: dict[str, None] = {}
    numbers: dict[str, int] = {}
    for name in names:
        other = name
        while other in seen:
            numbers[name] = numbers.get(name, 1) + 1
            other = f"{name}_{numbers[name]}"
        seen[other] = None
    return [*seen]


def answer(
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    parameters: Sequence[Any],
    most_rows: int,
    most_characters: int,
) -> dict[str, Any]:
    """The rows of a query with their columns, as many as may be shown."""
    connection.execute(sql, parameters or None)
    described = connection.description or []
    names = apart([str(name) for name, *_ in described])
    kinds = [str(kind) for _, kind, *_ in described]
    columns = [{"name": name, "type": kind} for name, kind in zip(names, kinds, strict=True)]
    room = most_characters - len(json.dumps(columns, ensure_ascii=False))
    rows: list[dict[str, Any]] = []
    notes: list[str] = []
    while room > 0 and (found := connection.fetchmany(1)):
        if len(rows) == most_rows:
            notes.append(
                f"Only the first {most_rows} rows are shown; count them, or ask for fewer."
            )
            break
        cells = [cell(value, kind) for value, kind in zip(found[0], kinds, strict=True)]
        row = {name: value for name, (value, _) in zip(names, cells, strict=True)}
        room -= len(json.dumps(row, ensure_ascii=False))
        if room < 0:
            break
        if any(is_cut for _, is_cut in cells) and not notes:
            notes.append(f"A value is cut after {LONGEST_CELL} characters.")
        rows.append(row)
    if room <= 0:
        if not rows:
            raise RefusedError("One row is too long to be shown; ask for fewer columns.")
        notes.append(f"Only the first {len(rows)} rows have room; ask for fewer rows or columns.")
    found_all = {"columns": columns, "rows": rows, "truncated": bool(notes)}
    return found_all | ({"note": " ".join(notes)} if notes else {})


def opened(request: Mapping[str, Any]) -> duckdb.DuckDBPyConnection:
    """The published file, closed to everything but reading it.

    Raises:
        RefusedError: it is not there, is none, or has other tables than a published file has.
    """
    path = Path(request["path"])
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except FileNotFoundError:
        raise RefusedError(NOT_THERE) from None
    except OSError:
        raise RefusedError(NOT_READABLE) from None
    if head[8:12] != b"DUCK":
        raise RefusedError(NO_DUCKDB)
    config = {
        "allow_community_extensions": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "max_temp_directory_size": "0KB",
        "memory_limit": f"{request['megabytes']}MB",
        "python_enable_replacements": "false",
        "temp_directory": "",
        "threads": str(request["threads"]),
    }
    try:
        connection = duckdb.connect(str(path), read_only=True, config=config)
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
    except duckdb.Error as error:
        if "set lock on file" in str(error):
            raise RefusedError(BUSY) from None
        raise RefusedError(OTHER_VERSION if "version" in str(error) else NOT_READABLE) from None
    refuse_other_layouts(connection, request)
    return connection


def refuse_other_layouts(connection: duckdb.DuckDBPyConnection, request: Mapping[str, Any]) -> None:
    """Make sure that a file is a published one, of this version: a warehouse holds private rows."""
    named = connection.execute(
        """
        select schema_name, table_name from duckdb_tables() where not internal
        union all
        select schema_name, view_name from duckdb_views() where not internal
        """
    ).fetchall()
    functions = connection.execute(
        "select function_name from duckdb_functions() where not internal"
    ).fetchall()
    relations = {name for _, name in named}
    expected = {*request["tables"]}
    if {schema for schema, _ in named} - {"main"} or relations - expected:
        raise RefusedError(NOT_PUBLISHED)
    if expected - relations or {*request["functions"]} - {name for (name,) in functions}:
        raise RefusedError(OLDER)


def ask(request: Mapping[str, Any]) -> dict[str, Any]:
    """Answer a request; an answer has rows, or an error in a sentence."""
    try:
        connection = opened(request)
        timer = threading.Timer(request["seconds"], connection.interrupt)
        timer.daemon = True
        timer.start()
        if request["is_free"]:
            statement = one_select(connection, request["sql"])
            if statement.get("named_param_map"):
                raise RefusedError("A query has no parameters; write the values into it.")
            tables, functions = {*request["tables"]}, {*request["functions"]}
            refuse_reach(connection, statement, tables, functions)
        return answer(
            connection,
            request["sql"],
            request["parameters"],
            request["rows"],
            request["characters"],
        )
    except RefusedError as error:
        return {"error": str(error)}
    except duckdb.InterruptException:
        return {"error": f"The query took longer than {request['seconds']} seconds; ask for less."}
    except (duckdb.OutOfMemoryException, MemoryError):
        return {"error": TOO_MUCH_MEMORY}
    except (duckdb.InternalException, duckdb.FatalException, duckdb.IOException):
        return {"error": FAILED}
    except duckdb.Error as error:
        said = in_a_sentence(str(error))
        folder = str(Path(request["path"]).parent)
        return {"error": FAILED if folder in said or not said else said}
    except Exception:
        return {"error": FAILED}


def limit_process(seconds: int, megabytes: int) -> None:
    """Let the system hold the process to its limits, whatever DuckDB does: no file can grow."""
    memory = megabytes * MEGABYTE * MEMORY_TIMES + MEMORY_BESIDE
    limits = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: seconds * 4 + 5,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: 64,
    }
    for kind, limit in limits.items():
        _, most = resource.getrlimit(kind)
        least = limit if most == resource.RLIM_INFINITY else min(limit, most)
        try:
            resource.setrlimit(kind, (least, least))
        except (OSError, ValueError):
            continue  # macOS knows no limit of addresses


def end_with_parent() -> None:
    """End the process when nobody holds its input any more, also in the middle of a query."""

    def wait() -> None:
        os.read(0, 1)
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def main() -> None:
    """Read a request of one line, write its answer and end."""
    line = bytearray()
    while not line.endswith(b"\n"):
        if not (some := os.read(0, 65536)):
            os._exit(0)
        line += some
    end_with_parent()
    request = json.loads(line)
    limit_process(request["seconds"], request["megabytes"])
    text = json.dumps(ask(request), ensure_ascii=True).encode("ascii")
    while text:
        text = text[os.write(1, text) :]
    # DuckDB need not tidy up a file that it only reads
    os._exit(0)


if __name__ == "__main__":
    sys.path[:] = [path for path in sys.path if path]
    main()
