"""What sqlfluff takes for macros that give lists and no text, or ask which engine there is."""


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


def connected_components(
    ties: str,
    group: str = "tie_rank",
    one: str = "customer_id_1",
    other: str = "customer_id_2",
    member: str = "customer_id",
) -> str:
    """The members of one side; the macro asks which engine there is."""
    return f"select {group}, {one} as {member}, {one} as component_id from {ties}"
