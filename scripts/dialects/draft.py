"""Draft a dialect for exports of an unknown system, by the words of its headers and its values.

A draft is a proposal with its evidence. A line below the confidence, or with another column as
near, is commented out; a format stands there only where no other fits, and a zone never.
"""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
from python_calamine import CalamineWorkbook
from rapidfuzz import fuzz

from python_udfs.dialects import databases
from python_udfs.dialects.core import PAYER, TABLES, Column
from python_udfs.dialects.files import (
    JSON_ENDINGS,
    WORKBOOKS,
    _of_json,
    name_of,
)
from python_udfs.file_kinds import HEAD, PARQUET, FileError, encoding, head_of, unpacked
from python_udfs.find_exports import DIALECTS, ExportFile, folded
from python_udfs.raw_exports import DELIMITERS, open_file
from scripts.dialects.check import files_in

SAMPLE = 3000
CONFIDENT = 0.6
NEAR = 0.03
# How much the words of a header weigh beside the values below them.
BY_WORDS = 0.65
MOMENTS = (
    *("%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M %p", "%d/%m/%Y %H:%M"),
    *("%d/%m/%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%Y/%m/%d %H:%M:%S"),
)
DAYS = (
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%m/%d/%y",
    "%d/%m/%y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%d-%b-%Y",
    "%Y/%m/%d",
)
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
ISO = re.compile(
    r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d([.]\d+)?)?( ?(Z|UTC|[+-]\d\d:?\d\d|[+-]\d\d))?)?"
)
MONEY = re.compile(r"[-(]?\s?[$€£]?\s?-?\d[\d.,]*\s?[$€£]?\)?")
PHONE = re.compile(r"\+?[\d\s().-]{7,20}")
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
NAME = re.compile(r"[^\W\d_]+([ '\u2019.-]+[^\W\d_]+)*\.?")
LAST_FIRST = re.compile(r"[^,\d]+, [^,\d]+")
EPOCH = {"epoch_s": re.compile(r"1\d{9}"), "epoch_ms": re.compile(r"1\d{12}")}
# What the words of a name may still hold, letter by letter, in other alphabets.
SPELLED = str.maketrans({"ß": "ss", "ä": "ae", "ö": "oe", "ü": "ue"})


class Sheet(NamedTuple):
    """One table of an export: a file, a sheet of one, or a list within its records."""

    name: str
    path: str
    each: str
    columns: dict[str, list[str]]
    row_count: int

    def filled(self, column: str) -> float:
        """The share of rows that have a value."""
        return len(self.columns[column]) / max(1, self.row_count)

    @property
    def key(self) -> str:
        """The key of its file in the dialect."""
        plain = re.sub(r"[^a-z0-9]+", "_", self.name.rpartition("/")[2]).strip("_")
        return plain if re.match(r"[a-z]", plain) else f"file_{plain}"


class Guess(NamedTuple):
    """A column of a file that may fill one of the core."""

    column: str
    confidence: float
    evidence: str
    formats: tuple[str, ...] = ()


def plain(text: str) -> str:
    """A header as words without accents and letter case.

    Example:
        >>> plain("customerGuid"), plain("Fecha_de Nacimiento"), plain("Käufer-ID")
        ('customer guid', 'fecha de nacimiento', 'kaeufer id')
    """
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text).lower().translate(SPELLED)
    text = unicodedata.normalize("NFKD", text)
    text = "".join(sign for sign in text if not unicodedata.combining(sign))
    return " ".join(re.findall(r"[a-z0-9]+", text))


def synonyms() -> dict[tuple[str, str], list[str]]:
    """What a table, or a column of it, may be called."""
    with (DIALECTS / "synonyms.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["table"], row["column"]): row["words"].split("|") for row in csv.DictReader(file)
        }


