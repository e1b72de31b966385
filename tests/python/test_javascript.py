"""The page's scripts as the browser gets them: one after the other in one function."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PROJECT

from scripts.dashboard import write

BIOME = shutil.which("biome", path=f"{Path(sys.executable).parent}") or shutil.which("biome")


@pytest.fixture
def biome() -> str:
    if BIOME is None:
        pytest.skip("no Biome: its wheel is for Linux on x86_64")
    return BIOME


def lint(biome: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [biome, "lint", "--error-on-warnings", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_each_file_is_without_a_fault(biome: str) -> None:
    done = lint(biome, PROJECT)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("fault", ["", "nameOff(1);", "const nobodyReads = 1;"])
def test_together_they_use_all_that_they_define_and_define_all_that_they_use(
    biome: str, tmp_path: Path, fault: str
) -> None:
    """Which no file tells alone, since one uses what another defines."""
    scripts = [(write.PAGE / name).read_text(encoding="utf-8") for name in write.SCRIPTS]
    whole = "\n".join(['"use strict";', "(() => {", *scripts, fault, "})();", ""])
    (tmp_path / "whole.js").write_text(whole, encoding="utf-8")
    rules = ("noUnusedVariables", "noUndeclaredVariables")
    done = lint(biome, tmp_path, *(f"--only=correctness/{rule}" for rule in rules), "whole.js")
    assert (done.returncode == 0) is (fault == ""), done.stderr
