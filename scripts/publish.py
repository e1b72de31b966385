"""Publish what a good build made: a new DuckDB file that takes the place of the old one at once.

Readers of the old file keep it until they open the path again; nobody waits, nobody sees half a
build. Only the tables and functions named here go out: no raw rows, no e-mail, phone or birthday.
Names of children, and of all who are not known to be adults, stay behind unless
GYM_PUBLISH_CHILDREN is 1: names_withheld lists the cells that tell one by an id, published_texts
finds the others. A published path that is a link stays one, and one warehouse alone may publish to
a path.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow as pa

from python_udfs.settings import Settings, is_duckdb, load
from python_udfs.written_files import CHILDREN, Note, mark_of, requests_in
from scripts.published_texts import replaced_texts

TABLES = {
    "customers": "customer_id",
    "source_customers": "customer_id",
    "checkins": "checkin_datetime, checkin_id",
    "memberships": "start_date, membership_id",
    "calendar": "day",
    "pass_transfers": "checkin_datetime, checkin_id",
    "customer_interactions": "interaction_date, interaction_type, customer_id_1, customer_id_2",
    "customer_connections": "customer_id_1, customer_id_2",
    "crews": "crew_id",
    "crew_members": "crew_id, customer_id",
    "customer_events": "customer_id, event_date, event_type, event_details",
    "guest_journeys": "customer_id",
    "guest_conversion": "entry_kind, is_child, horizon_days",
    "host_credit": "host_customer_id",
    "lapses": "customer_id, lapse_date, kind",
    "slipping_away": "customer_id",
    "partner_lapses": "population",
    "action_list": "priority",
    "action_outcomes": "kind, round, horizon_days",
    "match_accuracy": "confidence_from",
    "gym_today": "today",
    "pipeline_report": "line_number",
    "gym_metrics": "line_number",
    "public_totals": "line_number",
    "build_history": "build_number, line_number",
    "exported_files": "file_name",
}
# A published file of any version has these.
SIGNS = {"pass_transfers", "customer_interactions", "customer_connections", "pipeline_report"}
OTHERS = "is there, and this project did not write it; name another path, or move it away"
# How names_withheld names a row of a table.
ROW_KEYS = {
    "customers": "customer_id",
    "pass_transfers": "checkin_id",
    "customer_interactions": "interaction_id",
    "customer_events": ("concat_ws('-', customer_id, event_type, event_details ->> 'checkin_id')"),
}
# Text in the warehouse, JSON where analysts read it.
JSON_COLUMNS = {
    "customer_interactions": "metadata",
    "customer_connections": "metadata",
    "customer_events": "event_details",
    "action_list": "figures",
}
# They read the tables above and none of each other.
VIEWS = ["meetings", "partners"]
# They read the tables and views above and none of each other.
FUNCTIONS = [
    "find_customer",
    "customer_card",
    "connections_of",
    "transfers_of",
    "interactions_between",
    "crew_of",
]


def quoted(text: str) -> str:
    """Text as a SQL literal.

    Example:
        >>> quoted("it's")
        "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def without_names(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """The rows of a table of the attached database `private`, as a query without child names."""
    withheld = connection.execute(
        "select distinct column_name from private.main.names_withheld where table_name = $table",
        {"table": table},
    ).fetchall()
    query = f"select * from private.main.{table}"
    for (name,) in sorted(withheld):
        query = f"""
            select rows_of.* replace (
                case when withheld.row_key is null then rows_of.{name}
                else withheld.published_text end as {name}
            )
            from ({query}) as rows_of
            left join private.main.names_withheld as withheld
                on withheld.table_name = {quoted(table)}
                and withheld.column_name = {quoted(name)}
                and withheld.row_key = cast({ROW_KEYS[table]} as varchar)
        """
    return query


def with_texts(
    connection: duckdb.DuckDBPyConnection,
    rows: str,
    table: str,
    column: str,
    texts: Mapping[str, str],
) -> str:
    """The query `rows` of a table with other texts in a column."""
    name = f"texts_of_{table}_{column}"
    connection.register("pairs", pa.table({"old": list(texts), "new": list(texts.values())}))
    connection.execute(f"create temp table {name} as from pairs")
    connection.unregister("pairs")
    return f"""
        select rows_of.* replace (coalesce(texts.new, rows_of.{column}) as {column})
        from ({rows}) as rows_of
        left join {name} as texts on rows_of.{column} = texts.old
    """


def copy_tables(connection: duckdb.DuckDBPyConnection, with_children: bool) -> None:
    """Copy the tables and their comments from the attached database `private`."""
    replaced = replaced_texts(connection, TABLES, with_children)
    for table, order in TABLES.items():
        named = f"select * from private.main.{table}"
        rows = named if with_children else without_names(connection, table)
        for (of_table, column), texts in replaced.items():
            if of_table == table:
                rows = with_texts(connection, rows, table, column, texts)
        if column := JSON_COLUMNS.get(table):
            rows = f"select * replace (cast({column} as json) as {column}) from ({rows})"
        connection.execute(f"create table {table} as {rows} order by {order}")


def copy_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the views of the attached database `private` again, for the tables here."""
    views = connection.execute(
        """
        select view_name, sql from duckdb_views()
        where database_name = 'private' and schema_name = 'main'
            and view_name in (select unnest($views))
        order by view_name
        """,
        {"views": VIEWS},
    ).fetchall()
    for name, statement in views:
        connection.execute(f"create view {name} as {statement.partition(' AS ')[2]}")


