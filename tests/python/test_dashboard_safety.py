"""The dashboard with names that attack it, with children, with nobody, and cut to size."""

from __future__ import annotations

import csv
import io
import subprocess
from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import PROJECT, Project
from dashboard_browser import METRICS, Watched, hand_made, hand_made_records, payload, watched
from playwright.sync_api import Browser

from python_udfs.written_files import Note
from scripts import staff_records
from scripts.dashboard import public, write
from scripts.screenshots import VIEWS

HOSTILE = [
    "<script>window.__xss = 1</script>",
    "<img src=x onerror='window.__xss = 2'>",
    "</script><script>window.__xss = 3</script>",
    "<svg onload=window.__xss=4>",
    "\" onmouseover=\"window.__xss=5\" x=\"",
    "' autofocus onfocus='window.__xss=6",
    "javascript:window.__xss=7",
    "{{constructor.constructor('window.__xss=8')()}}",
    "${window.__xss=9}",
    "<!--<script>window.__xss=10//-->",
    "]]><script>window.__xss=11</script>",
    "\u202eevil\u2066 txt",
    "=HYPERLINK(\"http://x.example\",\"win\")",
    "+1+cmd|' /C calc'!A0",
    "@SUM(1+1)\tx",
    "-2+3, \"quoted\"\r\nline",
]  # fmt: skip
CHILDREN = {901: None, 902: None}
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


@pytest.fixture(scope="module")
def hostile_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    published = hand_made(folder / "hostile.duckdb", HOSTILE, CHILDREN)
    people = [101 + place for place in range(len(HOSTILE))]
    records = hand_made_records(folder / ".records", published, people, HOSTILE[1])
    noted = write.Noted(Note.beside(folder / "warehouse.duckdb"), frozenset(), records)
    write.write(published, folder, noted)
    return folder / "staff.html"


@pytest.fixture
def hostile(chrome: Browser, hostile_page: Path):
    found = watched(chrome, hostile_page)
    yield found
    found.page.context.close()


def all_views() -> list[str]:
    cards = [f"#/people/{101 + place}" for place in range(len(HOSTILE))]
    markup = "%3Cimg%20src=x%20onerror=window.__xss=12%3E"
    asked = [f"#/people/{markup}", f"#/crews/{markup}", f"#/people/find?q={markup}"]
    asked += [f"#/week?list={markup}", f"#/people/connected?sort={markup}", "#/people/%E0%A4%A"]
    return [*VIEWS.values(), *cards, "#/crews/101-102", *asked]


def test_hostile_names_stay_text_in_every_view(hostile: Watched) -> None:
    for part in all_views():
        page = hostile.view(part)
        page.wait_for_timeout(20)
        assert page.evaluate("typeof window.__xss") == "undefined", part
        assert page.locator("main script, main img, main iframe, main svg script").count() == 0
    page.locator("#wanted").fill(HOSTILE[1])
    assert HOSTILE[1] in page.locator("main").inner_text()
    assert page.evaluate("typeof window.__xss") == "undefined"
    assert hostile.complaints == []
    assert [url for url in hostile.requests if not url.startswith("file:")] == []


def test_hostile_names_stay_text_in_the_brief(chrome: Browser, hostile_page: Path) -> None:
    found = watched(chrome, hostile_page.with_name("brief.html"))
    found.page.goto(hostile_page.with_name("brief.html").as_uri())
    assert found.page.evaluate("typeof window.__xss") == "undefined"
    assert found.page.locator("script, img, iframe, svg").count() == 0
    assert HOSTILE[1] in found.page.locator("body").inner_text()
    assert found.complaints == []
    assert [url for url in found.requests if not url.startswith("file:")] == []
    found.page.context.close()


def test_names_are_set_apart_from_the_direction_of_their_neighbours(hostile: Watched) -> None:
    page = hostile.view("#/people/connected")
    assert page.locator("main tbody a").count() > 0
    assert page.locator("main tbody a:not(:has(> bdi))").count() == 0


