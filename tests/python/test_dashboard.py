"""The dashboard of a small gym in a real browser: what it shows is what the database says."""

from __future__ import annotations

import csv
import html
import io
import time
from pathlib import Path

import duckdb
import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import Project
from dashboard_browser import READY_SECONDS, Watched, payload, watched
from playwright.sync_api import Browser, Locator, Page, expect

from scripts import screenshots
from scripts.dashboard import public, write
from scripts.screenshots import VIEWS

SIZES = screenshots.SIZES
LEVELS = ["together", "maybe", "chance", "too_few"]
EDGES = {
    "passes": """
        select distinct
            least(user_customer_id, purchaser_customer_id),
            greatest(user_customer_id, purchaser_customer_id)
        from pass_transfers where purchaser_customer_id is not null
    """,
    "ties": """
        select customer_id_1, customer_id_2 from customer_connections
        where strength_score in (4, 5)
            and (known_tie or affinity_level in ('together', 'maybe'))
    """,
}


@pytest.fixture(scope="module")
def told(small_gym: Project):
    """Ask the published database."""

    def ask(sql: str) -> list[tuple]:
        with duckdb.connect(str(small_gym.published), read_only=True) as connection:
            return connection.sql(sql).fetchall()

    return ask


def words(place: Locator) -> str:
    """What stands there, without the button that explains it."""
    return place.inner_text().removesuffix("?").strip()


def tiles(page: Page) -> dict[str, str]:
    return {
        words(tile.locator("dt")): tile.locator("dd").inner_text()
        for tile in page.locator(".tile").all()
    }


def number(text: str) -> int:
    return int(text.replace(",", ""))


def panel(page: Page, title: str) -> Locator:
    heading = page.get_by_role("heading", name=title, exact=True)
    return page.locator("section.panel", has=heading)


def counts(page: Page, title: str) -> dict[str, int]:
    """The bars of a panel as text and figure."""
    return {
        row.locator("th").inner_text(): number(row.locator("td").first.inner_text())
        for row in panel(page, title).locator("table.bars tbody tr").all()
    }


def choice(page: Page, label: str) -> Locator:
    """The filter of this name."""
    return page.get_by_role("combobox", name=label, exact=True)


def downloaded(page: Page, table: Locator) -> list[dict[str, str]]:
    with page.expect_download() as download:
        table.locator("button.csv").click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_it_opens_as_a_file_small_and_soon(staff: Watched, pages: Path) -> None:
    assert (pages / "staff.html").stat().st_size < 4_000_000
    started = time.monotonic()
    staff.view("")
    assert time.monotonic() - started < READY_SECONDS
    for part in VIEWS.values():
        staff.view(part)
    assert staff.requests, "a page that is watched asks for itself"


def test_the_overview_counts_what_the_database_counts(staff: Watched, told) -> None:
    page = staff.view("#/quality/figures")
    ((people, pairs, interactions, transfers, known, crews),) = told(
        """
        select
            (select count(*) from customers), (select count(*) from customer_connections),
            (select count(*) from customer_interactions), (select count(*) from pass_transfers),
            (select count(purchaser_customer_id) from pass_transfers),
            (select count(*) from crews)
        """
    )
    assert tiles(page) == {
        "customers": f"{people:,}",
        "pairs who met": f"{pairs:,}",
        "interactions": f"{interactions:,}",
        "passes bought by others": f"{transfers:,}",
        "of them with a known buyer": f"{100 * known / transfers:.1f} %",
        "crews": f"{crews:,}",
    }
    strengths = {int(text[0]): count for text, count in counts(page, "Pairs by strength").items()}
    assert strengths == dict(
        told("select strength_score, count(*) from customer_connections group by all")
    )
    types = dict(told("select interaction_type, count(*) from customer_interactions group by all"))
    assert counts(page, "Interactions by type") == {
        name.replace("_", " "): count for name, count in types.items()
    }
    levels = {k: v for k, v in counts(page, "Pairs by affinity").items() if v}
    assert levels == {
        level.replace("_", " "): count
        for level, count in told(
            "select affinity_level, count(*) from customer_connections group by all"
        )
    }
    ((first, last),) = told("select min(first_checkin_date), max(last_checkin_date) from customers")
    assert f"Check-ins from {first} to {last}." in page.locator(".lead").inner_text()


