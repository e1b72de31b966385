"""Turn a query that was written for DuckDB into the same query for Apache Spark.

sqlglot knows most of the two dialects. Here stands the rest: what it hands on unchanged, and what
it turns into something that runs with other results. Text in, text out: no Spark is needed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from itertools import pairwise

from sqlglot import ErrorLevel, exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.dialects.spark import Spark

# The columns of a relation, by its name as the query has it.
Columns = Callable[[str], Sequence[str]]
# What becomes of an aggregate function, and of all that stands around it: a filter, a window.
Aggregate = tuple[exp.Expression, Callable[[exp.Expression], exp.Expression]]
Rule = Callable[[exp.Expression], exp.Expression | Aggregate]


class UntranslatableError(ValueError):
    """A query has something that no rule here can turn into the same for Spark."""


def read(sql: str) -> exp.Expression:
    """The tree of a query of DuckDB's, in which len() is kept for lists and length() for text."""
    marked, end = "", 0
    tokens = DuckDB().tokenize(sql)
    for token, following in pairwise(tokens):
        if token.text.lower() == "len" and following.text == "(":
            marked += sql[end : token.start] + "list_length"
            end = token.end + 1
    tree = DuckDB().parse(marked + sql[end:])[0]
    if tree is None:
        raise UntranslatableError("an empty query")
    for part in tree.find_all(exp.Bracket):
        # the parser takes lists that are put together for text, whose places it does not count anew
        if part.this.is_type(*exp.DataType.TEXT_TYPES) and whole(part.expressions[0]) is not None:
            part.set("expressions", [exp.Literal.number(whole(part.expressions[0]) - 1)])
    return tree


def call(name: str, *arguments: exp.Expression | str | int) -> exp.Anonymous:
    """A function of Spark; a str is a literal of text."""
    made = [
        exp.Literal.string(argument)
        if isinstance(argument, str)
        else exp.Literal.number(argument)
        if isinstance(argument, int)
        else argument
        for argument in arguments
    ]
    return exp.Anonymous(this=name, expressions=made)


def name_of(table: exp.Table) -> str:
    return ".".join(part.name for part in table.parts)


# Whole queries


def columns_of(source: exp.Expression, columns: Columns) -> list[str]:
    """The columns of what a query reads: a common table expression, a subquery or a relation."""
    if isinstance(source, exp.Subquery):
        return columns_made(source.this, columns)
    if not isinstance(source, exp.Table):
        alias = source.args.get("alias")
        return [column.name for column in alias.columns] if alias else []
    scope = None if source.args.get("db") else source
    while scope is not None:
        tables = scope.args.get("with_")
        for cte in tables.expressions if tables else []:
            if cte.alias.lower() == source.name.lower():
                named = cte.args["alias"].columns
                return [name.name for name in named] or columns_made(cte.this, columns)
        scope = scope.parent
    return list(columns(name_of(source)))


def sources_of(select: exp.Select) -> list[exp.Expression]:
    """What a select reads from."""
    first = [select.args["from_"].this] if select.args.get("from_") else []
    joined = [join.this for join in select.args.get("joins") or []]
    return first + joined


def columns_made(query: exp.Expression, columns: Columns) -> list[str]:
    """The columns that a query gives."""
    while isinstance(query, exp.SetOperation):
        query = query.this
    if isinstance(query, exp.Subquery):
        return columns_made(query.this, columns)
    names: list[str] = []
    for item in query.selects:
        if item.is_star:
            star = item if isinstance(item, exp.Star) else item.this
            hidden = {column.name for column in star.args.get("except_") or []}
            table = item.table if isinstance(item, exp.Column) else ""
            for source in sources_of(query):
                if not table or source.alias_or_name == table:
                    names += [name for name in columns_of(source, columns) if name not in hidden]
        else:
            names.append(item.alias_or_name)
    return names


def write_out_replaced(tree: exp.Expression, columns: Columns) -> None:
    """`* replace (...)` as a list of columns."""
    for select in tree.find_all(exp.Select):
        items: list[exp.Expression] = []
        for item in select.selects:
            star = item.this if isinstance(item, exp.Column) else item
            if not isinstance(star, exp.Star) or not star.args.get("replace"):
                items.append(item)
                continue
            new = {replaced.alias: replaced for replaced in star.args["replace"]}
            shown = exp.Select(expressions=[item.copy()], from_=select.args["from_"].copy())
            shown.parent, shown.arg_key = select.parent, select.arg_key
            names = columns_made(shown, columns)
            items += [new.get(name) or exp.column(name, quoted=True) for name in names]
        select.set("expressions", items)