def likeness(header: str, words: Iterable[str]) -> tuple[float, str]:
    """How like a header is to one of several words, and to which.

    Example:
        >>> likeness("customerGuid", ["customer id", "customer guid"])
        (1.0, 'customer guid')
    """
    mine = plain(header)
    best = (0.0, "")
    for word in words:
        score = fuzz.ratio(mine.replace(" ", ""), word.replace(" ", "")) / 100
        tokens, theirs = set(mine.split()), set(word.split())
        if len(theirs) > 1 and theirs < tokens:
            score = max(score, 0.9)
        score = max(score, 0.95 * fuzz.token_sort_ratio(mine, word) / 100)
        best = max(best, (score, word))
    return best if best[0] >= 0.7 else (0.0, "")


def _sample(file: ExportFile) -> Iterator[Sheet]:
    """The tables of a file, each with its first rows."""
    cursor = duckdb.connect()
    endings = set(folded(file.name).split(".")[1:])
    stem = name_of(file.name)
    if endings & set(WORKBOOKS):
        with open_file(cursor, file) as stored:
            book = CalamineWorkbook.from_filelike(stored)
        for sheet in book.sheet_names:
            rows = [
                [databases.text_of(value) or "" for value in row]
                for row in book.get_sheet_by_name(sheet).to_python()
            ]
            name = stem if len(book.sheet_names) == 1 else folded(sheet)
            yield from _of_rows(name, rows[: SAMPLE + 1])
    elif endings & set(databases.ENDINGS):
        with databases.opened(cursor, file) as database:
            for name in database.names():
                rows = database.rows(name, SAMPLE)
                yield from _of_rows(folded(name), [[text or "" for text in row] for row in rows])
    elif endings & set(JSON_ENDINGS):
        yield from _of_json_file(cursor, file, stem)
    else:
        with open_file(cursor, file) as stored:
            if head_of(stored).startswith(PARQUET):
                found = cursor.sql(
                    f"select cast(columns(*) as varchar) from '{file.location}' limit {SAMPLE}"
                )
                yield from _of_rows(
                    stem,
                    [found.columns, *([text or "" for text in row] for row in found.fetchall())],
                )
                return
            content = unpacked(stored, file.name).read()
        text = content.decode(encoding(content[:HEAD]), "replace").removeprefix("\ufeff")
        lines = text.splitlines(keepends=True)
        first = next((line for line in lines if line.strip()), "")
        delimiter = max(DELIMITERS, key=first.count)
        rows = [row for row in csv.reader(lines[: SAMPLE + 1], delimiter=delimiter) if row]
        yield from _of_rows(stem, rows)


def _of_rows(
    name: str, rows: Sequence[Sequence[str]], path: str = "", each: str = ""
) -> Iterator[Sheet]:
    if not rows:
        return
    header, *others = rows
    width = len(header)
    kept = [row for row in others if len(row) == width]
    columns = {
        title.strip(): [row[i].strip() for row in kept if row[i].strip()]
        for i, title in enumerate(header)
        if title.strip()
    }
    yield Sheet(name, path, each, columns, len(kept))


def _of_json_file(
    cursor: duckdb.DuckDBPyConnection, file: ExportFile, stem: str
) -> Iterator[Sheet]:
    with open_file(cursor, file) as stored:
        text = unpacked(stored, file.name).read().decode("utf-8-sig")
    try:
        whole = json.loads(text, parse_int=str, parse_float=str)
    except ValueError:
        whole = [
            json.loads(line, parse_int=str, parse_float=str)
            for line in text.splitlines()
            if line.strip()
        ]
    path = ""
    if isinstance(whole, dict):
        lists = [key for key, value in whole.items() if isinstance(value, list) and value]
        path = max(lists, key=lambda key: len(whole[key]), default="")
        whole = whole[path] if path else [whole]
    records = [record for record in whole[:SAMPLE] if isinstance(record, dict)]
    yield _of_records(stem, path, "", records)
    nested = dict.fromkeys(
        key for record in records for key, value in record.items()
        if isinstance(value, list) and value and isinstance(value[0], dict)
    )  # fmt: skip
    for key in nested:
        entries = [
            entry
            | {f"^.{name}": value for name, value in record.items() if not isinstance(value, list)}
            for record in records
            for entry in record.get(key) or []
        ]
        yield _of_records(stem, path, key, entries)


