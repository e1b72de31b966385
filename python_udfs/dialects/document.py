"""Read a dialect and tell all that is wrong with it: file, line, reason and the nearest word."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import jsonschema
import yaml
from rapidfuzz import fuzz, process

from python_udfs.dialects.core import PAYER, TABLES, Column, words
from python_udfs.export_contracts import LOADER
from python_udfs.file_kinds import FileError
from python_udfs.find_exports import DIALECTS

VERBS = ("constant", "first_of", "concat", "split", "moment", "date", "number", "map")
VERBS += ("regex", "lookup", "id", "nth")
# Verbs that a column of a kind may have, beside a plain column.
ALLOWED = {
    "id": ("id", "first_of"),
    "place": ("id", "first_of", "constant"),
    "word": ("map", "constant"),
    "moment": ("moment",),
    "date": ("date", "moment"),
    "number": ("number", "constant", "map", "nth"),
    "text": ("constant", "first_of", "concat", "split", "map", "lookup", "number"),
}
GROUP = re.compile(r"\(\?P<(\w+)>")
# What a pattern must not have, since its groups are counted: a group without a name.
UNNAMED = re.compile(r"(?<!\\)(?:\\\\)*\((?!\?)")
Path_ = tuple[str | int, ...]


class DialectError(FileError):
    """A dialect that cannot be used; the message names file, line and reason, one a line."""


class Block(NamedTuple):
    """Rows of one file for one table of the core; see docs/dialects.md for each part."""

    table: str
    place: Path_
    source: str
    each: str
    derive: list[dict[str, Any]]
    keep: list[dict[str, Any]]
    unique_by: list[str]
    moment_is: str
    columns: dict[str, Any]


class Dialect(NamedTuple):
    """A dialect that was read and found right."""

    name: str
    document: dict[str, Any]
    lines: Mapping[Path_, int]

    @property
    def files(self) -> dict[str, dict[str, Any]]:
        """The files by the key that blocks use."""
        return self.document["files"]

    def blocks(self, table: str = "") -> list[Block]:
        """The blocks of a table of the core, or of all."""
        return [
            Block(
                name,
                ("core", name, number),
                block["from"],
                block.get("each", ""),
                block.get("derive", []),
                flat(block.get("keep", [])),
                block.get("unique_by", []),
                block.get("moment_is", "arrival"),
                block["columns"],
            )
            for name, blocks in self.document["core"].items()
            if table in ("", name)
            for number, block in enumerate(blocks)
        ]


def flat(conditions: Sequence[Any]) -> list[dict[str, Any]]:
    """The conditions of a keep; a list in it, such as one that YAML repeats, is opened."""
    found: list[dict[str, Any]] = []
    for one in conditions:
        found += flat(one) if isinstance(one, list) else [one]
    return found


def verb_of(value: object) -> str:
    """The verb of a value; empty for a plain column.

    Example:
        >>> verb_of({"concat": ["First", "Last"], "with": " "}), verb_of("First")
        ('concat', '')
    """
    if not isinstance(value, dict):
        return ""
    return next((verb for verb in VERBS if verb in value), "?")


def columns_of(value: Any) -> list[str]:
    """The columns that a value reads in its own row."""
    verb = verb_of(value)
    if not verb:
        return [value]
    if verb == "constant":
        return []
    if verb == "lookup":
        return [value["lookup"]["by"]]
    found = value[verb] if isinstance(value[verb], list) else [value[verb]]
    if verb == "number" and "times" in value:
        found = [*found, value["times"]]
    if verb == "moment" and isinstance(value["zone"], dict):
        found = [*found, value["zone"]["column"]]
    return list(found)


def steps(block: Block) -> Iterator[tuple[list[str], Any]]:
    """The derived columns of a block in their order, by names and verb."""
    for step in block.derive:
        if "regex" in step:
            yield GROUP.findall(step["pattern"]), step
        else:
            [(name, value)] = step.items()
            yield [name], value


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint at the word that may be meant; empty where none is near.

    Example:
        >>> nearest("first_off", ["first_of", "concat"])
        '; did you mean first_of?'
    """
    found = process.extractOne(word, list(known), scorer=fuzz.ratio, score_cutoff=60)
    return f"; did you mean {found[0]}?" if found else ""


def available() -> list[str]:
    """The names of all dialects, sorted."""
    return sorted(path.stem for path in DIALECTS.glob("*.yml"))


def load(name: str, path: Path | None = None) -> Dialect:
    """Read and check a dialect.

    Args:
        name: its name, such as `square`.
        path: its file; one of `dialects/` by default.

    Raises:
        DialectError: it is not there, or something in it cannot be meant.
    """
    path = path or DIALECTS / f"{name}.yml"
    if not path.is_file():
        known = available()
        hint = nearest(name, known) or f"; there are {', '.join(known)}"
        raise DialectError(f"there is no dialect {name}{hint}")
    shown = f"dialects/{path.name}" if path.parent == DIALECTS else path.name
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise DialectError(f"{shown} is no UTF-8 text; save it as UTF-8") from None
    return parse(text, shown)


