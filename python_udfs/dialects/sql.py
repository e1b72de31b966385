"""Queries of a dialect: what DuckDB runs for each of its blocks.

Each file is a table of text columns with where each record stood. A block becomes one query whose
rows have the columns of the export that its table of the core is landed as, all text, and three
columns more: the `keep` line that leaves a row out, whether an earlier row has its key, and why it
is rejected. A value that was given and cannot be read begins with "? " there, so that staging
counts it as such and no other reading of it is tried.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from python_udfs.dialects.core import TABLES, Column, words
from python_udfs.dialects.document import Block, Dialect, columns_of, steps, verb_of

# Ids of other systems are numbered above this, and below what a page can hold exactly: 2^52 and
# 2^53.
FIRST_NUMBER = 1 << 52
# Between the parts of what is numbered, which may hold any sign that is written.
PART = "chr(31)"
JSON_PATH = re.compile(r"[\w-]+(\.[\w-]+)+")
LEFT_OUT, TWICE, REASON = "_left_out_by", "_is_twice", "_reject_reason"
PLACE = ("source_file", "source_line", "source_line_count", "raw_text", "source_written_at")
PLACE += ("source_header_line", "columns_not_read")
UTC_TEXT = "utc_text({})"
WALL_TEXT = "wall_text({})"
# What the queries call; temporary, and the same for each dialect but for what stands for nothing.
MACROS = r"""
create or replace temp macro filled(given) as
    case when trim(given) not in ({nothing}) then trim(given) end;
-- the same number for one source, table and id, today and on a fresh build
create or replace temp macro number_of(salt, id) as
    cast({first} + cast(md5_number_lower(salt || chr(31) || id) >> 12 as bigint) as varchar);
create or replace temp macro unread(given) as '? ' || given;
create or replace temp macro wall_text(stamp) as strftime(stamp, '%Y-%m-%d %H:%M:%S.%f');
create or replace temp macro utc_text(stamp) as strftime(stamp, '%Y-%m-%d %H:%M:%S.%f') || '+00';
create or replace temp macro day_text(stamp) as strftime(stamp, '%Y-%m-%d');
-- DuckDB reads "infinity" and "epoch" in any format, as a day of 1900
create or replace temp macro stamp_of(given, form) as
    case when regexp_matches(given, '[0-9]') then try_strptime(given, form) end;
create or replace temp macro since_1900(stamp) as
    case when stamp >= timestamp '1900-01-01' then stamp end;
create or replace temp macro iso_stamp(given) as
    case
        when regexp_full_match(
            given,
            '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}'
            || '([ T][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}([.][0-9]+)?)?)?'
        ) then try_cast(given as timestamp)
    end;
create or replace temp macro has_offset(given) as
    regexp_full_match(
        given,
        '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[ T][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}([.][0-9]+)?)?'
        || ' ?((?i:z|utc|gmt)|[+-][0-9]{{2}}(:?[0-9]{{2}})?)'
    );
create or replace temp macro the_only(readings) as
    case when len(list_distinct(list_filter(readings, lambda one: one is not null))) = 1
        then list_filter(readings, lambda one: one is not null)[1]
    end;
create or replace temp macro a_number(given, signs) as
    try_cast(translate(given, signs, '') as decimal(18, 6));
