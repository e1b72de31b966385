r"""Split the plain lines of a CSV file, all at once and by pyarrow.

A line is plain where it has no quote and as many fields as the header. There the rules of RFC 4180
leave nothing to decide: each delimiter parts two fields, and the line's end is the record's. Most
lines of an export are plain. What is not plain is read by Python's `csv`, record by record.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.csv as pa_csv

# pyarrow drops it from the first line, which is never the first of a file here
BYTE_ORDER_MARK = "\ufeff"


def is_plain(line: str, width: int, delimiter: str) -> bool:
    r"""Whether a line is a record of so many fields by itself, whatever stands around it.

    A longer field than `csv` takes is rejected there. A blank line is no record, and of one column
    it could be one.

    Example:
        >>> is_plain("1,Ann\n", 2, ","), is_plain('1,"Ann"\n', 2, ","), is_plain("1\n", 2, ",")
        (True, False, False)
    """
    return (
        '"' not in line
        and line.count(delimiter) == width - 1 > 0
        and len(line) <= csv.field_size_limit()
    )


def split(
    lines: Sequence[str], width: int, delimiter: str, wanted: Sequence[int]
) -> list[pa.Array] | None:
    r"""Columns of plain lines, as text; None where they are not UTF-8, or begin with a mark.

    Args:
        lines: plain lines with their line ends; the last one may lack its own.
        width: the number of fields in each.
        delimiter: what stands between two fields.
        wanted: the places of the columns.

    Raises:
        RuntimeError: pyarrow has counted otherwise; no line is lost without a word.

    Example:
        >>> [column.to_pylist() for column in split(["1,a\n", "2,\n"], 2, ",", [1])]
        [['a', '']]
    """
    if lines[0].startswith(BYTE_ORDER_MARK):
        return None
    try:
        text = "".join(lines).encode()
    except UnicodeEncodeError:
        return None
    names = [f"f{place}" for place in range(width)]
    table = pa_csv.read_csv(
        pa.py_buffer(text),
        pa_csv.ReadOptions(use_threads=False, block_size=len(text) + 1, column_names=names),
        pa_csv.ParseOptions(delimiter=delimiter, quote_char=False),
        pa_csv.ConvertOptions(
            check_utf8=False,
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=False,
            include_columns=[names[place] for place in wanted],
        ),
    )
    if table.num_rows != len(lines):
        raise RuntimeError(f"{len(lines)} plain lines became {table.num_rows} records")
    return [column.combine_chunks() for column in table.columns]