def test_an_injected_handler_is_blocked_by_the_policy(hostile: Watched) -> None:
    page = hostile.view("")
    page.evaluate(
        """
        document.querySelector("main").innerHTML =
            "<img src=x onerror='window.__xss = 1'><b style='color:red'>x</b>"
        """
    )
    page.wait_for_timeout(100)
    assert page.evaluate("typeof window.__xss") == "undefined"
    assert any("Content Security Policy" in complaint for complaint in hostile.complaints)


def test_a_crew_is_drawn_with_the_ties_inside_it(hostile: Watched) -> None:
    page = hostile.view("#/crews")
    people = len(HOSTILE) + len(CHILDREN)
    assert page.locator(".group").count() == 1
    assert page.locator(".group line.edge").count() == people - 1
    assert page.locator(".group .dot").count() == people
    assert page.locator("main tbody a[href^='#/people/']").count() == people


def test_no_download_holds_a_formula(chrome: Browser, hostile_page: Path) -> None:
    files = set()
    for part in [*VIEWS.values(), *(f"#/people/{customer}" for customer in range(112, 117))]:
        # a page of its own for each view: after ten downloads Chromium asks whether to go on
        found = watched(chrome, hostile_page)
        page = found.view(part)
        for summary in page.locator("summary").all():
            summary.click()
        for button in page.locator("button.csv:enabled").all():
            with page.expect_download() as download:
                button.click()
            text = Path(download.value.path()).read_bytes().decode("utf-8-sig")
            rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
            assert len({len(row) for row in rows}) == 1
            assert [c for row in rows for c in row if c.startswith(FORMULAS)] == []
            files.add(download.value.suggested_filename)
        page.context.close()
    assert {"most_connected.csv", "top_sharers.csv", "builds.csv", "connections_113.csv"} <= files
    assert {"week_call_slipping.csv", "action_outcomes.csv", "crews.csv"} <= files
    # questions are answered, and only then there is something to download
    asked = {"data_questions", "question_answers"}
    assert {f"{name}.csv" for name in staff_records.TABLES if name not in asked} <= files


def test_a_child_is_a_number_and_in_no_ranking(hostile: Watched) -> None:
    page = hostile.view("#/people/901")
    assert page.locator("h1").inner_text() == "Child 901"
    for part in ("#/people/connected", "#/people/sharers"):
        page = hostile.view(part)
        page.get_by_role("button", name="Customer", exact=True).click()
        cells = page.locator("main tbody td:nth-child(2)").all_inner_texts()
        assert cells
        assert not {"901", "902"} & set(cells)


def test_the_flag_names_children_but_no_ranking_does(chrome: Browser, tmp_path: Path) -> None:
    children = {901: "Pip Underage", 902: "Tad Underage"}
    write.write(hand_made(tmp_path / "named.duckdb", ["Ann Adult"], children), tmp_path)
    found = watched(chrome, tmp_path / "staff.html")
    assert found.view("#/people/901").locator("h1").inner_text() == "Pip Underage"
    for part in ("#/people/connected", "#/people/sharers"):
        table = found.view(part).locator("main .table")
        assert table.locator("tbody td:first-child").all_inner_texts() == ["Ann Adult"]
        assert "Underage" not in table.inner_text()
    found.page.context.close()


def test_a_gym_without_anybody_has_a_dashboard(chrome: Browser, tmp_path: Path) -> None:
    write.write(hand_made(tmp_path / "empty.duckdb", [], {}), tmp_path)
    found = watched(chrome, tmp_path / "staff.html")
    for part in VIEWS.values():
        found.view(part)
    assert found.complaints == []
    assert payload(tmp_path / "staff.html")[0]["totals"]["people"] == 0
    found.page.context.close()