"""


class Shape(NamedTuple):
    """What is known of the table of a file.

    Attributes:
        columns: its columns as they are called in the table; None where no file was read, and every
            column is taken to be there.
        is_nested: whether a column may hold an object, of which `a.b` is a part.
    """

    columns: Collection[str] | None = None
    is_nested: bool = True

    def place(self, name: str) -> tuple[str, tuple[str, ...]] | None:
        """The column of the table that holds a column of the dialect, and the path within it."""
        if self.columns is not None and name in self.columns:
            return name, ()
        head, path = split_path(name) if self.is_nested else (name, ())
        if self.columns is None or head in self.columns:
            return head, path
        return None


# Of a file that nobody has read: every column is taken to be there.
UNREAD = Shape()


class Query(NamedTuple):
    """What a block becomes.

    Attributes:
        sql: the query.
        missing: columns of the dialect that the file does not have.
        lookups: for each lookup the column in which a row counts that found nothing.
    """

    sql: str
    missing: list[str]
    lookups: dict[str, str]


def split_path(name: str) -> tuple[str, tuple[str, ...]]:
    """A column and the path within it; a dot beside a blank belongs to a header.

    Example:
        >>> split_path("Service.ClientID"), split_path("Visits Rem.")
        (('Service', ('ClientID',)), ('Visits Rem.', ()))
    """
    if not JSON_PATH.fullmatch(name):
        return name, ()
    head, *path = name.split(".")
    return head, tuple(path)


def macros(dialect: Dialect) -> str:
    """What the queries of a dialect call."""
    nothing = dict.fromkeys(["", *dialect.document.get("null_values", [])])
    return MACROS.format(nothing=", ".join(map(literal, nothing)), first=FIRST_NUMBER)


def file_query(dialect: Dialect, file: str, shape: Shape) -> str:
    """The query that takes out of a file what stands for nothing, and fills down what is not."""
    columns = shape.columns
    if columns is None:
        columns = list(
            dict.fromkeys(split_path(name)[0] for name in columns_of_file(dialect, file))
        )
    filled = {name: f"filled({identifier(name)})" for name in sorted(columns)}
    replaced = ", ".join(f"{sql} as {identifier(name)}" for name, sql in filled.items())
    query = (
        f"select * replace ({replaced}) from {table_of(file)}"
        if filled
        else f"from {table_of(file)}"
    )
    fill = dialect.files[file].get("fill_down")
    if not fill or fill["by"] not in filled:
        return query
    down = ", ".join(
        f"coalesce({identifier(name)}, first_value({identifier(name)} ignore nulls) over ("
        f"partition by {identifier(fill['by'])} order by source_file, source_line))"
        f" as {identifier(name)}"
        for name in fill["columns"]
        if name in filled
    )
    return f"select * replace ({down}) from ({query})" if down else query


def columns_of_file(dialect: Dialect, file: str) -> list[str]:
    """The columns of a file that a dialect names."""
    from python_udfs.dialects.files import columns_read

    required, others = columns_read(dialect, file)
    return [*required, *others]


def literal(text: str) -> str:
    """A text in SQL."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name in SQL."""
    return '"' + name.replace('"', '""') + '"'


def derived(name: str) -> str:
    """The column of a derived value, which may be called like one of the file."""
    return identifier(f"derived {name}")


def table_of(file: str) -> str:
    """The table in which a file of a dialect is read."""
    return identifier(f"file_{file}")


def number_of(source: str, table: str, text: str, numbering: int = 0) -> str:
    """The number of an id: always the same for one source, table and text.

    A part of an MD5: it needs no table of numbers that a fresh build could not have, and no new id
    moves another's. `source.check_numbers` says so where two texts have one number.
    """
    salt = "/".join([source, table, *([str(numbering)] if numbering else [])])
    return f"number_of({literal(salt)}, {text})"


class _Scope:
    """The columns that may be read at one point of a block, as SQL."""

    def __init__(self, dialect: Dialect, block: Block, shape: Shape) -> None:
        self.dialect, self.block, self.shape = dialect, block, shape
        self.derived: list[str] = []
        self.missing: list[str] = []

    def column(self, name: str) -> str:
        """A column of the dialect; null where the file has none."""
        if name in self.derived:
            return derived(name)
        if name == "#":
            return "cast(_number as varchar)"
        is_parent = name.startswith("^.")
        if self.block.each and not is_parent:
            head, path = split_path(name)
            return f"filled(json_extract_string(_entry, {_json_path((head, *path))}))"
        return self.of_file(name.removeprefix("^."))

    def of_file(self, name: str) -> str:
        """A column of the file itself."""
        found = self.shape.place(name)
        if found is None:
            if name not in self.missing:
                self.missing.append(name)
            return "cast(null as varchar)"
        head, path = found
        if path:
            return f"filled(json_extract_string({identifier(head)}, {_json_path(path)}))"
        return identifier(head)


def _json_path(path: Sequence[str]) -> str:
    return literal("$" + "".join(f'."{part.replace(chr(34), "")}"' for part in path))


