"""docs/exports.md says of the exports what the code does."""

from __future__ import annotations

import re

import duckdb
import pytest
from conftest import PROJECT
from jinja2 import Environment

from python_udfs.raw_exports import EXPORTS, Export

PAGE = (PROJECT / "docs/exports.md").read_text(encoding="utf-8")


def line(export: Export) -> str:
    """The line of an export in the page's table."""
    needed = ", ".join(f"`{name}`" for name in export.required_columns)
    others = [name for name in export.other_columns if name not in export.one_of]
    if export.one_of:
        needed = "one of " + ", ".join(f"`{name}`" for name in export.one_of)
    more = ", ".join(f"`{name}`" for name in others)
    must = "yes" if export.required else "no"
    return f"| `{export.path}` | {must} | {needed} | {more} |"


def test_the_page_has_the_contract_of_every_export() -> None:
    found = re.findall(r"^\| `\w+/\w+` \| (?:yes|no) \|.*$", PAGE, re.MULTILINE)
    assert found == [line(export) for export in EXPORTS.values()]


def spellings(kind: str) -> list[str]:
    [cells] = re.findall(rf"^\| {kind} \| (.*) \|$", PAGE, re.MULTILINE)
    return re.findall(r"`([^`]+)`", cells)


@pytest.mark.parametrize("kind", ["read", "rejected"])
def test_a_moment_is_read_or_rejected_as_the_page_says(kind: str) -> None:
    files = ("moments.sql", "text_from_export.sql")
    macros = "".join((PROJECT / "macros" / name).read_text(encoding="utf-8") for name in files)
    call = "{{ local_timestamp_from_export('moment') }}"
    moment = (
        Environment(extensions=["jinja2.ext.do"])
        .from_string(macros + call)
        .render(env_var=lambda *_: "America/Chicago")
    )
    texts = spellings(kind)
    assert len(texts) > 5
    with duckdb.connect() as connection:
        for text in texts:
            [(found,)] = connection.execute(
                f"select {moment} from (select ? as moment)", [text]
            ).fetchall()
            assert (found is not None) == (kind == "read"), text
