"""The search of the staff page: one function, alone in a browser, and the page around it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from dashboard_browser import Watched, hand_made, watched
from playwright.sync_api import Browser, Page

from scripts.dashboard import staff, write

PEOPLE = [
    (17, "Jose Able"),
    (170, "Ann Jose"),
    (1700, "José Baker"),
    (9, "Josefina Cole"),
    (21, "William Smith"),
    (22, "Billie Jean Stone"),
    (23, "Bill Adams"),
    (24, "Marybill Stone"),
    (31, "Alan Poe"),
    (32, "Albert Poe"),
    (33, "Robert Lane"),
    (34, "Rob Lane"),
    (41, "Søren Ødegård"),
    (42, "Seán O'Brien"),
    (43, "Anna-Lena Weiß"),
    (44, "山田 太郎"),
    (45, None),
]
NICKNAMES = {
    "william": ["bill", "billie", "will"],
    "robert": ["bob", "rob"],
    "alan": ["al"],
    "albert": ["al", "bert"],
    "smith": ["bill"],
}


@pytest.fixture(scope="module")
def alone(chrome: Browser) -> Iterator[Page]:
    """A page with nothing but the search."""
    page = chrome.new_context().new_page()
    page.add_script_tag(content=(write.PAGE / "search.js").read_text(encoding="utf-8"))
    yield page
    page.context.close()


def found(page: Page, text: str, last: dict[int, int] | None = None) -> list[tuple[int, int]]:
    """Ids and ranks of who is found, in order."""
    people = [
        {"id": number, "name": name or "", "last": (last or {}).get(number, 0)}
        for number, name in PEOPLE
    ]
    told = page.evaluate(
        """
        ([text, people, nicknames]) =>
            ranking(text, people.map((person) => ({ ...person, ...nameForms(person.name) })),
                relatedNames(nicknames)).map(({ person, rank }) => [person.id, rank])
        """,
        [text, people, NICKNAMES],
    )
    return [tuple(pair) for pair in told]


EXACT, BEGINNING, ALL_WORDS, ALIKE, WITHIN = range(5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("17", [(17, EXACT), (170, BEGINNING), (1700, BEGINNING)], id="an id"),
        pytest.param(" #17 ", [(17, EXACT), (170, BEGINNING), (1700, BEGINNING)], id="#id"),
        pytest.param("45", [(45, EXACT)], id="the id of somebody without a name"),
        pytest.param(
            "jose",
            [(17, BEGINNING), (9, BEGINNING), (170, ALL_WORDS), (1700, ALIKE)],
            id="beginning, words, then accents",
        ),
        pytest.param(
            "JOSÉ", [(1700, BEGINNING), (170, ALIKE), (17, ALIKE), (9, ALIKE)], id="as written"
        ),
        pytest.param("able jose", [(17, ALL_WORDS)], id="words in any order"),
        pytest.param("jo ab", [(17, ALL_WORDS)], id="beginnings of words"),
        pytest.param(
            "bill",
            [(23, BEGINNING), (22, BEGINNING), (21, ALIKE), (24, WITHIN)],
            id="Bill is William, and Smith is no given name",
        ),
        pytest.param("bill smi", [(21, ALIKE)], id="a nickname and a part of the last name"),
        pytest.param("bob lane", [(34, ALIKE), (33, ALIKE)], id="two short forms of one name"),
        pytest.param("alan", [(31, BEGINNING)], id="Alan is not Albert, though both are Al"),
        pytest.param("al poe", [(31, ALL_WORDS), (32, ALL_WORDS)], id="Al is both"),
        pytest.param("soren odegard", [(41, ALIKE)], id="letters that are no accents"),
        pytest.param("obrien", [(42, ALL_WORDS)], id="no apostrophe"),
        pytest.param("o\u2019brien", [(42, ALL_WORDS)], id="another apostrophe"),
        pytest.param("lena weiss", [(43, ALIKE)], id="half of a double name"),
        pytest.param("山田", [(44, BEGINNING)], id="East Asian"),
        pytest.param("rien", [(42, WITHIN)], id="letters within"),
        pytest.param("jose nobody", [], id="one word that fits nobody"),
        pytest.param("...", [], id="no letter"),
        pytest.param(" ", [], id="nothing"),
    ],
)
def test_who_is_found_and_in_which_order(
    alone: Page, text: str, expected: list[tuple[int, int]]
) -> None:
    assert found(alone, text) == expected


def test_of_equals_who_came_last_stands_first(alone: Page) -> None:
    assert found(alone, "bob lane", {33: 200, 34: 100}) == [(33, ALIKE), (34, ALIKE)]
    # the whole name stands before the beginning of a longer one, whoever came last
    assert found(alone, "jose able", {9: 900})[0] == (17, BEGINNING)


def test_only_nicknames_of_names_that_somebody_has_are_in_the_page() -> None:
    found = staff.nicknames(["William Smith", "Bob Lane", None, "José Baker"])
    assert "bill" in found["william"]
    assert "bob" in found["robert"]
    assert "joseph" not in staff.nicknames(["William Smith"])


@pytest.fixture(scope="module")
def page_of_few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("few")
    names = ["Jose Able", "José Baker", "William Smith", "Bill Adams"]
    write.write(hand_made(folder / "few.duckdb", names, {901: None}), folder)
    return folder / "staff.html"


@pytest.fixture
def few(chrome: Browser, page_of_few: Path) -> Iterator[Watched]:
    watch = watched(chrome, page_of_few)
    yield watch
    assert watch.complaints == []
    watch.page.context.close()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("jose", ["Jose Able", "José Baker"]),
        ("josé", ["José Baker", "Jose Able"]),
        ("bill", ["Bill Adams", "William Smith"]),
        ("102", ["José Baker"]),
        ("901", ["Child 901"]),
    ],
)
def test_the_page_lists_who_is_meant_the_best_first(
    few: Watched, text: str, names: list[str]
) -> None:
    page = few.view("")
    page.locator("#wanted").fill(text)
    assert page.locator("main tbody td:first-child").all_inner_texts() == names


def test_an_exact_number_opens_with_enter_and_a_nickname_of_one(few: Watched) -> None:
    page = few.view("")
    page.locator("#wanted").fill("103")
    page.keyboard.press("Enter")
    page.wait_for_url("**#/people/103")
    assert page.locator("h1").inner_text() == "William Smith"
    page.locator("#wanted").fill("billy smith")
    page.keyboard.press("Enter")
    page.wait_for_url("**#/people/103")
    assert page.locator("#wanted").input_value() == ""
