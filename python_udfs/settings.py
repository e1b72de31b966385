"""The settings of the project: every GYM_ variable with its default, its type and its check.

Nothing else in Python reads a GYM_ variable. `load` tells all that is wrong at once, before
anything is read, written or logged, and repeats no value in which a key or password may stand.
A variable that is empty counts as not set. dbt reads the variables itself, with these defaults.
"""

from __future__ import annotations

import csv
import datetime as dt
import os
import re
import stat
import zoneinfo
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import AfterValidator, BeforeValidator, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from rapidfuzz import fuzz, process, utils

PROJECT = Path(__file__).resolve().parent.parent
PREFIX = "GYM_"
S3 = "s3://"
FORMATS = ("csv", "parquet")
DATE_ORDERS = ("mdy", "dmy", "ymd")
YES = {"1": True, "true": True, "yes": True}
NO = {"0": False, "false": False, "no": False}
FILES = ("GYM_WAREHOUSE", "GYM_PUBLISHED")
HISTORY = "GYM_ACTION_HISTORY"
PLACES = ("GYM_RAW_EXPORTS", "GYM_EXPORTS_OUT", "GYM_DASHBOARD_OUT", HISTORY, *FILES)
# What the gym reads is of prod, a trial of dev, whose places lie below a folder of its own.
DEV, PROD = "dev", "prod"
TARGETS = (DEV, PROD)
WRITTEN = PLACES[1:]
# The workflows read the first two, the tests the others.
ELSEWHERE = (
    *("GYM_WAREHOUSE_S3", "GYM_PUBLISHED_S3", "GYM_KILLS", "GYM_PUBLISHES"),
    "GYM_REQUIRE_SPARK",
)
# A scheme has two letters or more; C:\ has one.
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:", re.ASCII)
# What reaches dbt's artifacts before anything else can look at it, so profiles.yml has the same:
# a plain path, or a bucket with a folder. Anything in which a login, a key or a parameter could
# stand is neither.
PLAIN = (
    r"(?s:s3://[a-z0-9][a-z0-9._-]*(/(?!.*(AKIA|ASIA)[0-9A-Z]{12})[A-Za-z0-9 !_.*()+,/-]*)?"
    r"|(?!:)(?![A-Za-z][A-Za-z0-9+.-]+:)(?!.*://)(?![^/]*//)(?![^/]*@[^@]*/)(?!.*:[^@]*@)"
    r"(?!.*(AKIA|ASIA)[0-9A-Z]{12})"
    r"(?!.*(?i:key|secret|token|password|passwd|pwd|signature|credential)[A-Za-z0-9_-]* *=)"
    r"[^\x00-\x1f\x7f?#;]+)"
)
# So it says of the variables that are no address: words, numbers and lists of them.
WORDS = r"(?!.*//)(?!.*(AKIA|ASIA)[0-9A-Z]{12})[A-Za-z0-9_+,. /-]{0,300}"
# A login before an @, a parameter of an address, something beside its folder, or the id of a key.
SECRET = re.compile(
    r"//[^/]*@|:[^@]*@|//.*[?#;&]|[?#;&][\w.-]*=|\b(AKIA|ASIA)[0-9A-Z]{12}"
    r"|(?i:key|secret|token|password|passwd|pwd|signature|credential)[\w-]*\s*=",
    re.DOTALL,
)
# Short enough to be no key of a cloud, and nothing in it that an address has.
SHOWN = re.compile(r"(?!.*//)[A-Za-z0-9_+,. '/-]{1,30}")
# A name may be so long, in bytes; the project writes names beside it that are longer.
LONGEST_NAME, LONGEST_PATH = 255, 4000
LONGEST_BESIDE = len("..last_good.json.part")
# Never shown: whoever writes an address of a kind that is not known may have put a key into it.
ADDRESS = (
    "must be a folder or s3://<bucket>/<folder>, and is an address of another kind; nothing else"
    " is read or written"
)
KEPT_OUT = (
    "holds a key, a password or a signature in its address; write the address alone, and hand"
    " credentials over in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
)


