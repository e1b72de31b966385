"""The settings: each checked, all problems told at once, no key shown, read in one place."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest
import yaml
from conftest import PROJECT, Project
from jinja2 import Environment

from python_udfs import settings
from python_udfs.settings import SettingsError, load
from scripts import build

DBT = str(Path(sys.executable).with_name("dbt"))
SECRET = "hush-marker-7Qz"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in settings.given():
        monkeypatch.delenv(name)


def problems(monkeypatch: pytest.MonkeyPatch, *arguments: str, **given: str) -> list[str]:
    """What is wrong with these settings."""
    for name, text in given.items():
        monkeypatch.setenv(name, text)
    try:
        load(arguments, reads_exports=True)
    except SettingsError as error:
        return error.problems
    return []


REFUSED = {
    "a city for a zone": ("GYM_TIMEZONE", "Lisbon", "did you mean Europe/Lisbon?"),
    "a zone in small letters": ("GYM_TIMEZONE", "asia/tokyo", "did you mean Asia/Tokyo?"),
    "no zone at all": ("GYM_TIMEZONE", "the gym's", "is no IANA time zone"),
    "the machine's own zone": ("GYM_TIMEZONE", "localtime", "is no IANA time zone"),
    "only blanks": ("GYM_EXPORT_FORMATS", "  ", "names no format"),
    "only a comma": ("GYM_EXPORT_FORMATS", ",", "names no format"),
    "a format that is not written": ("GYM_EXPORT_FORMATS", "csv,orc", "not orc"),
    "neither yes nor no": ("GYM_PUBLISH_CHILDREN", "perhaps", "must be 1 or 0"),
    "an export that is none": ("GYM_ALLOW_SHRINK", "members", "did you mean capitan/members?"),
    "no table of a source": ("GYM_ALLOW_SHRINK", "north/visits", "north/visits is no export"),
    "one export of two is none": ("GYM_ALLOW_SHRINK", "all, guests", "guests is no export"),
    "a rate that is none": ("GYM_ALLOW_CHANGE", "transfers_per", "did you mean transfers_per_"),
    "hours in words": ("GYM_MAX_EXPORT_AGE_HOURS", "a day", "above 0"),
    "no hours": ("GYM_MAX_EXPORT_AGE_HOURS", "0", "above 0"),
    "memory without a unit": ("GYM_MEMORY_LIMIT", "5", "must be like 5GB"),
    "no memory": ("GYM_MEMORY_LIMIT", "0GB", "must be like 5GB"),
    "an order that is none": ("GYM_DATE_ORDER", "ydm", "must be mdy, dmy, ymd"),
    "a mode that is none": ("GYM_FILE_MODE", "rw", "such as 0600 or 0640"),
    "a mode without its owner": ("GYM_FILE_MODE", "0440", "such as 0600 or 0640"),
    "files that can be run": ("GYM_FILE_MODE", "0755", "such as 0600 or 0640"),
    "exports over http": ("GYM_RAW_EXPORTS", "https://host/raw", "must be a folder or s3://"),
    "exports on ftp": ("GYM_RAW_EXPORTS", "ftp://host/raw", "must be a folder or s3://"),
    "another cloud": ("GYM_EXPORTS_OUT", "gs://bucket/out", "must be a folder or s3://"),
    "a scheme in capitals": ("GYM_EXPORTS_OUT", "S3://bucket/out", "must be a folder or s3://"),
    "one slash": ("GYM_EXPORTS_OUT", "s3:/bucket/out", "must be a folder or s3://"),
    "no bucket": ("GYM_EXPORTS_OUT", "s3://", "must be s3://<bucket>/<folder>"),
    "a warehouse on S3": ("GYM_WAREHOUSE", "s3://bucket/w.duckdb", "path on this machine"),
    "a warehouse in memory": ("GYM_WAREHOUSE", ":memory:", "path on this machine"),
    "a warehouse elsewhere": ("GYM_WAREHOUSE", "md:gym", "path on this machine"),
    "a published address": ("GYM_PUBLISHED", "https://host/gym.duckdb", "path on this machine"),
    "pages on S3": ("GYM_DASHBOARD_OUT", "s3://bucket/pages", "path on this machine"),
    "a line break in a path": ("GYM_EXPORTS_OUT", "out\nside", "line break"),
    "no such folder": ("GYM_RAW_EXPORTS", "no/such/folder", "no/such/folder is not there"),
    "a file for a folder": ("GYM_RAW_EXPORTS", "README.md", "README.md is a file, not a folder"),
    "a folder for a file": ("GYM_WAREHOUSE", "models", "GYM_WAREHOUSE must be a file"),
    "a variable that is none": ("GYM_TIMEZON", "UTC", "did you mean GYM_TIMEZONE?"),
    "a variable in small letters": ("gym_published", "x", "did you mean GYM_PUBLISHED?"),
    "a variable like no other": ("GYM_QQQQ", "x", "see docs/settings.md"),
}


@pytest.mark.parametrize("name,text,sentence", REFUSED.values(), ids=REFUSED)
def test_is_refused_in_one_sentence_that_names_the_variable(
    name: str, text: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    [problem] = problems(monkeypatch, **{name: text})
    assert name in problem
    assert sentence in problem
    assert "\n" not in problem


TAKEN = {
    "formats in any case": ("GYM_EXPORT_FORMATS", "CSV, Parquet", "csv,parquet"),
    "one format": ("GYM_EXPORT_FORMATS", "Parquet", "parquet"),
    "yes": ("GYM_PUBLISH_CHILDREN", "Yes", True),
    "true": ("GYM_PUBLISH_CHILDREN", "true", True),
    "no": ("GYM_PUBLISH_CHILDREN", "no", False),
    "0": ("GYM_PUBLISH_CHILDREN", "0", False),
    "empty": ("GYM_TIMEZONE", "", "UTC"),
    "with the end of a line of Windows": ("GYM_TIMEZONE", "Europe/Rome\r", "Europe/Rome"),
    "two exports": (
        "GYM_ALLOW_SHRINK",
        "capitan/members, capitan/relations",
        ("capitan/members", "capitan/relations"),
    ),
    "of a source": ("GYM_ALLOW_SHRINK", "north/checkins", ("north/checkins",)),
    "memory": ("GYM_MEMORY_LIMIT", "1.5 GiB", "1.5 GiB"),
    "an order": ("GYM_DATE_ORDER", "DMY", "dmy"),
    "a mode": ("GYM_FILE_MODE", "640", 0o640),
    "a place on S3": ("GYM_EXPORTS_OUT", "s3://gym-1/a/b", "s3://gym-1/a/b"),
    "a name with marks": ("GYM_EXPORTS_OUT", "out [1] {x} *@night", "out [1] {x} *@night"),
}


@pytest.mark.parametrize("name,text,value", TAKEN.values(), ids=TAKEN)
def test_is_taken_as_it_is_meant(name: str, text: str, value: object, monkeypatch) -> None:
    monkeypatch.setenv(name, text)
    assert getattr(load(), settings.VARIABLES[name]) == value


ADDRESSES = {
    "a login": f"s3://AKIDEXAMPLE:{SECRET}@bucket/raw",
    "a key with a slash": f"s3://AKIDEXAMPLE:a/b{SECRET}@bucket/raw",
    "a password": f"https://anna:{SECRET}@host/raw",
    "no scheme": f"anna:{SECRET}@host",
    "a signed address": f"https://host/raw?X-Amz-Signature={SECRET}",
    "parameters of DuckDB": f"s3://bucket/raw?s3_secret_access_key={SECRET}",
    "a token": f"https://host/raw?v=1&token={SECRET}",
    "an id of a key": f"AKIAABCDEFGHIJKLMNOP/{SECRET}",
    "a key for a bucket": f"s3://AKIAABCDEFGHIJKLMNOP/{SECRET}",
    "no scheme but its slashes": f"//anna:{SECRET}@host/raw",
    "a colon too few": f"s3//anna:{SECRET}@bucket/raw",
    "one slash of three": f"s3:/anna:{SECRET}@bucket/raw",
    "behind a hash": f"https://host/raw#token={SECRET}",
    "behind a semicolon": f"s3://bucket/raw;key={SECRET}",
    "beside a folder, without a name": f"s3://bucket/raw;{SECRET}",
    "a line break before the login": f"s3://\nanna:{SECRET}@bucket/raw",
    "a line break within the address": f"s3://bucket/\nraw?{SECRET}",
    "words of a database": f"postgres:host=db user=anna password = {SECRET}",
    "a parameter of a path": f"raw/x?session={SECRET}",
}


@pytest.mark.parametrize("address", ADDRESSES.values(), ids=ADDRESSES)
@pytest.mark.parametrize(
    "name", ["GYM_RAW_EXPORTS", "GYM_EXPORTS_OUT", "GYM_WAREHOUSE", "GYM_TIMEZONE", "GYM_XPORTS"]
)
def test_a_key_in_an_address_is_refused_and_not_shown(
    name: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = problems(monkeypatch, **{name: address})
    assert any(text.startswith(f"{name} holds a key") for text in found)
    assert SECRET not in "".join(found)


ADDRESS_VARIABLES = ("GYM_RAW_EXPORTS", "GYM_EXPORTS_OUT", "GYM_WAREHOUSE")
DOUBTFUL = [
    *ADDRESSES.values(),
    f"s3://AKID:{SECRET}%40bucket/x",
    f"s3://Bucket-{SECRET}/x",
    f"s3://bucket/x;{SECRET}",
    f"s3://bucket/x y={SECRET}",
    f"s3://bucket/\n{SECRET}",
    f"raw?{SECRET}",
    f"raw#{SECRET}",
    f"{SECRET}@host/raw",
    f"s3//{SECRET}/raw",
    f"//{SECRET}/raw",
    f"md:gym?token={SECRET}",
    f"odbc:pwd={SECRET}",
    f"raw/s3://{SECRET}",
]
PLAIN = [
    *("exports", "/srv/exports of the night", "../a/b.c", "R&D/gym_1", "night@22", "/srv/a@b/c"),
    *("out [1] {x} *", "Übung/são", "s3://gym", "s3://gym-1.x/a/b (2)", "/srv//exports"),
]


def in_profile(name: str, text: str) -> str:
    """The path of the warehouse as profiles.yml gives it; what it asks for in vain is raised."""
    environment = {name: text}

    def env_var(name: str, default: str | None = None) -> str:
        found = environment.get(name, default)
        if found is None:
            raise LookupError(name)
        return found

    profile = yaml.safe_load((PROJECT / "profiles.yml").read_text(encoding="utf-8"))
    output = Environment().from_string(str(profile["gym_connections"]["outputs"]["dev"]))
    return output.render(env_var=env_var, modules={"re": re}).strip()


@pytest.mark.parametrize("text", DOUBTFUL)
def test_what_may_hold_a_key_reaches_neither_a_message_nor_dbt(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever variable it stands in; dbt writes what it reads before anybody can look at it."""
    found = problems(monkeypatch, **dict.fromkeys(settings.VARIABLES, text))
    assert {sentence.split(" ")[0] for sentence in found} == set(settings.VARIABLES)
    assert SECRET not in "".join(found)
    assert all("\n" not in sentence for sentence in found)
    models = [path.read_text() for path in (PROJECT / "models").rglob("*.*")]
    read = {name for name in settings.VARIABLES if any(f"('{name}'" in t for t in models)}
    for name in {*read, *ADDRESS_VARIABLES, "GYM_MEMORY_LIMIT", "GYM_TIMEZONE"}:
        with pytest.raises(LookupError, match=f"{name} without a key"):
            in_profile(name, text)