def write_out_columns(tree: exp.Expression, columns: Columns) -> None:
    """`*columns(* exclude (...))` as a list of columns."""
    for node in list(tree.find_all(exp.Columns)):
        source = node.find_ancestor(exp.Select).args["from_"].this
        hidden = {column.name.lower() for column in node.this.args.get("except_") or []}
        wanted = [
            exp.column(name, table=source.alias_or_name, quoted=True)
            for name in columns_of(source, columns)
            if name.lower() not in hidden
        ]
        function = node.parent
        kept = [
            other for item in function.expressions for other in (wanted if item is node else [item])
        ]
        function.set("expressions", kept)


def write_out_windows(tree: exp.Expression) -> None:
    """Named windows in place, because Spark cannot add an order to one."""
    for select in tree.find_all(exp.Select):
        named = {window.this.name: window for window in select.args.get("windows") or []}
        for window in select.find_all(exp.Window) if named else []:
            base = named.get(window.args["alias"].name) if window.args.get("alias") else None
            if base is None or base is window:
                continue
            window.set("alias", None)
            for part in ("partition_by", "order", "spec"):
                value = base.args.get(part)
                if value and not window.args.get(part):
                    copied = (
                        [one.copy() for one in value] if isinstance(value, list) else value.copy()
                    )
                    window.set(part, copied)
        select.set("windows", None)


def write_out_names(tree: exp.Expression, columns: Columns) -> None:
    """`union by name` as a union by place; a column that one side lacks is null there."""
    for union in reversed(list(tree.find_all(exp.SetOperation))):
        if not union.args.get("by_name"):
            continue
        left, right = (columns_made(side, columns) for side in (union.this, union.expression))
        names = left + [name for name in right if name not in left]
        for part, known in (("this", left), ("expression", right)):
            side = union.args[part]
            side = side if isinstance(side, exp.Subquery) else exp.Subquery(this=side.copy())
            side.set("alias", exp.TableAlias(this=exp.to_identifier("_side")))
            shown = [
                exp.column(name, quoted=True)
                if name in known
                else exp.alias_(exp.Null(), name, quoted=True)
                for name in names
            ]
            union.set(part, exp.Select(expressions=shown, from_=exp.From(this=side)))
        union.set("by_name", False)


def write_out_aliases(tree: exp.Expression, columns: Columns) -> None:
    """What an alias stands for where Spark knows none: in `where`, windows and generators."""
    for select in tree.find_all(exp.Select):
        made = {
            item.alias: item.this
            for item in select.selects
            if isinstance(item, exp.Alias) and not item.find(exp.Explode)
        }
        own: set[str] | None = None
        found = True
        while found:
            found = False
            places = [
                place for item in select.selects for place in item.find_all(exp.Window, exp.Explode)
            ]
            places += [select.args["where"]] if select.args.get("where") else []
            for place in places:
                for column in list(place.find_all(exp.Column)):
                    if (
                        column.table
                        or column.name not in made
                        or column.find_ancestor(exp.Select) is not select
                    ):
                        continue
                    if own is None:
                        own = {
                            name.lower()
                            for source in sources_of(select)
                            for name in columns_of(source, columns)
                        }
                    if column.name.lower() not in own:
                        column.replace(exp.paren(made[column.name].copy()))
                        found = True


FRACTIONS = (
    exp.Div,
    exp.PercentileCont,
    exp.Median,
    exp.Avg,
    exp.Exp,
    exp.Ln,
    exp.Log,
    exp.Pow,
    exp.Sqrt,
)


def is_fraction(node: exp.Expression) -> bool:
    """Whether an expression is a double, as far as its words tell."""
    if isinstance(node, FRACTIONS):
        return True
    if isinstance(node, exp.Cast):
        return node.to.this == exp.DataType.Type.DOUBLE
    if isinstance(node, (exp.Add, exp.Sub, exp.Mul)):
        return is_fraction(node.this) or is_fraction(node.expression)
    if isinstance(node, (exp.Least, exp.Greatest, exp.Coalesce)):
        return is_fraction(node.this) or any(is_fraction(one) for one in node.expressions)
    return isinstance(node, TRANSPARENT) and is_fraction(node.this)


def write_out_rounding(tree: exp.Expression) -> None:
    """A double as a whole number is the nearest one; Spark would cut it off at the point."""
    for cast in tree.find_all(exp.Cast):
        if cast.to.this in exp.DataType.INTEGER_TYPES and is_fraction(cast.this):
            cast.set("this", call("rint", cast.this))