def test_the_months_are_those_of_the_database(staff: Watched, told) -> None:
    page = staff.view("#/quality/figures")
    page.locator("summary").click()
    rows = downloaded(page, panel(page, "Interactions by type and month").locator(".table"))
    shown = {
        (row["Month"], name.replace(" ", "_"), int(count))
        for row in rows
        for name, count in row.items()
        if name != "Month" and count != "0"
    }
    assert shown == set(
        told(
            """
            select strftime(interaction_date, '%Y-%m'), interaction_type, count(*)
            from customer_interactions group by all
            """
        )
    )


def connected(told, condition: str) -> set[tuple[str, ...]]:
    """Number, ties, people and interactions of each adult with such a connection."""
    return {
        tuple(map(str, row))
        for row in told(
            f"""
            with ends as (
                select
                    unnest([customer_id_1, customer_id_2]) as customer_id, interaction_count,
                    affinity_level, known_tie
                from customer_connections where {condition}
            )
            select
                customer_id, count(*) filter (affinity_level = 'together'),
                count(*) filter (known_tie), count(*), sum(interaction_count)
            from ends join customers using (customer_id)
            where not is_child group by all
            """
        )
    }


CONNECTED = ("Number", "Ties beyond chance", "Known ties", "People", "Interactions")
FILTERS = {
    **{
        f"strength {least} or more": ({"Strength": str(least)}, f"strength_score >= {least}")
        for least in range(1, 6)
    },
    **{
        f"affinity {level}": ({"Affinity": level}, f"affinity_level = '{level}'")
        for level in LEVELS
    },
    "ties": ({"Affinity": "ties"}, "known_tie or affinity_level = 'together'"),
    "strength and affinity": (
        {"Strength": "3", "Affinity": "together"},
        "strength_score >= 3 and affinity_level = 'together'",
    ),
}


@pytest.mark.parametrize(("choices", "condition"), FILTERS.values(), ids=FILTERS)
def test_a_filter_leaves_whom_sql_leaves(staff: Watched, told, choices, condition: str) -> None:
    page = staff.view("#/people/connected")
    choice(page, "Affinity").select_option("any")
    for label, value in choices.items():
        choice(page, label).select_option(value)
    expected = connected(told, condition)
    assert page.locator("main .note").first.inner_text().startswith(f"{len(expected):,} adult")
    if expected:
        rows = downloaded(page, page.locator("main .table"))
        assert {tuple(row[title] for title in CONNECTED) for row in rows} == expected


def test_each_type_filters(staff: Watched, told) -> None:
    page = staff.view("#/people/connected")
    choice(page, "Affinity").select_option("any")
    for option in choice(page, "Type").locator("option").all()[1:]:
        kind = option.inner_text().replace(" ", "_")
        choice(page, "Type").select_option(option.get_attribute("value"))
        rows = downloaded(page, page.locator("main .table"))
        expected = connected(told, f"interaction_types like '%{kind}%'")
        assert {tuple(row[title] for title in CONNECTED) for row in rows} == expected


def test_the_most_connected_have_most_ties_and_have_not_met_most_people(
    staff: Watched, told
) -> None:
    """Whoever gives a party meets many, and is known to be tied to them, once."""
    page = staff.view("#/people/connected")
    choice(page, "Affinity").select_option("any")
    rows = downloaded(page, page.locator("main .table"))
    ties = [int(row["Ties beyond chance"]) for row in rows]
    assert ties == sorted(ties, reverse=True)
    assert ties[0] > 0
    people = [int(row["People"]) for row in rows]
    assert people != sorted(people, reverse=True)
    for row in rows[:5]:
        [(count,)] = told(
            f"""select count(*) from customer_connections where affinity_level = 'together'
            and {row["Number"]} in (customer_id_1, customer_id_2)"""
        )
        assert int(row["Ties beyond chance"]) == count


def test_a_column_sorts_both_ways_by_keyboard(staff: Watched) -> None:
    page = staff.view("#/people/connected")
    head = page.locator("th", has=page.get_by_role("button", name="Interactions", exact=True))
    column = page.locator("main tbody tr td:nth-child(6)")
    for order, falling in (("descending", True), ("ascending", False)):
        head.locator("button.sort").focus()
        page.keyboard.press("Enter")
        expect(head).to_have_attribute("aria-sort", order)
        figures = [number(text) for text in column.all_inner_texts()]
        assert len(figures) > 10
        assert figures == sorted(figures, reverse=falling)