@pytest.mark.parametrize("text", PLAIN)
def test_a_plain_path_is_taken_here_and_by_dbt(text: str, monkeypatch) -> None:
    assert settings.Settings(exports_out=text).exports_out == text
    for name in ADDRESS_VARIABLES:
        assert in_profile(name, text)


def test_dbt_has_the_same_rules_and_takes_what_is_meant() -> None:
    profile = (PROJECT / "profiles.yml").read_text(encoding="utf-8")
    [rule] = re.findall(r"set plain = (.*?) -%}", profile, re.DOTALL)
    assert "".join(re.findall(r"'(.*?)'", rule)) == settings.PLAIN
    assert f"'{settings.WORDS}'" in profile
    for name, text, _ in TAKEN.values():
        assert in_profile(name, text)


def test_all_places_are_looked_at_whatever_else_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, folder, alone = tmp_path / "file", tmp_path / "folder", tmp_path / "alone"
    file.write_text("a letter")
    folder.mkdir()
    alone.symlink_to(alone)
    given = {
        "GYM_RAW_EXPORTS": file,
        "GYM_EXPORTS_OUT": file,
        "GYM_WAREHOUSE": folder,
        "GYM_PUBLISHED": file / "below/gym.duckdb",
        "GYM_DASHBOARD_OUT": tmp_path / ("n" * 300),
        "GYM_ACTION_HISTORY": file,
    }
    for name, path in given.items():
        monkeypatch.setenv(name, str(path))
    monkeypatch.setenv("GYM_TIMEZONE", "Lisbon")
    with pytest.raises(SettingsError) as error:
        load(reads_exports=True, writes=True)
    found = error.value.problems
    assert [text.split(" ")[0] for text in found] == ["GYM_TIMEZONE", *settings.PLACES]
    assert all("\n" not in text for text in found)
    for name, path, sentence in (
        ("GYM_WAREHOUSE", file, "must be a DuckDB file or a new one"),
        ("GYM_WAREHOUSE", alone, "link that leads to itself"),
        ("GYM_WAREHOUSE", tmp_path / ("n" * 250), "too long a path"),
        ("GYM_PUBLISHED", "/dev/null", "must be a file"),
        ("GYM_EXPORTS_OUT", "~/results", "only a shell"),
        ("GYM_EXPORTS_OUT", "a/" * 3000, "too long a path"),
    ):
        for other in (*given, "GYM_TIMEZONE"):
            monkeypatch.delenv(other, raising=False)
        monkeypatch.setenv(name, str(path))
        with pytest.raises(SettingsError) as error:
            load(writes=True)
        [problem] = error.value.problems
        assert problem.startswith(f"{name} ")
        assert sentence in problem


