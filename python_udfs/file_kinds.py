"""What a file is by its bytes: how it is packed, how its text is encoded, or what else it is.

Names lie: exports come as gzip under `.csv`, as workbooks under `.csv` and as text under `.txt`. So
the bytes decide what is read, and they say what a file that cannot be read really is.
"""

from __future__ import annotations

import codecs
import io
import re
import zipfile
from typing import IO, Any

import puremagic
import pyarrow as pa

# As many bytes as are looked at.
HEAD = 1 << 16
PARQUET = b"PAR1"
ZIP = b"PK\x03\x04"
CODECS = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bz2"}
# UTF-32 first: its mark begins like that of UTF-16.
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
WORKBOOK = "an Excel workbook"
OPEN_DOCUMENT = "an OpenDocument file"
# What zip archives are that hold a file of such a name.
IN_ZIP = {"xl/": WORKBOOK, "word/": "a Word document", "content.xml": OPEN_DOCUMENT}
# By the ending that puremagic gives to what it found.
KINDS = {
    ".doc": "an old Office file, such as an Excel workbook (.xls); export it as CSV",
    ".pdf": "a PDF document; export it as CSV",
    ".html": "an HTML page, not an export",
    ".xml": "an XML document; export it as CSV",
    ".db": "an SQLite database; export it as CSV",
    ".rar": "a RAR archive; unpack it",
    ".7z": "a 7-Zip archive; unpack it",
    ".tar": "a tar archive; unpack it",
    ".xz": "compressed with xz; unpack it, or use gzip or zstd",
}
CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
# What systems leave in the folders of an archive.
LEFT_BEHIND = re.compile(r"(^|/)(__MACOSX/|\.|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)


class FileError(Exception):
    """A file that cannot be read as a whole; the message is the sentence to show."""


def encoding(head: bytes) -> str:
    r"""The encoding of a text by its mark, else by where its NUL bytes stand, else UTF-8.

    A header is ASCII, so in UTF-16 every second byte of the text's begin is NUL.

    Example:
        >>> encoding("id,name".encode("utf-16-be"))
        'utf-16-be'
    """
    for mark, name in MARKS.items():
        if head.startswith(mark):
            return name
    even, odd = head[:200:2], head[1:200:2]
    for name, empty, full in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if len(empty) > 4 and empty.count(0) > 0.9 * len(empty) and not full.count(0):
            return name
    return "utf-8"


def head_of(stored: io.BufferedReader) -> bytes:
    """The first bytes of a file that is read on as if they had not been looked at."""
    return stored.peek(HEAD)[:HEAD]


def unpacked(stored: io.BufferedReader, file: str) -> io.BufferedReader:
    """The content of a file: of a gzip, zstd or bzip2 file or a zip archive what is in it.

    Args:
        stored: the file; a zip archive must be seekable.
        file: its name, for the sentences.

    Raises:
        FileError: an archive that does not hold one file, or one that is packed itself.
    """
    head = head_of(stored)
    codec = next((name for magic, name in CODECS.items() if head.startswith(magic)), None)
    inner: Any
    if head.startswith(ZIP):
        inner = _only_member(stored, file)
    elif codec:
        inner = pa.CompressedInputStream(pa.PythonFile(stored, "r"), codec)
    else:
        return stored
    content = io.BufferedReader(inner, HEAD)
    if head_of(content).startswith((ZIP, PARQUET, *CODECS)):
        raise FileError(f"{file} holds a file that is itself compressed, or Parquet; unpack it")
    return content


def _only_member(stored: IO[bytes], file: str) -> IO[bytes]:
    """The one file in a zip archive."""
    try:
        archive = zipfile.ZipFile(stored)
    except zipfile.BadZipFile:
        raise FileError(f"{file} is a zip archive that is damaged or cut short") from None
    names = [info.filename for info in archive.infolist()]
    for begin, kind in IN_ZIP.items():
        if any(name.startswith(begin) for name in names):
            raise FileError(f"{file} is {kind}; export it as CSV")
    members = [
        info
        for info in archive.infolist()
        if not info.is_dir() and not LEFT_BEHIND.search(info.filename)
    ]
    if any(info.flag_bits & 1 for info in members):
        raise FileError(f"{file} is a zip archive with a password; unpack it")
    if len(members) != 1:
        shown = ", ".join(info.filename for info in members)[:200] or "none"
        raise FileError(f"{file} is a zip archive of {len(members)} files, not one: {shown}")
    return archive.open(members[0])


def what_it_is(head: bytes) -> str | None:
    r"""What the begin of a file shows it to be, as a phrase; None for text that is nothing known.

    Example:
        >>> what_it_is(b"%PDF-1.7\n...")
        'a PDF document; export it as CSV'
    """
    text = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if text.startswith((b"{", b"[")) and not text.startswith(b"{\\rtf"):
        return "JSON; export it as CSV"
    is_binary = CONTROL.search(head) is not None
    # text that holds no control character may begin with the signature of a picture by chance
    if not is_binary and not text.startswith((b"<", b"%", b"{")):
        return None
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        found = []
    if known := next((KINDS[one.extension] for one in found if one.extension in KINDS), None):
        return known
    if text.startswith(b"<"):
        return "an HTML or XML page, not an export"
    if found:
        return f"no table ({found[0].name})"
    return "binary data of an unknown kind" if is_binary else None