@pytest.mark.parametrize(
    ("direction", "who", "whom"),
    [
        ("bought", "purchaser_customer_id", "user_customer_id"),
        ("used", "user_customer_id", "purchaser_customer_id"),
    ],
    ids=["bought for others", "used others'"],
)
def test_the_sharers_are_those_of_sql(staff: Watched, told, direction, who, whom) -> None:
    page = staff.view("#/people/sharers")
    choice(page, "Show who").select_option(direction)
    for name in ("any", "entry_pass", "guest_pass"):
        choice(page, "Kind").select_option(name)
        expected = told(
            f"""
            select {who}, count(*), count(distinct {whom})
            from pass_transfers join customers on {who} = customer_id
            where purchaser_customer_id is not null and not is_child
                and '{name}' in ('any', transfer_type)
            group by all
            """
        )
        rows = downloaded(page, page.locator("main .table"))
        partners = "Used by" if direction == "bought" else "Bought by"
        shown = {(int(r["Number"]), int(r["Passes"]), int(r[partners])) for r in rows}
        assert shown == set(expected)


def busy(told) -> int:
    """An adult who bought passes for others, used others', and met somebody more than once."""
    return told(
        """
        select customer_id from customers
        join customer_connections on customer_id in (customer_id_1, customer_id_2)
        where not is_child and full_name is not null
            and customer_id in (select purchaser_customer_id from pass_transfers)
        group by customer_id
        order by max(interaction_count) > 1 desc, count(*) desc, customer_id
        limit 1
        """
    )[0][0]


def test_a_card_tells_all_that_the_database_knows(staff: Watched, told) -> None:
    who = busy(told)
    page = staff.view(f"#/people/{who}")
    ((name, checkins),) = told(
        f"select full_name, checkin_count from customers where customer_id = {who}"
    )
    assert page.locator("h1").inner_text() == name
    pairs = told(
        f"""
        select
            if(customer_id_1 = {who}, customer_id_2, customer_id_1), interaction_count,
            strength_score, affinity_level, cast(first_interaction_date as varchar),
            cast(last_interaction_date as varchar)
        from customer_connections where {who} in (customer_id_1, customer_id_2)
        """
    )
    meetings = told(
        f"""
        select cast(interaction_date as varchar), interaction_type
        from customer_interactions where {who} in (customer_id_1, customer_id_2)
        """
    )
    bought = told(f"select 1 from pass_transfers where purchaser_customer_id = {who}")
    used = told(f"select 1 from pass_transfers where user_customer_id = {who}")
    beyond = [pair for pair in pairs if pair[3] == "together"]
    assert tiles(page) == {
        "check-ins": f"{checkins:,}",
        "ties beyond chance": f"{len(beyond):,}",
        "connections": f"{len(pairs):,}",
        "interactions": f"{len(meetings):,}",
        "passes bought for others": f"{len(bought):,}",
        "passes bought by others": f"{len(used):,}",
    }
    rows = downloaded(page, panel(page, "Connections").locator(".table"))
    titles = ("Interactions", "Strength", "Affinity", "First met", "Last met")
    shown = sorted(tuple(row[title].replace(" ", "_") for title in titles) for row in rows)
    assert shown == sorted(tuple(map(str, pair[1:])) for pair in pairs)
    rows = downloaded(page, panel(page, "Interactions").locator(".table"))
    assert sorted((r["Date"], r["Type"].replace(" ", "_")) for r in rows) == sorted(meetings)
    rows = downloaded(page, panel(page, "Passes bought for others").locator(".table"))
    assert len(rows) == len(bought)
    assert int(page.locator("svg.ego").get_attribute("data-edges")) == min(24, len(pairs))


def test_an_unknown_number_says_so(staff: Watched) -> None:
    page = staff.view("#/people/999999999")
    assert "There is no customer “999999999”" in page.locator("main").inner_text()