@functools.cache
def _schema() -> dict[str, Any]:
    return json.loads((DIALECTS / "schema.json").read_text(encoding="utf-8"))


@functools.lru_cache(maxsize=32)
def parse(text: str, file: str) -> Dialect:
    """A dialect of the text of a file.

    Raises:
        DialectError: something in it cannot be meant; all of it is told.
    """
    try:
        node = yaml.compose(text, Loader=LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        raise DialectError(f"{file}{line}: {getattr(error, 'problem', None) or error}") from None
    lines: dict[Path_, int] = {(): 1}
    try:
        document = _built(node, (), lines) if node else {}
    except _MeantTwiceError as error:
        raise DialectError(f"{file}:{error}") from None
    except RecursionError:
        raise DialectError(f"{file}: a part of it holds itself, or is too deep") from None
    found = list(_by_schema(document)) or list(_by_meaning(Dialect("", document, lines), file))
    if found:
        told = sorted({(_line(path, lines), sentence) for path, sentence in found})
        raise DialectError("\n".join(f"{file}:{line}: {sentence}" for line, sentence in told))
    return Dialect(document["system"], document, lines)


class _MeantTwiceError(Exception):
    """A key stands twice in one part of a document, of which YAML takes the last."""


def _built(node: yaml.Node, path: Path_, lines: dict[Path_, int]) -> Any:
    """A document with the line of each of its parts; keys and days stay text."""
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        found = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if key.value in found:
                raise _MeantTwiceError(
                    f"{line}: {key.value} stands twice, first in line {lines[(*path, key.value)]}"
                )
            lines[(*path, key.value)] = line
            found[key.value] = _built(value, (*path, key.value), lines)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_built(value, (*path, i), lines) for i, value in enumerate(node.value)]
    # a column may be called no or on: of those words only true and false are no text
    if node.tag.endswith("bool"):
        return {"true": True, "false": False}.get(node.value.lower(), node.value)
    is_typed = node.tag.endswith(("int", "float", "null"))
    return yaml.safe_load(node.value) if is_typed else node.value


def _line(path: Path_, lines: Mapping[Path_, int]) -> int:
    while path not in lines:
        path = path[:-1]
    return lines[path]


def _by_schema(document: Any) -> Iterator[tuple[Path_, str]]:
    """What breaks the schema."""
    validator = jsonschema.Draft202012Validator(_schema())
    for error in validator.iter_errors(document):
        yield from _told(error, ())


def _told(error: jsonschema.ValidationError, above: Path_) -> Iterator[tuple[Path_, str]]:
    """The sentences about one error, of the innermost that says something."""
    path: Path_ = (*above, *error.path)
    value: Any = error.instance
    if error.validator == "anyOf" and isinstance(value, dict):
        verb = verb_of(value)
        forms = [one.get("$ref", "").rpartition("/")[2] for one in error.validator_value]
        if verb == "?" and {"verb", VERBS[0]} & set(forms):
            word = next(iter(value), "")
            yield (*path, word), f"unknown verb {word}{nearest(word, VERBS)}"
            return
        meant = [verb, "verb", "condition", "" if verb != "regex" else "regex"]
        form = next((forms.index(one) for one in meant if one in forms), len(forms) - 1)
        for one in error.context or []:
            if one.relative_schema_path[0] == form:
                yield from _told(one, path)
        return
    if error.validator == "additionalProperties":
        known = list(error.schema.get("properties", {}))
        for word in [word for word in value if word not in known]:
            yield (*path, word), f"unknown key {word}{nearest(word, known)}"
        return
    if error.validator == "required":
        missing = [word for word in error.validator_value if word not in value]
        yield path, f"{', '.join(missing)} is missing"
        return
    if error.validator == "enum":
        known = list(error.validator_value)
        yield path, f"{value} is none of {', '.join(known)}{nearest(str(value), known)}"
        return
    yield path, error.message[:200]


def _by_meaning(dialect: Dialect, file: str) -> Iterator[tuple[Path_, str]]:
    """What the schema cannot say: names that stand elsewhere, patterns, formats and words."""
    document = dialect.document
    stem = Path(file).stem
    if document["system"] != stem:
        yield ("system",), f"the system is called {document['system']}, and the file {stem}.yml"
    for table in ("customers", "checkins", "payments"):
        if table in document["core"]:
            break
    else:
        yield ("core",), "neither customers nor checkins nor payments are filled"
    core = document["core"]
    if "pass_uses" in core and not all(
        "checkin_id" in b["columns"] for b in core.get("checkins", [{"columns": {}}])
    ):
        yield ("core", "pass_uses"), "pass_uses need checkins with a checkin_id, which they repeat"
    people = [one["columns"] for one in core.get("membership_people", [])]
    if any("membership_id" in one for one in people) and any(
        "membership_type_id" in one
        for one in [*people, *(b["columns"] for b in core.get("memberships", []))]
    ):
        yield (
            ("core", "membership_people"),
            "people stand by membership_id or by membership_type_id",
        )
    for block in dialect.blocks():
        yield from _of_block(block, document)