def _of_records(name: str, path: str, each: str, records: Sequence[dict[str, Any]]) -> Sheet:
    columns: dict[str, list[str]] = {}
    for record in records:
        for key, value in record.items():
            parts = (
                {f"{key}.{inner}": one for inner, one in value.items()}
                if isinstance(value, dict)
                else {key: value}
            )
            for column, one in parts.items():
                if not isinstance(one, (dict, list)):
                    columns.setdefault(column, [])
                    if one not in (None, ""):
                        columns[column].append(str(_of_json(one)))
    return Sheet(name, path, each, columns, len(records))


def formats_of(values: Sequence[str], known: Sequence[str]) -> list[str]:
    """The formats that fit all values: ISO 8601 and seconds since 1970 alone, others where they do.

    Example:
        >>> formats_of(["01/02/2026", "13/02/2026"], DAYS), formats_of(["01/02/2026"], DAYS)
        (['%d/%m/%Y'], ['%m/%d/%Y', '%d/%m/%Y'])
    """
    if not values:
        return []
    if sum(bool(ISO.fullmatch(value)) for value in values) > 0.9 * len(values):
        return ["iso"]
    for name, pattern in EPOCH.items():
        if all(pattern.fullmatch(value) for value in values):
            return [name]
    found = []
    for one in known:
        fits = 0
        for value in values[:500]:
            try:
                fits += datetime.strptime(value, one).year + 100 > 1990
            except ValueError:
                continue
        if fits == len(values[:500]):
            found.append(one)
    return found


def fits(
    column: Column, values: Sequence[str], is_key: bool = False
) -> tuple[float, str, tuple[str, ...]]:
    """How well values suit a column of the core: a share, what it was told by, and formats."""
    if not values:
        return 0.3, "no values", ()
    head = values[:500]

    def share(pattern: re.Pattern[str]) -> float:
        return sum(bool(pattern.fullmatch(value)) for value in head) / len(head)

    distinct = len(set(values)) / len(values)
    if column.kind == "moment":
        known = formats_of(values, MOMENTS)
        timed = any(":" in value for value in head[:20]) or known[:1] in (["epoch_s"], ["epoch_ms"])
        if known:
            return (1.0 if timed else 0.6), f"{known[0]} fits", tuple(known)
        known = formats_of(values, DAYS)
        return (0.5 if known else 0.0), "days without time" if known else "no moments", tuple(known)
    if column.kind == "date":
        known = formats_of(values, (*DAYS, *MOMENTS))
        return (1.0 if known else 0.0), f"{known[0]} fits" if known else "no days", tuple(known)
    if column.kind == "number":
        return share(MONEY), f"{share(MONEY):.0%} are numbers", ()
    if column.kind == "id" or column.name == "transaction_id":
        if share(ISO) > 0.5 or share(EMAIL) > 0.2:
            return 0.0, "moments or addresses", ()
        guids = share(GUID)
        value = 0.9 * distinct if is_key else 0.8
        # one that is a key everywhere is a better one
        return value + 0.1 * (guids > 0.9), f"{distinct:.0%} distinct", ()
    if "email" in column.name:
        return share(EMAIL), f"{share(EMAIL):.0%} are addresses", ()
    if column.name == "phone":
        return share(PHONE), f"{share(PHONE):.0%} are numbers", ()
    if column.name in ("first_name", "last_name", "preferred_name", "payer_name", "buyer_name"):
        return share(NAME), f"{share(NAME):.0%} look like names", ()
    if column.name in ("product_text", "pass_name", "entry_name"):
        words = sum(any(sign.isalpha() for sign in value) for value in head) / len(head)
        return (words if distinct < 0.9 else 0.7 * words), f"{words:.0%} hold words", ()
    return 0.7, "any text", ()