def write_out_filters(tree: exp.Expression) -> None:
    """A filter of an aggregate over a window as a condition of its value, for Spark knows none."""
    for window in tree.find_all(exp.Window):
        if not isinstance(window.this, exp.Filter):
            continue
        function, condition = window.this.this, window.this.expression.this
        value = function.this
        if isinstance(value, (exp.Order, exp.Distinct)):
            raise UntranslatableError(f"a filter over a window: {window}")
        value = exp.Literal.number(1) if isinstance(value, exp.Star) else value
        function.set("this", exp.If(this=condition, true=value))
        window.set("this", function)


def write_out_scopes(tree: exp.Expression) -> None:
    """Inner common table expressions under own names, for sqlglot lifts them to the top."""
    for place, tables in enumerate(list(tree.find_all(exp.With))):
        query = tables.parent
        if query is None or query.parent is tree:
            continue
        for cte in tables.expressions:
            former, new = cte.alias, f"{cte.alias}_{place}"
            for table in query.find_all(exp.Table):
                if table.name == former and not table.args.get("db"):
                    if not table.alias:
                        table.set("alias", exp.TableAlias(this=exp.to_identifier(former)))
                    table.set("this", exp.to_identifier(new))
            cte.args["alias"].set("this", exp.to_identifier(new))


def write_out_pivots(tree: exp.Expression) -> None:
    """`unpivot relation on columns into name n value v` as a table of a select."""
    for node in list(tree.find_all(exp.Pivot)):
        if not node.args.get("unpivot") or not node.args.get("into"):
            continue
        into = node.args["into"]
        renamed_ = ", ".join(
            f"`{item.this.name}` as `{item.alias}`"
            if isinstance(item, exp.Alias)
            else f"`{item.name}`"
            for item in node.expressions
        )
        name, value = into.this.name, into.expressions[0].name
        table = node.this.sql(dialect=Spark)
        table += f" unpivot (`{value}` for `{name}` in ({renamed_}))"
        node.replace(exp.select("*").from_(exp.Table(this=raw(table))))


def write_out_qualify(tree: exp.Expression) -> None:
    """`qualify` as a column of an inner query, where a column hides an alias of its name."""
    for select in list(tree.find_all(exp.Select)):
        condition = select.args.get("qualify")
        if not condition:
            continue
        inner = select.copy()
        for part in ("qualify", "order", "limit", "with_", "distinct"):
            inner.set(part, None)
        inner.append("expressions", exp.alias_(condition.this.copy(), "_is_wanted"))
        outer = exp.Select(
            expressions=[exp.Star(except_=[exp.to_identifier("_is_wanted")])],
            from_=exp.From(this=exp.Subquery(this=inner, alias=exp.TableAlias(this="_qualified"))),
            where=exp.Where(this=exp.column("_is_wanted")),
        )
        for part in ("order", "limit", "with_", "distinct"):
            outer.set(part, select.args.get(part))
        if select.parent is None:
            raise UntranslatableError("a query whose outermost select has qualify")
        select.replace(outer)


def write_out_unnests(tree: exp.Expression) -> None:
    """Several unnests of one select walk side by side; Spark allows one generator."""
    for cast in list(tree.find_all(exp.Cast)):
        if isinstance(cast.this, exp.Explode):
            # a generator stands alone: the list is cast, and not what comes out of it
            kind = exp.DataType(this=exp.DataType.Type.ARRAY, expressions=[cast.to], nested=True)
            cast.replace(exp.Explode(this=exp.Cast(this=cast.this.this, to=kind)))
    for select in tree.find_all(exp.Select):
        found = [
            place
            for place, item in enumerate(select.selects)
            if isinstance(item.unalias(), exp.Explode)
        ]
        if len(found) < 2:
            continue
        first, last = found[0], found[-1]
        if last - first != len(found) - 1:
            raise UntranslatableError("unnests of one select that do not stand side by side")
        kept = select.selects
        lists = [item.unalias().this for item in kept[first : last + 1]]
        names = [exp.to_identifier(item.alias) for item in kept[first : last + 1]]
        zipped = exp.Aliases(this=call("inline", call("arrays_zip", *lists)), expressions=names)
        select.set("expressions", kept[:first] + [zipped] + kept[last + 1 :])


def refuse_nearest(tree: exp.Expression) -> None:
    """Of a lateral subquery with a limit Spark 4.1 loses rows: `asof join` is not translated."""
    for join in tree.find_all(exp.Join):
        if "ASOF" in (join.kind.upper(), join.method.upper()):
            raise UntranslatableError("write an asof join as a join and a qualify")


def drop_last_order(tree: exp.Expression) -> None:
    """The order of a whole table: a sort on one machine, and the rows lie in partitions anyway."""
    if tree.args.get("order") and not tree.args.get("limit"):
        tree.set("order", None)


