from python_udfs.disclosure_control import Rules, public_rows


def model(dbt, session):
    """Grain: one row per figure that anybody may see; disclosure_control says which."""
    strengths = dbt.ref("strength_buckets").order("strength_score")
    rules = Rules(
        dict(strengths.project("cast(strength_score as varchar), min_interactions").fetchall()),
        int(dbt.config.meta_get("crew_min_members")),
        int(dbt.config.meta_get("crew_min_meetings")),
        int(dbt.config.meta_get("affinity_min_class_pairs")),
    )
    shown = dbt.ref("gym_metrics").filter("is_public").order("line_number")
    return public_rows(
        shown.project("line_number, section, metric, part_of, value").fetchall(), rules
    )