def test_a_folder_that_may_not_be_written_is_refused_to_who_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who only reads what is published, as another user, may have all in such folders."""
    monkeypatch.setattr(settings.os, "access", lambda path, mode: False)
    for name in settings.PLACES[1:]:
        monkeypatch.setenv(name, str(tmp_path / name / "x"))
    load()
    with pytest.raises(SettingsError) as error:
        load(writes=True)
    assert [text.split(" ")[0] for text in error.value.problems] == list(settings.PLACES[1:])
    assert all("may not be changed by this user" in text for text in error.value.problems)


def test_no_folder_of_the_code_gets_another_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor one that lies elsewhere; within the project's own folders the outermost does."""
    named = settings.Settings(
        warehouse="models/gym.duckdb",
        published="gym.duckdb",
        exports_out="exports/of/today",
        dashboard_out="docs",
    )
    monkeypatch.chdir(PROJECT)
    assert set(build.own_folders(named)) == {
        *(PROJECT / name for name in ("exports", "logs", "target", "logs/dbt.log")),
        Path("models/gym.duckdb"),
    }


def test_an_escaped_key_is_not_shown_either(monkeypatch: pytest.MonkeyPatch) -> None:
    [problem] = problems(monkeypatch, GYM_EXPORTS_OUT=f"s3://AKID:{SECRET}%40bucket/x")
    assert SECRET not in problem


