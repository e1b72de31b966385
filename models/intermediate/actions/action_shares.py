from python_udfs.action_outcomes import arm_shares


def model(dbt, session):
    """Grain: one row per list, round, arm and horizon for which all were followed."""
    full = dbt.ref("action_rounds").filter("people_in_round = people_needed")
    horizons = [int(days) for days in dbt.config.meta_get("horizons").split(",")]
    return arm_shares(full.order("kind, round, arm, customer_id").to_arrow_table(), horizons)