def copy_comments(connection: duckdb.DuckDBPyConnection) -> None:
    """Say of each table, view and column here what the attached database `private` says of it."""
    comments = connection.execute(
        """
        select 'table ' || table_name, comment from duckdb_tables()
        where database_name = 'private' and schema_name = 'main' and comment is not null
            and table_name in (select unnest($named))
        union all
        select 'view ' || view_name, comment from duckdb_views()
        where database_name = 'private' and schema_name = 'main' and comment is not null
            and view_name in (select unnest($named))
        union all
        select 'column ' || table_name || '.' || column_name, comment from duckdb_columns()
        where database_name = 'private' and schema_name = 'main' and comment is not null
            and table_name in (select unnest($named))
        """,
        {"named": [*TABLES, *VIEWS]},
    ).fetchall()
    for what, comment in comments:
        connection.execute(f"comment on {what} is {quoted(comment)}")


def copy_functions(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table functions of the attached database `private` again, for the tables here.

    DuckDB keeps the query of a function and its parameters without their defaults; the comment
    begins with the call, in which they stand.
    """
    functions = connection.execute(
        """
        select function_name, macro_definition, comment from duckdb_functions()
        where database_name = 'private' and schema_name = 'main' and function_type = 'table_macro'
            and function_name in (select unnest($functions))
        order by function_name
        """,
        {"functions": FUNCTIONS},
    ).fetchall()
    for name, query, comment in functions:
        call = comment.split(": ")[0]
        connection.execute(f"create function {call} as table {query}")
        connection.execute(f"comment on macro table {name} is {quoted(comment)}")


def clear(part: Path) -> None:
    """Remove an unfinished file, also a killed build's, and what DuckDB keeps beside it."""
    part.unlink(missing_ok=True)
    Path(f"{part}.wal").unlink(missing_ok=True)
    shutil.rmtree(f"{part}.tmp", ignore_errors=True)


def owner_note(published: Path) -> Path:
    """The file that says which warehouse publishes to a path; beside what a link leads to."""
    real = published.resolve()
    return real.with_name(f".{real.name}.warehouse")


def _owner(warehouse: Path, note: Path) -> str:
    # relative, so that a folder with both in it may be moved
    return os.path.relpath(warehouse.resolve(), note.parent) + "\n"


def refuse_another_warehouse(settings: Settings) -> None:
    """Make sure that this warehouse, or none, is the one that publishes to the path.

    Raises:
        PermissionError: another one does, and GYM_TAKE_OVER_PUBLISHED does not say otherwise.
    """
    warehouse, published = Path(settings.warehouse), Path(settings.published)
    note = owner_note(published)
    if settings.take_over_published or not note.exists():
        return
    if note.read_text(encoding="utf-8") != _owner(warehouse, note):
        raise PermissionError(
            f"{published} is published from another warehouse than {warehouse}; give this one"
            " another GYM_PUBLISHED, or say GYM_TAKE_OVER_PUBLISHED=1, once"
        )


def is_ours(published: Path, note: Note) -> bool:
    """Whether a file where readers look was published by this project, by any of its versions.

    The note of the warehouse knows it as it is, or it opens as such a file: with the tables of one,
    and without the schemas of a warehouse.
    """
    real = published.resolve()
    written = note.files().get(str(real))
    if written and written.is_ours(mark_of(real)):
        return True
    if not real.is_file() or not real.stat().st_size or not is_duckdb(real):
        return False
    try:
        with duckdb.connect(str(real), read_only=True) as connection:
            found = connection.sql("select schema_name, table_name from duckdb_tables()").fetchall()
    except duckdb.Error:
        # somebody has it open for writing, or died doing so
        return written is not None or owner_note(published).exists()
    return {name for _, name in found} >= SIGNS and {schema for schema, _ in found} == {"main"}


def not_ours(published: Path, note: Note) -> str:
    """What stands where the published file is to be, and is none of this project's.

    Returns:
        The end of a sentence that begins with GYM_PUBLISHED; empty where nothing else is there.
    """
    real = published.resolve()
    log = Path(f"{real}.wal")
    if os.path.lexists(real):
        return "" if is_ours(published, note) else f"{published} {OTHERS}"
    if os.path.lexists(log) and str(real) not in note.files() and not owner_note(real).exists():
        return f"{log} {OTHERS}"
    return ""


def publish(warehouse: Path, published: Path, settings: Settings | None = None) -> None:
    """Write the published file of a build whose tests passed, and move it to its place.

    It is written beside its place; where that is a link, beside what the link leads to.

    Args:
        warehouse: the private file; nobody may be writing it.
        published: where readers look.
        settings: who is named, and how much memory there is; those of this process by default.

    Raises:
        duckdb.Error: the warehouse cannot be read or the disk is full; the old file stays.
        OSError: the new file cannot be moved into place, or another's stands there, which stays.
    """
    settings = settings or load()
    published = published.resolve()
    owner, note = owner_note(published), Note.beside(warehouse)
    if other := not_ours(published, note):
        raise FileExistsError(f"GYM_PUBLISHED {other}")
    published.parent.mkdir(parents=True, exist_ok=True)
    part = published.with_name(f".{published.name}.part")
    clear(part)
    config = {"memory_limit": settings.memory_limit} if settings.memory_limit else {}
    try:
        with duckdb.connect(str(part), config=config) as connection:
            connection.execute(f"attach {quoted(str(warehouse))} as private (read_only)")
            withheld = requests_in(connection, "private")
            if not settings.publish_children:
                withheld.add(CHILDREN)
            note.add("part", {str(part): []}, withheld)
            copy_tables(connection, settings.publish_children)
            # three hundred comments: to commit each took twice as long as to make it
            connection.begin()
            copy_views(connection)
            copy_comments(connection)
            copy_functions(connection)
            connection.commit()
            connection.execute("detach private")
            connection.execute("force checkpoint")
        with part.open("rb") as file:
            os.fsync(file.fileno())
        note.add("published", {str(published): mark_of(part)}, withheld)
        owner.write_text(_owner(warehouse, owner), encoding="utf-8")
        # a client that died while it wrote left it, and its changes would be made to the new file
        Path(f"{published}.wal").unlink(missing_ok=True)
        part.replace(published)
        note.settle([str(published)])
    finally:
        clear(part)
    note.forget([str(part)])
    folder = os.open(published.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
