"""Quick RFC 4180 files from Arrow columns, with odd raw lines among them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

CHUNK = 200_000


def text(values: list[str] | np.ndarray) -> pa.Array:
    """A string column from strings or integers."""
    if isinstance(values, np.ndarray) and values.dtype.kind in "iu":
        return pa.array(values).cast(pa.string())
    return pa.array(values, type=pa.string())


def coded(items: list[str], codes: np.ndarray) -> pa.Array:
    """A string column from codes into `items`; -1 is the empty string."""
    pool = pa.array([*items, ""], type=pa.string())
    return pool.take(pa.array(np.where(codes < 0, len(items), codes)))


def constant(value: str, size: int) -> pa.Array:
    """The same string in every row."""
    return pa.array([value], type=pa.string()).take(pa.array(np.zeros(size, dtype=np.int64)))


def boolean(values: np.ndarray) -> pa.Array:
    """True and False, as Python spells them."""
    return coded(["False", "True"], np.asarray(values).astype(np.int64))


def moment(us: np.ndarray) -> pa.Array:
    """Local timestamps, YYYY-MM-DD HH:MM:SS.ffffff, from microseconds since 1970."""
    return pa.array(us.astype(np.int64), type=pa.timestamp("us")).cast(pa.string())


def date(days: np.ndarray) -> pa.Array:
    """Dates, YYYY-MM-DD, from epoch days."""
    return pa.array(days.astype(np.int32), type=pa.date32()).cast(pa.string())


def money(cents: np.ndarray) -> pa.Array:
    """Amounts with two decimals from cents."""
    sign = np.where(cents < 0, "-", "")
    whole, rest = np.divmod(np.abs(cents), 100)
    parts = [pa.array(sign.tolist()), text(whole), constant(".", len(cents))]
    tail = pc.utf8_lpad(text(rest), width=2, padding="0")
    return pc.binary_join_element_wise(*parts, tail, "")


def escape(column: pa.Array) -> pa.Array:
    """Fields with a comma, a quote or a line break put into quotes."""
    odd = pc.match_substring_regex(column, '[",\r\n]')
    if not pc.any(odd).as_py():
        return column
    doubled = pc.replace_substring(column, '"', '""')
    return pc.if_else(odd, pc.binary_join_element_wise('"', doubled, '"', ""), column)


def lines(columns: dict[str, pa.Array]) -> pa.Array:
    """One CSV line per row, without its line end."""
    return pc.binary_join_element_wise(*(escape(column) for column in columns.values()), ",")


def with_extras(rows: pa.Array, extras: list[tuple[int, str]]) -> pa.Array:
    """Lines with extra ones before the given positions (0 .. len); ties keep their order."""
    pieces, done = [], 0
    for place, line in sorted(extras, key=lambda extra: extra[0]):
        pieces += [rows[done:place], pa.array([line], type=pa.string())]
        done = place
    return pa.concat_arrays([*pieces, rows[done:]])


def write(path: Path, header: list[str], rows: pa.Array) -> dict[str, int | str]:
    """Write a file; its size in bytes, number of rows below the header and sha256."""
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with path.open("wb") as file:
        first = (",".join(header) + "\n").encode()
        file.write(first)
        digest.update(first)
        for start in range(0, len(rows), CHUNK):
            joined = pc.binary_join_element_wise(rows[start : start + CHUNK], "", "\n")
            size = int(np.frombuffer(joined.buffers()[1], dtype=np.int32)[len(joined)])
            block = memoryview(joined.buffers()[2])[:size]
            file.write(block)
            digest.update(block)
    return {"bytes": path.stat().st_size, "rows": len(rows), "sha256": digest.hexdigest()}
