"""The docs site: whole, and with nothing of a machine, a person or another site in it."""

from __future__ import annotations

import csv
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import PROJECT
from dashboard_browser import Watched, watched
from playwright.sync_api import Browser

PAGES = ("index.html", "lineage.html")


@dataclass(frozen=True)
class Site:
    """The folder, the pages as text, and the data that stands in them."""

    folder: Path
    pages: dict[str, str]
    manifest: dict
    catalog: dict
    lineage: dict

    @property
    def data(self) -> str:
        return json.dumps([self.manifest, self.catalog, self.lineage], ensure_ascii=False)


def data_in(page: str, start: str) -> dict:
    """The JSON that begins where the page says `start`."""
    return json.JSONDecoder().raw_decode(page, page.index(start) + len(start))[0]


@pytest.fixture(scope="module")
def site(sample_project, tmp_path_factory: pytest.TempPathFactory) -> Site:
    built, result = sample_project
    assert result.returncode == 0, result.stderr
    folder = tmp_path_factory.mktemp("docs") / "site"
    written = built.run(sys.executable, "-m", "scripts", "docs", "--out", str(folder))
    assert written.returncode == 0, written.stderr
    assert {path.name for path in folder.iterdir()} == set(PAGES)
    pages = {name: (folder / name).read_text(encoding="utf-8") for name in PAGES}
    return Site(
        folder,
        pages,
        data_in(pages["index.html"], "n={manifest:"),
        data_in(pages["index.html"], ",catalog:"),
        json.loads((folder.with_name("docs") / "mended/colibri-manifest.json").read_text()),
    )


def test_every_table_and_function_has_its_columns_described(site: Site) -> None:
    """What stands in the database is in the docs, and what is described is in the database."""
    known = site.manifest["nodes"] | site.manifest["sources"]
    expected = {
        unique_id
        for unique_id, node in site.manifest["nodes"].items()
        if node["resource_type"] in ("model", "seed")
        # an ephemeral model stands in no database
        and node["config"]["materialized"] != "ephemeral"
    }
    assert expected <= set(site.catalog["nodes"])
    undescribed, missing = [], []
    for unique_id, found in site.catalog["nodes"].items():
        columns = known[unique_id]["columns"]
        described = {name.lower() for name, column in columns.items() if column["description"]}
        built = {name.lower() for name in found["columns"]}
        undescribed += [(unique_id, name) for name in built - described]
        missing += [(unique_id, name) for name in described - built]
        assert known[unique_id]["description"], unique_id
    assert undescribed == []
    assert missing == []


def test_the_lineage_knows_the_columns(site: Site) -> None:
    edges = {
        (edge["source"], edge["sourceColumn"], edge["target"], edge["targetColumn"])
        for edge in site.lineage["lineage"]["edges"]
    }
    prefix = "model.gym_connections."
    assert (
        f"{prefix}pair_affinity",
        "tie_probability",
        f"{prefix}customer_connections",
        "tie_probability",
    ) in edges
    assert len(edges) > 1000
    assert any(target == f"{prefix}connections_of" for _, _, target, _ in edges)


def test_every_exposure_has_an_owner_and_what_it_shows(site: Site) -> None:
    exposures = {exposure["name"]: exposure for exposure in site.manifest["exposures"].values()}
    assert {"result_files", "analysts_database", "staff_dashboard", "public_dashboard"} <= set(
        exposures
    )
    for name, exposure in exposures.items():
        assert exposure["owner"]["name"], name
        assert exposure["owner"]["email"].endswith(".example"), name
        assert exposure["description"], name
        assert exposure["depends_on"]["nodes"], name


def test_the_overview_leads_to_tables_that_are_there(site: Site) -> None:
    overview = site.manifest["docs"]["doc.gym_connections.__overview__"]["block_contents"]
    assert overview.startswith("# Who ")
    links = re.findall(r"\(#!/\w+/([\w.]+)\)", overview)
    assert len(links) > 10
    known = site.manifest["nodes"] | site.manifest["exposures"]
    assert [link for link in links if link not in known] == []


