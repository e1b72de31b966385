"""What of a text may be published: no withheld name, no e-mail address, no telephone number.

names_withheld says which cells tell a child's name because a row is about that child. Here every
other text of the published tables is searched for the same names, wherever somebody typed one: a
pass, a place, a payment, a detail of an event. Texts that differ in digits only are read once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from python_udfs.person_names import (
    CJK,
    EMAIL,
    Names,
    People,
    bare,
    name_words,
    readings,
    related_names,
    spellings,
    words,
)

WITHHELD = "(name withheld)"
# A number that nobody can take for an id or a date: in groups, with a plus or a leading zero.
SEPARATOR = r"[ .\-/\u00a0\u2010-\u2015]"
PHONE = re.compile(
    r"(?<![\w.+])(?:"
    rf"(?:\+|00)\d[\d ().\-/\u00a0\u2010-\u2015]{{6,}}\d"
    rf"|(?:1{SEPARATOR})?\(?\d{{3}}\)?{SEPARATOR}{{0,2}}\d{{3}}{SEPARATOR}\d{{4}}"
    rf"|\d{{3}}{SEPARATOR}\d{{7}}"
    rf"|\(\d{{2,5}}\){SEPARATOR}?\d[\d .\-/\u00a0]{{4,}}\d"
    rf"|0\d{{1,4}}{SEPARATOR}\d{{2,}}[\d \-/\u00a0]{{2,}}\d"
    r"|\d{3}-\d{4}"
    r")(?:\s*(?:x|ext\.?)\s*\d+)?(?![\w-])"
)
# In the place of a name any longer number is a telephone number; elsewhere one of ten digits.
LONG_NUMBER = re.compile(r"(?<![\w.])\d{7,15}(?![\w.])")
VERY_LONG_NUMBER = re.compile(r"(?<![\w.])\d{10,15}(?![\w.])")
# Names that a row's ids decide on: searched only for names that no adult has.
NAMES = frozenset(
    ["purchaser_name", "host_name", "shared_with_name", "received_from_name", "purchaser", "host"]
)
# Names that the ids have decided on for good.
DECIDED = frozenset(["full_name", "user_first_name", "user_last_name"])


# Keys and digests, and words that the project itself writes: "guest_pass" is nobody's name.
OWN_WORDS = frozenset(
    [
        *("interaction_id", "crew_id", "customer_ids", "membership_id", "sha256"),
        *("entry_kind", "transfer_type", "pass_owner", "match_method", "transaction_link_method"),
        *("first_name_agreement", "last_name_agreement", "size", "standing", "age_group", "kind"),
        *("interaction_type", "interaction_types", "event_type", "known_ties", "affinity_level"),
        *("weekday", "usual_weekday", "source_confidence"),
    ]
)


class Withheld(NamedTuple):
    """Whose names are withheld.

    Attributes:
        people: everybody who is not known to be an adult.
        children_only: the same people by the names that no adult has.
        adults: the names of adults, each as a set of words.
    """

    people: People
    children_only: People
    adults: frozenset[frozenset[str]]


NOBODY = Withheld(People(), People(), frozenset())


def publishable(text: str, column: str, withheld: Withheld) -> str:
    """A text as it is published.

    Args:
        text: the text of a cell; JSON is searched value by value.
        column: the column, or the key in JSON.
        withheld: whose names are withheld.

    Example:
        >>> publishable("Day Pass from ann@example.org", "pass_type", NOBODY)
        'Day Pass from [e-mail]'
        >>> publishable('{"location":"call (512) 555-0177"}', "event_details", NOBODY)
        '{"location":"call [phone]"}'
    """
    told = json_object(text)
    if told is None:
        return _publishable_value(text, column, withheld)
    left = mapped(told, lambda key, value: _publishable_value(value, key, withheld))
    return text if left == told else json.dumps(left, ensure_ascii=False, separators=(",", ":"))


def json_object(text: str) -> dict[str, Any] | None:
    """The JSON object that a text is; None for any other text."""
    if not text.startswith("{"):
        return None
    try:
        told = json.loads(text)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


def mapped(told: Any, change: Callable[[str, str], str], key: str = "") -> Any:
    """What JSON tells, with each text in it changed; ids stay."""
    if isinstance(told, dict):
        return {name: mapped(value, change, name) for name, value in told.items()}
    if isinstance(told, list):
        return [mapped(value, change, key) for value in told]
    if isinstance(told, str) and not (key.endswith("_id") and told.isdigit()):
        return change(key, told)
    return told


@lru_cache(maxsize=500_000)
def _publishable_value(text: str, column: str, withheld: Withheld) -> str:
    if "@" in text:
        text = EMAIL.sub("[e-mail]", text)
    text = PHONE.sub("[phone]", text)
    long_number = LONG_NUMBER if column in DECIDED | NAMES else VERY_LONG_NUMBER
    text = long_number.sub("[phone]", text)
    if column in DECIDED:
        return text
    if column not in NAMES:
        return withheld.people.without_names(text, WITHHELD)
    if frozenset(name_words(text)) in withheld.adults:
        return text
    return withheld.children_only.without_names(text, WITHHELD)


def withheld_people(
    people: Iterable[tuple[str, str | None, str | None]],
    nicknames: Mapping[str, Collection[str]],
    values: Collection[tuple[str, str]],
) -> Withheld:
    """Everybody whose name is withheld and may stand in a text.

    Hardly a name stands in a text that is not the place of a name, and most names in such a place
    are those of adults: only whose last name begins or ends a word of the others is looked for, in
    any spelling. First and last name may be one word, in either order.

    Args:
        people: age group, first and last name, as names_known has them.
        nicknames: word -> the words that stand for the same given name.
        values: all texts, each with its column, or its key in JSON; they are read twice.
    """
    everybody = [
        (age_group == "adult", first, last, name_words(first), name_words(last))
        for age_group, first, last in people
    ]
    by_adult = frozenset(
        frozenset((*firsts, *lasts)) for is_adult, _, _, firsts, lasts in everybody if is_adult
    )
    told = _parts(value for column, value in values if column not in DECIDED | NAMES)
    named = _parts(
        value
        for column, value in values
        if column in NAMES and frozenset(name_words(value)) not in by_adult
    )
    found, beside = Withheld(People(), People(), by_adult), People()
    for is_adult, first, last, firsts, lasts in everybody:
        # a name in one field is looked for in any case
        keys = {word for spelling in spellings(last) for word in spelling}
        is_told = not lasts or not told.isdisjoint(keys)
        is_named = not lasts or not named.isdisjoint(keys)
        if not (is_told or is_named):
            continue
        names = Names()
        if is_adult:
            names.add(first, last)
            beside.add_exact(names)
            if len(firsts) + len(lasts) > 2:
                beside.add(None, names)
            continue
        names.add(first, last, None, nicknames)
        if is_told and firsts and lasts:
            found.people.add(None, names)
        if is_named and frozenset((*firsts, *lasts)) not in by_adult:
            found.children_only.add(None, names)
    found.people.except_for(beside)
    found.children_only.except_for(beside)
    return found


def _parts(texts: Iterable[str]) -> set[str]:
    """Where a last name may stand: a beginning or end of a word, in East Asia any part of it."""
    folded = {word.folded for text in texts for read in readings(text) for word in words(read)}
    found = set()
    for word in folded | {bare(word) for word in folded}:
        begins = range(len(word)) if CJK.search(word) else (0,)
        found |= {word[begin:end] for begin in begins for end in range(begin + 1, len(word) + 1)}
        found |= {word[begin:] for begin in range(len(word))}
    return found


def text_columns(
    connection: duckdb.DuckDBPyConnection, tables: Iterable[str]
) -> list[tuple[str, str]]:
    """Each table of the attached database `private` with each text column that others wrote."""
    return connection.execute(
        """
        select table_name, column_name from duckdb_columns()
        where database_name = 'private' and schema_name = 'main' and data_type = 'VARCHAR'
            and list_contains($tables, table_name) and not list_contains($own_words, column_name)
        order by table_name, column_index
        """,
        {"tables": list(tables), "own_words": sorted(OWN_WORDS)},
    ).fetchall()


def _texts(table: str, column: str) -> str:
    """A query for the texts of a column, also those that stand there instead of a withheld name."""
    return f"""
        (
            select {column} as content from private.main.{table}
            union all
            select published_text from private.main.names_withheld
            where table_name = '{table}' and column_name = '{column}'
        ) as texts
    """


# a leading zero makes a telephone number, so it stays one
SHAPE = "translate(content, '12345678', '99999999')"


def withheld_in(
    connection: duckdb.DuckDBPyConnection, values: Collection[tuple[str, str]]
) -> Withheld:
    """Whose names are withheld from texts, each given with its column.

    Args:
        connection: with the warehouse attached as `private`.
        values: the texts.
    """
    people = connection.sql(
        "select distinct age_group, first_name, last_name from private.intermediate.names_known"
    ).fetchall()
    nicknames = connection.sql("from private.seeds.nicknames").fetchall()
    return withheld_people(people, related_names(nicknames), values)


def replaced_texts(
    connection: duckdb.DuckDBPyConnection, tables: Iterable[str], with_children: bool
) -> dict[tuple[str, str], dict[str, str]]:
    """For each table and text column the texts that are published otherwise than they stand.

    Args:
        connection: with the warehouse attached as `private`.
        tables: the tables to publish.
        with_children: whether children's names are published.
    """
    shapes: dict[tuple[str, str], dict[str, list[tuple[str, str]]]] = {}
    for table, column in text_columns(connection, tables):
        found = connection.sql(
            f"select distinct {SHAPE} from {_texts(table, column)} where content is not null"
        ).fetchall()
        shapes[table, column] = {shape: values_in(shape, column) for (shape,) in found}
    values = {value for told in shapes.values() for found in told.values() for value in found}
    withheld = NOBODY if with_children else withheld_in(connection, values)
    changed_values = {
        (column, value)
        for column, value in values
        if _publishable_value(value, column, withheld) != value
    }
    replaced = {}
    for (table, column), texts in shapes.items():
        changed = [text for text, told in texts.items() if not changed_values.isdisjoint(told)]
        if changed:
            connection.register("changed", pa.table({"shape": changed}))
            rows = connection.sql(
                f"select distinct content from {_texts(table, column)}"
                f" where {SHAPE} in (select shape from changed)"
            ).fetchall()
            connection.unregister("changed")
            replaced[table, column] = {
                text: publishable(text, column, withheld) for (text,) in rows
            }
    return replaced


def values_in(text: str, column: str) -> list[tuple[str, str]]:
    """The texts in the text of a cell, each with its column, or its key in JSON.

    Example:
        >>> values_in('{"host_name":"Ann Lee","checkin_id":7}', "metadata")
        [('host_name', 'Ann Lee')]
    """
    values = []

    def note(key: str, value: str) -> str:
        values.append((key, value))
        return value

    mapped(json_object(text) or {column: text}, note)
    return values
