"""The contracts of the exports, as the sources in models/staging describe them.

A source is a system's folder under the exports root, its tables are the exports. The var
source_systems in dbt_project.yml says which of them are read, and which table of the core each
feeds. Answers of staff and requests to be erased are read of every gym.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import yaml

PROJECT = Path(__file__).resolve().parent.parent
PRIVACY = "privacy"
REVIEWS = "reviews"
# libyaml where PyYAML has it: the same, and much faster
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
BOOKKEEPING = (
    pa.field("source_file", pa.string()),
    pa.field("source_line", pa.int64()),
    pa.field("source_line_count", pa.int32()),
    pa.field("reject_reason", pa.string()),
    pa.field("raw_text", pa.string()),
    pa.field("file_error", pa.string()),
    pa.field("source_written_at", pa.timestamp("us")),
    pa.field("source_header_line", pa.int64()),
    pa.field("columns_not_read", pa.string()),
    pa.field("left_out_because", pa.string()),
)


class Roles(NamedTuple):
    """Which columns of an export say whom a row is about.

    Attributes:
        ids: customer ids; one of an erased person makes the row one about that person.
        name: first and last name, or the one column with both.
        preferred: what the person wants to be called.
        emails: addresses of the person.
        phones: telephone numbers of the person.
        birthday: date of birth.
        kept: what an erased row keeps: its key, and what decides between rows of one key.
        belongs: columns of a thing that stays without its owner, the owner's id first.
        mentions: texts in which staff may write a customer id among other words.
    """

    ids: tuple[str, ...] = ()
    name: tuple[str, ...] = ()
    preferred: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    birthday: str = ""
    kept: tuple[str, ...] = ()
    belongs: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Export:
    """The contract of one export: where it lies under the root, and its columns.

    Attributes:
        path: folder and stem under the exports root, such as `capitan/checkins`.
        required: whether a build without this export is refused.
        required_columns: columns that the models read; a file without one of them is refused.
        other_columns: documented columns that no model needs; empty where a file lacks them.
        one_of: columns of which a file needs at least one.
        feeds: the table of the core, such as `checkins`; empty for what tells of no person.
        roles: which columns say whom a row is about.
        also_named: other names of its files: a system may have put a part of it there.
    """

    path: str
    required: bool
    required_columns: tuple[str, ...]
    other_columns: tuple[str, ...]
    one_of: tuple[str, ...]
    feeds: str
    roles: Roles
    also_named: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns of the contract, the required ones first."""
        return self.required_columns + self.other_columns

    @property
    def schema(self) -> pa.Schema:
        """The contract's columns as text, then the bookkeeping columns."""
        return pa.schema([pa.field(name, pa.string()) for name in self.columns] + [*BOOKKEEPING])


# What meta may say: a word that nobody reads would leave a person unerased.
PERSON = frozenset(
    ("id", "first_name", "last_name", "full_name", "preferred_name", "email", "phone", "birthday")
    + ("owner_id", "owner_fact")
)


def _meta(described: dict[str, Any]) -> dict[str, Any]:
    return described.get("config", {}).get("meta", {})


def contract(system: str, table: dict[str, Any], feeds: str) -> Export:
    """The contract that a table of a source describes.

    Raises:
        ValueError: a column says of a person what is not read, or no column says whose a row is.

    Example:
        >>> columns = [{"name": "id", "config": {"meta": {"required": True, "person": "id"}}}]
        >>> export = contract("gate", {"name": "visits", "columns": columns}, "checkins")
        >>> export.path, export.required_columns, export.roles.ids
        ('gate/visits', ('id',), ('id',))
    """
    columns = {column["name"]: _meta(column) for column in table["columns"]}
    path = f"{system}/{table['name']}"
    for name, meta in columns.items():
        if meta.get("person", "id") not in PERSON or meta.get("when_erased", "kept") != "kept":
            raise ValueError(f"{path}: the meta of {name} holds a word that is not read: {meta}")
    whose = {"id", "full_name", "first_name", "owner_id", "email", "phone"}
    if feeds and not whose & {meta.get("person") for meta in columns.values()}:
        raise ValueError(f"{path}: no column says whom a row is about, so nobody is erased from it")

    def of_person(*roles: str) -> tuple[str, ...]:
        return tuple(
            name for role in roles for name, meta in columns.items() if meta.get("person") == role
        )

    return Export(
        path=path,
        required=_meta(table).get("required", False),
        required_columns=tuple(name for name, meta in columns.items() if meta.get("required")),
        other_columns=tuple(name for name, meta in columns.items() if not meta.get("required")),
        one_of=tuple(_meta(table).get("one_of", ())),
        feeds=feeds,
        roles=Roles(
            ids=of_person("id"),
            name=of_person("first_name", "last_name", "full_name"),
            preferred="".join(of_person("preferred_name")),
            emails=of_person("email"),
            phones=of_person("phone"),
            birthday="".join(of_person("birthday")),
            kept=tuple(name for name, meta in columns.items() if meta.get("when_erased") == "kept"),
            belongs=of_person("owner_id", "owner_fact"),
            mentions=tuple(name for name, meta in columns.items() if meta.get("mentions_ids")),
        ),
        also_named=tuple(f"{system}/{name}" for name in _meta(table).get("also_named", ())),
    )


def contracts(project: Path = PROJECT) -> Iterator[Export]:
    """The contracts of all exports that a project reads, requests to be erased last."""
    text = (project / "dbt_project.yml").read_text(encoding="utf-8")
    systems = yaml.load(text, LOADER)["vars"]["source_systems"]
    for system in (*systems, REVIEWS, PRIVACY):
        path = project / "models/staging" / system / "_sources.yml"
        [source] = yaml.load(path.read_text(encoding="utf-8"), LOADER)["sources"]
        feeds = {export: table for table, export in systems.get(system, {}).items()}
        for table in source["tables"]:
            if table["name"] in feeds or system in (REVIEWS, PRIVACY):
                yield contract(system, table, feeds.get(table["name"], ""))


EXPORTS = {export.path: export for export in contracts()}
# The export of each further name of files.
ALSO_NAMED = {name: export.path for export in EXPORTS.values() for name in export.also_named}