def test_all_problems_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found = problems(
        monkeypatch,
        "--vars",
        "{as_of: yesterday}",
        GYM_TIMEZONE="Chicago",
        GYM_EXPORT_FORMATS=" ",
        GYM_TIMEZON="UTC",
        GYM_RAW_EXPORTS=f"s3://anna:{SECRET}@bucket",
    )
    assert len(found) == 5
    assert SECRET not in "".join(found)


@pytest.mark.parametrize(
    "arguments,is_good",
    [
        ([], True),
        (["--vars", "{as_of: 2025-02-28}"], True),
        (["--vars", "as_of: ''"], True),
        (["--vars={as_of: yesterday}"], False),
        (["--vars", "{as_of: 2025-02-31}"], False),
        (["--vars", "{as_of: 20250228}"], False),
        (["--vars", "as_of: 28.02.2025"], False),
    ],
)
def test_as_of_is_a_day_or_empty(arguments: list[str], is_good: bool, monkeypatch) -> None:
    found = problems(monkeypatch, *arguments)
    assert (found == []) == is_good
    assert all("as_of" in text for text in found)


def test_dbt_sees_what_was_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    before = os.umask(0o022)
    try:
        for name, text in (
            ("GYM_EXPORT_FORMATS", "Parquet, CSV"),
            ("GYM_MEMORY_LIMIT", ""),
            ("GYM_TIMEZONE", " UTC\r"),
            ("GYM_FILE_MODE", "0640"),
        ):
            monkeypatch.setenv(name, text)
        settings.apply(load())
        assert settings.given() == {
            "GYM_EXPORT_FORMATS": "csv,parquet",
            "GYM_FILE_MODE": "0640",
            "GYM_TIMEZONE": "UTC",
        }
        assert os.umask(0o022) == 0o027
    finally:
        os.umask(before)