def test_a_page_cut_to_size_says_what_is_missing(chrome: Browser, tmp_path: Path) -> None:
    file = hand_made(tmp_path / "cut.duckdb", ["Ann Adult", "Bob Adult", "Cy Adult"], {})
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            """
            insert into customer_connections values
                (101, 103, 1, 1, '2025-01-09', '2025-01-09', 'same_day_checkin', 1, null,
                 'too_few', null);
            insert into customer_interactions values ('2025-01-09', 'same_day_checkin', 101, 103)
            """
        )
        connection.execute(METRICS)
        text = write.staff_page(connection, most_pairs=2)
    (tmp_path / "staff.html").write_text(text)
    found = watched(chrome, tmp_path / "staff.html")
    page = found.view("#/people/connected")
    assert "leaves out 1 pair who met once" in page.locator("main").inner_text()
    page = found.view("#/people/101")
    assert "1 person met once" in page.locator("main").inner_text()
    figures = dict(
        zip(
            [text.split("?")[0].strip() for text in page.locator(".tile dt").all_inner_texts()],
            page.locator(".tile dd").all_inner_texts(),
            strict=True,
        )
    )
    assert (figures["connections"], figures["interactions"]) == ("2", "6")
    found.page.context.close()


def test_the_public_page_reads_one_table_and_runs_nothing(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "totals.duckdb")) as connection:
        connection.execute(
            """
            create table public_totals as
            select * from (values
                (1, 'totals', 'crews', 20), (2, 'check-ins by kind', '<b>MEM</b>', null)
            ) as rows (line_number, section, metric, value)
            """
        )
        page = write.public_page(connection)
        body = public.public_body(connection)
    assert "<script" not in page
    assert "default-src 'none'" in page
    assert "<b>" not in body
    assert "&lt;b&gt;MEM" in body
    assert ">fewer than 15<" in body
    note = body.split('<p class="note">')[1]
    assert all(words in note for words in public.MONTHS.values())
    assert "Check-ins by kind of entry" not in note


def test_what_the_public_page_reads_is_declared_public() -> None:
    text = (PROJECT / "models/reporting/public_totals.yml").read_text()
    assert "audience: public" in text


@pytest.mark.parametrize("intruder", [None, "staff.html", "gym.duckdb", "connections.csv"])
def test_the_site_holds_what_is_public_only(tmp_path: Path, intruder: str | None) -> None:
    workflow = yaml.safe_load((PROJECT / ".github/workflows/pages.yml").read_text())
    assert {job["if"] for job in workflow["jobs"].values()} == {"github.ref == 'refs/heads/main'"}
    steps = workflow["jobs"]["site"]["steps"]
    gather = next(step["run"] for step in steps if step.get("name") == "Gather what is public")
    (upload,) = [step for step in steps if step.get("uses", "").startswith("actions/upload")]
    assert upload["with"]["path"] == "site"
    pages = ("dev/dashboard/public.html", "dev/dashboard/staff.html")
    for name in ("target/site/index.html", *pages):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    if intruder:
        (tmp_path / "target/site" / intruder).touch()
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", gather],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert (done.returncode == 0) == (intruder is None)
    if intruder is None:
        found = sorted(path.name for path in (tmp_path / "site").iterdir())
        assert found == ["dashboard.html", "index.html"]


def test_a_page_of_somebody_else_is_not_replaced(small_gym: Project, tmp_path: Path) -> None:
    """A page of any version of the project is, also where no note knows it."""
    page = tmp_path / "public.html"
    page.write_text("<title>Climbing in Riverton</title>")
    with pytest.raises(FileExistsError, match=r"public\.html was not written by this project"):
        write.write(small_gym.published, tmp_path)
    assert page.read_text() == "<title>Climbing in Riverton</title>"
    assert not (tmp_path / "staff.html").exists()
    page.write_text("<title>Gym connections: totals</title>")
    write.write(small_gym.published, tmp_path)
    assert len(page.read_text()) > 1000