def shown(text: object) -> str:
    """What was written, as far as it may be shown: in doubt a word that stands for it.

    Example:
        >>> shown("Chicago"), shown("s3://bucket/x")
        ('Chicago', 'what is written there')
    """
    is_plain = SHOWN.fullmatch(str(text)) and not SECRET.search(str(text))
    return str(text) if is_plain else "what is written there"


class SettingsError(ValueError):
    """Settings that cannot be meant; `problems` holds one sentence each."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


def nearest(text: str, known: Iterable[str], whole: bool = False) -> str:
    """A question that suggests the known word most like a text; empty where none is like it.

    Args:
        text: what was written.
        known: what may be written.
        whole: whether the words are to be alike as a whole, not only in a part.

    Example:
        >>> nearest("GYM_TIMEZON", ["GYM_TIMEZONE", "GYM_PUBLISHED"])
        '; did you mean GYM_TIMEZONE?'
    """
    found = process.extractOne(
        text,
        sorted(known),
        scorer=fuzz.ratio if whole else fuzz.WRatio,
        processor=utils.default_process,
        score_cutoff=80,
    )
    return f"; did you mean {found[0]}?" if found else ""


def export_formats(text: str) -> tuple[str, ...]:
    """The formats of the result files, sorted.

    Raises:
        ValueError: a format is not known, or none is named.

    Example:
        >>> export_formats("Parquet, CSV")
        ('csv', 'parquet')
    """
    wanted = sorted({part for part in re.split(r"[,\s]+", text.lower()) if part})
    unknown = [part for part in wanted if part not in FORMATS]
    if not wanted:
        raise ValueError(f"names no format; it knows {' and '.join(FORMATS)}")
    if unknown:
        raise ValueError(f"knows {' and '.join(FORMATS)}, not {shown(', '.join(unknown))}")
    return tuple(wanted)


def _time_zone(text: str) -> str:
    known = zoneinfo.available_timezones() - {"localtime", "Factory"}
    if known and text not in known:
        raise ValueError(
            f"{shown(text)} is no IANA time zone, such as America/Chicago" + nearest(text, known)
        )
    return text


def _yes_or_no(text: object) -> bool:
    known = YES | NO
    if isinstance(text, bool):
        return text
    if str(text).strip().lower() not in known:
        raise ValueError(f"must be 1 or 0, not {shown(text)}")
    return known[str(text).strip().lower()]


def _shrinking(text: object) -> tuple[str, ...]:
    from python_udfs.raw_exports import EXPORTS  # imported here: it needs settings itself

    if not isinstance(text, str):
        return tuple(text)  # type: ignore[arg-type]
    tables = "|".join(sorted({export.feeds for export in EXPORTS.values() if export.feeds}))
    # a folder that a dialect reads is a source of any name
    return _named(text, list(EXPORTS), "export", re.compile(rf"[a-z0-9][a-z0-9_-]*/({tables})"))


def _changing(text: object) -> tuple[str, ...]:
    if not isinstance(text, str):
        return tuple(text)  # type: ignore[arg-type]
    with (PROJECT / "seeds/guards/guarded_rates.csv").open(encoding="utf-8", newline="") as file:
        return _named(text, [row["rate"] for row in csv.DictReader(file)], "rate of the report")


def _named(
    text: str, known: Sequence[str], kind: str, form: re.Pattern[str] | None = None
) -> tuple[str, ...]:
    """The names in a list of them, each of which must be known, or of a form, or be all."""
    named = [part for part in re.split(r"[,\s]+", text) if part]
    for part in named:
        if part not in (*known, "all") and not (form and form.fullmatch(part)):
            raise ValueError(f"{shown(part)} is no {kind}" + nearest(part, [*known, "all"]))
    return tuple(named)


def _hours(text: object) -> int:
    if not re.fullmatch(r"0*[1-9][0-9]{0,6}", str(text).strip()):
        raise ValueError(f"must be a whole number of hours above 0, not {shown(text)}")
    return int(str(text))


def _memory(text: str) -> str:
    found = re.fullmatch(r"([0-9]+(?:[.][0-9]+)?) ?[KMGT](i?B)?", text, re.IGNORECASE)
    if text and not (found and float(found[1])):
        raise ValueError(f"must be like 5GB, not {shown(text)}")
    return text


def _target(text: str) -> str:
    if text and text not in TARGETS:
        raise ValueError(f"must be {' or '.join(TARGETS)} or not set, not {shown(text)}")
    return text


def _date_order(text: str) -> str:
    if text and text.lower() not in DATE_ORDERS:
        raise ValueError(f"must be {', '.join(DATE_ORDERS)} or not set, not {shown(text)}")
    return text.lower()


def _file_mode(text: object) -> int:
    if isinstance(text, int):
        return text
    found = re.fullmatch(r"(?:0o?)?([0-7]{3})", str(text).strip())
    mode = int(found[1], 8) if found else 0
    if mode & 0o600 != 0o600 or mode & 0o111:
        raise ValueError(
            f"must be the mode of a file that its owner reads and writes, such as 0600 or 0640,"
            f" not {shown(text)}"
        )
    return mode


def _root(text: str) -> str:
    """A folder, or a place on S3."""
    if text.startswith(S3):
        if not re.fullmatch(PLAIN, text):
            raise ValueError(
                "must be s3://<bucket>/<folder> of plain letters, and nothing else; credentials"
                " come from AWS_ variables"
            )
    elif SCHEME.match(text):
        raise ValueError(ADDRESS)
    return _plain(text)


def _local(text: str) -> str:
    """A path on this machine."""
    if SCHEME.match(text) or text.startswith(":"):
        raise ValueError("must be a path on this machine, and is an address; DuckDB writes there")
    return _plain(text)


def _plain(text: str) -> str:
    if not re.fullmatch(PLAIN, text):
        raise ValueError(
            "must be a plain path: without ? # ; and without // or an @ where a server would stand"
        )
    if text.startswith("~"):
        raise ValueError(
            "begins with ~, which only a shell turns into a folder, and not within quotes; write"
            " the whole path"
        )
    return text


def _given(text: str) -> str:
    if not text or re.search(r"[\x00-\x1f\x7f]", text):
        raise ValueError("is blank or holds a line break; give it a value, or leave it out")
    return text


Given = AfterValidator(_given)
Root = Annotated[str, Given, AfterValidator(_root)]
Local = Annotated[str, Given, AfterValidator(_local)]
Flag = Annotated[bool, NoDecode, BeforeValidator(_yes_or_no)]


class Settings(BaseSettings):
    """The settings, checked. Paths count from the project's folder."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        str_strip_whitespace=True,
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
        validate_default=False,
    )

    target: Annotated[str, AfterValidator(_target)] = ""
    raw_exports: Root = "data/sample/exports"
    exports_out: Root = "exports"
    export_formats: Annotated[str, AfterValidator(lambda text: ",".join(export_formats(text)))] = (
        "csv,parquet"
    )
    warehouse: Local = "warehouse/gym_connections.duckdb"
    action_history: Root = "warehouse/action_history"
    published: Local = "published/gym_connections.duckdb"
    publish_children: Flag = False
    take_over_published: Flag = False
    dashboard_out: Local = "dashboard"
    allow_shrink: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_shrinking)] = ()
    allow_change: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_changing)] = ()
    max_export_age_hours: Annotated[int, BeforeValidator(_hours)] = 48
    memory_limit: Annotated[str, AfterValidator(_memory)] = ""
    timezone: Annotated[str, Given, AfterValidator(_time_zone)] = "UTC"
    date_order: Annotated[str, AfterValidator(_date_order)] = ""
    file_mode: Annotated[int, BeforeValidator(_file_mode)] = 0o600
    require_browser: Flag = False

    @property
    def has_own_exports(self) -> bool:
        """Whether exports are named; without them the invented sample is built."""
        return "raw_exports" in self.model_fields_set

    @property
    def umask(self) -> int:
        """What new files and folders must not allow; who may read a file may enter its folder.

        Example:
            >>> oct(Settings(file_mode=0o640).umask)
            '0o27'
        """
        return 0o777 & ~(self.file_mode | (self.file_mode & 0o444) >> 2)

    @property
    def s3_roots(self) -> list[str]:
        """The roots that are on S3."""
        roots = (self.raw_exports, self.exports_out, self.action_history)
        return [root for root in roots if root.startswith(S3)]