def block_query(
    dialect: Dialect,
    block: Block,
    source: str,
    shape: Shape = UNREAD,
    is_first: bool = True,
    lookup_tables: Mapping[tuple[str, str, str], str | None] | None = None,
) -> Query:
    """The query of one block.

    Args:
        dialect: the dialect.
        block: one of its blocks.
        source: the name of the source, in whose name ids are numbered.
        shape: what the file has.
        is_first: whether records that could not be read come up here, and in no other block.
        lookup_tables: by file, key and column taken the table of a lookup; None for a file that is
            not there. Without it the names are made up.
    """
    scope = _Scope(dialect, block, shape)
    looked_up: dict[str, str] = {}
    rejects: list[str] = []

    def lookup(given: Mapping[str, str], by: str) -> str:
        where = (given["file"], given["key"], given["take"])
        table = lookup_table(*where) if lookup_tables is None else lookup_tables[where]
        if table is None:
            return "cast(null as varchar)"
        found = f"(select found._take from {table} as found where found._key = {by})"
        looked_up[f"{given['take']} of {given['file']} by {given['by']}"] = (
            f"{by} is not null and not exists (select 1 from {table} as found where found._key"
            f" = {by})"
        )
        return found

    def value(given: Any, name: str = "") -> str:
        return _value(given, scope, lookup, rejects, name)

    lines = [f"select *, source_line as _number from {table_of(block.source)}"]
    if block.each:
        place = shape.place(block.each)
        entries = "cast(null as json[])"
        if place:
            head, path = identifier(place[0]), _json_path(place[1])[:-1] + "[*]'"
            entries = f"if(json_valid({head}), json_extract({head}, {path}), null)"
        lines.append(
            "select * exclude (_entries, _number), unnest(_entries) as _entry,"
            " unnest(range(1, len(_entries) + 1)) as _number from (select *,"
            f" if(reject_reason is null, {entries}, [cast(null as json)]) as _entries"
            " from {above})"
        )
    for names, given in steps(block):
        if "regex" in (given if isinstance(given, dict) else {}):
            text = scope.column(given["regex"])
            groups = ", ".join(map(literal, names))
            pattern = literal(f"^(?:{given['pattern']})$")
            parts = ", ".join(
                f"nullif(trim(_found[{literal(name)}]), '') as {derived(name)}" for name in names
            )
            lines.append(
                f"select * exclude (_found), {parts} from (select *,"
                f" regexp_extract({text}, {pattern}, [{groups}]) as _found from {{above}})"
            )
        else:
            sql = value(given, names[0])
            lines.append(f"select *, {sql} as {derived(names[0])} from {{above}}")
        scope.derived += names
    landed = list(_landed(block, source, scope, value))
    left_out = "\n        ".join(
        f"when not coalesce({_condition(one, scope)}, false) then {number}"
        for number, one in enumerate(block.keep, 1)
    )
    left_out = (
        f"case when reject_reason is not null then null {left_out} end" if left_out else "null"
    )
    reason = f"coalesce({', '.join(['reject_reason', *rejects])})" if rejects else "reject_reason"
    unique = ", ".join(scope.column(name) for name in block.unique_by)
    lines.append(
        f"select *, {left_out} as {LEFT_OUT},\n    {reason} as {REASON}"
        + (f",\n    [{unique}] as _unique" if unique else "")
        + " from {above}"
    )
    twice = "false"
    if unique:
        of_key = f"({LEFT_OUT} is null and {REASON} is null and list_count(_unique) = len(_unique))"
        twice = (
            f"{of_key} and row_number() over (partition by _unique, {of_key}"
            " order by source_file, source_line, _number) > 1"
        )
    misses = {name: f"_missed_{number}" for number, name in enumerate(looked_up)}
    columns = [f"{sql} as {identifier(name)}" for name, sql in landed]
    columns += [*PLACE, LEFT_OUT, REASON, f"{twice} as {TWICE}"]
    columns += [f"{looked_up[name]} as {column}" for name, column in misses.items()]
    condition = "" if is_first else "\nwhere reject_reason is null"
    lines.append("select\n    " + ",\n    ".join(columns) + "\nfrom {above}" + condition)
    return Query(_chained(lines), scope.missing, misses)