@pytest.mark.parametrize("mode,file,folder", [("0600", 0o600, 0o700), ("0644", 0o644, 0o755)])
def test_what_was_there_gets_the_mode_of_what_is_new(
    mode: str, file: int, folder: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, linked, target = tmp_path / "a", tmp_path / "b", tmp_path / "c"
    ours.write_text("")
    target.write_text("")
    for path in (ours, target):
        path.chmod(0o666)
    tmp_path.chmod(0o777)
    linked.symlink_to(target)
    monkeypatch.setenv("GYM_FILE_MODE", mode)
    settings.narrow([ours, linked, tmp_path, tmp_path / "missing"], load())
    assert ours.stat().st_mode & 0o777 == file
    assert tmp_path.stat().st_mode & 0o777 == folder
    assert target.stat().st_mode & 0o777 == 0o666


@pytest.mark.parametrize(
    "name", ["GYM_RAW_EXPORTS", "GYM_EXPORTS_OUT", "GYM_WAREHOUSE"], ids=["in", "out", "warehouse"]
)
def test_a_plain_dbt_command_writes_no_key_either(
    name: str, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"s3://AKIDEXAMPLE:{SECRET}@bucket/x"
    monkeypatch.setattr(Project, "environment", project.environment | {name: address})
    monkeypatch.setenv("DBT_PROFILES_DIR", str(PROJECT))
    result = project.run(DBT, "parse")
    assert result.returncode != 0
    assert f"{name} without a key" in result.stdout
    files = [path for path in project.folder.rglob("*") if path.is_file()]
    written = "".join(path.read_bytes().decode("latin-1") for path in files)
    assert SECRET not in result.stdout + result.stderr + written


def test_a_plain_dbt_command_checks_the_settings_and_keeps_the_warehouse_private(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.exports.mkdir()
    command = (DBT, "seed", "--select", "dialect_capitan")
    monkeypatch.setenv("GYM_TIMEZONE", "Lisbon")
    refused = project.run(*command)
    assert "did you mean Europe/Lisbon?" in refused.stdout
    assert "Traceback" not in refused.stdout
    assert not project.warehouse.exists()
    monkeypatch.delenv("GYM_TIMEZONE")
    refused = project.run(*command, "--vars", "{as_of: yesterday}")
    assert "as_of (a dbt var) must be a day" in refused.stdout
    assert project.run(*command).returncode == 0
    assert project.warehouse.stat().st_mode & 0o777 == 0o600


TARGETS = {
    "the sample": ({}, "dev"),
    "exports of one's own": ({"GYM_RAW_EXPORTS": "models"}, "prod"),
    "a trial of them": ({"GYM_RAW_EXPORTS": "models", "GYM_TARGET": "dev"}, "dev"),
}


@pytest.mark.parametrize("given,target", TARGETS.values(), ids=TARGETS)
def test_a_trial_writes_nothing_that_the_gym_reads(given, target: str, monkeypatch) -> None:
    """And dbt means the same places as Python."""
    for name, text in given.items():
        monkeypatch.setenv(name, text)
    found = load(writes=True)
    assert found.target == target
    for name in settings.WRITTEN:
        default = settings.DEFAULTS[name]
        place = getattr(found, settings.VARIABLES[name])
        assert place == (f"dev/{default}" if target == "dev" else default)
    profile = yaml.safe_load((PROJECT / "profiles.yml").read_text(encoding="utf-8"))
    profile = profile["gym_connections"]
    asked = {"env_var": lambda name, default: given.get(name, default), "modules": {"re": re}}
    assert Environment().from_string(profile["target"]).render(asked) == target
    path = Environment().from_string(profile["outputs"][target]["path"]).render(asked)
    assert path.strip() == found.warehouse
    text = (PROJECT / "models/reporting/exported_files.yml").read_text(encoding="utf-8")
    folder = yaml.safe_load(text)["models"][0]["config"]["meta"]["folder"]
    rendered = Environment().from_string(folder).render(asked, target={"name": target})
    assert rendered.strip() == found.exports_out


WRONG_TARGETS = {
    "neither": ({"GYM_TARGET": "live"}, "GYM_TARGET must be dev or prod"),
    "prod of the sample": ({"GYM_TARGET": "prod"}, "is for exports of your own"),
    "a trial where the gym may read": (
        {"GYM_TARGET": "dev", "GYM_RAW_EXPORTS": "models", "GYM_PUBLISHED": "x.duckdb"},
        "GYM_PUBLISHED may name what the gym reads",
    ),
}


@pytest.mark.parametrize("given,sentence", WRONG_TARGETS.values(), ids=WRONG_TARGETS)
def test_a_target_that_cannot_be_meant_is_refused(given, sentence: str, monkeypatch) -> None:
    for name, text in given.items():
        monkeypatch.setenv(name, text)
    with pytest.raises(SettingsError, match=sentence) as error:
        load(writes=True)
    assert len(error.value.problems) == 1


@pytest.mark.parametrize("target", settings.TARGETS)
def test_one_file_for_both_is_refused(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GYM_TARGET", target)
    [problem] = problems(monkeypatch, GYM_PUBLISHED=load().warehouse)
    assert "private rows" in problem


def test_a_variable_names_its_place_whatever_the_target(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in settings.WRITTEN:
        monkeypatch.setenv(name, f"elsewhere/{name}")
    found = load(writes=True)
    assert found.target == "dev"
    for name in settings.WRITTEN:
        assert getattr(found, settings.VARIABLES[name]) == f"elsewhere/{name}"


def test_who_only_reads_sees_what_the_gym_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody at the desk is shown a person of the sample because a variable is not set."""
    (tmp_path / "dbt_project.yml").write_text("vars: {}")
    assert load(project=tmp_path).target == "dev"
    (tmp_path / "published").mkdir()
    (tmp_path / "published/gym_connections.duckdb").touch()
    assert load(project=tmp_path).published == "published/gym_connections.duckdb"
    assert load(project=tmp_path, writes=True).target == "dev"
    monkeypatch.setenv("GYM_TARGET", "dev")
    assert load(project=tmp_path).target == "dev"


@pytest.mark.parametrize("words", [["--target", "dev"], ["-t", "dev"], ["--target=dev"]])
def test_dbts_own_word_for_the_target_counts(words, project: Project, monkeypatch) -> None:
    monkeypatch.setenv("GYM_RAW_EXPORTS", "models")
    monkeypatch.setenv("GYM_TARGET", "prod")
    seen: list[settings.Settings] = []
    monkeypatch.setattr(build, "in_the_way", lambda found: seen.append(found) or ["enough"])
    assert build.main(["--empty", *words]) == 1
    assert [found.target for found in seen] == ["dev"]


def test_nothing_else_reads_the_variables() -> None:
    """But for the tests, which set and count what is theirs."""
    reads = re.compile(r"""(environ(\.get\(|\[)|getenv\(|startswith\(\W*)f?['"]GYM_""")
    files = [
        path
        for folder in ("python_udfs", "scripts", "benchmarks", "models")
        for path in (PROJECT / folder).rglob("*.py")
        if path.name != "settings.py"
    ]
    assert len(files) > 30
    found = {
        path.name
        for path in files
        if reads.search(path.read_text(encoding="utf-8"))
        or re.search(r"GYM_\w+['\"] (not )?in os\.environ", path.read_text(encoding="utf-8"))
    }
    assert found == set()


def test_dbt_has_the_same_defaults() -> None:
    """It reads the variables itself; an empty one counts as not set there, too."""
    found: dict[str, set[str]] = {}
    for folder in ("models", "macros", "tests", "."):
        pattern = "*.yml" if folder == "." else "**/*.*"
        for path in (PROJECT / folder).glob(pattern):
            if path.suffix not in (".yml", ".sql"):
                continue
            for name, default, other in re.findall(
                r"""env_var\(['"](GYM_\w+)['"], ['"](.*?)['"]\)(?: or ['"](.*?)['"])?""",
                path.read_text(encoding="utf-8"),
            ):
                assert default == "", (path, name)
                found.setdefault(name, set()).add(other)
    assert len(found) >= 6
    # the report asks whether the zone is set at all
    others = {"GYM_MEMORY_LIMIT": {"none"}, "GYM_TIMEZONE": {"", "UTC"}, "GYM_TARGET": {""}}
    # the target is told by whether there are exports of one's own
    others |= {"GYM_RAW_EXPORTS": {"", settings.DEFAULTS["GYM_RAW_EXPORTS"]}}
    # beside the warehouse that is open
    others["GYM_ACTION_HISTORY"] = {""}
    for name in ("GYM_WAREHOUSE", "GYM_EXPORTS_OUT"):
        others[name] = {settings.DEFAULTS[name], f"dev/{settings.DEFAULTS[name]}"}
    for name, defaults in found.items():
        assert defaults == others.get(name, {str(settings.DEFAULTS[name])}), name


def test_the_page_names_every_variable_with_its_default() -> None:
    page = (PROJECT / "docs/settings.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `(GYM_\w+)` \|.*\| ([^|]*) \|$", page, re.MULTILINE))
    hidden = {"GYM_REQUIRE_BROWSER"}
    assert set(told) == set(settings.VARIABLES) - hidden
    for name, text in told.items():
        default = settings.DEFAULTS[name]
        if name == "GYM_FILE_MODE":
            default = f"{default:04o}"
        if default and "sample" not in text:
            assert f"`{default}`" in text, name


def test_the_page_names_every_var_once() -> None:
    page = (PROJECT / "docs/settings.md").read_text(encoding="utf-8")
    section = page[page.index("\n| what they decide") : page.index("\n## Seeds")]
    project = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))
    assert sorted(re.findall(r"`(\w+)`", section)) == sorted(project["vars"])
