"""Say for each file under the exports root which export it is read for, or why it is not read.

The tree is listed, nothing in it is opened. The folder and the name of an export count in any
letter case; what is in a file is no matter here. Nothing is passed over without a word but what
systems leave in folders, such as `.DS_Store`.
"""

from __future__ import annotations

import functools
import os
import re
import stat
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import duckdb
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from python_udfs.export_contracts import ALSO_NAMED, EXPORTS, PROJECT
from python_udfs.file_kinds import OPEN_DOCUMENT, WORKBOOK, FileError
from python_udfs.s3 import is_s3, reason

ERASURE = "privacy/erasure_requests"
# Folders that are read without a dialect; no source is called like one of them.
OWN_FOLDERS = frozenset(path.partition("/")[0] for path in EXPORTS)
DIALECTS = PROJECT / "dialects"
# Text, Parquet, and what compresses them. The content decides which it is.
DATA_ENDINGS = frozenset(
    ("csv", "tsv", "tab", "psv", "txt", "text", "dat", "parquet", "parq", "pq")
    + ("gz", "gzip", "zst", "zstd", "bz2", "zip")
)
# Of a database server: such a file says where it is, and what is read lies there.
SERVER_ENDINGS = ("postgres", "mysql")
KINDS = dict.fromkeys(("xlsx", "xlsm", "xlsb", "xls"), WORKBOOK) | {"ods": OPEN_DOCUMENT}
ENDINGS_READ = ".csv, .tsv, .txt or .parquet, also with .gz, .zst, .bz2 or .zip"
SYSTEM_NAMES = {"thumbs.db", "desktop.ini", "__macosx", "@eadir", "$recycle.bin"}
SYSTEM_NAMES |= {"system volume information", "lost+found"}
# What writers of folders of files leave beside them.
MARKERS = re.compile(r"_(success|(common_)?metadata|(started|committed)_\d+)$")
NO_EXPORT = "no export has this folder and name"
EMPTY = "an empty folder"
# Words that make no other export of a file.
ADDED_WORDS = frozenset(
    ("all", "backup", "bak", "copy", "current", "data", "dump", "export", "exported", "final")
    + ("full", "latest", "list", "new", "old", "raw", "report", "table", "v")
)
# From this share of equal letters on, in per cent, two names are one that is misspelt.
LIKE = 80.0
# What is said of requests to be erased, by a person or a law; within a word, too.
ERASING = re.compile(r"eras(ur|e|ing)|delet|forg[eo]t|gdpr|ccpa|\bdsa?r\b")
# One slip of the finger, two letters changed round included, makes no other word of these.
SLIPS_OF = ("erasure", "erased", "delete", "deleted", "deletion", "forget", "forgotten")
PRIVACY = "privacy"
# With "request" these speak of erasing people, too.
ABOUT = re.compile(r"privac|subject|remov")
# A refusal names so many other files that are not read: the report does not come to it.
OTHERS_NAMED = 5


class ExportFile(NamedTuple):
    """One file under the exports root.

    Attributes:
        name: path under the root with `/` between, as it is shown.
        location: path or s3:// address, as it is opened.
        export: the export that it belongs to; None where it belongs to none.
        reason: why it is not read, as the end of a sentence that begins with its name; None where
            it is read. A file of an export with a reason stops the build.
        listed_as: the name, or the topmost folder (with `/` behind) in which nothing is read.
        byte_count: size; None where unknown.
        written_at: time of the last change, UTC without a zone; None where unknown.
    """

    name: str
    location: str
    export: str | None
    reason: str | None
    listed_as: str
    byte_count: int | None = None
    written_at: datetime | None = None


def is_server(file: ExportFile) -> bool:
    """Whether a file that is read only names a server, whose content it cannot tell."""
    return file.export is not None and last_ending(folded(file.name)) in SERVER_ENDINGS


def folded(part: str) -> str:
    """A part of a path as it is compared: no letter case, no blanks around it."""
    return unicodedata.normalize("NFKC", part).strip().casefold()


def last_ending(name: str) -> str:
    """What stands behind the last dot of a folded name; empty where there is none."""
    return name.rpartition(".")[2] if "." in name else ""


def has_data_ending(name: str) -> bool:
    """Whether a name ends like a table of data, or has no ending at all."""
    return "." not in name or last_ending(folded(name)) in DATA_ENDINGS


def is_left_by_a_system(name: str) -> bool:
    """Whether a file or folder is none of a person's: hidden, a marker, a lock.

    Hidden tables are none of a system's, nor what a copy that broke off leaves of one, nor what may
    be requests to be erased.

    Example:
        >>> [is_left_by_a_system(name) for name in (".DS_Store", "_SUCCESS", ".members.csv.Xa1")]
        [True, True, False]
    """
    low = folded(name)
    if low in SYSTEM_NAMES or MARKERS.match(low) or low.startswith(("._", ".~", "~$")):
        return True
    if not low.startswith("."):
        return False
    endings = set(low[1:].split(".")[1:])
    return not (endings & (DATA_ENDINGS | KINDS.keys()) or may_hold_requests(name))