# Lists


def ordered_list(node: exp.Expression) -> Aggregate:
    """list(value order by keys): rows of the keys and the value, sorted, then the values alone.

    Rows, because a list of Spark's leaves out what is null; none at all is null, as in DuckDB.
    DuckDB orders different values by what they are made of alone, so their rows differ as they do.
    """
    keys = node.expressions if isinstance(node, exp.Order) else []
    value = node.this if isinstance(node, exp.Order) else node
    collect = "collect_list"
    if isinstance(value, exp.Distinct):
        (value,), collect = value.expressions, "collect_set"
    parts: list[exp.Expression | str] = []
    for place, key in enumerate(keys):
        parts += [f"key{place}", key.this.copy()]
    rows = call(collect, call("named_struct", *parts, "value", value.copy()))

    def finish(found: exp.Expression) -> exp.Expression:
        if keys:
            compared = "0"
            for place in reversed(range(len(keys))):
                one, other = f"one.key{place}", f"other.key{place}"
                less, more = (1, -1) if keys[place].args.get("desc") else (-1, 1)
                empty = -1 if keys[place].args.get("nulls_first") else 1
                compared = (
                    f"case when {one} is null and {other} is null then {compared}"
                    f" when {one} is null then {empty} when {other} is null then {-empty}"
                    f" when {one} < {other} then {less} when {one} > {other} then {more}"
                    f" else {compared} end"
                )
            found = call("array_sort", found, raw(f"(one, other) -> {compared}"))
        return call("nullif", call("transform", found, raw("row -> row.value")), call("array"))

    return rows, finish


def raw(sql: str) -> exp.Expression:
    """Text of Spark's that needs no change."""
    return exp.Var(this=sql)


def list_of(node: exp.ArrayAgg) -> Aggregate:
    return ordered_list(node.this)


def joined_text(node: exp.GroupConcat) -> Aggregate:
    rows, finish = ordered_list(node.this)
    separator = node.args.get("separator") or exp.Literal.string(",")

    def joined(found: exp.Expression) -> exp.Expression:
        return call("array_join", exp.cast(finish(found), "array<string>"), separator)

    return rows, joined


def whole(number: exp.Expression) -> int | None:
    """The value of a literal whole number."""
    if isinstance(number, exp.Neg):
        found = whole(number.this)
        return None if found is None else -found
    return int(number.this) if isinstance(number, exp.Literal) and not number.is_string else None


def part_of_list(node: exp.Bracket) -> exp.Expression:
    """An element or a slice; whatever lies outside of the list is left out, as in DuckDB."""
    (index,) = node.expressions
    if isinstance(index, exp.Placeholder):
        # [:name], which sqlglot takes for a parameter
        index = exp.Slice(expression=exp.column(index.name))
    if not isinstance(index, exp.Slice):
        if isinstance(index, exp.Literal) and index.is_string:
            return node  # a field of a struct
        number = whole(index)
        if number is not None:
            # the parser has made it count from zero
            return call("element_at", node.this, exp.Literal.number(number + 1))
        if index.is_type(*exp.DataType.INTEGER_TYPES):
            raise UntranslatableError(f"a place in a list that is worked out: {node}")
        return call("element_at", node.this, index)
    size = call("size", node.this.copy())

    def counted(place: exp.Expression | None, default: exp.Expression) -> exp.Expression:
        # what is no literal counts from the front
        if place is None:
            return default
        number = whole(place)
        if number is not None and number < 0:
            return exp.paren(exp.Add(this=size.copy(), expression=exp.Literal.number(number + 1)))
        return exp.paren(place.copy())

    start = call("greatest", counted(index.this, exp.Literal.number(1)), 1)
    end = call("least", counted(index.expression, size.copy()), size.copy())
    length = exp.Add(
        this=exp.Sub(this=end, expression=start.copy()), expression=exp.Literal.number(1)
    )
    return call("slice", node.this, start, call("greatest", length, 0))


# Regular expressions

WORD = "[0-9A-Za-z_]"
BOUNDARY = f"(?:(?<!{WORD})(?={WORD})|(?<={WORD})(?!{WORD}))"
OF_A_SCRIPT = re.compile(r"\\p\{(Greek|Cyrillic|Han|Hiragana|Katakana|Hangul|Latin)\}")


