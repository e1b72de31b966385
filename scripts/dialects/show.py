"""Print the SQL that a dialect becomes."""

from __future__ import annotations

from pathlib import Path

from python_udfs.dialects.document import Dialect, load
from python_udfs.dialects.sql import (
    Shape,
    block_query,
    file_query,
    lookup_query,
    lookup_table,
    lookups_of,
    macros,
    table_of,
)


def named(text: str) -> Dialect:
    """The dialect of a name, or of a file of one's own."""
    path = Path(text)
    return load(path.stem, path) if path.suffix == ".yml" else load(text)


def main(dialect: str) -> int:
    """Print what is run, in its order; each file is a table of text before it."""
    found = named(dialect)
    print(
        f"-- {found.name}: every file is read into a table of text first\n{macros(found).strip()}"
    )
    for file in found.files:
        print(f"\n-- {file}\ncreate or replace temp table {table_of(file)} as")
        print(f"{file_query(found, file, Shape())};")
    seen = set()
    for block in found.blocks():
        for given in lookups_of(found, block):
            where = given["file"], given["key"], given["take"]
            if where not in seen:
                seen.add(where)
                print(f"\ncreate or replace temp table {lookup_table(*where)} as")
                print(f"{lookup_query(found, *where, Shape())};")
        print(f"\n-- {block.table} from {block.source}")
        print(f"{block_query(found, block, found.name).sql};")
    return 0