VARIABLES = {PREFIX + field.upper(): field for field in Settings.model_fields}
DEFAULTS = {name: Settings.model_fields[field].default for name, field in VARIABLES.items()}


def given(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The GYM_ variables of an environment that are set, in any letter case of their name."""
    found = os.environ if environment is None else environment
    return {
        name: text
        for name, text in sorted(found.items())
        if name.upper().startswith(PREFIX) and text
    }


def without(environment: Mapping[str, str], *kept: str) -> dict[str, str]:
    """An environment without the GYM_ variables, but for the ones to keep."""
    return {
        name: text
        for name, text in environment.items()
        if not name.upper().startswith(PREFIX) or name in kept
    }


def history_beside(warehouse: str) -> str:
    """Where the lists of a warehouse are remembered, unless GYM_ACTION_HISTORY names a place.

    Example:
        >>> history_beside("warehouse/gym_connections.duckdb")
        'warehouse/action_history'
    """
    return str(Path(warehouse).parent / "action_history")


def _in_target(settings: Settings, project: Path, writes: bool) -> Settings:
    """The settings with a target, and with the places of dev where it is that.

    A command that only reads looks at what the gym reads, where there is such.
    """
    is_built = (project / DEFAULTS["GYM_PUBLISHED"]).exists()
    is_prod = settings.has_own_exports or (is_built and not writes)
    target = settings.target or (PROD if is_prod else DEV)
    places = {
        VARIABLES[name]: f"{DEV}/{DEFAULTS[name]}"
        for name in WRITTEN
        if target == DEV and VARIABLES[name] not in settings.model_fields_set
    }
    if VARIABLES[HISTORY] not in settings.model_fields_set:
        warehouse = places.get("warehouse", settings.warehouse)
        places[VARIABLES[HISTORY]] = history_beside(warehouse)
    return settings.model_copy(update={"target": target, **places})


def _target_problems(settings: Settings) -> list[str]:
    """Why nothing can be built for the target that is asked for."""
    named = [name for name in WRITTEN if VARIABLES[name] in settings.model_fields_set]
    if settings.target == PROD and not settings.has_own_exports:
        return ["GYM_TARGET prod is for exports of your own, and GYM_RAW_EXPORTS is not set"]
    if settings.target == DEV and settings.has_own_exports and named:
        return [
            f"GYM_TARGET dev is a trial with places of its own, and {', '.join(named)} may name"
            " what the gym reads; set the one or the other"
        ]
    return []


def day_problem(as_of: object) -> list[str]:
    """What is wrong with the dbt var as_of: nothing where it is empty or a day.

    Example:
        >>> day_problem("2025-02-30")
        ['as_of (a dbt var) must be a day like 2025-11-24 or empty, not 2025-02-30']
    """
    text = "" if as_of is None else str(as_of)
    try:
        if text and (not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text, re.ASCII)):
            raise ValueError
        if text:
            dt.date.fromisoformat(text)
    except ValueError:
        return [f"as_of (a dbt var) must be a day like 2025-11-24 or empty, not {shown(text)}"]
    return []


def handed_on(arguments: Sequence[str], *flags: str) -> list[str]:
    """The values of a flag among arguments for dbt.

    Example:
        >>> handed_on(["--target", "dev", "-x", "--target=prod"], "--target", "-t")
        ['dev', 'prod']
    """
    found = [value for flag, value in pairwise([*arguments, ""]) if flag in flags]
    return found + [
        text.removeprefix(f"{flag}=")
        for text in arguments
        for flag in flags
        if text.startswith(f"{flag}=")
    ]


def as_of(project: Path, arguments: Sequence[str] = ()) -> object:
    """The dbt var as_of as it is written: in --vars, else in dbt_project.yml.

    Example:
        >>> as_of(PROJECT, ["--vars", "{as_of: 2025-02-31}"])
        '2025-02-31'
    """
    found: dict[str, Any] = {}
    try:
        content = (project / "dbt_project.yml").read_text(encoding="utf-8")
        # every value as it is written: a day that is none must not end the reading
        found = dict(yaml.load(content, yaml.BaseLoader)["vars"])
        for text in handed_on(arguments, "--vars"):
            found |= dict(yaml.load(text, yaml.BaseLoader) or {})
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError):
        pass  # dbt says what is wrong with a file or an argument that it cannot read
    return found.get("as_of", "")


def _sentences(error: ValidationError) -> list[str]:
    """The problems that pydantic found, without the values that it looked at."""
    return [
        f"{PREFIX}{str(problem['loc'][0]).upper()} {problem['msg'].removeprefix('Value error, ')}"
        for problem in error.errors(include_url=False, include_input=False, include_context=False)
    ]


def _too_long(path: Path, is_file: bool) -> bool:
    """Whether a path, or what is written beside it, is longer than a file system takes."""
    names = [os.fsencode(part) for part in path.parts]
    return (
        len(os.fsencode(path)) > LONGEST_PATH
        or max(map(len, names)) > LONGEST_NAME
        or (is_file and len(names[-1]) > LONGEST_NAME - LONGEST_BESIDE)
    )


def _no_room(path: Path) -> str:
    """Why nothing can be made at a path: what stands in its way; empty where nothing does."""
    above = path.parent
    while not os.path.lexists(above):
        above = above.parent
    if not above.is_dir():
        return f"cannot be made: {above} is no folder"
    if not os.access(above, os.W_OK | os.X_OK):
        return f"cannot be written: {above} may not be changed by this user"
    return ""


def _place_problem(path: Path, is_file: bool, writes: bool) -> str:
    """Why a file or folder cannot stand, or be written, at a path; empty where it can."""
    if _too_long(path, is_file):
        return "is too long a path"
    real = Path(os.path.realpath(path))
    if real.is_symlink():
        return "is a link that leads to itself"
    if not os.path.lexists(real):
        if path.is_symlink() and not is_file:
            return "is a link that leads nowhere"
        return _no_room(real) if writes else ""
    if is_file and not real.is_file():
        return (
            f"must be a file, and is {'a folder' if real.is_dir() else 'neither file nor folder'}"
        )
    if not is_file and not real.is_dir():
        return "must be a folder, and is a file"
    if not writes:
        return ""
    if not os.access(real, os.W_OK | (0 if is_file else os.X_OK)):
        return "may not be changed by this user"
    return _no_room(real) if is_file else ""


def is_duckdb(path: Path) -> bool:
    """Whether a file begins as a DuckDB database does; an empty one becomes one."""
    with path.open("rb") as file:
        head = file.read(12)
    return not head or head[8:12] == b"DUCK"


def _exports_problem(path: Path, text: str) -> str:
    if _too_long(path, False):
        return "is too long a path"
    if not path.is_dir():
        return f"{text} {'is a file, not a folder' if path.exists() else 'is not there'}"
    return "" if os.access(path, os.R_OK | os.X_OK) else f"{text} may not be read by this user"


def _place_problems(
    settings: Settings, project: Path, wrong: Collection[str], reads_exports: bool, writes: bool
) -> list[str]:
    """Places that are not what they must be on this machine; none of the variables `wrong`."""
    problems = {}
    places = {
        name: text
        for name in PLACES
        if name not in wrong
        and not (text := getattr(settings, VARIABLES[name])).startswith(S3)
        and (name != "GYM_RAW_EXPORTS" or (reads_exports and settings.has_own_exports))
    }
    for name, text in places.items():
        path, is_file = project / text, name in FILES
        try:
            if name == "GYM_RAW_EXPORTS":
                problems[name] = _exports_problem(path, text)
            elif problem := _place_problem(path, is_file, writes):
                problems[name] = problem if _too_long(path, is_file) else f"{problem} ({text})"
            # not while DuckDB has it open: closing a file gives up the locks of the process
            elif writes and name == "GYM_WAREHOUSE" and path.exists() and not is_duckdb(path):
                problems[name] = f"must be a DuckDB file or a new one, and {text} is another file"
        except OSError as error:
            problems[name] = f"cannot be used: {error.strerror}"
    both = [name for name in FILES if name in places and not problems.get(name)]
    if len(both) == len(FILES) and len({os.path.realpath(project / places[n]) for n in both}) == 1:
        problems["GYM_PUBLISHED"] = "is the file of GYM_WAREHOUSE, which holds private rows"
    return [f"{name} {problem}" for name, problem in problems.items() if problem]


def load(
    arguments: Sequence[str] = (),
    *,
    reads_exports: bool = False,
    writes: bool = False,
    project: Path = PROJECT,
) -> Settings:
    """The settings of this process.

    Args:
        arguments: what is handed on to dbt, in which --vars may stand.
        reads_exports: whether the folder of the exports must be there.
        writes: whether something is to be built: then the other places must be such that they can
            be written, and DuckDB must not have the warehouse open yet.
        project: the folder from which relative paths count.

    Raises:
        SettingsError: something cannot be meant; all of it is told at once.
    """
    problems = []
    found = given()
    secret = [name for name, text in found.items() if SECRET.search(text)]
    problems += [f"{name} {KEPT_OUT}" for name in secret]
    known = [*VARIABLES, *ELSEWHERE]
    for name in sorted(set(found) - set(known)):
        hint = nearest(name, known, whole=True) or "; see docs/settings.md"
        problems.append(f"{name} is no variable of this project{hint}")
    problems += day_problem(as_of(project, arguments))
    wrong = set(secret)
    try:
        settings = Settings()
    except ValidationError as error:
        told = {text.split(" ")[0]: text for text in _sentences(error)}
        problems += [text for name, text in told.items() if name not in secret]
        wrong |= set(told)
        # with the defaults in their places the others can be looked at all the same
        settings = Settings(**{VARIABLES[name]: DEFAULTS[name] for name in told})
    problems += _target_problems(settings) if writes else []
    settings = _in_target(settings, project, writes)
    problems += _place_problems(settings, project, wrong, reads_exports, writes)
    if problems:
        raise SettingsError(problems)
    return settings


def apply(settings: Settings) -> None:
    """Let dbt, which reads the environment itself, see the settings as they were understood.

    New files and folders of this process are as private as the settings say.
    """
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        text = os.environ[name].strip()
        if name == "GYM_EXPORT_FORMATS" and text:
            text = settings.export_formats
        if text:
            os.environ[name] = text
        else:
            del os.environ[name]
    os.umask(settings.umask)


def narrow(paths: Iterable[Path], settings: Settings) -> None:
    """Give files and folders of ours that were there before the mode that new ones have.

    What belongs to another user, and a link, stays as it is.
    """
    for path in paths:
        try:
            found = path.lstat()
            if found.st_uid != os.geteuid() or not (
                stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)
            ):
                continue
            wanted = (0o777 if stat.S_ISDIR(found.st_mode) else 0o666) & ~settings.umask
            if stat.S_IMODE(found.st_mode) != wanted:
                path.chmod(wanted)
        except OSError:
            continue  # not there, or on a disk without modes