def java_regex(pattern: str, options: str = "") -> str:
    r"""A pattern of RE2 as Java reads it: its ends, lines, words, letter cases and classes.

    Example:
        >>> java_regex("(?i)a[[]$")
        '(?d)(?iu)a[\\[]\\z'
    """
    pattern = OF_A_SCRIPT.sub(r"\\p{Is\1}", pattern)
    pattern = re.sub(r"\(\?([a-z]*)i([a-z]*)([:)])", r"(?\1iu\2\3", pattern)
    made, place, in_class = [], 0, False
    while place < len(pattern):
        here = pattern[place]
        if here == "\\" and place + 1 < len(pattern):
            pair = pattern[place : place + 2]
            made.append(BOUNDARY if pair == "\\b" and not in_class else pair)
            place += 2
            continue
        if in_class:
            if pattern.startswith("[:", place):
                raise UntranslatableError(f"a class by name in the pattern {pattern}")
            made.append("\\" + here if here in "[&" else here)
            in_class = here != "]"
        elif here == "[":
            # a bracket that closes nothing is a letter of the class
            first = re.match(r"\[\^?\]?", pattern[place:])[0]
            made.append(first.replace("]", "\\]"))
            place += len(first)
            in_class = True
            continue
        else:
            made.append("\\z" if here == "$" else here)
        place += 1
    # lines end at \n alone
    return ("(?diu)" if "i" in options else "(?d)") + "".join(made)


def constant(node: exp.Expression | None) -> str:
    """The text of literals that are put together."""
    if isinstance(node, exp.Paren):
        return constant(node.this)
    if isinstance(node, exp.DPipe):
        return constant(node.this) + constant(node.expression)
    if isinstance(node, exp.Anonymous) and node.name == "concat":
        # what a rule below has made of one
        return "".join(constant(part) for part in node.expressions)
    if isinstance(node, exp.Literal) and node.is_string:
        return node.name
    raise UntranslatableError(f"a pattern or option that is no literal: {node}")


def options_of(node: exp.Expression, name: str) -> str:
    return constant(node.args[name]) if node.args.get(name) else ""


def regexp_replace(node: exp.RegexpReplace) -> exp.Expression:
    options = options_of(node, "modifiers")
    pattern = java_regex(constant(node.expression), options)
    written = constant(node.args["replacement"]) if node.args.get("replacement") else ""
    is_every = "g" in options
    if not is_every:
        # what also takes all that stands before the first match, as group 1
        pattern = f"\\A([\\s\\S]*?)(?:{pattern})"
    shift = 0 if is_every else 1
    written = written.replace("$", "\\$")
    written = re.sub(r"\\([0-9])", lambda found: f"${int(found[1]) + shift}", written)
    return call("regexp_replace", node.this, pattern, ("$1" if shift else "") + written)


def regexp_extract(node: exp.RegexpExtract) -> exp.Expression:
    pattern = java_regex(constant(node.expression), options_of(node, "parameters"))
    group = node.args.get("group") or exp.Literal.number(0)
    if not isinstance(group, exp.Array):
        return call("regexp_extract", node.this, pattern, group)
    parts: list[exp.Expression | str] = []
    for place, name in enumerate(group.expressions, start=1):
        parts += [name.name, call("regexp_extract", node.this.copy(), pattern, place)]
    return call("named_struct", *parts)


# Functions


def letters_with_marks() -> tuple[str, str]:
    """Letters with marks, and the same letters without."""
    pairs = []
    for code in range(0xC0, 0x2000):
        parts = unicodedata.normalize("NFD", chr(code))
        bare = "".join(part for part in parts if not unicodedata.combining(part))
        if len(bare) == 1 and len(parts) > 1:
            pairs.append((chr(code), bare))
    return "".join(one for one, _ in pairs), "".join(other for _, other in pairs)


MARKED, PLAIN = letters_with_marks()


def divided(one: exp.Expression, other: exp.Expression) -> exp.Expression:
    """A division of doubles, whatever the two sides are."""
    return exp.paren(exp.Div(this=exp.cast(one, "double"), expression=other, typed=True, safe=True))


def only_known(name: str) -> Rule:
    """arg_min and arg_max pass over rows whose value is null; min_by and max_by do not."""

    def change(node: exp.Expression) -> Aggregate:
        pair = call("named_struct", "value", node.this)
        key = exp.If(
            this=exp.Not(this=exp.Is(this=node.this.copy(), expression=exp.Null())),
            true=node.expression,
            false=exp.Null(),
        )
        return call(name, pair, key), lambda found: exp.Dot(
            this=exp.paren(found), expression=exp.to_identifier("value")
        )

    return change


def rounded(node: exp.Round) -> exp.Expression:
    """By way of the scaled number, as DuckDB does: it differs where a double lies at a half."""
    decimals = node.args.get("decimals")
    if decimals is None or whole(decimals) == 0:
        return node
    scale = f"1e{whole(decimals)}"
    scaled = exp.Mul(this=exp.paren(node.this), expression=exp.Literal.number(scale))
    return divided(call("round", scaled), exp.Literal.number(scale))


