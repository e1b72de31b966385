"""What dbt-duckdb calls when it opens the warehouse: the settings are checked, and S3 is opened.

A module of its own: nothing else here needs dbt, whose import takes most of a short command's time.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError

from python_udfs import settings
from python_udfs.s3 import open_s3


class Plugin(BasePlugin):
    """Checks the settings, and opens S3 for the build's connection where a root is on s3://."""

    def update_connection_config(self, creds: Any, config: dict[str, Any]) -> None:
        """Called by dbt-duckdb before it opens the warehouse, also for a plain dbt command.

        Raises:
            DbtRuntimeError: a setting cannot be meant; dbt shows it without a traceback.
        """
        try:
            found = settings.load(writes=True)
        except settings.SettingsError as error:
            raise DbtRuntimeError(str(error)) from None
        settings.apply(found)
        settings.narrow([Path(creds.path)], found)

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Called by dbt-duckdb, once for each connection to the warehouse."""
        if roots := settings.load().s3_roots:
            open_s3(conn, os.environ, roots)