def place(name: str, exports: Collection[str]) -> tuple[str | None, str | None, str]:
    """Which export a file belongs to, why it is not read, and as what it is listed then.

    Example:
        >>> place("Capitan/MEMBERS.CSV", ["capitan/members"])
        ('capitan/members', None, 'Capitan/MEMBERS.CSV')
    """
    parts = name.split("/")
    folder, *below = (folded(part) for part in parts)
    folders = {export.split("/")[0] for export in exports}
    if folder not in folders:
        if below and dialect_folder(folder):
            return _place_in_dialect(folder, name)
        if not below:
            return None, _ending_reason(folder) or NO_EXPORT, name
        return None, NO_EXPORT, parts[0] + "/"
    if not below:
        return None, "a file where a folder of exports belongs", name
    stem = below[0].split(".")[0].rstrip()
    export = ALSO_NAMED.get(f"{folder}/{stem}", f"{folder}/{stem}")
    is_named = export in exports and (len(below) == 1 or has_data_ending(below[0]))
    if is_named and has_data_ending(below[-1]):
        return export, None, name
    if is_named or len(below) == 1:
        return None, _ending_reason(below[-1]) or NO_EXPORT, name
    return None, NO_EXPORT, "/".join(parts[:2]) + "/"


def dialect_folder(folder: str) -> tuple[str, str] | None:
    """The dialect of a folder under the exports root, and the name of the source; None without one.

    Example:
        >>> dialect_folder("Square.North"), dialect_folder("square"), dialect_folder("capitan")
        (('square', 'north'), ('square', 'square'), None)
        >>> dialect_folder("square.reviews")
    """
    dialect, _, source = folded(folder).partition(".")
    if dialect not in _dialects() or (source or dialect) in OWN_FOLDERS:
        return None
    return dialect, source or dialect


@functools.cache
def _dialects() -> frozenset[str]:
    """The names of all dialects. Capitan's own folder is read without one."""
    return frozenset(path.stem for path in DIALECTS.glob("*.yml"))


def _place_in_dialect(folder: str, name: str) -> tuple[str | None, str | None, str]:
    """The same of a file in a folder that a dialect reads."""
    from python_udfs.dialects import document, files  # few gyms need it

    dialect, source = dialect_folder(folder) or ("", "")
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", source):
        return None, f"{source} is no name for a source; rename the folder", name
    try:
        known = document.load(dialect)
    except document.DialectError as error:
        return f"{source}/", str(error).splitlines()[0], name
    own = name.split("/")[0]
    last = folded(name.rpartition("/")[2])
    ending = last_ending(last)
    if not has_data_ending(last) and ending not in files.ENDINGS:
        return None, _ending_reason(last), name
    wanted = [key for key, one in known.files.items() if files.is_of(name, own, one["names"])]
    if not wanted and ending not in files.CONTAINERS:
        return None, f"the dialect {dialect} reads no file of this name", name
    return f"{source}/{files.name_of(name, own)}", None, name


def _ending_reason(name: str) -> str | None:
    """Why a file of such an ending is never read; None for one that may be."""
    ending = last_ending(name)
    if ending in KINDS:
        return KINDS[ending]
    return None if has_data_ending(name) else f"its ending is not {ENDINGS_READ}"


def shown(name: str) -> str:
    r"""A name as text of one line; bytes that are no text are shown as \xNN."""
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return re.sub(r"[\x00-\x1f\x7f]", "?", text)


def list_files(
    cursor: duckdb.DuckDBPyConnection | None, root: str, exports: Collection[str]
) -> list[ExportFile]:
    """Every file under the root, by name; links are followed.

    Args:
        cursor: asked for an s3:// root, which must be open in it.
        root: a folder or s3://bucket/folder; its signs stand for themselves, `*` too.
        exports: paths such as `capitan/checkins`.

    Raises:
        FileError: the root cannot be listed.
    """
    if not root:
        raise FileError("GYM_RAW_EXPORTS names no folder")
    if is_s3(root):
        assert cursor is not None
        found: Iterable[ExportFile] = _list_s3(cursor, root, exports)
    else:
        found = _list_folder(Path(root), exports)
    return sorted(found)


def as_pattern(location: str) -> str:
    """A location as a pattern that fits nothing else.

    Example:
        >>> as_pattern("s3://gym/a[1]/x.parquet")
        's3://gym/a[[]1]/x.parquet'
    """
    return re.sub(r"[*?\[]", r"[\g<0>]", location)