def in_json(node: exp.Expression) -> exp.Expression:
    """A decimal is a double in DuckDB's JSON: 1.0 and not 1.00."""
    for cast in list(node.find_all(exp.Cast)):
        if cast.to.this == exp.DataType.Type.DECIMAL:
            cast.replace(exp.cast(cast.copy(), "double"))
    return node


def json_object(node: exp.JSONObject) -> exp.Expression:
    parts = [part for pair in node.expressions for part in (pair.this, pair.expression)]
    return call("to_json", call("named_struct", *parts), call("map", "ignoreNullFields", "false"))


def count_in_window(node: exp.Count) -> exp.Expression | Aggregate:
    """Of each window the number of different values, which Spark cannot count."""
    if not isinstance(node.this, exp.Distinct) or not isinstance(node.parent, exp.Window):
        return node
    (value,) = node.this.expressions
    return call("collect_set", value), lambda found: exp.cast(call("size", found), "bigint")


def decoded(node: exp.Try) -> exp.Expression:
    if not isinstance(node.this, exp.Decode):
        raise UntranslatableError(f"try of something else than decode: {node}")
    return call("try_validate_utf8", exp.cast(node.this.this, "string"))


def formatted(node: exp.Format) -> exp.Expression:
    pattern = constant(node.this).replace("%", "%%").replace("{}", "%s")
    pattern = re.sub(r"\{:([.][0-9]f)\}", r"%\1", pattern)
    if "{" in pattern:
        raise UntranslatableError(f"a format with more than {{}}: {node}")
    return call("format_string", pattern, *node.expressions)


def of_list(node: exp.Anonymous) -> exp.Expression:
    items, function, *more = node.expressions
    if constant(function) != "string_agg":
        raise UntranslatableError(f"list_aggregate by {function}")
    return call("array_join", items, *more)


# What the columns are called that hold a day.
DAY = re.compile(r"(?i)(?:^|_)(?:date|day|today|until|birthday)$|^week_start$")


# What is of the kind of that which stands in it.
TRANSPARENT = (
    *(exp.Paren, exp.Window, exp.Filter, exp.IgnoreNulls, exp.AnyValue),
    *(exp.Min, exp.Max, exp.Add, exp.Neg, exp.Abs),
)


def is_day(node: exp.Expression) -> bool:
    """Whether an expression is a day, as far as its words tell."""
    if isinstance(node, exp.Column):
        return bool(DAY.search(node.name))
    if isinstance(node, exp.Cast):
        return node.to.this == exp.DataType.Type.DATE
    if isinstance(node, TRANSPARENT):
        return is_day(node.this)
    if isinstance(node, (exp.Least, exp.Greatest, exp.Coalesce)):
        return is_day(node.this) or any(is_day(one) for one in node.expressions)
    return False


def subtracted(node: exp.Sub) -> exp.Expression:
    """Two days apart are a number in DuckDB, and an interval in Spark."""
    if is_day(node.this) and is_day(node.expression):
        return exp.cast(call("datediff", node.this, node.expression), "bigint")
    return node


def apart(node: exp.DateDiff) -> exp.Expression:
    """How often a clock that shows this unit moves on, which is what DuckDB counts."""
    unit = node.args["unit"].name.lower()
    until, since = node.this, node.expression
    if unit == "day":
        return exp.cast(
            call("datediff", exp.cast(until, "date"), exp.cast(since, "date")), "bigint"
        )
    if unit not in ("second", "minute", "hour"):
        raise UntranslatableError(f"date_diff in the unit {unit}")
    return call(
        "timestampdiff", raw(unit), call("date_trunc", unit, since), call("date_trunc", unit, until)
    )


def series(node: exp.GenerateSeries) -> exp.Expression:
    """Upwards only: a sequence of Spark's whose end lies below its start runs down."""
    start, end, step = node.args["start"], node.args["end"], node.args.get("step")
    if node.args.get("is_end_exclusive"):
        end = exp.Sub(
            this=exp.paren(end), expression=step.copy() if step else exp.Literal.number(1)
        )
    made = call("sequence", start, end, *([step] if step else []))
    case = exp.Case().when(exp.LTE(this=start.copy(), expression=end.copy()), made)
    return exp.paren(case.else_(call("array")))


