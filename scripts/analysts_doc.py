"""Write the queries of analyses/questions and their answers into docs/analysts.md.

The document names a query in a comment, `<!-- top_sharers -->`; what stands between it and the next
`<!-- end -->` is written anew, from the published file of the default sample.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import duckdb

import settings

PROJECT = Path(__file__).resolve().parent.parent
DOCUMENT = PROJECT / "docs/analysts.md"
QUESTIONS = PROJECT / "analyses/questions"
ANSWER = re.compile(r"(<!-- (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
REF = re.compile(r"\{\{ ref\('(\w+)'\)[^}]*\}\}")


def plain_query(text: str) -> str:
    """A query as an analyst types it, with the tables' own names.

    Example:
        >>> plain_query("select 1 from {{ ref('f').include(database=false) }}(7)")
        'select 1 from f(7)'
    """
    return REF.sub(r"\1", text).strip()


def cell(value: object) -> str:
    r"""A value in a Markdown table; nothing for null.

    Example:
        >>> cell("a|b"), cell(None)
        ('a\\|b', '')
    """
    return "" if value is None else str(value).replace("|", "\\|")


def table(relation: duckdb.DuckDBPyRelation) -> str:
    """The rows of a query as a Markdown table."""
    rows = [relation.columns, ["---"] * len(relation.columns), *relation.fetchall()]
    return "\n".join("| " + " | ".join(map(cell, row)) + " |" for row in rows)


def answered(document: str, connection: duckdb.DuckDBPyConnection) -> str:
    """The document with every query and its answer as they are now."""

    def answer(found: re.Match[str]) -> str:
        query = plain_query((QUESTIONS / f"{found[2]}.sql").read_text(encoding="utf-8"))
        return f"{found[1]}\n```sql\n{query}\n```\n\n{table(connection.sql(query))}\n\n{found[3]}"

    return ANSWER.sub(answer, document)


def main() -> int:
    """Rewrite the document; returns the exit status."""
    # as a build of the sample finds its places, also where the gym's own are there
    found = settings.load(writes=True)
    if found.has_own_exports:
        print("docs/analysts.md is for the invented sample: unset GYM_RAW_EXPORTS", file=sys.stderr)
        return 1
    published = PROJECT / found.published
    if not published.exists():
        print(f"{published} is not there yet: run make build first", file=sys.stderr)
        return 1
    with duckdb.connect(str(published), read_only=True) as connection:
        text = answered(DOCUMENT.read_text(encoding="utf-8"), connection)
    DOCUMENT.write_text(text, encoding="utf-8")
    return 0