@pytest.mark.parametrize("name", PAGES)
def test_no_page_names_a_machine(site: Site, sample_project, name: str) -> None:
    built, _ = sample_project
    folders = {PROJECT, Path.home(), built.folder, built.exports, built.warehouse.parent}
    assert [folder for folder in folders if f"{folder}/" in site.pages[name]] == []
    assert re.findall(r"/(?:home|root|Users|tmp|work)/\w[^\"]*", site.data) == []


def test_the_docs_hold_no_person(site: Site, sample_project) -> None:
    built, _ = sample_project
    with (built.exports / "capitan/customers.csv").open(newline="", encoding="utf-8") as file:
        customers = list(csv.DictReader(file))
    names = {f"{row['first_name']} {row['last_name']}" for row in customers}
    phones = {row["phone"] for row in customers if row["phone"]}
    assert len(names) > 5000 < len(phones)
    words = set(re.findall(r"(?=\b(\w+ \w+)\b)", site.data))
    assert words & names == set()
    assert set(re.findall(r"[+(]?\d[\d ().-]{6,}\d", site.data)) & phones == set()
    addresses = set(re.findall(r"[\w.+-]+@[\w.-]+\w", site.data))
    assert {a for a in addresses if not re.search(r"example(\.com|\.org)?$", a)} == set()


@pytest.mark.parametrize("name", PAGES)
def test_no_page_asks_another_site(site: Site, name: str) -> None:
    page = site.pages[name]
    assert page.index("Content-Security-Policy") < page.index("<script")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)[1]
    directives = dict(part.split(" ", 1) for part in policy.split("; "))
    assert directives["default-src"] == "'none'"
    assert "connect-src" not in directives
    assert "http" not in policy
    loaded = r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=[\"']?(?:https?:)?//"
    assert re.findall(loaded, page) == []
    assert re.findall(r"@import (?:url|[\"'])|url\([\"']?(?:https?:)?//", page) == []
    assert re.findall(r"fonts\.g\w+\.com|google-analytics|posthog\.com|fuzzed\.getdbt", page) == []


def test_telemetry_is_off(site: Site) -> None:
    assert re.search(r"window\.colibriTelemetry ?= ?false;", site.pages["lineage.html"])
    assert site.manifest["metadata"]["send_anonymous_usage_stats"] is False
    assert site.manifest["metadata"]["user_id"] is None


DRAWN = """() => {
    const container = document.querySelector('[class*=cytoscape_container]');
    const graph = container && container._cyreg && container._cyreg.cy;
    const ids = graph ? graph.nodes(':visible').map((node) => node.id()) : [];
    return ids.length > 1 && ids;
}"""


def asked_elsewhere(found: Watched) -> list[str]:
    """What a page asked for that is no part of itself."""
    return [url for url in found.requests if not url.startswith(("file:", "blob:", "data:"))]


def test_the_docs_open_as_a_file_and_draw_what_an_exposure_reads(
    chrome: Browser, site: Site
) -> None:
    found = watched(chrome, site.folder / "index.html")
    page = found.page
    exposure = "exposure.gym_connections.staff_dashboard"
    # two steps back: dbt's own page takes a minute to place all two hundred models before it
    page.goto(
        f"{found.address}#!/exposure/{exposure}?g_v=1&g_i=2%2Bexposure:staff_dashboard",
        timeout=120_000,
    )
    drawn = set(page.wait_for_function(DRAWN, timeout=120_000).json_value())
    model = "model.gym_connections."
    assert {exposure, f"{model}customer_connections", f"{model}pair_affinity"} <= drawn
    assert "exposure.gym_connections.public_dashboard" not in drawn
    assert asked_elsewhere(found) == []
    # opened as a file, dbt's own page complains of images whose address it has not filled in yet
    others = [text for text in found.complaints if "getIcon(item.type" not in text]
    assert others == []


def test_the_column_lineage_opens_as_a_file(chrome: Browser, site: Site) -> None:
    found = watched(chrome, site.folder / "lineage.html")
    found.page.goto(found.address)
    found.page.get_by_placeholder("Filter models").first.fill("customer_connections")
    found.page.get_by_text("customer_connections", exact=True).first.wait_for()
    assert (asked_elsewhere(found), found.complaints) == ([], [])