def cast_to(node: exp.Cast) -> exp.Expression:
    """Whole numbers without a sign, and those that are written to the base of 16."""
    if node.to.this == exp.DataType.Type.UBIGINT:
        value = node.this
        if isinstance(value, exp.Anonymous) and value.expressions[0].name == "0x":
            value = call("conv", value.expressions[1], 16, 10)
        return exp.cast(value, "bigint")
    return node


def quantile_between(node: exp.PercentileCont) -> exp.Expression:
    return call("percentile", node.this, node.expression)


def quantile(node: exp.PercentileDisc) -> exp.Expression:
    order = exp.Order(expressions=[exp.Ordered(this=node.this)])
    return exp.WithinGroup(this=call("percentile_disc", node.expression), expression=order)


# The parts of a date in the way of Java.
JAVA_PARTS = {"%Y": "yyyy", "%m": "M", "%d": "d", "%b": "MMM", "%B": "MMMM"}


def dates_read(node: exp.Anonymous) -> exp.Expression:
    """The first of several ways to read a text as a date; names of months in any letter case."""
    text, ways = node.expressions
    read = []
    for way in ways.expressions:
        pattern = re.sub(r"%[A-Za-z]", lambda found: JAVA_PARTS[found[0]], constant(way))
        pattern = "yyyyMMdd" if pattern == "yyyyMd" else pattern
        read.append(call("try_to_timestamp", call("initcap", text.copy()), pattern))
    return call("coalesce", *read)


# Lanczos' approximation with g = 7, good to fifteen digits.
LANCZOS = (
    *("676.5203681218851", "-1259.1392167224028", "771.32342877765313", "-176.61502916214059"),
    *("12.507343278686905", "-0.13857109526572012", "9.9843695780195716e-6"),
    "1.5056327351493116e-7",
)


def log_gamma(node: exp.Anonymous) -> exp.Expression:
    """In words of Spark's own, for a function of Python's may not stand in a lambda."""
    series = " + ".join(f"{number}D / (z + {place})" for place, number in enumerate(LANCZOS, 1))
    made = (
        "z -> 0.91893853320467274178D + (z + 0.5D) * ln(z + 7.5D) - (z + 7.5D)"
        f" + ln(0.99999999999980993D + {series}) - ln(z)"
    )
    (number,) = node.expressions
    return call(
        "element_at", call("transform", call("array", exp.cast(number, "double")), raw(made)), 1
    )


def renamed(name: str) -> Rule:
    return lambda node: call(name, *node.expressions)


def without_marks(node: exp.Anonymous) -> exp.Expression:
    bare = call("regexp_replace", node.expressions[0], "[\\u0300-\\u036f]", "")
    return call("translate", bare, MARKED, PLAIN)


RULES: dict[type[exp.Expression], Rule] = {
    exp.ArrayAgg: list_of,
    exp.GroupConcat: joined_text,
    exp.Count: count_in_window,
    exp.ArgMin: only_known("min_by"),
    exp.ArgMax: only_known("max_by"),
    exp.Bracket: part_of_list,
    exp.RegexpReplace: regexp_replace,
    exp.RegexpExtract: regexp_extract,
    exp.RegexpExtractAll: lambda node: call(
        "regexp_extract_all",
        node.this,
        java_regex(constant(node.expression), options_of(node, "parameters")),
        node.args.get("group") or exp.Literal.number(0),
    ),
    exp.RegexpLike: lambda node: call(
        "rlike", node.this, java_regex(constant(node.expression), options_of(node, "flag"))
    ),
    exp.RegexpFullMatch: lambda node: call(
        "rlike", node.this, java_regex(f"^(?:{constant(node.expression)})$")
    ),
    exp.JSONObject: json_object,
    exp.Round: rounded,
    # floating, whatever its sides are
    exp.Div: lambda node: divided(node.this, node.expression),
    # the fields of structs as columns
    exp.Explode: lambda node: call("inline", node.this) if node.expressions else node,
    exp.If: lambda node: (
        exp.If(this=node.this, true=node.args["true"], false=node.args.get("false") or exp.Null())
        if node.arg_key != "ifs"
        else node
    ),
    # an operator of Spark's binds as strongly as plus and minus
    exp.DPipe: lambda node: call("concat", node.this, node.expression),
    exp.Sub: subtracted,
    exp.DateDiff: apart,
    exp.GenerateSeries: series,
    # to the base of ten
    exp.Log: lambda node: node if node.args.get("expression") else call("log10", node.this),
    exp.Cast: cast_to,
    exp.PercentileCont: quantile_between,
    exp.PercentileDisc: quantile,
    exp.ArrayDistinct: lambda node: call("array_distinct", call("array_compact", node.this)),
    exp.ArrayOverlaps: lambda node: call("arrays_overlap", node.this, node.expression),
    exp.Try: decoded,
    exp.Format: formatted,
    exp.Dayname: lambda node: call("date_format", node.this, "EEEE"),
    exp.DayOfWeekIso: lambda node: exp.paren(
        exp.Add(this=call("weekday", node.this), expression=exp.Literal.number(1))
    ),
    exp.AtTimeZone: lambda node: exp.cast(
        call("from_utc_timestamp", node.this, node.args["zone"]), "timestamp_ntz"
    ),
    # Spark 4.3 has one of its own that counts otherwise
    exp.JarowinklerSimilarity: lambda node: call("gym_jaro_winkler", node.this, node.expression),
}

