"""Write tables as CSV and Parquet files that a reader never sees half written."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow as pa

SCHEMA = pa.schema(
    [
        ("file_name", pa.string()),
        ("row_count", pa.int64()),
        ("byte_count", pa.int64()),
        ("sha256", pa.string()),
    ]
)


def write_files(
    tables: Mapping[str, tuple[duckdb.DuckDBPyRelation, str]], folder: str, formats: str
) -> pa.Table:
    """Write each table under its name, one file per format, replacing the one before.

    A file is written beside its place and moved there, so that its old form stays whole until
    the new one is.

    Args:
        tables: name -> (rows, the columns to order them by; a key, or the bytes may differ).
        folder: a local folder, made where it is missing.
        formats: `csv`, `parquet` or both with a comma between.

    Returns:
        One row per file: file_name, row_count, byte_count, sha256; by file name.

    Raises:
        ValueError: a format that is neither csv nor parquet.
        OSError: the folder cannot be written.
    """
    wanted = [name.strip() for name in formats.split(",") if name.strip()]
    unknown = sorted(set(wanted) - {"csv", "parquet"})
    if unknown:
        raise ValueError(f"GYM_EXPORT_FORMATS knows csv and parquet, not {', '.join(unknown)}")
    Path(folder).mkdir(parents=True, exist_ok=True)
    rows = []
    for name in sorted(tables):
        relation, order = tables[name]
        ordered = relation.order(order)
        [(row_count,)] = relation.count("*").fetchall()
        for file_format in sorted(wanted):
            target = Path(folder) / f"{name}.{file_format}"
            part = target.with_name(f".{target.name}.part")
            if file_format == "csv":
                ordered.write_csv(str(part), header=True)
            else:
                ordered.write_parquet(str(part), compression="zstd")
            with part.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            byte_count = part.stat().st_size
            part.replace(target)
            rows.append((target.name, row_count, byte_count, digest))
    return pa.Table.from_pylist(
        [dict(zip(SCHEMA.names, row, strict=True)) for row in rows], schema=SCHEMA
    )
