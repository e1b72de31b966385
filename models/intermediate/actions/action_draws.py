from python_udfs.action_memory import draws


def model(dbt, session):
    """Grain: one row per list and person who may be on it; see action_memory.draw."""
    eligible = dbt.ref("actions_eligible").project("kind, customer_id, period_start")
    folder, is_trial = dbt.config.meta_get("folder"), dbt.config.meta_get("is_trial") == "yes"
    return draws(session, eligible, folder, is_trial)
