"""Write the answers of queries into docs/analysts.md and docs/matching.md.

A document names a query in a comment, `<!-- top_sharers -->`; what stands between it and the next
`<!-- end -->` is written anew, from what the last build of the default sample made.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb

from python_udfs import settings

PROJECT = Path(__file__).resolve().parent.parent
ANSWER = re.compile(r"(<!-- (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
REF = re.compile(r"\{\{ ref\('(\w+)'\)[^}]*\}\}")


@dataclass(frozen=True)
class Document:
    """A document with answers in it.

    Attributes:
        path: the document.
        queries: the folder of its queries.
        shows_queries: whether each query stands above its answer.
    """

    path: Path
    queries: Path
    shows_queries: bool


# For analysts: answered from the published file, with queries that they may copy.
ANALYSTS = Document(PROJECT / "docs/analysts.md", PROJECT / "analyses/questions", True)
# For those who work on matching: answered from the private warehouse.
MATCHING = Document(PROJECT / "docs/matching.md", PROJECT / "analyses/matching", False)
# The schemas of the warehouse, for queries that name a table without its schema.
SCHEMAS = "main,core,intermediate,seeds"


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


def answered(text: str, document: Document, connection: duckdb.DuckDBPyConnection) -> str:
    """A text of the document with every answer as it is now."""

    def answer(found: re.Match[str]) -> str:
        path = document.queries / f"{found[2]}.sql"
        query = plain_query(path.read_text(encoding="utf-8"))
        shown = f"```sql\n{query}\n```\n\n" if document.shows_queries else ""
        return f"{found[1]}\n{shown}{table(connection.sql(query))}\n\n{found[3]}"

    return ANSWER.sub(answer, text)


def main() -> int:
    """Rewrite the document; returns the exit status."""
    # as a build of the sample finds its places, also where the gym's own are there
    found = settings.load(writes=True)
    if found.has_own_exports:
        print("the documents are for the invented sample: unset GYM_RAW_EXPORTS", file=sys.stderr)
        return 1
    written = {}
    for document, database in ((ANALYSTS, found.published), (MATCHING, found.warehouse)):
        path = PROJECT / database
        if not path.exists():
            print(f"{path} is not there yet: run make build first", file=sys.stderr)
            return 1
        with duckdb.connect(str(path), read_only=True) as connection:
            if document is MATCHING:
                connection.execute(f"set search_path = '{SCHEMAS}'")
            text = document.path.read_text(encoding="utf-8")
            written[document] = answered(text, document, connection)
    for document, text in written.items():
        document.path.write_text(text, encoding="utf-8")
    return 0