def _of_block(block: Block, document: dict[str, Any]) -> Iterator[tuple[Path_, str]]:
    files, place = document["files"], block.place
    if block.source not in files:
        yield (*place, "from"), f"no file is called {block.source}{nearest(block.source, files)}"
    if block.moment_is != "arrival" and block.table != "checkins":
        yield (*place, "moment_is"), "moment_is is for checkins"
    known = {column.name: column for column in TABLES[block.table].columns}
    for name in [name for name in block.columns if name not in known]:
        yield (*place, "columns", name), f"{block.table} has no column {name}{nearest(name, known)}"
    for column in known.values():
        if column.is_required and column.name not in block.columns:
            yield (*place, "columns"), f"{block.table} needs {column.name}"
    if block.table == "payments" and not set(PAYER) & set(block.columns):
        yield (*place, "columns"), f"payments need one of {', '.join(PAYER)}"
    for number, (_, value) in enumerate(steps(block)):
        at = (*place, "derive", number)
        step = block.derive[number]
        if "regex" not in step:
            at = (*at, next(iter(step)))
        if verb_of(value) == "id":
            yield at, "an id is no derived column; the columns of it are"
        for sentence in _of_value(value, files):
            yield at, sentence
    for name, value in block.columns.items():
        if name in known:
            for sentence in [*_of_kind(value, known[name]), *_of_value(value, files)]:
                yield (*place, "columns", name), sentence


def _of_kind(value: Any, column: Column) -> Iterator[str]:
    """Whether a value is one that a column of the core may have."""
    verb = verb_of(value)
    if verb and verb not in ALLOWED[column.kind]:
        yield (
            f"{column.name} is of the kind {column.kind}, for which there is no {verb};"
            f" derive a column first, then one of: a column, {', '.join(ALLOWED[column.kind])}"
        )
    if column.kind != "word":
        return
    if not verb:
        yield f"{column.name} needs a map to the words {', '.join(words(column.of))}"
        return
    meant = [value["constant"]] if verb == "constant" else list(value.get("values", {}).values())
    if verb == "map" and value.get("otherwise") not in (None, "reject"):
        meant.append(value["otherwise"])
    for word in meant:
        if word not in words(column.of):
            yield f"{word} is no word of {column.name}{nearest(word, words(column.of))}"


def _of_value(value: Any, files: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong within a value itself."""
    verb = verb_of(value)
    if verb == "regex":
        pattern = value["pattern"]
        if not GROUP.search(pattern):
            yield "the pattern has no named group, such as (?P<name>.+)"
        elif UNNAMED.search(re.sub(r"\[(?:\\.|[^\]])*\]", "", pattern)):
            yield "a group of the pattern has no name; write (?: for one that only holds together"
        with duckdb.connect() as connection:
            try:
                connection.execute("select regexp_matches('', ?)", [pattern])
            except duckdb.Error as error:
                yield f"the pattern is none of RE2: {str(error).splitlines()[0].partition(': ')[2]}"
    if verb == "lookup" and value["lookup"]["file"] not in files:
        name = value["lookup"]["file"]
        yield f"no file is called {name}{nearest(name, files)}"
    if verb in ("moment", "date"):
        for known in value["formats"]:
            if known not in FORMATS and "%" not in known:
                yield f"{known} is no format; write one with %, or {', '.join(FORMATS)}"
            elif "%" in known and not {"%Y", "%y", "%c", "%x", "%s"} & set(
                re.findall("%-?.", known)
            ):
                yield f"the format {known} has no year"
    if verb == "moment" and isinstance(value["zone"], str):
        zone = value["zone"]
        if zone == "ASK":
            yield (
                "the zone is still to be told: gym, UTC, a name such as America/Chicago, or"
                " {column: ..}"
            )
        elif zone != "gym" and zone not in _zones():
            yield f"{zone} is no time zone{nearest(zone, _zones())}"


FORMATS = ("iso", "epoch_s", "epoch_ms")


@functools.cache
def _zones() -> frozenset[str]:
    # a connection of its own: the models of a build run beside each other
    with duckdb.connect() as connection:
        found = connection.sql("select name from pg_timezone_names()").fetchall()
    return frozenset(name for (name,) in found)
