from small_cells import public_rows


def model(dbt, session):
    """Grain: one row per figure that anybody may see; small_cells says which are hidden."""
    return public_rows(dbt.ref("public_counts").order("line_number").fetchall())
