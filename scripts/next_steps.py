"""What to do after a build by hand: commands that work as they stand, in the project's folder."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

from python_udfs.settings import Settings, given, load

PROJECT = Path(__file__).resolve().parent.parent
# A query to begin with: of the published file, for anybody who has built it.
QUERY = (
    "select purchaser_customer_id, purchaser_name, count(*) as passes_shared from pass_transfers"
    " where purchaser_customer_id is not null group by all order by passes_shared desc, 1 limit 3"
)


# What the pages are made of, and where they go.
OF_PAGES = ("GYM_WAREHOUSE", "GYM_PUBLISHED", "GYM_DASHBOARD_OUT")


def next_steps(settings: Settings) -> str:
    """Up to three commands, each with what it is for."""
    python = Path(sys.executable)
    shown = python.relative_to(PROJECT) if python.is_relative_to(PROJECT) else python
    code = "import duckdb; duckdb.connect({}, read_only=True).sql({}).show()".format(
        *map(json.dumps, (settings.published, QUERY))
    )
    # what reads looks at the gym's own, where there is such
    needed = {name: text for name, text in given().items() if name in OF_PAGES}
    if load().target != settings.target:
        needed["GYM_TARGET"] = settings.target
    words = [f"{name}={shlex.quote(text)}" for name, text in needed.items()]
    lines = [
        " ".join([*words, "make dashboard"])
        + f"    # writes the page to open: {settings.dashboard_out}/staff.html",
        f"{shown} -c {shlex.quote(code)}    # who shares most passes",
    ]
    if not settings.has_own_exports:
        lines.append(
            "GYM_RAW_EXPORTS=<folder> GYM_TIMEZONE=<such as America/Chicago> make build"
            "    # the same of your own exports"
        )
    return "\n".join(["", "Next:", *(f"  {line}" for line in lines)])
