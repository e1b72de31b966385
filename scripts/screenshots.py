"""Photograph each view of the dashboard, wide and narrow, light and dark, to be looked at."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from playwright.sync_api import Page

import browser
from dashboard import write

PROJECT = Path(__file__).resolve().parent.parent
OUT = "target/screenshots"
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}
VIEWS = {
    "overview": "#/overview",
    "connected": "#/connected",
    "sharers": "#/sharers",
    "customers": "#/customers",
    "passes": "#/networks/passes",
    "ties": "#/networks/ties",
    "crews": "#/networks/crews",
    "quality": "#/quality",
}


def photograph(page: Page, file: Path) -> None:
    """One picture of the whole page, of its first four screens at most."""
    size = page.viewport_size or {"width": 1280, "height": 900}
    height = min(page.evaluate("document.documentElement.scrollHeight"), 4 * size["height"])
    page.screenshot(
        path=file, full_page=True, clip={"x": 0, "y": 0, "width": size["width"], "height": height}
    )


def staff_views(page: Page, address: str, name: str, out: Path) -> None:
    """The views of the staff page, with a search and the card of the best connected adult."""
    page.goto(address)
    page.wait_for_selector("html[data-ready]")
    for view, part in VIEWS.items():
        page.goto(f"{address}{part}")
        photograph(page, out / f"staff-{view}-{name}.png")
    page.fill("#wanted", "an")
    photograph(page, out / f"staff-found-{name}.png")
    page.goto(f"{address}#/connected")
    page.click("main tbody a")
    page.wait_for_selector("svg.ego")
    photograph(page, out / f"staff-card-{name}.png")


def main() -> int:
    """Photograph both pages of the dashboard; returns the exit status."""
    os.chdir(PROJECT)
    folder = Path(os.environ.get("GYM_DASHBOARD_OUT", write.OUT)).resolve()
    out = Path(OUT)
    out.mkdir(parents=True, exist_ok=True)
    path = browser.chromium()
    if path is None:
        print(browser.MISSING, file=sys.stderr)
        return 1
    with browser.launched(path) as chrome:
        for size, (width, height) in SIZES.items():
            for scheme in ("light", "dark"):
                context = chrome.new_context(
                    viewport={"width": width, "height": height}, color_scheme=scheme
                )
                page = context.new_page()
                name = f"{size}-{scheme}"
                staff_views(page, (folder / "staff.html").as_uri(), name, out)
                page.goto((folder / "public.html").as_uri())
                photograph(page, out / f"public-{name}.png")
                context.close()
    print(f"{len(list(out.glob('*.png')))} pictures in {out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