def _list_s3(
    cursor: duckdb.DuckDBPyConnection, root: str, exports: Collection[str]
) -> Iterator[ExportFile]:
    pattern = as_pattern(root.rstrip("/")) + "/**"
    try:
        rows = cursor.execute("select file from glob($pattern)", {"pattern": pattern}).fetchall()
    except duckdb.Error as error:
        raise FileError(f"{root} cannot be listed: {reason(error)}") from None
    mine = {}
    for (location,) in rows:
        name = location[len(root.rstrip("/")) + 1 :]
        if name.endswith("/") or any(is_left_by_a_system(part) for part in name.split("/")):
            continue
        export, why, listed_as = place(name, exports)
        if export and re.search(r"[?#]", location):
            why = "has ? or # in its name, which cannot be read from S3; rename it"
        file = ExportFile(shown(name), location, export, why, shown(listed_as))
        if export and not why:
            mine[location] = file
        else:
            yield file
    yield from _with_dates(cursor, mine)


def _with_dates(
    cursor: duckdb.DuckDBPyConnection, files: dict[str, ExportFile]
) -> Iterator[ExportFile]:
    """The files with their sizes and dates; one that went meanwhile stays without."""
    facts = {}
    if files:
        try:
            rows = cursor.execute(
                "select filename, size, last_modified at time zone 'UTC' from read_blob($patterns)",
                {"patterns": [as_pattern(location) for location in files]},
            ).fetchall()
            facts = {location: rest for location, *rest in rows}
        except duckdb.Error:
            facts = {}  # reading them says why
    for location, file in files.items():
        size, written_at = facts.get(location, (None, None))
        yield file._replace(byte_count=size, written_at=_until_now(written_at))


def _until_now(moment: datetime | None) -> datetime | None:
    """A time of change that does not lie ahead of the clock."""
    return moment and min(moment, datetime.now(UTC).replace(tzinfo=None))


def _list_folder(
    root: Path, exports: Collection[str], below: Path = Path(), above: frozenset[Path] = frozenset()
) -> Iterator[ExportFile]:
    """The entries of a folder and of those in it, but of none that lies above itself."""
    folder = root / below
    above |= {folder.resolve()}
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        if below == Path():
            raise FileError(f"{root} cannot be listed (GYM_RAW_EXPORTS): {reason(error)}") from None
        problem = f"a folder that cannot be listed: {reason(error)}"
        yield _judged(root, below, exports, problem)
        return
    entries = [entry for entry in entries if not is_left_by_a_system(entry.name)]
    is_for_requests = folded(below.as_posix()) != PRIVACY and may_hold_requests(below.as_posix())
    if not entries and is_for_requests:
        yield _judged(root, below, exports, EMPTY)
    for entry in entries:
        name = below / entry.name
        if not _is_folder(entry):
            yield _judged(root, name, exports)
        elif entry.resolve() in above:
            yield _judged(root, name, exports, "a link to a folder above it")
        else:
            found = list(_list_folder(root, exports, name, above))
            if not found and len(name.parts) == 2 and place(name.as_posix(), exports)[0]:
                found = [_judged(root, name, exports, EMPTY)]
            yield from found


