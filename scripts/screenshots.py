"""Photograph each view of the dashboard, at three sizes, light and dark, to be looked at."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from playwright.sync_api import Error, Page

from python_udfs import settings
from python_udfs.written_files import mark_of
from scripts import browser
from scripts.dashboard import write

PROJECT = Path(__file__).resolve().parent.parent
OUT = "target/screenshots"
SIZES = {"desktop": (1440, 900), "tablet": (820, 1180), "phone": (390, 844)}
VIEWS = {
    "week": "#/week",
    "questions": "#/questions",
    "connected": "#/people/connected",
    "sharers": "#/people/sharers",
    "find": "#/people/find",
    "found": "#/people/find?q=bill",
    "passes": "#/networks/passes",
    "ties": "#/networks/ties",
    "crews": "#/crews",
    "exports": "#/quality/exports",
    "duplicates": "#/quality/duplicates",
    "rejected": "#/quality/rejected",
    "nobody": "#/quality/nobody",
    "figures": "#/quality/figures",
}


def photograph(page: Page, file: Path, noted: write.Noted) -> None:
    """One picture of the whole page, of its first four screens at most; it joins the note."""
    size = page.viewport_size or {"width": 1440, "height": 900}
    height = min(page.evaluate("document.documentElement.scrollHeight"), 4 * size["height"])
    picture = page.screenshot(
        full_page=True, clip={"x": 0, "y": 0, "width": size["width"], "height": height}
    )
    part = file.with_name(f".{file.name}.part")
    noted.note.add("part", {str(part): []}, noted.withheld)
    part.write_bytes(picture)
    noted.note.add("picture", {str(file): mark_of(part)}, noted.withheld)
    part.replace(file)
    noted.note.settle([str(file)])
    noted.note.forget([str(part)])


def staff_views(page: Page, address: str, name: str, out: Path, noted: write.Noted) -> None:
    """The views of the staff page, a card, a crew, and a term that is explained."""
    page.goto(address)
    page.wait_for_selector("html[data-ready]")
    for view, part in VIEWS.items():
        page.goto(f"{address}{part}")
        photograph(page, out / f"staff-{view}-{name}.png", noted)
    for view, link in {"connected": "main tbody a", "crews": "main figcaption a"}.items():
        page.goto(f"{address}{VIEWS[view]}")
        # a gym may have no ties and no crews yet
        if page.locator(link).count():
            page.locator(link).first.click()
            photograph(page, out / f"staff-one-of-{view}-{name}.png", noted)
    page.goto(f"{address}{VIEWS['connected']}")
    page.locator("main .explain").first.click()
    photograph(page, out / f"staff-explained-{name}.png", noted)


def main() -> int:
    """Photograph both pages of the dashboard; returns the exit status."""
    os.chdir(PROJECT)
    found = settings.load()
    settings.apply(found)
    folder = Path(found.dashboard_out).resolve()
    out = Path(OUT).resolve()
    out.mkdir(parents=True, exist_ok=True)
    path = browser.chromium()
    if path is None:
        print(browser.MISSING, file=sys.stderr)
        return 1
    try:
        take_all(path, folder, out, write.noted(found))
    except Error as error:
        print(f"No pictures:\n  {error.message.splitlines()[0]}", file=sys.stderr)
        return 1
    print(f"{len(list(out.glob('*.png')))} pictures in {OUT}")
    return 0


def take_all(path: str, folder: Path, out: Path, noted: write.Noted) -> None:
    """All pictures of the pages in a folder, with the browser at a path."""
    with browser.launched(path) as chrome:
        for size, (width, height) in SIZES.items():
            for scheme in ("light", "dark"):
                context = chrome.new_context(
                    viewport={"width": width, "height": height}, color_scheme=scheme
                )
                page = context.new_page()
                name = f"{size}-{scheme}"
                staff_views(page, (folder / "staff.html").as_uri(), name, out, noted)
                page.goto((folder / "public.html").as_uri())
                photograph(page, out / f"public-{name}.png", noted)
                context.close()