def at_the_field(page: Page) -> None:
    """Go to the search field as somebody without a mouse goes there: on, or back from the view."""
    for key in ["Tab"] * 3 + ["Shift+Tab"] * 14:
        page.keyboard.press(key)
        if page.evaluate("document.activeElement.id") == "wanted":
            return
    raise AssertionError("the search field is not among the first stops of the keyboard")


def test_a_customer_is_found_by_keyboard_alone(staff: Watched, told) -> None:
    page = staff.view("")
    who = busy(told)
    at_the_field(page)
    page.keyboard.type(str(who))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**#/people/{who}")
    ((name,),) = told(f"select full_name from customers where customer_id = {who}")
    assert page.locator("h1").inner_text() == name
    at_the_field(page)
    page.keyboard.press("Control+a")
    page.keyboard.type(name[2:])
    page.wait_for_url("**#/people/find?q=*")
    links = page.locator("main tbody a")
    assert name in links.all_inner_texts()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('main tbody') !== null"):
            break
    chosen = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    page.wait_for_selector("main .tiles")
    assert page.locator("h1").inner_text() == chosen


def test_a_name_of_many_lists_them_all(staff: Watched, told) -> None:
    page = staff.view("#/people/find")
    first, many = told(
        """
        select split_part(full_name, ' ', 1), list(customer_id) from customers
        where full_name is not null group by all
        having count(*) > 1 and count(*) < 40 and length(split_part(full_name, ' ', 1)) > 5
        order by 1 limit 1
        """
    )[0]
    page.locator("#wanted").fill(first.upper())
    numbers = page.locator("main tbody td:nth-child(2)").all_inner_texts()
    assert set(map(str, many)) <= set(numbers)
    page.keyboard.press("Enter")
    assert page.url.endswith(f"#/people/find?q={first.upper()}"), (
        "several are listed, none is guessed"
    )
    page.locator("#wanted").fill("nobody of this name")
    assert "No customer matches" in page.locator("main").inner_text()


def components(edges: list[tuple[int, int]]) -> set[frozenset[int]]:
    """Connected groups, by merging sets."""
    group_of: dict[int, set[int]] = {}
    for one, other in edges:
        merged = group_of.get(one, {one}) | group_of.get(other, {other})
        for member in merged:
            group_of[member] = merged
    return {frozenset(group) for group in group_of.values()}


@pytest.mark.parametrize("kind", EDGES)
def test_a_network_draws_and_lists_what_sql_finds(staff: Watched, told, kind: str) -> None:
    page = staff.view(f"#/networks/{kind}")
    edges = told(EDGES[kind])
    assert edges, "the small gym has this network"
    while (more := page.get_by_role("button", name="Draw")).is_visible():
        more.click()
    assert page.locator(".group line.edge").count() == len(edges)
    assert page.locator(".group circle:not(.hit)").count() == len(
        {end for edge in edges for end in edge}
    )
    rows = downloaded(page, page.locator("main .table"))
    assert len(rows) == len(components(edges))
    while (more := page.get_by_role("button", name="Show")).is_visible():
        more.click()
    listed = page.evaluate(
        """
        [...document.querySelectorAll("main tbody tr")].map((row) =>
            [...row.querySelectorAll("a")].map((link) => Number(link.hash.split("/")[2])))
        """
    )
    assert {frozenset(group) for group in listed} == components(edges)


def test_a_click_on_a_dot_opens_that_customer(staff: Watched) -> None:
    page = staff.view("#/networks/passes")
    dot = page.locator(".group .dot").nth(3)
    name = dot.locator("title").text_content()
    dot.locator("circle").last.click()
    page.wait_for_selector("main .tiles")
    assert page.locator("h1").inner_text() == name
    dot = page.locator("svg.ego .dot").first
    partner = dot.locator("title").text_content().rsplit(":", 1)[0]
    dot.locator("circle").last.click()
    expect(page.locator("h1")).to_have_text(partner)


def overlaps(boxes: list[dict[str, float]]) -> int:
    return sum(
        one["x"] < other["x"] + other["width"]
        and other["x"] < one["x"] + one["width"]
        and one["y"] < other["y"] + other["height"]
        and other["y"] < one["y"] + one["height"]
        for place, one in enumerate(boxes)
        for other in boxes[:place]
    )