def _chained(lines: Sequence[str]) -> str:
    """Queries that read each other, as one."""
    if len(lines) == 1:
        return lines[0]
    steps_ = [
        f"step_{number} as (\n    {line.replace('{above}', f'step_{number - 1}')}\n)"
        for number, line in enumerate(lines[:-1])
    ]
    return (
        "with " + ",\n".join(steps_) + "\n" + lines[-1].replace("{above}", f"step_{len(lines) - 2}")
    )


def lookup_table(file: str, key: str, take: str) -> str:
    """The table of a lookup."""
    return identifier(f"lookup_{file}_{key}_{take}")


def lookup_query(dialect: Dialect, file: str, key: str, take: str, shape: Shape) -> str:
    """The query of a lookup: a row per key, and how many rows of the file have it."""
    scope = _Scope(dialect, Block("", (), file, "", [], [], [], "", {}), shape)
    return (
        "select _key, case when count(*) = 1 then any_value(_take) end as _take, count(*) as _count"
        f" from (select {scope.of_file(key)} as _key, {scope.of_file(take)} as _take"
        f" from {table_of(file)} where reject_reason is null) where _key is not null group by _key"
    )


def lookups_of(dialect: Dialect, block: Block) -> Iterator[dict[str, Any]]:
    """The lookups of a block."""
    values = [given for _, given in steps(block)] + list(block.columns.values())
    return (given["lookup"] for given in values if verb_of(given) == "lookup")


def _landed(
    block: Block, source: str, scope: _Scope, value: Callable[..., str]
) -> Iterator[tuple[str, str]]:
    """The columns of the export that a block lands in, as SQL."""
    numbering = scope.dialect.document.get("numbering", 0)

    def id_text(given: Any) -> str:
        if verb_of(given) == "first_of":
            return value(given)
        parts = given["id"] if isinstance(given, dict) else given
        found = [scope.column(part) for part in ([parts] if isinstance(parts, str) else parts)]
        return f" || {PART} || ".join(found)

    table = TABLES[block.table]
    by_instance = any(
        "membership_id" in one.columns for one in scope.dialect.blocks("membership_people")
    )
    for column in table.columns:
        given = block.columns.get(column.name)
        if given is None:
            if block.table == "checkins" and column.name == "checkin_id":
                # no key: a customer is at one place at one moment once
                parts = [
                    *(
                        id_text(block.columns["customer_id"]),
                        _of_kind(table.column("checked_in_at"), block, value, scope),
                    ),
                    f"coalesce({_of_kind(table.column('location_id'), block, value, scope)}, '')",
                ]
                text = f" || {PART} || ".join(f"({part})" for part in parts)
                yield column.landed, number_of(source, "checkins", f"({text})", numbering)
                yield "_key_text", text
            continue
        if column.kind == "id":
            text = id_text(given)
            yield column.landed, number_of(source, column.of, f"({text})", numbering)
            if column is table.columns[0] and block.table != "relations":
                yield "_key_text", text
            if block.table == "customers" and column.name == "customer_id":
                yield "source_customer_id", f"replace({text}, {PART}, '-')"
            if block.table == "memberships" and column.name == "membership_id" and by_instance:
                # an instance is a type of its own, so that its people are those of this one
                yield "membership_type_id", number_of(source, column.of, f"({text})", numbering)
        elif column.kind == "place":
            yield (
                column.landed,
                f"{literal(source + ':')} || replace({_place_text(given, id_text, value)},"
                f" {PART}, '-')",
            )
        elif column.name != "location_name":
            yield column.landed, _of_kind(column, block, value, scope)
    if block.table == "checkins":
        yield "moment_is", literal(block.moment_is)
        names = [value(block.columns[name]) for name in ("location_name",) if name in block.columns]
        looked_up = verb_of(block.columns.get("location_name")) == "lookup"
        if "location_id" in block.columns and (looked_up or not names):
            # a place without a name is called by its id
            names.append(_place_text(block.columns["location_id"], id_text, value))
        if names:
            yield "location_name", f"coalesce({', '.join(names)})"


def _place_text(given: Any, id_text: Callable[[Any], str], value: Callable[..., str]) -> str:
    return value(given) if verb_of(given) == "constant" else id_text(given)


