"""A view of the staff page stands in its address: it can be sent, and the back button works."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from conftest import Project
from dashboard_browser import Watched, hand_made, watched
from playwright.sync_api import Browser, Locator, Page, expect

from scripts.dashboard import write
from scripts.screenshots import VIEWS


def choice(page: Page, label: str) -> Locator:
    return page.get_by_role("combobox", name=label, exact=True)


def hash_of(page: Page) -> str:
    return page.evaluate("location.hash")


def text_of(page: Page) -> str:
    return page.locator("main").inner_text()


def options_of(select: Locator) -> list[str]:
    return [str(option.get_attribute("value")) for option in select.locator("option").all()]


VIEWS_WITH_FILTERS = ["week", "connected", "sharers", "crews", "rejected"]


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with lists and a crew, which the small gym has not."""
    folder = tmp_path_factory.mktemp("lists")
    file = hand_made(folder / "made.duckdb", ["Ann Adult", "Bob Adult"], {})
    with duckdb.connect(str(file)) as connection:
        connection.execute("update crews set usual_weekday = 'Friday'")
    write.write(file, folder)
    return folder


@pytest.mark.parametrize("view", VIEWS_WITH_FILTERS)
def test_every_filter_stands_in_the_address_and_is_restored(
    chrome: Browser, pages: Path, lists: Path, view: str
) -> None:
    """Each filter of the view, with its last option; then the address alone, in another window."""
    page_file = (lists if view in ("week", "crews") else pages) / "staff.html"
    found = watched(chrome, page_file)
    page = found.view(VIEWS[view])
    filters = page.get_by_role("combobox").all()
    assert filters
    names = [select.locator("xpath=..").inner_text().split("\n")[0] for select in filters]
    wanted = {}
    for label in names:
        wanted[label] = options_of(choice(page, label))[-1]
        choice(page, label).select_option(wanted[label])
    before = text_of(page)
    assert hash_of(page).count("=") == len(names)
    other = watched(chrome, page_file)
    sent = other.view(hash_of(page))
    assert {label: choice(sent, label).input_value() for label in names} == wanted
    assert text_of(sent) == before
    # one step back for each filter, to where nothing was chosen
    for _ in names:
        page.go_back()
    assert hash_of(page) == VIEWS[view]
    for label in names:
        expect(choice(page, label)).to_have_value(options_of(choice(page, label))[0])
    assert found.complaints + other.complaints == []
    found.page.context.close()
    other.page.context.close()


def test_a_filter_keeps_the_focus(staff: Watched) -> None:
    page = staff.view(VIEWS["connected"])
    choice(page, "Affinity").focus()
    page.keyboard.press("ArrowDown")
    expect(choice(page, "Affinity")).to_be_focused()
    # how many are left is read out
    expect(page.locator("#said")).to_contain_text("adults with such a connection")
    assert hash_of(page) == "#/people/connected?affinity=any"


def test_the_order_of_a_table_stands_in_the_address(staff: Watched) -> None:
    page = staff.view(VIEWS["connected"])
    page.get_by_role("button", name="Known ties", exact=True).click()
    assert hash_of(page) == "#/people/connected?sort=-known-ties"
    first = page.locator("main tbody tr").first.inner_text()
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert page.locator("main tbody tr").first.inner_text() == first
    head = page.locator("th", has=page.get_by_role("button", name="Known ties", exact=True))
    expect(head).to_have_attribute("aria-sort", "descending")


def test_search_card_and_back(staff: Watched) -> None:
    page = staff.view(VIEWS["week"])
    page.locator("#wanted").click()
    page.keyboard.type("will", delay=20)
    assert hash_of(page) == "#/people/find?q=will"
    link = page.locator("main tbody a").first
    name = link.inner_text()
    listed = page.locator("main tbody tr").count()
    link.click()
    expect(page.locator("h1")).to_have_text(name)
    expect(page.locator("#wanted")).to_have_value("")
    page.go_back()
    expect(page.locator("#wanted")).to_have_value("will")
    expect(page.locator("main tbody tr")).to_have_count(listed)
    # the letters were one step
    page.go_back()
    expect(page.locator("h1")).to_have_text("This week")
    page.go_forward()
    page.go_forward()
    expect(page.locator("h1")).to_have_text(name)


def test_back_leads_to_the_row_from_which_somebody_was_opened(staff: Watched) -> None:
    page = staff.view(VIEWS["connected"])
    choice(page, "Affinity").select_option("any")
    page.get_by_role("button", name="Show", exact=False).click()
    rows = page.locator("main tbody tr").count()
    link = page.locator("main tbody a[href^='#/people/']").nth(rows - 20)
    link.scroll_into_view_if_needed()
    top = page.evaluate("scrollY")
    assert top > 500
    link.click()
    page.wait_for_selector("main .tiles")
    assert page.evaluate("scrollY") == 0
    page.go_back()
    expect(page.locator("main tbody tr")).to_have_count(rows)
    assert abs(page.evaluate("scrollY") - top) < 50


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("#/overview", "#/quality/figures"),
        ("#/connected", "#/people/connected"),
        ("#/sharers", "#/people/sharers"),
        ("#/customers", "#/people"),
        ("#/networks/ties", "#/networks/ties"),
    ],
)
def test_a_bookmark_of_before_opens(staff: Watched, old: str, new: str) -> None:
    assert hash_of(staff.view(old)) == new


def test_a_bookmark_of_a_customer_opens(staff: Watched, small_gym: Project) -> None:
    [(customer,)] = small_gym.query("select max(customer_id) from customers")
    page = staff.view(f"#/customers/{customer}")
    assert hash_of(page) == f"#/people/{customer}"
    assert f"Customer {customer}" in text_of(page)


@pytest.mark.parametrize("address", ["", "#", "#/", "#main", "#/nothing", "#/constructor"])
def test_what_is_no_view_is_this_week(staff: Watched, address: str) -> None:
    assert staff.view(address).locator("h1").inner_text() == "This week"


def test_a_value_that_there_is_not_is_as_none(staff: Watched) -> None:
    page = staff.view("#/people/connected?affinity=nonsense&strength=9&type=__proto__")
    assert choice(page, "Affinity").input_value() == "ties"
    assert choice(page, "Strength").input_value() == "1"
    assert choice(page, "Type").input_value() == "any"


def test_to_skip_to_the_content_is_no_other_view(staff: Watched) -> None:
    page = staff.view(VIEWS["crews"])
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert hash_of(page) == "#/crews"
    assert page.evaluate("document.activeElement.id") == "main"
