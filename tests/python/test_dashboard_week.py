"""This week: whom to speak to and why, and whether it helped; and the words that are explained."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from axe_playwright_python.sync_playwright import Axe
from dashboard_browser import Watched, hand_made, watched
from playwright.sync_api import Browser, Locator, Page, expect

from scripts.dashboard import write
from scripts.screenshots import SIZES, VIEWS

LONG = "Maximiliana-Alexandrine " + "Featherstonehaugh" * 4


def rows_of(table: Locator) -> list[list[str]]:
    return [row.locator("td").all_inner_texts() for row in table.locator("tbody tr").all()]


def downloaded(page: Page, table: Locator) -> list[dict[str, str]]:
    with page.expect_download() as download:
        table.locator("button.csv").click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_page_opens_on_this_week_and_the_views_stand_in_order(staff: Watched) -> None:
    page = staff.view("")
    assert page.locator("h1").inner_text() == "This week"
    titles = page.locator("#views a").all_inner_texts()
    assert titles == ["This week", "Questions", "People", "Networks", "Crews", "Quality"]


LISTS = """
    delete from action_list;
    insert into action_list values
        ('2025-01-27', '2025-02-01', 1, 'invite_guest', 'Invite this guest', 103, 101, null,
         'came on 3 days of the last 90', 'Offer a trial week'),
        ('2025-01-27', '2025-02-01', 4, 'invite_guest', 'Invite this guest', 901, null, null,
         'came on 2 days of the last 90', 'Offer a trial week'),
        ('2025-01-27', '2025-02-01', 2, 'introduce_newcomer', 'Introduce this new member', 102, 101,
         '101-102', 'a member since 2025-01-05, 4 visits', 'Bring the two together'),
        ('2025-01-27', '2025-02-01', 3, 'merge_records', 'Merge these two records', 101, 104, null,
         'the same birthday', 'Compare the two records')
