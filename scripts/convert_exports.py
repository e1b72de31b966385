"""Copy exports that are text to Parquet, which a night reads in half the time.

Each export becomes a folder TO/capitan/checkins/ and so on: one Parquet file per text file, all
columns as text and all rows in their order, so that a build on it gives the same tables. A line
that cannot be split into fields stays a line of CSV beside it, to be rejected and shown as before.
A file that is Parquet already is copied. The source is not touched. TO must be new or empty, and
comes to be all at once, when every export is converted.
"""

from __future__ import annotations

import csv
import io
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from python_udfs import settings
from python_udfs.file_kinds import PARQUET, head_of, unpacked
from python_udfs.find_exports import ExportFile, files_of, list_files
from python_udfs.raw_exports import (
    EXPORTS,
    READ_ERRORS,
    RECORDS_PER_BATCH,
    Export,
    FileError,
    Record,
    header_positions,
    open_text,
    read_records,
    why_unreadable,
)

PROJECT = Path(__file__).resolve().parent.parent


def damaged_text(record: Record, delimiter: str) -> str | None:
    """The text of a record that Parquet cannot hold; None for any other."""
    if record.fields is None:
        return record.raw_text
    try:
        "".join(record.fields).encode()
    except UnicodeEncodeError:
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter, lineterminator="").writerow(record.fields)
        return text.getvalue()
    return None


def is_parquet(source: ExportFile) -> bool:
    """Whether a file is Parquet already."""
    with Path(source.location).open("rb") as stored:
        return head_of(stored).startswith(PARQUET)


def copy_file(source: ExportFile, export: Export, folder: Path, part: int) -> tuple[int, int]:
    """Put one file into the new folder as Parquet; its number of rows, and of lines left as CSV.

    Raises:
        FileError: it cannot be read.
    """
    try:
        if is_parquet(source):
            path = shutil.copy2(source.location, folder / f"part_{part:05}.parquet")
            return pq.read_metadata(path).num_rows, 0
        return convert_file(source, export, folder, part)
    except (FileError, pa.ArrowException, *READ_ERRORS) as error:
        raise FileError(why_unreadable(error, source.name)) from error


def convert_file(source: ExportFile, export: Export, folder: Path, part: int) -> tuple[int, int]:
    """Write one text file as Parquet; the number of its rows, and of lines left as CSV.

    Raises:
        FileError: its header breaks the contract, or names a column twice.
    """
    with Path(source.location).open("rb") as stored:
        header, lines = open_text(unpacked(stored, source.name), export, source.name)
        header_positions(header.names, export, source.name)
        records = read_records(lines, len(header.names), header.delimiter, header.end)
        names = header.names
        if len(set(names)) < len(names):
            raise FileError(f"{source.name} names a column twice")
        schema = pa.schema([(name, pa.string()) for name in names])
        rows: list[Sequence[str]] = []
        count, damaged = 0, 0
        with pq.ParquetWriter(
            folder / f"part_{part:05}.parquet", schema, compression="zstd"
        ) as writer:

            def flush() -> None:
                columns = list(zip(*rows, strict=True)) or [()] * len(names)
                arrays = [pa.array(column, pa.string()) for column in columns]
                writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))
                rows.clear()

            for record in records:
                line = damaged_text(record, header.delimiter)
                if line is None:
                    rows.append(record.fields or [])
                    count += 1
                    if len(rows) == RECORDS_PER_BATCH:
                        flush()
                    continue
                # A file of its own: beside another line its open quote might find an end.
                path = folder / f"part_{part:05}_line_{record.line:09}.csv"
                head = header.delimiter.join(f'"{name}"' for name in names)
                content = f"{head}\n{line}\n"
                path.write_bytes(content.encode("utf-8", "surrogateescape"))
                damaged += 1
            flush()
    # what a row of a file may tell depends on when the file was written
    written = Path(source.location).stat()
    for path in folder.glob(f"part_{part:05}*"):
        os.utime(path, ns=(written.st_atime_ns, written.st_mtime_ns))
    return count, damaged


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A folder beside the target, which takes its place at the end; nothing is left of a failure.

    Raises:
        FileError: the target is there already, and not empty.
    """
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise FileError(f"{target} is there already; TO must be a new or an empty folder")
    part = target.with_name(f".{target.name}.part")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(part, ignore_errors=True)  # of a conversion that was killed
    part.mkdir()
    try:
        yield part
        part.replace(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def convert(source: Path, target: Path) -> list[str]:
    """Convert every export under a folder; one line about each.

    Raises:
        FileError: an export cannot be read as a whole, or the target is no place for a copy.
    """
    source, target = source.resolve(), target.resolve()
    if source.is_relative_to(target) or target.is_relative_to(source):
        raise FileError(f"{target} and the exports in {source} lie in one another; name another TO")
    found = list_files(None, str(source), EXPORTS)
    wanted = {export: files_of(export.path, False, found) for export in EXPORTS.values()}
    said = []
    with whole_folder(target) as whole:
        for export, files in wanted.items():
            if not files:
                continue
            folder = whole / export.path
            folder.mkdir(parents=True)
            counts = [copy_file(file, export, folder, part) for part, file in enumerate(files)]
            rows, damaged = (sum(numbers) for numbers in zip(*counts, strict=True))
            said.append(f"{export.path}: {rows:,} rows, {damaged:,} damaged lines left as CSV")
        if not said:
            raise FileError(f"{source} holds no export")
    return said


def main(to: str, source: Path | None) -> int:
    """Convert and print; returns the exit status.

    Args:
        to: the folder to write.
        source: the folder of the exports, if it is not the one that is set.
    """
    if not to.strip():
        print("Name the folder to write: make convert-exports TO=<folder>", file=sys.stderr)
        return 2
    found = settings.load(reads_exports=source is None)
    settings.apply(found)
    if not source and found.raw_exports.startswith(settings.S3):
        print("GYM_RAW_EXPORTS is on S3; only a folder is converted", file=sys.stderr)
        return 1
    try:
        print("\n".join(convert(source or PROJECT / found.raw_exports, Path(to))))
    except (FileError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0