def guesses(table: str, sheet: Sheet, names: dict[tuple[str, str], list[str]],
            keys: dict[str, set[str]]) -> dict[str, list[Guess]]:  # fmt: skip
    """For each column of a table of the core the columns of a sheet that may fill it."""
    found: dict[str, list[Guess]] = {}
    for column in TABLES[table].columns:
        listed = []
        is_key = column is TABLES[table].columns[0] and table not in ("relations", "pass_uses")
        for header, values in sheet.columns.items():
            words, word = likeness(header.removeprefix("^."), names.get((table, column.name), []))
            value, evidence, formats = fits(column, values, is_key)
            if value == 0:
                continue
            if column.is_required and table != "pass_uses":
                value *= 0.5 + 0.5 * sheet.filled(header)
            by_value = "email" in column.name and value > 0.9
            if not words and not by_value:
                continue
            confidence = BY_WORDS * words + (1 - BY_WORDS) * value if words else 0.7
            if header.startswith("^.") and column.is_required and column.kind != "date":
                confidence -= 0.1
            told = [f'"{header}" is like {word}' if words else "by its values", evidence]
            if column.of == "customers" and table != "customers" and keys and values:
                joined = max(len(set(values) & key) / len(set(values)) for key in keys.values())
                confidence += 0.05 if joined > 0.8 else -0.25 if joined < 0.3 else 0
                # of two that fit, the one that is called like the key
                confidence += 0.04 if header == next(iter(keys)) else 0
                told.append(f"{joined:.0%} are customers")
            listed.append(Guess(header, round(confidence, 3), ", ".join(told), formats))
        found[column.name] = sorted(listed, key=lambda guess: (-guess.confidence, guess.column))
    return _apart(table, found)


def _apart(table: str, found: dict[str, list[Guess]]) -> dict[str, list[Guess]]:
    """No column of a sheet for two of the core: the surer takes it."""
    order = sorted(found, key=lambda name: -(found[name][0].confidence if found[name] else 0))
    taken: set[str] = set()
    apart: dict[str, list[Guess]] = {}
    for name in order:
        apart[name] = [guess for guess in found[name] if guess.column not in taken]
        if apart[name] and apart[name][0].confidence >= CONFIDENT:
            taken.add(apart[name][0].column)
    return {column.name: apart[column.name] for column in TABLES[table].columns}


def _score(
    table: str, sheet: Sheet, found: dict[str, list[Guess]], names: dict[tuple[str, str], list[str]]
) -> float:
    """How well a sheet suits a table: its name, and the columns that cannot be missing."""
    required = [column.name for column in TABLES[table].columns if column.is_required]
    sure = [found[name][0].confidence if found[name] else 0.0 for name in required]
    if table == "payments":
        sure.append(max((found[name][0].confidence for name in PAYER if found[name]), default=0.0))
    others = [found[column.name][0].confidence for column in TABLES[table].columns
              if not column.is_required and found[column.name]]  # fmt: skip
    called = max(
        likeness(name, names[table, ""])[0] for name in (sheet.each, sheet.name.rpartition("/")[2])
    )
    missing = sum(confidence < CONFIDENT - 0.1 for confidence in sure)
    if missing > (table in ("customers", "checkins", "payments")):
        return 0.0
    mean = sum(sure) / len(sure)
    return (
        0.45 * mean
        + 0.35 * called
        + 0.2 * min(1.0, sum(others) / max(1, len(TABLES[table].columns) - len(required)))
    )


class Drafted(NamedTuple):
    """A table of the core with the sheet that is to fill it."""

    table: str
    sheet: Sheet
    columns: dict[str, list[Guess]]

    def chosen(self, name: str) -> Guess | None:
        """The column that is sure enough; None where none is, or another is as near."""
        listed = self.columns[name]
        if not listed or listed[0].confidence < CONFIDENT:
            return None
        if len(listed) > 1 and listed[0].confidence - listed[1].confidence < NEAR:
            return None
        return listed[0]


def drafted(exports: Path) -> tuple[list[Sheet], list[Drafted]]:
    """The tables of exports, and what of the core they may fill."""
    sheets: list[Sheet] = []
    for file in files_in(exports):
        try:
            sheets += [sheet for sheet in _sample(file) if sheet.columns]
        except (FileError, OSError, ValueError, duckdb.Error, csv.Error):
            continue
    names = synonyms()
    found: list[Drafted] = []
    keys: dict[str, set[str]] = {}
    for table in TABLES:
        scored = []
        for sheet in sheets:
            columns = guesses(table, sheet, names, keys)
            scored.append((_score(table, sheet, columns, names), -len(scored), sheet, columns))
        if not scored:
            continue
        score, _, sheet, columns = max(scored, key=lambda one: one[:2])
        if score < 0.55:
            continue
        found.append(Drafted(table, sheet, columns))
        if table == "customers" and columns["customer_id"]:
            keys = {
                guess.column: set(sheet.columns[guess.column])
                for guess in columns["customer_id"][:2]
            }
    return sheets, found