FUNCTIONS: dict[str, Rule] = {
    "strip_accents": without_marks,
    "epoch_us": lambda node: call("unix_micros", exp.cast(node.expressions[0], "timestamp_ltz")),
    "list_aggregate": of_list,
    "arg_min_null": renamed("min_by"),
    "list_position": lambda node: call("nullif", call("array_position", *node.expressions), 0),
    "list_reverse": renamed("reverse"),
    "list_sum": lambda node: call(
        "aggregate", *node.expressions, raw("cast(0 as double)"), raw("(total, one) -> total + one")
    ),
    # no date of Spark's is endless
    "isfinite": lambda node: call("isnotnull", node.expressions[0]),
    "to_microseconds": lambda node: exp.paren(
        exp.Mul(this=node.expressions[0], expression=raw("interval '0.000001' second"))
    ),
    "to_json": lambda node: call(
        "to_json", in_json(node.expressions[0]), call("map", "ignoreNullFields", "false")
    ),
    "try_strptime": dates_read,
    "hash": renamed("xxhash64"),
    "to_years": renamed("make_ym_interval"),
    "error": renamed("raise_error"),
    "regexp_split_to_array": renamed("split"),
    "list_length": renamed("size"),
    "lgamma": log_gamma,
    "json_merge_patch": renamed("gym_json_merge_patch"),
}


def changed(node: exp.Expression) -> exp.Expression | Aggregate:
    rule = (
        FUNCTIONS.get(node.name.lower())
        if isinstance(node, exp.Anonymous)
        else RULES.get(type(node))
    )
    return rule(node) if rule else node


def spark_type(data_type: str) -> str:
    """A type of DuckDB's as Spark calls it. A sum of whole numbers is a bigint there.

    Example:
        >>> spark_type("struct(a varchar, b timestamp)[]")
        'ARRAY<STRUCT<a: STRING, b: TIMESTAMP_NTZ>>'
    """
    kinds = exp.DataType.Type
    renamed_ = {
        kinds.UBIGINT: kinds.BIGINT,
        kinds.INT128: kinds.BIGINT,
        kinds.TIMESTAMP: kinds.TIMESTAMPNTZ,
        kinds.JSON: kinds.TEXT,
    }
    tree = exp.DataType.build(data_type, dialect=DuckDB)
    for kind in tree.find_all(exp.DataType):
        kind.set("this", renamed_.get(kind.this, kind.this))
    return tree.sql(dialect=Spark)


def translate(sql: str, columns: Columns) -> str:
    """The query in Spark's dialect.

    Args:
        sql: a query of DuckDB's.
        columns: names the columns of a relation, asked only where a query writes `*columns(...)`.

    Raises:
        UntranslatableError: a query has what no rule here knows.
    """
    tree = exp.Subquery(this=read(sql))
    for cte in tree.find_all(exp.CTE):
        cte.set("materialized", None)
    write_out_rounding(tree)
    write_out_pivots(tree)
    write_out_names(tree, columns)
    write_out_replaced(tree, columns)
    write_out_columns(tree, columns)
    write_out_windows(tree)
    write_out_unnests(tree)
    write_out_qualify(tree)
    write_out_aliases(tree, columns)
    write_out_filters(tree)
    refuse_nearest(tree)
    write_out_scopes(tree)
    drop_last_order(tree.this)
    # inside out: what is replaced holds what was replaced before it
    for node in reversed(list(tree.walk(bfs=False))):
        new = changed(node)
        if isinstance(new, tuple):
            new, finish = new
            node.replace(new)
            while isinstance(new.parent, (exp.Filter, exp.Window)) and new.arg_key == "this":
                new = new.parent
            kept = exp.Placeholder()
            new.replace(kept)
            kept.replace(finish(new))
        elif new is not node:
            node.replace(new)
    # every name in quotes: which words Spark keeps for itself differs by version
    return tree.this.sql(
        dialect=Spark, identify=True, comments=False, unsupported_level=ErrorLevel.RAISE
    )
