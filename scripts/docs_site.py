"""Write the docs site: dbt's docs and a page of column lineage, each one file without a server.

What dbt and colibri write is mended before it is shown: no path of the machine, no setting of the
build, no outside address that a page could ask, and columns also for exports and table functions.
Needs a warehouse that `make build` has made. Ends with status 0 when both pages are written.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb

from python_udfs import settings
from scripts import publish

PROJECT = Path(__file__).resolve().parent.parent
# The pages run their own scripts and style, and may ask nobody for anything.
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline';"
    " img-src data:; font-src data:; worker-src blob:; base-uri 'none'; form-action 'none'"
)
# Where dbt's docs and colibri would send what a reader does; the other name leads nowhere.
TRACKER = re.compile(r"posthog\.com|fuzzed\.getdbt\.com")
NOWHERE = "tracker.invalid"
Json = dict[str, Any]


def environment() -> dict[str, str]:
    """This process's environment without the settings of a build, and without telemetry."""
    return settings.without(os.environ) | {
        "GYM_WAREHOUSE": str(PROJECT / settings.load().warehouse),
        "DBT_PROFILES_DIR": str(PROJECT),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }


class ProgramError(Exception):
    """A program that failed; the message is what it said."""


def run(program: str, *arguments: str) -> None:
    """Run a program of this environment; its output is shown only when it fails."""
    command = [str(Path(sys.executable).with_name(program)), *arguments]
    done = subprocess.run(
        command, cwd=PROJECT, env=environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ProgramError(f"{program} failed:\n{done.stdout}{done.stderr}")


def without_paths(content: Json, *folders: Path) -> Json:
    """The content with the folders cut off the front of every path in it.

    Example:
        >>> without_paths({"root_path": "/a/b", "p": "/a/b/c.sql"}, Path("/a/b"))
        {'root_path': '', 'p': 'c.sql'}
    """
    text = json.dumps(content)
    for folder in folders:
        text = re.sub(re.escape(json.dumps(str(folder))[1:-1]) + "/?", "", text)
    return json.loads(text)


def describe_landing(manifest: Json) -> None:
    """Give the columns of the landing tables the descriptions of the exports they come from."""
    for node in manifest["nodes"].values():
        if node.get("path", "").startswith("landing"):
            [parent] = [p for p in node["depends_on"]["nodes"] if p.startswith("source.")]
            # the lists of before read the requests to be erased, and are no export
            source = manifest["sources"][parent]
            if node["name"] != f"raw_{source['source_name']}__{source['name']}":
                continue
            described = source["columns"]
            node["columns"] = described | node["columns"]


def add_functions(manifest: Json, catalog: Json, connection: duckdb.DuckDBPyConnection) -> None:
    """Enter the table functions into the catalog, which dbt reads from tables and views only."""
    nodes = {node["name"]: node for node in manifest["nodes"].values()}
    for name in publish.FUNCTIONS:
        node = nodes[name]
        # a function names its tables without the database; the lineage wants all three parts
        schema, database = f'"{node["schema"]}".', f'"{node["database"]}".'
        node["compiled_code"] = node["compiled_code"].replace(schema, database + schema)
        arguments = ", ".join("0" for given in node["config"]["parameters"] if ":=" not in given)
        found = connection.sql(f"describe from {name}({arguments})").fetchall()
        catalog["nodes"][node["unique_id"]] = {
            "metadata": {
                "type": "TABLE FUNCTION",
                "schema": node["schema"],
                "name": name,
                "database": node["database"],
                "comment": node["description"],
                "owner": None,
            },
            "columns": {
                column: {"type": type_name, "index": index, "name": column, "comment": None}
                for index, (column, type_name, *_) in enumerate(found, start=1)
            },
            "stats": {},
            "unique_id": node["unique_id"],
        }


def script_text(content: Json) -> str:
    r"""JSON that cannot end the script in which it stands.

    Example:
        >>> script_text({"a": "</script>"})
        '{"a": "\\u003c/script>"}'
    """
    return json.dumps(content).replace("<", "\\u003c")


def closed(page: str) -> str:
    """The page with a policy that lets it ask nobody, and without the addresses it would ask."""
    page = TRACKER.sub(NOWHERE, page)
    page = re.sub(r'<link rel="(canonical|shortcut icon)"[^>]*>', "", page)
    return page.replace(
        "<head>",
        f'<head><meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        1,
    )


def write_site(site: Path, work: Path, warehouse: Path) -> None:
    """Write index.html and lineage.html into the folder `site`; `work` is for what comes before.

    No row of a table is in them, so no note is taken of them.

    Raises:
        ProgramError: dbt or colibri failed; the message is what they said.
    """
    run("dbt", "--log-level", "warn", "docs", "generate", "--target-path", str(work))
    manifest = json.loads((work / "manifest.json").read_text(encoding="utf-8"))
    catalog = json.loads((work / "catalog.json").read_text(encoding="utf-8"))
    describe_landing(manifest)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        add_functions(manifest, catalog, connection)
    template = (work / "index.html").read_text(encoding="utf-8")
    mended = work / "mended"
    mended.mkdir(exist_ok=True)
    site.mkdir(parents=True, exist_ok=True)
    for name, content in (("manifest", manifest), ("catalog", catalog)):
        clean = without_paths(content, work, PROJECT)
        (mended / f"{name}.json").write_text(json.dumps(clean), encoding="utf-8")
        template = template.replace(f'"{name.upper()}.JSON INLINE DATA"', script_text(clean))
    (site / "index.html").write_text(closed(template), encoding="utf-8")
    files = [f"--{name}={mended / name}.json" for name in ("manifest", "catalog")]
    run("colibri", "generate", "--light", "--disable-telemetry", f"--output-dir={mended}", *files)
    lineage = (mended / "index.html").read_text(encoding="utf-8")
    (site / "lineage.html").write_text(closed(lineage), encoding="utf-8")


def main(out: Path) -> int:
    """Write the site into a folder; returns the exit status."""
    site = out.resolve()
    found = settings.load()
    settings.apply(found)
    warehouse = PROJECT / found.warehouse
    if not warehouse.exists():
        print("There is no warehouse yet: run make build first", file=sys.stderr)
        return 1
    try:
        write_site(site, site.with_name("docs"), warehouse)
    except ProgramError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Docs: {site / 'index.html'}\nColumn lineage: {site / 'lineage.html'}")
    return 0