def _is_folder(path: Path) -> bool:
    """Whether a path leads to a folder, also through links; what cannot be told is none."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _judged(
    root: Path, name: Path, exports: Collection[str], problem: str | None = None
) -> ExportFile:
    """One entry of a folder, with what is known of it."""
    path = root / name
    export, why, listed_as = place(name.as_posix(), exports)
    byte_count, written_at = None, None
    try:
        facts = path.stat()
    except OSError as error:
        problem = problem or ("a link to nothing" if path.is_symlink() else reason(error))
    else:
        byte_count = facts.st_size
        written_at = datetime.fromtimestamp(facts.st_mtime, UTC).replace(tzinfo=None)
        if not problem and not stat.S_ISREG(facts.st_mode):
            problem = "a device, a pipe or a socket"
    return ExportFile(
        shown(name.as_posix()),
        str(path),
        export,
        problem or why,
        shown(listed_as),
        byte_count,
        _until_now(written_at),
    )


def words(name: str) -> list[str]:
    """The words of a name that tell what it holds: no numbers, endings and plurals.

    Example:
        >>> words("Erasure-Request 2025-11 (copy).csv")
        ['erasure', 'request']
    """
    stem = re.sub(r"([a-z])([A-Z])", r"\1 \2", unicodedata.normalize("NFKC", name))
    while (ending := last_ending(folded(stem))) in DATA_ENDINGS or ending in KINDS:
        if not ending:
            break
        stem = stem.rpartition(".")[0]
    found = re.findall(r"[^\W\d_]+", stem.casefold())
    singular = [word.removesuffix("s") for word in found]
    kept = [w for word, w in zip(found, singular, strict=True) if not {word, w} & ADDED_WORDS]
    return kept or singular


def readings(part: str, folder: str) -> Iterator[list[str]]:
    """The words of a part of a path, with and without its endings and the words of a folder.

    Example:
        >>> list(readings("capitan_members.json", "capitan"))
        [['capitan', 'member', 'json'], ['member', 'json'], ['capitan', 'member'], ['member']]
    """
    dotted = part.lstrip(".").split(".")
    for count in range(len(dotted), 0, -1):
        found = words(".".join(dotted[:count]))
        yield found
        others = [w for w in found if all(fuzz.ratio(w, own) < LIKE for own in words(folder))]
        if others and others != found:
            yield others


def looks_like(file: ExportFile, export: str) -> bool:
    """Whether a file that is not read may be meant for an export.

    Other folders, the folder's name within the file's, endings of any kind, the singular, hyphens,
    dates, "copy" and slips of the finger make no difference.
    """
    folder, _, table = export.partition("/")
    wanted = words(table)
    parts = file.name.split("/")
    if len(parts) == 1 and words(folder) in readings(parts[0], ""):
        return True
    for part in parts[1:] if folded(parts[0]) == folder else parts:
        for found in readings(part, folder):
            if found and fuzz.ratio("".join(found), "".join(wanted)) >= LIKE:
                return True
            # of several words some: "transactions" for "combined_transaction_data"
            if found and len(wanted) > 1 and export != ERASURE and set(found) <= set(wanted):
                return True
    return export == ERASURE and may_hold_requests(file.name)


def is_privacy(word: str) -> bool:
    """Whether a word is "privacy", its plural, or misspelt by one slip.

    Example:
        >>> [is_privacy(word) for word in ("privcay", "privacie", "private")]
        [True, True, False]
    """
    return word == "privacie" or OSA.distance(word, PRIVACY, score_cutoff=1) <= 1


def may_hold_requests(name: str) -> bool:
    """Whether a path may be one of requests to be erased, by any of its words.

    It is in a folder that is called like `privacy`, or a part of it speaks of erasing people.

    Example:
        >>> paths = ("Privacy 2025/list", "gdpr.xlsx", "capitan/cameras.csv", "privacy-policy.pdf")
        >>> [may_hold_requests(path) for path in paths]
        [True, True, False, False]
    """
    *folders, last = name.split("/")
    found = [word for folder in folders for word in words(folder)]
    # the name of a file may be longer than that: of a policy, say
    if any(map(is_privacy, [*found, *("".join(read) for read in readings(last, ""))])):
        return True
    found += words(last)
    if any(ERASING.search(word) or _is_slip(word) for word in found):
        return True
    return any("request" in w for w in found) and any(ABOUT.search(w) for w in found)


def _is_slip(word: str) -> bool:
    return any(OSA.distance(word, meant, score_cutoff=1) <= 1 for meant in SLIPS_OF)


def files_of(export: str, is_required: bool, files: Sequence[ExportFile]) -> list[ExportFile]:
    """The files that one export is read from, sorted by name.

    Raises:
        FileError: one of them cannot be read, the export is there in two forms, a required one is
            missing, or a file that is not read looks as if it were meant for it.
    """
    mine = [file for file in files if file.export == export]
    for file in mine:
        if file.reason:
            raise FileError(f"{file.name} cannot be read: {file.reason}")
    forms = {tuple(file.name.split("/")[:2]) for file in mine}
    if len(forms) > len({folded(name).split(".")[0] for _, name in forms}):
        names = ", ".join(file.name for file in mine)
        raise FileError(f"{export} is there in more than one form: {names}")
    unread = [file for file in files if file.export is None]
    like = next((file for file in unread if looks_like(file, export)), None)
    advice = f"export it as {export}.csv, or take it out of the exports root (GYM_RAW_EXPORTS)"
    if export == ERASURE and like:
        raise FileError(
            f"{like.name} is not read ({like.reason}), and no request to be erased may be"
            f" overlooked; {advice}"
        )
    if mine:
        return mine
    hint = f"{like.name} looks like it and is not read ({like.reason})" if like else None
    if is_required:
        raise FileError(
            f"{export}.csv is missing, and so is a .csv.gz, a .parquet or a folder of that"
            f" name, under the exports root (GYM_RAW_EXPORTS)" + (f"; {hint}" if hint else "")
        )
    if hint:
        others = sorted({file.listed_as for file in unread if file is not like})
        also = f"; also not read: {', '.join(others[:OTHERS_NAMED])}" if others else ""
        more = f" and {len(others) - OTHERS_NAMED} more" if len(others) > OTHERS_NAMED else ""
        raise FileError(f"{export} has no file, but {hint}; {advice}{also}{more}")
    return []
