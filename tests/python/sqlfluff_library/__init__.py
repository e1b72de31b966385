"""What sqlfluff takes for the macros of macros/core_rows.sql, which give lists and no text."""


def core_exports(table: str | None = None) -> list[dict[str, str]]:
    """One export."""
    table = table or "checkins"
    return [
        {
            "system": "capitan",
            "core_table": table,
            "export_name": f"capitan/{table}",
            "raw": f"raw_capitan__{table}",
            "staging": f"stg_capitan__{table}",
        }
    ]


def core_rows(table: str, columns: list[str]) -> str:
    """A select of one system."""
    return f"select {', '.join(columns)}, 'capitan' as source_system from stg_capitan__{table}"


def exports_known() -> list[str]:
    """One struct of SQL."""
    return ["{'export_name': 'capitan/checkins', 'is_required': true}"]
