"""What a dialect may say, and what is said of one that cannot be meant: file, line and reason."""

# A row of a file, or a case, stands on a line of its own.
# ruff: noqa: E501

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from python_udfs.dialects import document
from python_udfs.dialects.document import DialectError, parse
from python_udfs.dialects.sql import block_query
from python_udfs.find_exports import _dialects

GOOD = """dialect: 1
system: gate
sources: [{what: invented, at: here, seen: 2026-01-02, sure: documented}]
files:
  people: {names: [people]}
  visits: {names: [visits]}
core:
  customers:
    - from: people
      columns:
        customer_id: {id: no}
        first_name: {split: name, at: ", ", part: 2}
        last_name: {split: name, at: ", ", part: 1}
  checkins:
    - from: visits
      columns:
        customer_id: {id: who}
        checked_in_at: {moment: at, formats: [iso], zone: gym}
"""
FILE = "dialects/gate.yml"


def told(text: str) -> str:
    with pytest.raises(DialectError) as error:
        parse(text, FILE)
    return str(error.value)


def test_a_good_one_is_read() -> None:
    assert [block.table for block in parse(GOOD, FILE).blocks()] == ["customers", "checkins"]


@pytest.mark.parametrize(
    ("old", "new", "line", "sentence"),
    [
        ("{split: name, at: \", \", part: 2}", "{splitt: name, at: x}", 12,
         "unknown verb splitt; did you mean split?"),
        ("at: \", \", part: 2}", "at: \", \"}", 12, "part is missing"),
        ("part: 2}", "part: 2, of: 3}", 12, "unknown key of"),
        ("first_name:", "frist_name:", 12, "customers has no column frist_name; did you mean first_name?"),
        ("        customer_id: {id: who}\n", "", 16, "checkins needs customer_id"),
        ("from: visits", "from: visit", 15, "no file is called visit; did you mean visits?"),
        ("zone: gym", "zone: ASK", 18, "the zone is still to be told"),
        ("zone: gym", "zone: America/Chicagoo", 18, "did you mean America/Chicago?"),
        ("formats: [iso]", "formats: [ISO]", 18, "ISO is no format"),
        ("formats: [iso]", "formats: ['%H:%M']", 18, "has no year"),
        ("{id: who}", "{concat: [a, b]}", 17, "of the kind id, for which there is no concat"),
        ("system: gate", "system: door", 2, "the system is called door, and the file gate.yml"),
        ("      columns:\n        customer_id: {id: who}",
         "      derive: [{regex: a, pattern: '(?P<x>['}]\n      columns:\n        customer_id: {id: who}",
         16, "none of RE2"),
        ("      columns:\n        customer_id: {id: who}",
         "      derive: [{regex: a, pattern: '(a)(?P<x>b)'}]\n      columns:\n        customer_id: {id: who}",
         16, "no name"),
        ("        customer_id: {id: who}\n",
         "        customer_id: {id: who}\n        entry_kind: {map: k, values: {a: membrship}}\n", 18,
         "membrship is no word of entry_kind; did you mean membership?"),
        ("files:\n", "filse: {}\nfiles:\n", 4, "unknown key filse; did you mean files?"),
        ("dialect: 1", "dialect: [", 3, "expected"),
        ("dialect: 1", "dialect: 1\ndialect: 1", 2, "dialect stands twice, first in line 1"),
        ("{id: who}", "{}", 17, "unknown verb"),
    ],
)  # fmt: skip
def test_what_is_wrong_has_its_line(old: str, new: str, line: int, sentence: str) -> None:
    assert old in GOOD
    found = told(GOOD.replace(old, new, 1))
    assert [
        one for one in found.splitlines() if one.startswith(f"{FILE}:{line}: ") and sentence in one
    ], found


@pytest.mark.parametrize("text", ["", "# a comment", "---", "~"])
def test_an_empty_one_is_refused(text: str) -> None:
    assert told(text).startswith(f"{FILE}:1: ")


def test_one_that_holds_itself_is_refused() -> None:
    text = GOOD.replace("{id: who}", "&a {concat: [*a]}")
    assert "holds itself" in told(text)


def test_one_that_is_no_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "gate.yml"
    path.write_bytes(GOOD.replace("who", "n\u00ba").encode("latin-1"))
    with pytest.raises(DialectError, match="save it as UTF-8"):
        document.load("gate", path)


@pytest.mark.parametrize(
    "code", ["{sql: 'drop table x'}", "{jinja: '{{ x }}'}", "{python: 'import os'}"]
)
def test_no_code_is_a_verb(code: str) -> None:
    text = GOOD.replace('{split: name, at: ", ", part: 2}', code)
    assert "unknown verb" in told(text)


def test_a_hostile_name_stays_a_name() -> None:
    """A column may be called anything; it is quoted, and is no SQL."""
    text = GOOD.replace(
        'first_name: {split: name, at: ", ", part: 2}', "first_name: '\"; drop table x; --'"
    )
    dialect = parse(text, FILE)
    query = block_query(dialect, dialect.blocks("customers")[0], "gate").sql
    assert '"""; drop table x; --"' in query


def test_every_dialect_that_is_there_is_right_and_says_where_it_is_from() -> None:
    assert len(document.available()) >= 7
    assert set(document.available()) == _dialects()
    for name in document.available():
        found = document.load(name).document
        assert found["sources"]
        if any(one["sure"] == "unconfirmed" for one in found["sources"]):
            assert found["unconfirmed"], name


def test_the_schema_is_one_and_has_no_verb_that_is_not_known() -> None:
    schema = json.loads((document.DIALECTS / "schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    verbs = [one["$ref"].rpartition("/")[2] for one in schema["$defs"]["verb"]["anyOf"]]
    assert sorted(verbs) == sorted(document.VERBS)