def _of_kind(column: Column, block: Block, value: Callable[..., str], scope: _Scope) -> str:
    """The text of a value as its column is landed."""
    given = block.columns.get(column.name)
    if given is None:
        return "cast(null as varchar)"
    verb = verb_of(given)
    if column.kind == "place":
        parts = given["id"] if verb == "id" else given
        if verb in ("constant", "first_of"):
            return value(given)
        return f" || {PART} || ".join(
            scope.column(one) for one in ([parts] if isinstance(parts, str) else parts)
        )
    if column.kind == "word":
        meant = words(column.of)
        if verb == "constant":
            return literal(meant[given["constant"]])
        known = {word: meant[to] for word, to in given["values"].items()}
        other = given.get("otherwise")
        return value(given | {"values": known, "otherwise": meant.get(other, other)}, column.name)
    if not verb and column.kind in ("moment", "date"):
        given = {column.kind: given, "formats": ["iso"], "zone": "gym"}
    if not verb and column.kind == "number":
        given = {"number": given}
    sql = value(given, column.name)
    if column.name == "checked_in_at" and block.moment_is == "day":
        return f"left({sql}, 10)"
    return sql


def _value(
    given: Any,
    scope: _Scope,
    lookup: Callable[[Mapping[str, str], str], str],
    rejects: list[str],
    name: str,
) -> str:
    """A value of the dialect as SQL, text or null."""
    verb = verb_of(given)
    if not verb:
        return scope.column(given)
    if verb == "constant":
        return literal(given["constant"])
    found = [scope.column(column) for column in columns_of(given)]
    if verb == "first_of":
        return f"coalesce({', '.join(found)})"
    if verb == "concat":
        return f"nullif(concat_ws({literal(given.get('with', ''))}, {', '.join(found)}), '')"
    if verb == "split":
        part = -given["part"] if given.get("from_end") else given["part"]
        return f"nullif(trim(split_part({found[0]}, {literal(given['at'])}, {part})), '')"
    if verb == "lookup":
        return lookup(given["lookup"], found[0])
    if verb == "map":
        return _map(given, found[0], rejects, name)
    if verb == "number":
        return _number(given, found)
    if verb == "nth":
        equal = f"partition by source_file, {', '.join(found)} order by source_line, _number"
        return f"cast(nullif(row_number() over ({equal}), 1) as varchar)"
    count = len(given["moment"]) if isinstance(given.get("moment"), list) else 1
    text = found[0] if count == 1 else f"nullif(concat_ws(' ', {', '.join(found[:count])}), '')"
    zone = given.get("zone", "gym")
    return _moment(text, given["formats"], found[-1] if isinstance(zone, dict) else zone,
                   isinstance(zone, dict), verb == "date")  # fmt: skip


def _map(given: Mapping[str, Any], text: str, rejects: list[str], name: str) -> str:
    cases = " ".join(
        f"when {literal(word.strip().lower())} then {literal(to)}"
        for word, to in given["values"].items()
    )
    other = given.get("otherwise")
    known = ", ".join(literal(word.strip().lower()) for word in given["values"])
    if other == "reject":
        is_known = f"lower({text}) in ({known})" if known else "false"
        rejects.append(
            f"case when {text} is not null and not {is_known}"
            f" then {literal(name + ' is no word of the dialect: ')} || left({text}, 60) end"
        )
        other = None
    last = f"when {text} is not null then {literal(other)}" if other is not None else ""
    if not cases:
        return f"case {last} end" if last else "cast(null as varchar)"
    return f"coalesce(case lower({text}) {cases} end, {f'case {last} end' if last else 'null'})"


