"""What the staff page shows beside the published file: questions, and records to mend.

Analysts have no use for them, so they are not published. They lie in a file of their own beside the
private warehouse, 0600 whatever GYM_FILE_MODE says, and the staff page alone reads it. Records to
mend are ids and reasons: no name, and no line of an export. A line that could not be read may name
a child whom nothing else names, so that nobody could tell to withhold it. Questions name adults.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import duckdb
import pyarrow as pa

from python_udfs.settings import Settings
from python_udfs.written_files import CHILDREN, Note, mark_of, requests_in
from scripts.publish import clear, quoted
from scripts.published_texts import NOBODY, publishable, withheld_in

MODE = 0o600
# The name under which the staff page attaches the file.
SCHEMA = "staff_records"
TABLES = {
    "duplicate_customers": """
        select
            customer_id_1, customer_id_2, is_same_last_name, is_same_birthday, is_same_email,
            is_same_phone, same_probability,
        from private.main.duplicate_customers
        order by same_probability desc, customer_id_1, customer_id_2
    """,
    "placeholder_customers": """
        select customer_id, reason from private.main.placeholder_customers order by customer_id
    """,
    "data_questions": """
        select
            row_number() over (order by value desc, question_id) as place, question_id, kind,
            question, asked_because, evidence_fingerprint, rows_changed, rows_later,
        from private.main.data_questions
        where status = 'open'
        order by place
    """,
    # in rows of their own, so that a code is no text in which a name may be withheld
    "question_answers": """
        select
            question_id, place, option ->> 'code' as code, option ->> 'label' as label,
            option ->> 'evidence' as evidence,
        from (
            select
                question_id, unnest(from_json(answers, '["json"]')) as option,
                generate_subscripts(from_json(answers, '["json"]'), 1) as place,
            from private.main.data_questions
            where status = 'open'
        )
        order by question_id, place
    """,
    "rejected_rows": """
        select
            export_name, source_file, source_line,
            if(starts_with(export_name, 'privacy/'), null, row_key) as row_key, reject_reason,
        from private.main.rejected_rows
        order by export_name, source_file, source_line
    """,
}
# By it the page knows whether the published file is of the same build.
BUILD = "select max(build_number) as build_number, max(built_at) as built_at from"
# The texts of these tables, each of which may repeat a value of an export.
TEXTS = {
    "data_questions": ["question"],
    "placeholder_customers": ["reason"],
    "question_answers": ["label"],
    "rejected_rows": ["source_file", "row_key", "reject_reason"],
}
# Their texts are the build's own, and name whom it may.
QUESTIONS = ("data_questions", "question_answers")
LETTERS = re.compile(r"[^\W\d_]{2}|[^\x00-\x7f]")
TEXT = "(a text)"


def place(warehouse: Path) -> Path:
    """Where the records of a warehouse lie; they need not be there."""
    real = warehouse.resolve()
    return real.with_name(f".{real.name}.staff")


def without_words(reason: str) -> str:
    """A reason without the value behind its colon, where that may be somebody's name.

    Example:
        >>> without_words("birthday cannot be read: 2016/13/40")
        'birthday cannot be read: 2016/13/40'
        >>> without_words("customer_id cannot be read: Ann")
        'customer_id cannot be read: (a text)'
    """
    said, colon, value = reason.partition(": ")
    return f"{said}: {TEXT}" if colon and LETTERS.search(value) else reason


def copy_records(connection: duckdb.DuckDBPyConnection, with_children: bool) -> None:
    """Copy the tables of the attached database `private`, their texts as they may be shown."""
    for table, query in TABLES.items():
        connection.execute(f"create table {table} as {query}")
    # a key is shown where it is a number; another may be what stood in the wrong column
    connection.execute(
        "update rejected_rows set row_key = null where not regexp_full_match(row_key, '[0-9]+')"
    )
    texts = [
        (table, column, text)
        for table, columns in TEXTS.items()
        for column in columns
        for (text,) in connection.sql(
            f"select distinct {column} from {table} where {column} is not null"
        ).fetchall()
    ]
    values = [(column, text) for _, column, text in texts]
    withheld = NOBODY if with_children else withheld_in(connection, values)
    # one statement a column: one for each text is an hour's work where an export lost its form
    shown: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for table, column, text in texts:
        said = text if table in QUESTIONS else without_words(text)
        if (changed := publishable(said, column, withheld)) != text:
            shown.setdefault((table, column), []).append((text, changed))
    for (table, column), pairs in shown.items():
        old, new = zip(*pairs, strict=True)
        connection.register("pairs", pa.table({"old": old, "new": new}))
        connection.execute(
            f"update {table} set {column} = pairs.new from pairs where {table}.{column} = pairs.old"
        )
        connection.unregister("pairs")
    connection.execute(f"create table of_build as {BUILD} private.main.build_history")


def write(warehouse: Path, settings: Settings) -> None:
    """Write the records of a build whose tests passed, and move them to their place.

    Raises:
        duckdb.Error: the warehouse cannot be read or the disk is full; the old file stays.
        OSError: the file cannot be moved into place.
    """
    path, note = place(warehouse), Note.beside(warehouse)
    part = path.with_name(f"{path.name}.part")
    clear(part)
    config = {"memory_limit": settings.memory_limit} if settings.memory_limit else {}
    mask = os.umask(0o777 & ~MODE)
    try:
        # in memory first: what DuckDB overwrites in a file may stay in it, and a kill leaves a part
        with duckdb.connect(config=config) as connection:
            connection.execute(f"attach {quoted(str(warehouse))} as private (read_only)")
            withheld = requests_in(connection, "private")
            if not settings.publish_children:
                withheld.add(CHILDREN)
            copy_records(connection, settings.publish_children)
            note.add("part", {str(part): []}, withheld)
            connection.execute(f"attach {quoted(str(part))} as {SCHEMA}")
            connection.execute(f"copy from database memory to {SCHEMA}")
            connection.execute(f"force checkpoint {SCHEMA}")
        note.add("records", {str(path): mark_of(part)}, withheld)
        part.replace(path)
        note.settle([str(path)])
    finally:
        os.umask(mask)
        clear(part)
    note.forget([str(part)])