"""
NAMES = ["Ann Adult", "Bob Adult", "Cy Adult", "Ann Adult"]


def hand_made_page(chrome: Browser, folder: Path, names: list[str], sql: str = "") -> Watched:
    file = hand_made(folder / "made.duckdb", names, {901: None})
    with duckdb.connect(str(file)) as connection:
        connection.execute(sql)
    write.write(file, folder)
    return watched(chrome, folder / "staff.html")


@pytest.fixture
def lists(chrome: Browser, tmp_path: Path) -> Iterator[Watched]:
    """A page with three lists."""
    found = hand_made_page(chrome, tmp_path, NAMES, LISTS)
    yield found
    assert found.complaints == []
    found.page.context.close()


def test_the_lists_are_those_of_action_list(lists: Watched, tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "made.duckdb"), read_only=True) as connection:
        expected = connection.sql(
            """
            select
                priority, coalesce(person.full_name, 'Child ' || list.customer_id), reason, title,
                what_to_do, list.customer_id, other_customer_id,
            from action_list as list left join customers as person using (customer_id)
            order by min(priority) over (partition by kind), priority
            """
        ).fetchall()
    page = lists.view("")
    found = []
    for table in page.locator(".table[data-file^='week_']").all():
        panel = table.locator("xpath=..")
        rows = downloaded(page, table)
        found += [
            (
                int(row["Priority"]), row["Who"], row["Why, and with whom"], row["List"],
                row["What to do"], int(row["Number"]),
                int(row["With number"]) if row["With number"] else None,
            )
            for row in rows
        ]  # fmt: skip
        assert {row["List"] for row in rows} == {panel.locator("h2").inner_text()}
        told = panel.locator(".todo").inner_text()
        assert {f"What to do: {row['What to do']}." for row in rows} == {told}
        # what is shown is what is downloaded
        shown = [(int(one), who, why.split("\n")[0]) for one, who, why in rows_of(table)]
        numbered = [(row[0], f"{row[1]} ({row[5]})", row[2]) for row in found]
        assert shown == numbered[-len(shown) :]
    assert found == expected


def test_through_whom_stands_beside_the_reason(lists: Watched) -> None:
    page = lists.view("")
    table = page.locator(".table[data-file='week_introduce_newcomer']")
    assert table.locator(".through").inner_text() == (
        "With: Ann Adult (101); Crew of Ann Adult from 18:00"
    )
    table.get_by_role("link", name="Crew of").click()
    page.wait_for_url("**#/crews/101-102")


def test_a_card_says_that_its_person_is_on_a_list(lists: Watched) -> None:
    page = lists.view("#/people/102")
    said = page.locator("section.panel", has_text="On a list of this week")
    assert "Introduce this new member: a member since 2025-01-05, 4 visits." in said.inner_text()
    said.get_by_role("link", name="Introduce this new member").click()
    select = page.get_by_role("combobox", name="List", exact=True)
    expect(select).to_have_value("introduce_newcomer")
    expect(page.locator(".table[data-file^='week_']")).to_have_count(1)
    page.go_back()
    expect(page.locator("h1")).to_have_text("Bob Adult")


def test_where_nobody_is_listed_it_is_said(chrome: Browser, tmp_path: Path) -> None:
    found = hand_made_page(chrome, tmp_path, ["Ann Adult", "Bob Adult"], "delete from action_list")
    text = found.view("").locator("main").inner_text()
    assert "Nobody is on a list today." in text
    assert found.page.locator(".table[data-file^='week_']").count() == 0
    # what was found before stays
    assert "it helped: 21 of 100 more" in text
    assert found.complaints == []
    found.page.context.close()


def test_outcomes_are_shown_with_their_too_few_to_say(chrome: Browser, tmp_path: Path) -> None:
    found = hand_made_page(chrome, tmp_path, ["comes again", "Bob Adult"])
    table = found.view("").locator(".table[data-file='action_outcomes']")
    cells = [[cell.replace("\n", " ") for cell in row] for row in rows_of(table)]
    assert [row[0] for row in cells] == ["Call this regular"] * 2
    assert cells[0][1:] == [
        "comes again", "30", "too few to say: 49 of 294 people", "1", "40", "9", "294", "",
    ]  # fmt: skip
    assert cells[1][3] == "it helped: 21 of 100 more"
    assert cells[1][-1] == "+21 (+7 to +34)"
    low, high = (float(downloaded(found.page, table)[1][name]) for name in ("Low", "High"))
    assert (low, high) == (7, 34)
    found.page.context.close()


def test_without_outcomes_there_is_nothing_to_compare(chrome: Browser, tmp_path: Path) -> None:
    found = hand_made_page(chrome, tmp_path, ["Ann Adult"], "delete from action_outcomes")
    text = found.view("").locator("main").inner_text()
    assert "Nothing can be compared yet." in text
    assert "kept off by lot" not in text.split("Did the lists help?")[0]
    found.page.context.close()


@pytest.mark.parametrize("size", SIZES)
def test_a_long_name_wraps(chrome: Browser, tmp_path: Path, size: str) -> None:
    file = hand_made(tmp_path / "long.duckdb", [LONG, "Bob Adult", LONG[::-1]], {})
    write.write(file, tmp_path)
    width, height = SIZES[size]
    found = watched(chrome, tmp_path / "staff.html", viewport={"width": width, "height": height})
    for part in [*VIEWS.values(), "#/people/101", "#/crews/101-102", "#/people/find?q=max"]:
        page = found.view(part)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, part
        # nobody needs to move a table aside to read a name
        cut = page.evaluate(
            """
            [...document.querySelectorAll("main a, main h1, main figcaption")].filter((one) =>
                one.closest("svg") === null && one.getBoundingClientRect().right > innerWidth
            ).map((one) => one.textContent)
            """
        )
        assert cut == [], part
    found.page.context.close()


EXPLAINED = {
    "week": 7, "connected": 8, "sharers": 2, "ties": 1, "passes": 1, "crews": 2,
    "duplicates": 1, "rejected": 1, "nobody": 1, "figures": 5,
}  # fmt: skip


@pytest.mark.parametrize("view", EXPLAINED)
def test_terms_are_explained_where_they_stand_by_keyboard(lists: Watched, view: str) -> None:
    page = lists.view(VIEWS[view])
    buttons = page.locator("main .explain:visible")
    assert buttons.count() >= EXPLAINED[view]
    for button in buttons.all():
        bubble = button.locator("xpath=../span")
        expect(bubble).to_be_hidden()
        button.focus()
        page.keyboard.press("Enter")
        expect(bubble).to_be_visible()
        expect(button).to_have_attribute("aria-expanded", "true")
        # it is read out, and within the window
        expect(page.locator("#said")).to_have_text(bubble.inner_text())
        box, screen = bubble.bounding_box(), page.viewport_size
        assert box["x"] >= 0 and box["x"] + box["width"] <= screen["width"]
        assert box["y"] >= 0 and box["y"] + box["height"] <= screen["height"]
        page.keyboard.press("Escape")
        expect(bubble).to_be_hidden()
        expect(button).to_have_attribute("aria-expanded", "false")
        expect(button).to_be_focused()


def test_terms_are_explained_by_touch(chrome: Browser, pages: Path) -> None:
    found = watched(
        chrome, pages / "staff.html", viewport={"width": 390, "height": 844}, has_touch=True
    )
    page = found.view(VIEWS["connected"])
    button = page.get_by_role("button", name="What is “ties beyond chance”?")
    box = button.bounding_box()
    assert min(box["width"], box["height"]) >= 24
    button.tap()
    bubble = button.locator("xpath=../span")
    expect(bubble).to_be_visible()
    assert "more than chance explains" in bubble.inner_text()
    page.locator("h1").tap()
    expect(bubble).to_be_hidden()
    found.page.context.close()


def test_a_dot_is_opened_by_keyboard_and_the_drawings_can_be_passed_over(lists: Watched) -> None:
    page = lists.view(VIEWS["crews"])
    page.get_by_role("combobox", name="Usual day").focus()
    page.keyboard.press("Tab")
    skip = page.get_by_role("button", name="Skip to the table")
    expect(skip).to_be_focused()
    page.keyboard.press("Tab")
    name = page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Crews"
    page.locator(".dot").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("main .tiles")
    assert page.locator("h1").inner_text() == name


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_lists_and_crews_are_accessible(
    chrome: Browser, tmp_path: Path, size: str, scheme: str
) -> None:
    """The small gym of the other tests has no lists and no crew."""
    hand_made_page(chrome, tmp_path, NAMES, LISTS).page.context.close()
    width, height = SIZES[size]
    found = watched(
        chrome,
        tmp_path / "staff.html",
        color_scheme=scheme,
        viewport={"width": width, "height": height},
    )
    problems = {}
    for part in ("#/week", "#/crews", "#/crews/101-102", "#/people/102", "#/people/find?q=ann"):
        page = found.view(part)
        result = Axe().run(page)
        if result.violations_count:
            problems[part] = result.generate_report()
        if page.evaluate("document.documentElement.scrollWidth") > width:
            problems[f"{part} is wide"] = str(width)
    found.page.context.close()
    assert problems == {}
