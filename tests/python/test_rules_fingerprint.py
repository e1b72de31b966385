"""The digest that decides whether all interactions are computed anew, and what changes it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import copy_of_the_project

from scripts import build

MODEL = "interaction_dates_fingerprinted"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project that a test may edit."""
    return copy_of_the_project(tmp_path_factory.mktemp("project"))


@pytest.fixture
def fingerprint(project: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """The digest of the project as it stands."""
    monkeypatch.chdir(project)
    for name, value in {
        "GYM_WAREHOUSE": project / "gym_connections.duckdb",
        "DBT_LOG_PATH": project / "logs",
        "DBT_PROFILES_DIR": project,
    }.items():
        monkeypatch.setenv(name, str(value))

    def found(*arguments: str) -> str:
        # elsewhere with vars: with others than before dbt reads the whole project anew
        monkeypatch.setenv("DBT_TARGET_PATH", str(project / f"target{len(arguments)}"))
        result = build.run_dbt("compile", "--select", MODEL, *arguments)
        assert result.success, result.exception
        [run] = [run for run in result.result.results if run.node.name == MODEL]
        return re.findall(r"'([0-9a-f]{32})'", run.node.compiled_code)[0]

    return found


@pytest.fixture(scope="module")
def before() -> dict[str, str]:
    """The digest before any edit, found once."""
    return {}


EDITED = {
    "a model before it": "models/intermediate/interactions/interactions_unioned.sql",
    "a model that finds buyers": "models/intermediate/matching/4_decision/match_decisions.sql",
    "a seed": "seeds/matching/nicknames.csv",
    "a macro that only macros call": "macros/normalise_mojibake.sql",
}


@pytest.mark.parametrize("path", EDITED.values(), ids=EDITED)
def test_an_edited_rule_changes_it(
    path: str, project: Path, fingerprint: Callable[..., str], before: dict[str, str]
) -> None:
    text = (project / path).read_text()
    if "found" not in before:
        before["found"] = fingerprint()
    edits = {"macros": text.replace("{%- endmacro %}", " {%- endmacro %}")}
    edits |= {"seeds": text + "zedekiah,zed\n", "models": text + "-- a remark"}
    (project / path).write_text(edits[path.split("/")[0]])
    try:
        assert fingerprint() != before["found"]
    finally:
        (project / path).write_text(text)


def test_a_var_and_a_variable_change_it(
    fingerprint: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {fingerprint(), fingerprint("--vars", "{meeting_window_minutes: 15}")}
    # one that a macro names
    found.add(fingerprint("--vars", "{earliest_year: 1991}"))
    monkeypatch.setenv("GYM_TIMEZONE", "America/Chicago")
    found.add(fingerprint())
    assert len(found) == 4


def test_what_no_interaction_depends_on_leaves_it(
    project: Path, fingerprint: Callable[..., str]
) -> None:
    before = fingerprint()
    with (project / "models/marts/crews.sql").open("a") as file:
        file.write("-- a remark")
    assert fingerprint("--vars", "{crew_min_members: 4}") == before
