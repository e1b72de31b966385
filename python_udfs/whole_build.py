"""What a build of everything runs, and whether this dbt command was asked for all of it."""

from __future__ import annotations

import json
from pathlib import Path

from dbt import selected_resources
from dbt.flags import get_flags
from dbt_common.invocation import get_invocation_id


def everything() -> set[str]:
    """The ids of all models, seeds and data tests that a build of everything runs.

    They are those of the manifest of this dbt command, or of the one before that has just ended.

    Raises:
        OSError: that command has left none: then nobody can tell.
    """
    path = Path(get_flags().TARGET_PATH or "target") / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    if manifest["metadata"]["invocation_id"] != get_invocation_id():
        raise FileNotFoundError(f"{path} is not of this build")
    return {
        key
        for key, node in manifest["nodes"].items()
        # an ephemeral model is a part of those that read it, and runs with them
        if node["resource_type"] in ("model", "seed", "test")
        and node["config"]["materialized"] != "ephemeral"
    }


def has_all_rows() -> bool:
    """Whether models are built from all rows: neither --empty nor --sample is on."""
    return not (get_flags().EMPTY or get_flags().SAMPLE)


def is_asked_for() -> bool:
    """Whether this dbt command runs everything with its tests, on all rows; no if nobody can tell.

    It is told by what dbt has selected, however it was asked: by arguments, the environment or
    a command such as `dbt run`, which has no tests.
    """
    try:
        return has_all_rows() and everything() <= set(selected_resources.SELECTED_RESOURCES)
    except (OSError, ValueError, KeyError):
        return False
