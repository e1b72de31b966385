"""The README and docs/: links lead somewhere, and the picture and the badges are what they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import PROJECT

PAGES = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").glob("*.md")])
LINK = re.compile(r"\]\(([^)\s#]*)(?:#([^)\s]*))?\)")


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    kept = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {heading.replace(" ", "-") for heading in kept}


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_every_link_leads_somewhere(page: Path) -> None:
    lost = []
    for path, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" in path or path.startswith("mailto:"):
            continue
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            lost.append(f"{path}#{anchor}")
    assert lost == []


def test_every_page_of_the_docs_is_named_in_the_readme() -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    named = {Path(path).name for path, _ in LINK.findall(readme) if path.startswith("docs/")}
    assert {page.name for page in (PROJECT / "docs").glob("*.md")} <= named


def test_the_badges_show_what_is_pinned() -> None:
    pins = (PROJECT / "requirements.txt").read_text(encoding="utf-8")
    badges = (PROJECT / "docs/badges.svg").read_text(encoding="utf-8")
    texts = re.findall(r">([^<>\n]+)</text>", badges)
    shown = dict(zip(texts[::2], texts[1::2], strict=True))
    for package in ("dbt-core", "duckdb"):
        [pin] = re.findall(rf"^{package}==(\d+\.\d+)", pins, re.MULTILINE)
        assert {name.lower(): version for name, version in shown.items()}[package] == pin


def test_the_picture_is_small() -> None:
    picture = (PROJECT / "docs/staff_page.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) < 200_000