def _value(column: Column, guess: Guess) -> tuple[str, str]:
    """A column of the file as a value of the dialect, and what is to be looked at."""
    source = (
        json.dumps(guess.column, ensure_ascii=False)
        if re.search(r"[^\w .^]|^\^", guess.column)
        else guess.column
    )
    if column.kind == "id":
        return f"{{id: {source}}}", ""
    if column.kind in ("moment", "date"):
        verb = "moment" if column.kind == "moment" else "date"
        known = guess.formats if len(guess.formats) == 1 else ()
        formats = (
            "["
            + ", ".join(json.dumps(one) if "%" in one else one for one in known or guess.formats)
            + "]"
        )
        zone = ", zone: ASK" if verb == "moment" else ""
        doubt = "" if known else "day and month, or several formats: keep the one that is meant"
        return f"{{{verb}: {source}, formats: {formats}{zone}}}", doubt
    if column.kind == "number":
        return f"{{number: {source}}}", ""
    return source, ""


def text_of(exports: Path, today: date) -> str:
    """The draft as YAML."""
    _, found = drafted(exports)
    if not found:
        raise FileError(f"nothing in {exports} looks like customers, check-ins or payments")
    lines = [
        "# A draft: read every line, delete what is wrong, and check it with check-dialect.",
        "# Where a moment says ASK nobody can tell the zone from a file: gym, UTC, or"
        " America/Chicago.",
        "dialect: 1",
        "system: mygym  # the name of this file, and of the folder under the exports root",
        "sources:",
        f"  - {{what: a draft, at: {exports.name}, seen: {today}, sure: unconfirmed}}",
        "files:",
    ]
    keys = dict.fromkeys((one.sheet.key, one.sheet.name, one.sheet.path) for one in found)
    for key, name, path in keys:
        lines.append(
            f"  {key}: {{names: [{json.dumps(name)}]" + (f", path: {path}" if path else "") + "}"
        )
    lines.append("core:")
    for one in found:
        lines += [f"  {one.table}:", f"    - from: {one.sheet.key}"]
        if one.sheet.each:
            lines.append(f"      each: {one.sheet.each}")
        lines.append("      columns:")
        for column in TABLES[one.table].columns:
            lines += [f"        {line}" for line in _lines(one, column)]
    return "\n".join(lines) + "\n"


def _lines(one: Drafted, column: Column) -> list[str]:
    """The lines on one column of the core; what is doubtful is a comment."""
    listed = one.columns[column.name]
    if not listed:
        return [f"# {column.name}: nothing looks like it"] if column.is_required else []
    if column.kind == "word":
        words = sorted(set(one.sheet.columns[listed[0].column]))[:10]
        return [
            f"# {column.name}: {{map: {listed[0].column}, values: {{}}, otherwise: other}}"
            f"  # its words: {', '.join(words)}"
        ]
    value, doubt = _value(column, listed[0])
    told = f"  # {min(1, listed[0].confidence):.2f}: {listed[0].evidence}"
    chosen = one.chosen(column.name)
    if chosen and not doubt:
        return [f"{column.name}: {value}{told}"]
    found = [f"# {column.name}: {value}{told}" + (f"; {doubt}" if doubt else "")]
    for other in listed[1:3]:
        if other.confidence >= CONFIDENT - 0.1:
            found.append(
                f"# {column.name}: {_value(column, other)[0]}  #"
                f" {min(1, other.confidence):.2f}: {other.evidence}"
            )
    return found


def main(exports: Path) -> int:
    """Print the draft."""
    print(text_of(exports, date.today()), end="")
    return 0