def test_no_dot_covers_another(staff: Watched) -> None:
    page = staff.view("#/networks/passes")
    for group in page.locator(".group").all():
        assert (
            overlaps([circle.bounding_box() for circle in group.locator("circle:not(.hit)").all()])
            == 0
        )


def shown(told) -> dict[str, str]:
    """Every view, with a card, and what there is not."""
    return VIEWS | {
        "card": f"#/people/{busy(told)}",
        "nobody found": "#/people/find?q=nobody+of+this+name",
        "no customer": "#/people/999999999",
        "no crew": "#/crews/none",
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_every_view_is_accessible_and_no_wider_than_its_screen(
    chrome: Browser, pages: Path, told, size: str, scheme: str
) -> None:
    width, height = SIZES[size]
    screen = {"width": width, "height": height}
    found = watched(chrome, pages / "staff.html", color_scheme=scheme, viewport=screen)
    problems = {}

    def check(name: str, page: Page) -> None:
        result = Axe().run(page)
        if result.violations_count:
            problems[name] = result.generate_report()
        if page.evaluate("document.documentElement.scrollWidth") > width:
            problems[f"{name} is wide"] = str(width)

    for name, part in shown(told).items():
        check(name, found.view(part))
    found.view("#/people/connected").locator("main .explain").first.click()
    check("a term is explained", found.page)
    found.page.goto((pages / "public.html").as_uri())
    check("public", found.page)
    found.page.context.close()
    assert problems == {}


def test_a_phone_keeps_when_two_last_met(chrome: Browser, pages: Path, told) -> None:
    found = watched(chrome, pages / "staff.html", viewport={"width": 390, "height": 844})
    for part in ("#/people/connected", f"#/people/{busy(told)}"):
        heads = found.view(part).locator("th:visible", has_text="Last met")
        assert heads.count() == 1, part
        box = heads.bounding_box()
        assert box["x"] + box["width"] <= 390, part
    found.page.context.close()


def test_a_build_is_not_kept_waiting_by_an_open_page(staff: Watched, small_gym: Project) -> None:
    staff.view("")
    with duckdb.connect(str(small_gym.published)) as connection:
        connection.execute("create temp table written as select 1")


def test_the_same_database_gives_the_same_bytes(
    small_gym: Project, pages: Path, tmp_path: Path
) -> None:
    for path in write.write(small_gym.published, tmp_path, small_gym.noted(tmp_path)):
        assert path.read_bytes() == (pages / path.name).read_bytes()


def test_no_childs_name_is_in_the_staff_page(small_gym: Project, pages: Path, told) -> None:
    children = {
        customer for (customer,) in told("select customer_id from customers where is_child")
    }
    assert children
    names = dict(
        small_gym.query(
            "select customer_id, first_name || ' ' || last_name from core.core_customers"
        )
    )
    of_adults = {name for customer, name in names.items() if customer not in children}
    private = {names[customer] for customer in children if customer in names} - of_adults
    head, raw = payload(pages / "staff.html")
    text = raw.decode(errors="ignore")
    typed = set(filter(None, head["typed_buyers"]))
    assert [name for name in private - typed if f'"{name}"' in text] == []


def test_the_public_page_holds_nobody(small_gym: Project, pages: Path, told) -> None:
    text = (pages / "public.html").read_text()
    words = text.split("<main", 1)[1]
    people = told("select customer_id, full_name from customers")
    assert [customer for customer, _ in people if str(customer) in words] == []
    assert [name for _, name in people if name and name in words] == []
    assert [mark for mark in ("@", "<script", "http", "file:", "salt") if mark in words] == []
    assert str(small_gym.folder) not in text
    small = told("select count(*) from public_totals where value is null")[0][0]
    for section, metric, value in told("select section, metric, value from public_totals"):
        if value is not None:
            assert f"{value:,}" in words, (section, metric)
    assert words.count(">fewer than 15<") == small
    assert small
    # the page says which tables it lacks
    sections = {section for (section,) in told("select distinct section from public_totals")}
    headings = public.KINDS | public.MONTHS
    missing = {words for section, words in headings.items() if section not in sections}
    assert all(f"<h2>{html.escape(heading)}</h2>" not in words for heading in missing)
    note = words.split('<p class="note">')[1]
    assert all(html.escape(heading) in note for heading in missing)
