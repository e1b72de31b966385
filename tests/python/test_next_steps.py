"""A build by hand ends with commands that work as they stand."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from conftest import PROJECT, Project

from python_udfs import settings
from python_udfs.settings import Settings
from scripts import build
from scripts.next_steps import next_steps


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in settings.given():
        monkeypatch.delenv(name)
    monkeypatch.setenv("GYM_TARGET", "dev")


def typed(command: str) -> str:
    """What a command prints in the project's folder."""
    done = subprocess.run(
        ["bash", "-c", command], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def query_in(text: str) -> str:
    [line] = [line for line in text.splitlines() if " -c " in line]
    return line


def test_the_query_that_a_build_prints_works_as_typed(sample_project) -> None:
    """And on the sample it prints what the README shows."""
    _, result = sample_project
    assert result.returncode == 0, result.stderr
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    [shown] = re.findall(r"^(┌.*?┘)$", readme, re.MULTILINE | re.DOTALL)
    assert typed(query_in(result.stdout)).strip() == shown


def test_any_path_can_be_typed(small_gym: Project, tmp_path: Path) -> None:
    odd = tmp_path / "gym's $HOME `copy`.duckdb"
    odd.write_bytes(small_gym.published.read_bytes())
    assert "purchaser_name" in typed(query_in(next_steps(Settings(published=str(odd)))))


def test_the_page_and_the_way_to_own_exports_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", str(PROJECT / ".venv/bin/python"))
    found = settings.load(writes=True)
    lines = next_steps(found).strip().splitlines()
    assert len(lines) == 4
    assert lines[1].startswith("  make dashboard ")
    assert lines[1].endswith("dev/dashboard/staff.html")
    assert "GYM_RAW_EXPORTS=" in lines[3]
    assert "GYM_TIMEZONE=" in lines[3]
    own = found.model_copy(update={"raw_exports": "models"})
    assert "GYM_RAW_EXPORTS=" not in next_steps(own)
    in_readme = query_in((PROJECT / "README.md").read_text(encoding="utf-8"))
    assert lines[2].startswith(f"  {in_readme}    # ")


def test_what_was_set_for_a_build_is_set_for_its_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GYM_PUBLISHED", "the gym's.duckdb")
    monkeypatch.setenv("GYM_EXPORT_FORMATS", "csv")
    [line] = [text for text in next_steps(settings.load()).splitlines() if "dashboard" in text]
    assert line.strip().startswith("""GYM_PUBLISHED='the gym'"'"'s.duckdb' make dashboard """)


@pytest.mark.parametrize(
    ("arguments", "is_told"), [([], True), ([build.NIGHTLY], False)], ids=["by hand", "by cron"]
)
def test_cron_is_told_nothing(arguments, is_told: bool, small_gym: Project, monkeypatch) -> None:
    """Where nothing has to be built, the report and the next steps are all that is printed."""
    environment = {k: v for k, v in small_gym.environment.items() if k.startswith(("GYM_", "DBT_"))}
    for name, text in environment.items():
        monkeypatch.setenv(name, text)
    monkeypatch.delenv("GYM_TARGET")
    said: list[str] = []
    monkeypatch.setattr("builtins.print", lambda *texts, **_: said.append(" ".join(texts)))
    monkeypatch.setattr(build, "print_report", lambda _: None)
    monkeypatch.setattr(build, "tidy", lambda _: None)
    monkeypatch.setattr(build, "failures", lambda *_: [])
    monkeypatch.setattr(build, "run_dbt", lambda *_: None)
    monkeypatch.setattr(build.last_build.LastBuild, "holds", lambda *_: True)
    assert build.build(arguments, settings.load(writes=True)) == []
    assert any("Next:" in text for text in said) is is_told
