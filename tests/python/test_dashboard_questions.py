"""The questions on the staff page: answered by key or click, kept in the browser, downloaded."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from axe_playwright_python.sync_playwright import Axe
from dashboard_browser import Watched, hand_made, hand_made_records, watched
from playwright.sync_api import Browser, Page, expect

from python_udfs.export_contracts import EXPORTS
from python_udfs.written_files import Note
from scripts.dashboard import write

QUESTIONS = """
    insert into data_questions values
        (1, 'aaa', 'purchaser', 'Who is meant by "<b>Ann</b>" on the pass of check-in 7?', 'stale', 'f1', 5, 2),
        (2, 'bbb', 'records', 'Are Cy Adult (103) and customer (104) one person?', 'new', 'f2', 1, 0);
    insert into question_answers values
        ('aaa', 1, '101', 'Ann Adult (101)', 'first name exact'),
        ('aaa', 2, '102', 'Bob Adult (102)', 'first name near'),
        ('aaa', 3, 'none', 'none of these', 'the buyer has no record'),
        ('bbb', 1, 'same', 'one person', 'the same name'),
        ('bbb', 2, 'not_same', 'two persons', '1 and 2 visits');
"""  # noqa: E501
NAMES = ["Ann Adult", "Bob Adult", "Cy Adult"]


@pytest.fixture
def asked(chrome: Browser, tmp_path: Path) -> Iterator[Watched]:
    """A page with two questions."""
    published = hand_made(tmp_path / "made.duckdb", NAMES, {901: None})
    records = hand_made_records(tmp_path / "records", published, [101, 102], "a reason")
    with duckdb.connect(str(records)) as connection:
        connection.execute(QUESTIONS)
    note = Note.beside(tmp_path / "gym.duckdb")
    write.write(published, tmp_path, write.Noted(note, frozenset(), records))
    found = watched(chrome, tmp_path / "staff.html")
    yield found
    assert found.complaints == []
    assert [url for url in found.requests if not url.startswith(("file:", "blob:", "data:"))] == []
    found.page.context.close()


def downloaded(page: Page) -> list[dict[str, str]]:
    with page.expect_download() as download:
        page.get_by_role("button", name="Download answers").click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_questions_are_asked_in_order_with_their_answers(asked: Watched) -> None:
    page = asked.view("#/questions")
    panels = page.locator(".question")
    assert [text.split(" on ")[0] for text in panels.locator("h2").all_inner_texts()] == [
        'Who is meant by "<b>Ann</b>"',
        "Are Cy Adult (103) and customer (104) one person?",
    ]
    buttons = panels.first.locator("button").all_inner_texts()
    assert [" ".join(text.split()) for text in buttons] == [
        "1 Ann Adult (101) first name exact", "2 Bob Adult (102) first name near",
        "3 none of these the buyer has no record", "? Don't know", "l Ask later",
    ]  # fmt: skip
    assert "the facts behind it have changed" in panels.first.inner_text()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_key_answers_and_the_file_is_what_the_build_reads(asked: Watched) -> None:
    page = asked.view("#/questions")
    expect(page.get_by_role("button", name="Download answers")).to_be_disabled()
    page.get_by_label("Answered by").fill("Ann l 2")
    page.locator(".question").first.focus()
    page.keyboard.press("2")
    # the next question has the focus, and no key of the first one means it
    expect(page.locator(".question").nth(1)).to_be_focused()
    page.keyboard.press("3")
    page.keyboard.press("?")
    page.reload()
    page.wait_for_selector("html[data-ready]")
    chosen = page.locator(".answer[aria-pressed=true]").all_inner_texts()
    assert [text.split()[0] for text in chosen] == ["2", "?"]
    page.locator(".question").nth(1).get_by_role("button", name="two persons").click()
    rows = downloaded(page)
    assert list(rows[0]) == list(EXPORTS["reviews/answers"].columns)
    assert [
        (row["question_id"], row["answer"], row["answered_by"], row["evidence_fingerprint"])
        for row in rows
    ] == [("aaa", "102", "Ann l 2", "f1"), ("bbb", "not_same", "Ann l 2", "f2")]
    assert all(row["answered_at"].endswith("Z") and len(row["answered_at"]) == 20 for row in rows)


def test_an_answer_can_be_taken_back_and_all_forgotten(asked: Watched) -> None:
    page = asked.view("#/questions")
    one = page.locator(".question").first.get_by_role("button", name="none of these")
    one.click()
    expect(one).to_have_attribute("aria-pressed", "true")
    one.click()
    expect(one).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_role("button", name="Download answers")).to_be_disabled()
    page.locator(".question").first.focus()
    page.keyboard.press("l")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Forget answers").click()
    expect(page.locator(".answer[aria-pressed=true]")).to_have_count(0)
    assert "0 of 2 questions answered" in page.locator("main").inner_text()


def test_without_the_file_beside_the_warehouse_it_is_said(chrome: Browser, tmp_path: Path) -> None:
    published = hand_made(tmp_path / "made.duckdb", NAMES, {})
    write.write(published, tmp_path)
    found = watched(chrome, tmp_path / "staff.html")
    assert "written without them" in found.view("#/questions").locator("main").inner_text()
    assert found.complaints == []
    found.page.context.close()
