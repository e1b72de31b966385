"""The files that people expect say what holds: linters, locks, versions, licences and links."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from conftest import PROJECT
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKED = {
    "requirements.txt": PYPROJECT["project"]["dependencies"],
    "requirements-dev.txt": PYPROJECT["dependency-groups"]["dev"],
    "requirements-benchmark.txt": PYPROJECT["dependency-groups"]["benchmark"],
    "requirements-databases.txt": PYPROJECT["dependency-groups"]["databases"],
    "requirements-mcp.txt": PYPROJECT["dependency-groups"]["mcp"],
}
DOCUMENTS = sorted(
    path.relative_to(PROJECT).as_posix()
    for pattern in ("*.md", "docs/*.md", "benchmarks/*/*.md", ".github/*.md")
    for path in PROJECT.glob(pattern)
)


def test_before_a_commit_the_linters_of_make_lint_run() -> None:
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    recipe = re.search(r"^lint:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)[1]
    recipe = recipe.replace("$(LINT)", re.search(r"^LINT = (.*)", makefile, re.MULTILINE)[1])
    asked = re.findall(r"\$\(BIN\)/(\w+ [^\];&\n]*[^\];&\n ])", recipe)
    hooks = yaml.safe_load((PROJECT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    [local] = hooks["repos"]
    assert [hook["entry"] for hook in local["hooks"]] == [f".venv/bin/{line}" for line in asked]
    assert len(asked) == 5
    assert not any(hook["pass_filenames"] for hook in local["hooks"])


@pytest.mark.parametrize(("lock", "wanted"), LOCKED.items(), ids=LOCKED)
def test_what_is_asked_for_is_locked_with_digests(lock: str, wanted: list[str]) -> None:
    """Who edits pyproject.toml and forgets `make lock` is told."""
    text = (PROJECT / lock).read_text(encoding="utf-8")
    pins = {
        name.lower(): version
        for name, version in re.findall(
            r"^([\w.-]+)(?:\[[\w,]+\])?==(\S+)[^\\\n]*\\\n    --hash=", text, re.MULTILINE
        )
    }
    for requirement in map(Requirement, wanted):
        assert requirement.specifier.contains(pins[requirement.name.lower()]), requirement
    direct = set(re.findall(r"^([\w.-]+)\S*==.*\n(?: +--hash.*\n)+ +# via(?:\n +#)? .*pyproject",
                            text, re.MULTILINE))  # fmt: skip
    asked = {re.sub(r"[-_.]+", "-", Requirement(line).name).lower() for line in wanted}
    assert direct <= asked


def test_each_python_that_may_be_used_is_tried() -> None:
    workflow = yaml.safe_load((PROJECT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    job = workflow["jobs"]["test"]
    tried = job["strategy"]["matrix"]["python"]
    allowed = SpecifierSet(PYPROJECT["project"]["requires-python"])
    assert tried == [f"3.{minor}" for minor in range(30) if f"3.{minor}" in allowed]
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/run"]


def test_the_licence_is_the_one_that_is_named() -> None:
    assert PYPROJECT["project"]["license"] == "MIT"
    text = (PROJECT / "LICENSE").read_text(encoding="utf-8")
    assert text.startswith("MIT License\n")
    assert "the gym_connections authors" in text


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_to_a_file_leads_somewhere(document: str) -> None:
    text = (PROJECT / document).read_text(encoding="utf-8")
    broken = []
    for target in re.findall(r"\]\(([^)#\s]*)(#[^)\s]*)?\)", text):
        path, anchor = target
        if "://" in path:
            continue
        found = (PROJECT / document).parent / path if path else PROJECT / document
        if not found.exists() or (anchor and anchor[1:] not in anchors(found)):
            broken.append("".join(target))
    assert broken == []


def anchors(path: Path) -> set[str]:
    """The anchors that a Markdown file has by its headings."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {
        re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings
    }
