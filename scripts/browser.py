"""A headless Chromium for the checks of the dashboard: found, or installed where it is required.

Where it is missing the checks in a browser are skipped with a loud message, and nothing of the
machine is changed. Where GYM_REQUIRE_BROWSER or CI is set, `python -m scripts browser` installs
Debian's package, with apt-get, as root or with a sudo that asks for no password; where that cannot
be done the checks fail.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from python_udfs import settings

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Fonts, without which a machine without a screen draws names as boxes.
PACKAGES = ("chromium", "fonts-dejavu-core")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MISSING = (
    "NO BROWSER: the dashboard is NOT checked. Install Chromium (Debian: apt-get install chromium)"
    " and run make test again."
)


def chromium() -> str | None:
    """Path of an installed Chromium or Chrome."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def is_required() -> bool:
    """Whether a missing browser is an error."""
    return settings.load().require_browser or bool(os.environ.get("CI"))


def install() -> None:
    """Install Chromium from Debian's package where nothing stands in the way."""
    if shutil.which("apt-get") is None:
        return
    front = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    if front and (
        shutil.which("sudo") is None or subprocess.run([*front, "true"], check=False).returncode
    ):
        return
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-qq", "-y", "--no-install-recommends", *PACKAGES],
    ):
        done = subprocess.run(
            [*front, *command], env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            print(f"{' '.join(command)} failed: {done.stderr.strip()[-500:]}", file=sys.stderr)
            return


@contextmanager
def launched(path: str) -> Iterator[Browser]:
    """The browser, closed at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def main() -> int:
    """See to it that there is a browser; returns the exit status."""
    if chromium() is None and is_required():
        print("Installing Chromium for the checks of the dashboard ...", flush=True)
        install()
    if chromium() is None:
        print(f"\n{'!' * 78}\n{MISSING}\n{'!' * 78}\n", file=sys.stderr)
        return 1 if is_required() else 0
    return 0