def _number(given: Mapping[str, Any], found: Sequence[str]) -> str:
    """A sum of numbers, times another."""

    def typed(text: str) -> str:
        signs = given.get("strip", "") + given.get("thousands", "") + " \u00a0\u202f"
        plain = text
        if given.get("parentheses"):
            plain = f"regexp_replace({plain}, '^\\((.*)\\)$', '-\\1')"
        if (point := given.get("decimal", ".")) != ".":
            plain = f"replace(translate({plain}, {literal(signs)}, ''), {literal(point)}, '.')"
            signs = ""
        return f"a_number({plain}, {literal(signs)})"

    *terms, last = found
    times = last if "times" in given else None
    terms = terms if times else list(found)
    total = " + ".join(f"coalesce({typed(text)}, 0)" for text in terms)
    scale = given.get("scale", 1)
    result = f"cast({total} as decimal(18, 6))"
    if times:
        result = f"cast({result} * {typed(times)} as decimal(18, 6))"
    if scale != 1:
        result = f"cast({result} * cast({scale} as decimal(18, 6)) as decimal(18, 6))"
    shown = f"concat_ws(' ', {', '.join(found)})"
    unread = " or ".join(f"{text} is not null and {typed(text)} is null" for text in found)
    nothing = " and ".join(f"{text} is null" for text in terms)
    if times:
        nothing = f"({nothing}) or {times} is null"
    return (
        f"case when {unread} then unread({shown}) when {nothing} then null"
        f" else cast({result} as varchar) end"
    )


def _moment(text: str, formats: Sequence[str], zone: str, is_column: bool, is_day: bool) -> str:
    """A moment or day as text: of the gym's clock, or with an offset.

    What fits none of the formats, or two in different ways, is not read. A moment with an offset,
    and one in ISO 8601, leave no doubt and are always read.
    """

    def of_wall(stamp: str) -> str:
        if is_day:
            return f"day_text({stamp})"
        if zone == "gym" and not is_column:
            return WALL_TEXT.format(stamp)
        if zone == "UTC":
            return UTC_TEXT.format(stamp)
        name = zone if is_column else literal(zone)
        utc = UTC_TEXT.format(f"(({stamp}) at time zone {name}) at time zone 'UTC'")
        return f"try({utc})" if is_column else utc

    iso_read = (
        f"when iso_stamp({text}) is not null and length({text}) = 10 then {text}"
        f" when iso_stamp({text}) is not null then {of_wall(f'iso_stamp({text})')}"
        f" when has_offset({text}) then {text}"
    )
    readings = []
    for one in formats:
        if one in ("epoch_s", "epoch_ms"):
            micro = 1_000_000 if one == "epoch_s" else 1000
            number = f"try_cast({text} as double)"
            stamp = f"make_timestamp(cast(round({number} * {micro}) as bigint))"
            bound = 10**11 if one == "epoch_s" else 10**14
            readings.append(f"case when abs({number}) < {bound} then {UTC_TEXT.format(stamp)} end")
        elif "%z" in one:
            stamp = f"(stamp_of({text}, {literal(one)}) at time zone 'UTC')"
            readings.append(UTC_TEXT.format(stamp))
        elif one != "iso":
            readings.append(of_wall(f"since_1900(stamp_of({text}, {literal(one)}))"))
    if not readings:
        return f"case {iso_read} else unread({text}) end"
    read = readings[0] if len(readings) == 1 else f"the_only([{', '.join(readings)}])"
    return f"case {iso_read} else coalesce({read}, unread({text})) end"


def _condition(one: Mapping[str, Any], scope: _Scope) -> str:
    """A condition of a keep line."""
    text = scope.column(one["column"])
    if "in" in one:
        return f"{text} in ({', '.join(map(literal, one['in']))})"
    if "not_in" in one:
        return f"({text} is null or {text} not in ({', '.join(map(literal, one['not_in']))}))"
    if "filled" in one:
        return f"{text} is {'not ' if one['filled'] else ''}null"
    if "equals" in one:
        return f"{text} = {scope.column(one['equals'])}"
    side, bound = (">", one["above"]) if "above" in one else ("<", one["below"])
    return f"try_cast({text} as decimal(18, 6)) {side} {bound}"


def told(one: Mapping[str, Any]) -> str:
    """A condition in words.

    Example:
        >>> told({"column": "customerId", "not_in": ["-100"]})
        'customerId not in -100'
    """
    [(how, what)] = [(key, value) for key, value in one.items() if key != "column"]
    if how == "filled":
        return f"{one['column']} is {'filled' if what else 'empty'}"
    shown = ", ".join(what) if isinstance(what, list) else what
    return f"{one['column']} {how.replace('_', ' ')} {shown}"
