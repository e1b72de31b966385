"""A browser for the checks: installed where it may be, and never missed in silence."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PROJECT

STUBS = {
    "sudo": '#!/bin/sh\nshift\nexec "$@"\n',
    # apt-get install puts a chromium beside itself
    "apt-get": """#!/bin/sh
[ "$1" = update ] && exit 0
: > {folder}/chromium
/bin/chmod +x {folder}/chromium
""",
    "true": "#!/bin/sh\n",
}


def look_for_a_browser(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run what make test runs, on a machine that has these programs only."""
    return subprocess.run(
        [sys.executable, "-m", "scripts", "browser"],
        cwd=PROJECT,
        env={"PATH": str(folder), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_chromium_is_installed_from_debians_package(tmp_path: Path) -> None:
    for name, text in STUBS.items():
        path = tmp_path / name
        path.write_text(text.format(folder=tmp_path))
        path.chmod(0o755)
    done = look_for_a_browser(tmp_path)
    assert (done.returncode, "NO BROWSER" in done.stderr) == (0, True)
    assert not (tmp_path / "chromium").exists(), "nothing is installed unasked"
    done = look_for_a_browser(tmp_path, GYM_REQUIRE_BROWSER="1")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "chromium").exists()


@pytest.mark.parametrize(
    ("environment", "status"),
    [({}, 0), ({"GYM_REQUIRE_BROWSER": "1"}, 1), ({"CI": "true"}, 1)],
    ids=["at a desk", "required", "in CI"],
)
def test_a_missing_browser_is_told_loudly(tmp_path: Path, environment, status: int) -> None:
    done = look_for_a_browser(tmp_path, **environment)
    assert "NO BROWSER" in done.stderr
    assert done.returncode == status
